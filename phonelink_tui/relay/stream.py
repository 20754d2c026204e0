"""How does every reader get the same events, without ever holding up the relay?"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from phonelink_tui.domain.events import Event, Resync, Stamped

QUEUE_EVENTS: Final = 4096
"""Events one reader may be behind. Then everything queued for it is replaced by one `Resync`."""


class Reader:
    """One subscriber's place on the stream: `async for stamped in reader`."""

    def __init__(self, bound: int) -> None:
        self._queue: deque[Stamped] = deque()
        self._bound = bound
        self._ended = False
        self._changed = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[Stamped]:
        return self

    async def __anext__(self) -> Stamped:
        while not self._queue:
            if self._ended:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._queue.popleft()

    def push(self, stamped: Stamped) -> None:
        """Queue an event; on overflow forget all of them and say so."""
        if len(self._queue) >= self._bound:
            self._queue.clear()
            stamped = Stamped(stamped.rev, stamped.at, Resync())
        self._queue.append(stamped)
        self._changed.set()

    def end(self) -> None:
        """Let the reader finish what is queued, then stop."""
        self._ended = True
        self._changed.set()


class Stream:
    """Numbers events and hands them to all readers."""

    def __init__(self, now: Callable[[], datetime], *, bound: int = QUEUE_EVENTS) -> None:
        self._now = now
        self._bound = bound
        self._readers: set[Reader] = set()
        self._ended = False
        self.rev = 0

    def publish(self, event: Event) -> Stamped:
        """Give `event` the next revision and queue it for every reader. Never waits."""
        self.rev += 1
        stamped = Stamped(self.rev, self._now(), event)
        for reader in self._readers:
            reader.push(stamped)
        return stamped

    @contextmanager
    def subscribe(self) -> Iterator[Reader]:
        """A reader of everything published from now on; of nothing, when the stream has ended."""
        reader = Reader(self._bound)
        if self._ended:
            reader.end()
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    def end(self) -> None:
        """No more events will come."""
        self._ended = True
        for reader in self._readers:
            reader.end()
