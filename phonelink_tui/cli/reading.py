"""How is what the relay knows printed? One table a command for people, one JSON object a line for scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from phonelink_tui.cli.audience_words import AUDIENCE_WORDS
from phonelink_tui.cli.clock import when
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.recipient import find_thread
from phonelink_tui.cli.settled import require, settled
from phonelink_tui.cli.week import week_json, week_of
from phonelink_tui.domain.events import LinkChanged, MessageChanged, MessageGone, Resync
from phonelink_tui.domain.limitations import Limitation, LimitKind
from phonelink_tui.domain.message import Direction, MessageId, TextMessage
from phonelink_tui.domain.phone import Capability, CapabilityState, LinkPhase
from phonelink_tui.domain.text import preview
from phonelink_tui.domain.thread import Thread
from phonelink_tui.domain.thread_limits import thread_limitations
from phonelink_tui.domain.week import week_lines
from phonelink_tui.ipc.events import VERSION
from phonelink_tui.ipc.values import to_json
from phonelink_tui.relay.api import MESSAGES_PAGE, RelayApi, Snapshot

_ALL: Final = frozenset(Capability)
BODIES_S: Final = 15.0
"""How long the bodies of the texts to be shown may take: up to a hundred a few seconds, over Bluetooth."""

STATUS_S: Final = 3.0
"""`status` is asked how things stand now, not how they will."""

_MESSAGES: Final = frozenset({Capability.MESSAGES, Capability.CONTACTS})


async def threads(api: RelayApi, out: Output, *, as_json: bool) -> None:
    """`phonelink threads`."""
    snapshot = await settled(api, _ALL)
    _require_unless(snapshot.threads, snapshot, Capability.MESSAGES)
    rows = (
        (
            thread.id,
            thread.title,
            AUDIENCE_WORDS[thread.audience],
            str(thread.unread or ""),
            when(thread.last_at),
            thread.last_text,
        )
        for thread in snapshot.threads
    )
    headings = ("id", "conversation", "", "unread", "last", "text")
    print_values(out, "thread", snapshot.threads, headings, rows, as_json=as_json)


async def messages(api: RelayApi, out: Output, thread_words: str, limit: int, *, as_json: bool) -> None:
    """`phonelink messages THREAD`."""
    snapshot = await settled(api, _ALL)
    if not snapshot.threads:
        require(snapshot, Capability.MESSAGES)
    thread = find_thread(thread_words, snapshot)
    texts = await _whole(api, thread, limit)
    if not as_json:
        for limitation in _limits_of(thread, snapshot):
            out.line(f"— {limitation.sentence}")
    _print_texts(out, texts, as_json=as_json)


async def search(api: RelayApi, out: Output, query: str, limit: int, *, as_json: bool) -> None:
    """`phonelink search QUERY`."""
    snapshot = await settled(api, _MESSAGES)
    _require_unless(snapshot.threads, snapshot, Capability.MESSAGES)
    found = await api.search(query, limit=limit)
    _print_texts(out, found, as_json=as_json)
    if not found and not as_json:
        out.notice("No text here holds every word of that.")


async def contacts(api: RelayApi, out: Output, *, as_json: bool) -> None:
    """`phonelink contacts`."""
    snapshot = await settled(api, frozenset({Capability.CONTACTS}))
    _require_unless(snapshot.contacts, snapshot, Capability.CONTACTS)
    rows = ((c.name, ", ".join(address.value for address in c.addresses)) for c in snapshot.contacts)
    print_values(out, "contact", snapshot.contacts, ("name", "addresses"), rows, as_json=as_json)


async def calls(api: RelayApi, out: Output, *, as_json: bool) -> None:
    """`phonelink calls`."""
    snapshot = await settled(api, frozenset({Capability.CONTACTS}))
    _require_unless(snapshot.calls, snapshot, Capability.CONTACTS)
    rows = (
        (
            when(call.at) if call.at else "",
            call.kind.value,
            call.name or call.address.value,
            call.address.value,
        )
        for call in snapshot.calls
    )
    print_values(out, "call", snapshot.calls, ("when", "", "who", "number"), rows, as_json=as_json)


async def notifications(api: RelayApi, out: Output, *, as_json: bool) -> None:
    """`phonelink notifications`."""
    snapshot = await settled(api, frozenset({Capability.NOTIFICATIONS}))
    _require_unless(snapshot.notifications, snapshot, Capability.NOTIFICATIONS)
    rows = (
        (n.id, when(n.at), n.app_name, n.title, preview(n.text), _buttons(n.positive_label, n.negative_label))
        for n in snapshot.notifications
    )
    headings = ("id", "when", "app", "title", "text", "positive / negative")
    print_values(out, "notification", snapshot.notifications, headings, rows, as_json=as_json)


async def limits(api: RelayApi, out: Output, *, as_json: bool) -> None:
    """`phonelink limits`: those of the app, then those of each conversation."""
    snapshot = await settled(api, _ALL)
    in_force = list(snapshot.limitations)
    titles: dict[str, str] = {thread.id: thread.title for thread in snapshot.threads}
    for thread in snapshot.threads:
        in_force.extend(_limits_of(thread, snapshot))
    rows = ((limit.kind.value, titles.get(limit.target, ""), limit.sentence) for limit in in_force)
    print_values(out, "limitation", in_force, ("kind", "where", "what"), rows, as_json=as_json)


async def status(api: RelayApi, out: Output, state_dir: Path | None, *, as_json: bool) -> None:
    """`phonelink status`: how each capability stands; never an error, whatever it says."""
    snapshot = await settled(api, _ALL, STATUS_S)
    counts = {
        "threads": len(snapshot.threads),
        "unread": sum(thread.unread for thread in snapshot.threads),
        "notifications": len(snapshot.notifications),
        "contacts": len(snapshot.contacts),
        "unsettled": len(snapshot.unsettled),
        "limitations": len(snapshot.limitations),
    }
    week = week_of(snapshot.phone, state_dir)
    if as_json:
        phone = to_json(snapshot.phone)
        told = {"rev": snapshot.rev, "phone": phone, "counts": counts, "week": week_json(week)}
        told["limits"] = [limit.kind.value for limit in snapshot.limitations]
        out.json({"v": VERSION, "type": "status", **told})
        return
    battery = f", battery {snapshot.phone.battery_percent} %" if snapshot.phone.battery_percent else ""
    out.line(f"{snapshot.phone.name}{battery}")
    for state in snapshot.phone.capabilities.values():
        out.line(f"  {state.capability.value}: {_state_words(state)}")
        if state.phase is LinkPhase.READY and state.detail:
            out.line(f"    {state.detail}")
    out.line("  " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    for limit in snapshot.limitations:
        if limit.kind is LimitKind.HISTORY_SET_ASIDE:
            out.line(f"  {limit.sentence} `phonelink archive info` says more.")
    for line in week_lines(week):
        out.text(line)


def text_row(text: TextMessage) -> tuple[str, str, str, str]:
    """When, who, what, and how far a text of ours got."""
    ours = text.direction is Direction.OUTGOING
    who = "you" if ours else text.sender_name or (text.sender.value if text.sender else "unknown")
    words = text.text or (f"[{text.placeholder.value} on your phone]" if text.placeholder else "")
    return when(text.at), who, " ".join(words.split()), text.state.value if ours else ""


async def _whole(api: RelayApi, thread: Thread, limit: int) -> list[TextMessage]:
    """`_newest`, once their bodies are read, or after `BODIES_S` with what is there. Asking has them read first."""
    async with api.events() as events:
        texts = await _newest(api, thread, limit)
        try:
            async with asyncio.timeout(BODIES_S):
                missing = {text.id for text in texts if text.partial}
                while missing:
                    event = (await anext(events)).event
                    if isinstance(event, MessageChanged) and not event.message.partial:
                        missing.discard(event.message.id)
                    elif isinstance(event, MessageGone):
                        missing.discard(event.id)
                    elif isinstance(event, Resync | LinkChanged):
                        missing = await _still_missing(api, thread, limit)
        except (TimeoutError, StopAsyncIteration):
            pass
    return await _newest(api, thread, limit)


async def _still_missing(api: RelayApi, thread: Thread, limit: int) -> set[MessageId]:
    """Whose bodies are still to come; none where nobody can bring them."""
    if (await api.snapshot()).phone.phase(Capability.MESSAGES) is not LinkPhase.READY:
        return set()
    return {text.id for text in await _newest(api, thread, limit) if text.partial}


async def _newest(api: RelayApi, thread: Thread, limit: int) -> list[TextMessage]:
    """The last `limit` texts of a thread, oldest first."""
    texts: list[TextMessage] = []
    before: MessageId | None = None
    while len(texts) < limit:
        page = await api.messages(thread.id, before=before, limit=min(limit - len(texts), MESSAGES_PAGE))
        texts[:0] = page.messages
        before = page.before
        if before is None or not page.messages:
            break
    return texts


def _limits_of(thread: Thread, snapshot: Snapshot) -> Iterator[Limitation]:
    stopped = any(limit.kind is LimitKind.TEXTS_STOPPED for limit in snapshot.limitations)
    return thread_limitations(thread, snapshot.phone, start=when(thread.first_at), stopped=stopped)


def _require_unless(known: Sequence[object], snapshot: Snapshot, capability: Capability) -> None:
    """What is known is shown even while the phone is away; nothing at all is an error then."""
    if not known:
        require(snapshot, capability)


def _print_texts(out: Output, texts: Sequence[TextMessage], *, as_json: bool) -> None:
    print_values(out, "message", texts, ("when", "who", "text", ""), map(text_row, texts), as_json=as_json)


def print_values(
    out: Output,
    kind: str,
    values: Iterable[object],
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    as_json: bool,
) -> None:
    if not as_json:
        out.table(headings, rows)
        return
    for value in values:
        fields: dict[str, Any] = to_json(value)
        out.json({"v": VERSION, "type": kind, **fields})


def _buttons(positive: str | None, negative: str | None) -> str:
    return f"{positive or '–'} / {negative or '–'}" if positive or negative else ""


def _state_words(state: CapabilityState) -> str:
    words = state.phase.value
    if state.reason is not None:
        words += f", {state.reason.value.replace('_', ' ')}"
    if state.next_attempt_at is not None:
        words += f", next attempt {when(state.next_attempt_at)}"
    return f"{words}, since {when(state.since)}"
