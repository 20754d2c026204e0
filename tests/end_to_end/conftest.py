"""On which loop do the tests of the whole relay run? On one whose clock jumps."""

from __future__ import annotations

from tests.fast_time import fast_loops

pytest_asyncio_loop_factories = fast_loops
