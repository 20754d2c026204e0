"""What is one reader's place on a client's stream of events? Bounded; overflow leaves one `Resync`."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from phonelink_tui.domain.events import Resync, Stamped
from phonelink_tui.errors import IpcError

EVENTS_QUEUED: Final = 4096
"""Events held for a reader in this process, which is only ever busy for a moment."""


class EventQueue:
    """An async iterator of events that is filled without waiting."""

    def __init__(self, bound: int = EVENTS_QUEUED) -> None:
        self._bound = bound
        self._events: deque[Stamped] = deque()
        self._wake = asyncio.Event()
        self._ended = False
        self._fault: IpcError | None = None

    def put(self, stamped: Stamped) -> None:
        """Queue an event, or replace all that are queued by one `Resync`."""
        if len(self._events) >= self._bound:
            self._events.clear()
            stamped = Stamped(stamped.rev, stamped.at, Resync())
        self._events.append(stamped)
        self._wake.set()

    def end(self, fault: IpcError | None = None) -> None:
        """No more events; the reader gets what is queued, then the end or the fault."""
        self._ended = True
        self._fault = fault
        self._wake.set()

    def __aiter__(self) -> EventQueue:
        return self

    async def __anext__(self) -> Stamped:
        while not self._events:
            if self._fault is not None:
                raise self._fault
            if self._ended:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        return self._events.popleft()
