"""How does the stream of events come out as lines? `tail`, and the demo without a screen."""

from __future__ import annotations

import asyncio
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from phonelink_tui.cli.event_words import event_words
from phonelink_tui.cli.output import Output
from phonelink_tui.config.exact_json import encode_time
from phonelink_tui.domain.events import (
    STORY,
    CallChanged,
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
from phonelink_tui.errors import UsageError
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
    """`phonelink tail`: every event from now on, or from a place on, until the relay ends."""
    async with api.events(since) as events:
        snapshot = await api.snapshot()
        if as_json:
            out.json(encode_hello(snapshot, _now(), _READER))
        else:
            out.line(f"{snapshot.phone.name}: waiting for events; Ctrl+C ends.")
        async for stamped in events:
            if as_json:
                out.json(encode_event(stamped))
            elif words := event_words(stamped.event):
                out.line(words)


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


class _EventLog:
    """Writes events as they come and counts them by type."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._counts: Counter[str] = Counter()
        self._rev = 0

    def hello(self, snapshot: Snapshot) -> None:
        self._rev = snapshot.rev
        self._out.json(encode_hello(snapshot, _now(), _READER))

    def event(self, stamped: Stamped) -> None:
        frame = encode_event(stamped)
        self._counts[frame["type"]] += 1
        self._rev = stamped.rev
        self._out.json(frame)

    def end(self, reason: str) -> None:
        head = {"v": VERSION, "type": "end", "rev": self._rev, "at": encode_time(_now()), "reason": reason}
        counts = dict(sorted(self._counts.items()))
        self._out.json({**head, "events": self._counts.total(), "counts": counts})


async def _known_then_new(api: RelayApi, events: AsyncIterator[Stamped], log: _EventLog) -> None:
    snapshot = await api.snapshot()
    log.hello(snapshot)
    for event in as_events(snapshot):
        log.event(Stamped(snapshot.rev, _now(), event))
    for thread in reversed(snapshot.threads):
        for text in (await api.messages(thread.id)).messages:
            log.event(Stamped(snapshot.rev, _now(), MessageChanged(text, live=False)))
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


def _now() -> datetime:
    return datetime.now(UTC)
