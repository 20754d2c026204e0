"""On which loop do the tests of the profiles run? One whose clock jumps: the phone is in memory."""

from __future__ import annotations

from tests.fast_time import fast_loops

pytest_asyncio_loop_factories = fast_loops
