"""How do tests wait ten seconds in none? An event loop whose clock jumps ahead when nothing else is left to do.

Deadlines, pauses and delays keep their lengths and their order, and cost nothing. What happened how long after
what is exact, where the clock of the machine would only be near.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

START: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

SOCKETS_S: Final = 0.005
"""Before the clock jumps, bytes on their way through a socket of this machine get so long to arrive."""


class _JumpingSelector(selectors.DefaultSelector):
    """A selector that moves a clock in place of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.settle: Callable[[], None] | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """See `selectors`; without a timeout nothing is scheduled, and only a socket can go on."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        sockets = len(self.get_map()) > 1  # one is the loop's own
        ready = super().select(min(timeout, SOCKETS_S) if sockets else 0)
        if not ready and self.settle is not None:
            self.settle()
            ready = super().select(0)
        if not ready:
            self.now_s += timeout
        return ready


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop in which no time is spent waiting."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def settle_with(self, settle: Callable[[], None] | None) -> None:
        """Before the clock jumps, call this: it returns when what is under way in other processes has come out."""
        self._jumping.settle = settle

    def time(self) -> float:
        """Seconds since the loop was made, by its own clock."""
        return self._jumping.now_s


def fast_loops(*_: Any, **__: Any) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """For the hook `pytest_asyncio_loop_factories` of a folder's conftest."""
    return {"fast": FastLoop}


def now() -> datetime:
    """The time of day (UTC) by the loop's clock; a morning in autumn when a test begins."""
    return START + timedelta(seconds=asyncio.get_running_loop().time())
