"""How does the stream of events come out as lines? `tail`, and the demo without a screen."""

from __future__ import annotations

import asyncio
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Final

from phonelink_tui.cli.coming_back import come_back, may_come_back
from phonelink_tui.cli.event_words import event_words
from phonelink_tui.cli.output import Output
from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.exact_json import encode_time
from phonelink_tui.domain.events import (
    STORY,
    CallChanged,
    CodeCame,
    ContactsChanged,
    Event,
    GapChanged,
    LimitationChanged,
    LinkChanged,
    MessageChanged,
    NotificationChanged,
    Progress,
    Resync,
    Stamped,
    ThreadChanged,
)
from phonelink_tui.errors import IpcError, UsageError
from phonelink_tui.ipc.events import VERSION, encode_event
from phonelink_tui.ipc.hello import encode_hello
from phonelink_tui.ipc.role import Role
from phonelink_tui.relay.api import Place, RelayApi, Snapshot

_READER: Final = frozenset({Role.READ})
_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)


def parse_place(words: str) -> Place:
    """`REV` or `EPOCH:REV`, both as the first line of `tail --json` has them. Raises UsageError."""
    match = re.fullmatch(r"(?:([0-9a-f]{1,32}):)?(\d{1,15})", words)
    if match is None:
        raise UsageError(f"`{words[:40]}` is no place on the stream.", "For example 120, or e20661a5:120.")
    return Place(int(match[2]), match[1] or "")


async def tail(api: RelayApi, out: Output, *, as_json: bool, since: Place | None = None) -> None:
    """`phonelink tail`: every event from now on, or from a place on, until the relay ends.

    Over ssh a connection that breaks is made again, and it goes on behind the last event that was told.
    """
    reader = _Tail(api, out, since, as_json=as_json)
    while True:
        try:
            await reader.read()
        except IpcError as lost:
            if not (reader.has_begun and may_come_back(api)):
                raise
            await come_back(api, out, lost)
        else:
            return


class _Tail:
    """Tells events, and remembers up to where."""

    def __init__(self, api: RelayApi, out: Output, place: Place | None, *, as_json: bool) -> None:
        self._api = api
        self._out = out
        self._place = place
        self._as_json = as_json
        self._epoch: str | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the relay has greeted."""
        return self._epoch is not None

    async def read(self) -> None:
        """Until the relay ends. Raises IpcError when the connection does."""
        async with self._api.events(self._place) as events:
            self._greet(await self._api.snapshot())
            async for stamped in events:
                if isinstance(stamped.event, Resync):
                    await self._begin_anew(stamped)
                else:
                    self._tell(stamped)

    async def _begin_anew(self, resync: Stamped) -> None:
        """Events are missing: those from the last place that was told up to this one."""
        assert self._place is not None, "greeted before"
        before = self._place
        snapshot = await self._api.snapshot()
        self._greet(snapshot)
        self._place = Place(resync.rev, snapshot.epoch)
        if self._as_json:
            since = f"{before.epoch}:{before.rev}" if before.epoch else str(before.rev)
            self._out.json({**encode_event(resync), "since": since})

    def _greet(self, snapshot: Snapshot) -> None:
        """Once for each run of the relay: places are of one run."""
        if self._place is None:
            self._place = Place(snapshot.rev, snapshot.epoch)
        if self._epoch != snapshot.epoch:
            if self._as_json:
                self._out.json(encode_hello(snapshot, utc_now(), _READER))
            elif self._epoch is None:
                self._out.line(f"{snapshot.phone.name}: waiting for events; Ctrl+C ends.")
        self._epoch = snapshot.epoch

    def _tell(self, stamped: Stamped) -> None:
        assert self._place is not None, "greeted before"
        if self._as_json:
            self._out.json(encode_event(stamped))
        elif words := event_words(stamped.event):
            self._out.line(words)
        self._place = Place(max(stamped.rev, self._place.rev), self._place.epoch)


async def headless(api: RelayApi, out: Output, seconds: float) -> None:
    """The demo without a screen: what is known as events, then every event, then one line of counts.

    Ends after `seconds`, when the scenario is over or the relay ends, on SIGTERM or SIGHUP.
    """
    log = _EventLog(out)
    reason = "seconds"

    def end_now() -> None:
        nonlocal reason
        reason = "signal"
        limit.reschedule(0)

    try:
        async with asyncio.timeout(seconds) as limit, api.events() as events:
            with _on_signal(end_now):
                await _known_then_new(api, events, log)
        reason = "scenario"
    except TimeoutError:
        pass
    log.end(reason)


def as_events(snapshot: Snapshot) -> Iterator[Event]:
    """What a snapshot knows, as the events that would have told it; texts are read by page."""
    yield LinkChanged(snapshot.phone)
    if snapshot.contacts:
        yield ContactsChanged(snapshot.contacts)
    if snapshot.calls:
        yield CallChanged(snapshot.calls)
    yield from (GapChanged(gap) for gap in snapshot.gaps)
    yield from (LimitationChanged(limit, active=True) for limit in snapshot.limitations)
    yield from (ThreadChanged(thread) for thread in reversed(snapshot.threads))
    yield from (NotificationChanged(each, live=False) for each in reversed(snapshot.notifications))
    yield from (CodeCame(code, live=False) for code in reversed(snapshot.codes))


class _EventLog:
    """Writes events as they come and counts them by type."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._counts: Counter[str] = Counter()
        self._rev = 0

    def hello(self, snapshot: Snapshot) -> None:
        self._rev = snapshot.rev
        self._out.json(encode_hello(snapshot, utc_now(), _READER))

    def event(self, stamped: Stamped) -> None:
        frame = encode_event(stamped)
        self._counts[frame["type"]] += 1
        self._rev = stamped.rev
        self._out.json(frame)

    def end(self, reason: str) -> None:
        head = {"v": VERSION, "type": "end", "rev": self._rev, "at": encode_time(utc_now()), "reason": reason}
        counts = dict(sorted(self._counts.items()))
        self._out.json({**head, "events": self._counts.total(), "counts": counts})


async def _known_then_new(api: RelayApi, events: AsyncIterator[Stamped], log: _EventLog) -> None:
    snapshot = await api.snapshot()
    log.hello(snapshot)
    for event in as_events(snapshot):
        log.event(Stamped(snapshot.rev, utc_now(), event))
    for thread in reversed(snapshot.threads):
        for text in (await api.messages(thread.id)).messages:
            log.event(Stamped(snapshot.rev, utc_now(), MessageChanged(text, live=False)))
    async for stamped in events:
        if stamped.rev > snapshot.rev or isinstance(stamped.event, Resync):
            log.event(stamped)
        if isinstance(stamped.event, Progress) and stamped.event.work == STORY:
            return


@contextmanager
def _on_signal(act: Callable[[], None]) -> Iterator[None]:
    """Call `act` in the event loop when SIGTERM or SIGHUP comes."""
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, act)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
