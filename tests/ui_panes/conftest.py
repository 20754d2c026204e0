"""On which loop do the tests of single panes run? On one whose clock jumps: nothing is waited for but the app."""

from __future__ import annotations

from tests.fast_time import fast_loops
from tests.ui.conftest import _clock_of_the_loop  # noqa: F401 - a fixture

pytest_asyncio_loop_factories = fast_loops
