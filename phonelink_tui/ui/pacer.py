"""When may the screen be repainted? The first change at once, then at most so many times a second."""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable
from typing import Final, Protocol

from phonelink_tui.ui.projection import Touched

PAINTS_PER_S: Final = 30
"""A person sees no difference above it; a full pane costs some 6 kB each time."""

PAINTS_PER_S_SYNCING: Final = 5
"""While thousands of rows arrive."""


class Later(Protocol):
    """What is needed of an event loop."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], None], /) -> TimerHandle: ...


class Pacer:
    """Gathers what is out of date and says so at a bounded rate.

    Args:
        loop: The running loop.
        on_change: Called with all that was touched since the last call; never with NOTHING.
        is_syncing: Whether long work is under way.
    """

    def __init__(
        self, loop: Later, on_change: Callable[[Touched], None], is_syncing: Callable[[], bool]
    ) -> None:
        self._loop = loop
        self._on_change = on_change
        self._is_syncing = is_syncing
        self._pending = Touched.NOTHING
        self._last = float("-inf")
        self._timer: TimerHandle | None = None

    def touch(self, touched: Touched) -> None:
        """Note what is out of date; tells at once, or when the time has come."""
        self._pending |= touched
        if not self._pending or self._timer is not None:
            return
        rate = PAINTS_PER_S_SYNCING if self._is_syncing() else PAINTS_PER_S
        wait_s = self._last + 1 / rate - self._loop.time()
        if wait_s <= 0:
            self._tell()
        else:
            self._timer = self._loop.call_later(wait_s, self._tell)

    def close(self) -> None:
        """Tell nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pending = Touched.NOTHING

    def _tell(self) -> None:
        self._timer = None
        self._last = self._loop.time()
        touched, self._pending = self._pending, Touched.NOTHING
        if touched:
            self._on_change(touched)
