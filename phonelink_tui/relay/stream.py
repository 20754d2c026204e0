"""How does every reader get the same events, without ever holding up the relay?

The newest events are kept for a while, so that a reader who was away for a moment goes on exactly where it
was. Whoever was away for longer, or comes from another relay, gets one `Resync` and what follows.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Any, Final

from attrs import fields, has

from phonelink_tui.domain.events import CallChanged, ContactsChanged, Event, Resync, Stamped
from phonelink_tui.relay.api import Place

QUEUE_EVENTS: Final = 4096
"""Events one reader may be behind. Then everything queued for it is replaced by one `Resync`."""

KEPT_EVENTS: Final = 3000
"""Events kept for readers who come back; a reader's queue holds them all."""

KEPT_BYTES: Final = 4 * 1024 * 1024
"""Their size, as `weight` estimates it; the oldest are forgotten first."""


_SHORT: Final = frozenset({type, bool, int, datetime, type(None)})
_GETTERS: Final[dict[type[Any], Callable[[object], tuple[object, ...]]]] = {}


def weight(event: Event) -> int:
    """Bytes of memory that keeping an event may cost at most, quickly told: every text in it counts."""
    if isinstance(event, ContactsChanged | CallChanged):  # thousands: 2 ms each thousand if they were walked
        entries = event.contacts if isinstance(event, ContactsChanged) else event.calls
        return 1000 + sum(1000 + 4 * len(entry.name) for entry in entries)
    return 1000 + 4 * _characters(event)


def _characters(value: object) -> int:
    """Of every text in it, however deep."""
    if type(value) is str:
        return len(value)
    within = value if isinstance(value, tuple) else _fields_of(value)
    return sum(_characters(each) for each in within if type(each) not in _SHORT)


def _fields_of(value: object) -> tuple[object, ...]:
    cls: type[Any] = type(value)
    if cls not in _GETTERS:
        names = [field.name for field in fields(cls)] if has(cls) else []
        # of one name alone an attrgetter gives no tuple
        _GETTERS[cls] = attrgetter("__class__", *names) if names else lambda _value: ()
    return _GETTERS[cls](value)


class Reader:
    """One subscriber's place on the stream: `async for stamped in reader`."""

    def __init__(self, bound: int, missed: Iterable[Stamped] = ()) -> None:
        self._queue = deque(missed)
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
    """Numbers events and hands them to all readers.

    Args:
        now: The clock (UTC).
        bound: Events one reader may be behind.
        epoch: Names this run of the relay: a revision means nothing in another one.
    """

    def __init__(self, now: Callable[[], datetime], *, bound: int = QUEUE_EVENTS, epoch: str = "") -> None:
        self._now = now
        self._bound = bound
        self._readers: set[Reader] = set()
        self._kept: deque[Stamped] = deque()
        self._weights: deque[int] = deque()
        self._kept_bytes = 0
        self._ended = False
        self.epoch = epoch
        self.rev = 0

    def publish(self, event: Event) -> Stamped:
        """Give `event` the next revision and queue it for every reader. Never waits."""
        self.rev += 1
        stamped = Stamped(self.rev, self._now(), event)
        self._keep(stamped)
        for reader in self._readers:
            reader.push(stamped)
        return stamped

    @contextmanager
    def subscribe(self, since: Place | None = None) -> Iterator[Reader]:
        """A reader of everything published from now on; of nothing, when the stream has ended.

        Args:
            since: What the reader has seen already: it first gets what came after that, or one `Resync` where
                this is not known any more.
        """
        reader = Reader(self._bound, self._missed(since) if since is not None else ())
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

    def _keep(self, stamped: Stamped) -> None:
        self._kept.append(stamped)
        self._weights.append(weight(stamped.event))
        self._kept_bytes += self._weights[-1]
        while len(self._kept) > KEPT_EVENTS or self._kept_bytes > KEPT_BYTES:
            self._kept.popleft()
            self._kept_bytes -= self._weights.popleft()

    def _missed(self, since: Place) -> Iterable[Stamped]:
        """What came after a place, or one `Resync`."""
        same = since.epoch in ("", self.epoch)
        if same and since.rev == self.rev:
            return ()
        if not same or since.rev > self.rev or not self._kept or since.rev < self._kept[0].rev - 1:
            return (Stamped(self.rev, self._now(), Resync()),)
        return islice(self._kept, since.rev + 1 - self._kept[0].rev, None)
