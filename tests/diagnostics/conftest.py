"""These tests wait for deadlines and for nothing else, so time is skipped."""

from __future__ import annotations

from tests.fast_time import fast_loops

pytest_asyncio_loop_factories = fast_loops
