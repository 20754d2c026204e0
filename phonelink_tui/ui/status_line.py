"""What does the status bar say? One line: the phone, its three capabilities, what waits, since when all is known.

Every state has its glyph and its word, so that nothing is told by colour alone. Times are clock times: an idle
line never changes. The line has several lengths; the longest that fits is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final

from attrs import frozen
from rich.cells import cell_len

from phonelink_tui.domain.events import Progress
from phonelink_tui.domain.message import DeliveryState, TextMessage
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase, Phone
from phonelink_tui.ui.cells import cut
from phonelink_tui.ui.when import clock, local

SILENT_AFTER: Final = timedelta(minutes=5)
"""A ready capability without a sign of life for so long says when the last one was."""

NAMES: Final = {
    Capability.MESSAGES: "texts",
    Capability.NOTIFICATIONS: "alerts",
    Capability.CONTACTS: "contacts",
}
PHASES: Final = {
    LinkPhase.READY: ("●", "ready", "good"),
    LinkPhase.CONNECTING: ("◐", "connecting", "warn"),
    LinkPhase.WAITING: ("○", "waiting", "bad"),
    LinkPhase.ABSENT: ("–", "none", "dim"),
}
"""Glyph, word and role of each phase."""

SILENT: Final = "◌"
"""Glyph of a ready capability that gave no sign of life for a while."""

AGING: Final = frozenset({Capability.MESSAGES, Capability.NOTIFICATIONS})
"""Where silence means something: the phone's book is read and then left alone."""

LENGTHS: Final = 9
"""Steps of the line, from all words to the fewest."""

REASONS: Final = {
    DownReason.OUT_OF_RANGE: "away",
    DownReason.LINK_LOST: "lost",
    DownReason.REFUSED: "held elsewhere",
    DownReason.FORBIDDEN: "off",
    DownReason.NO_BLUETOOTH: "no Bluetooth",
    DownReason.ADAPTER_OFF: "Bluetooth off",
    DownReason.BLUEZ_TOO_OLD: "old BlueZ",
    DownReason.CLASS_OF_DEVICE: "class",
    DownReason.OBEXD_IN_THE_WAY: "obexd",
    DownReason.ASLEEP: "asleep",
    DownReason.NOT_RUNNING: "not running",
    DownReason.BOND_CHANGED: "other pairing",
    DownReason.PROTOCOL: "misunderstood",
    DownReason.TIMEOUT: "no answer",
}

Span = tuple[str, str]
"""Text and role: `name`, `good`, `warn`, `bad`, `dim` or `plain`."""


@frozen
class StatusFacts:
    """What the line is made of."""

    phone: Phone | None
    unsettled: tuple[TextMessage, ...] = ()
    progress: Progress | None = None
    relay_gone: bool = False
    attach_at: datetime | None = None
    """When a relay that is gone is looked for again."""
    stop_key: str = ""
    """Stops the work that `progress` tells of."""
    problems: int = 0
    """Lines of the settings that do not hold."""


def status_line(facts: StatusFacts, width: int, now: datetime, zone: tzinfo | None) -> list[Span]:
    """The longest line that fits `width` cells."""
    if facts.relay_gone:
        stands = [("✕ relay ended", "bad"), (" · what you see stands still", "dim")]
        if facts.attach_at is not None:
            stands[1:] = [(f" · looked for again {local(facts.attach_at, zone):%H:%M:%S}", "dim")]
        return stands
    if facts.phone is None:
        return [("◐ asking the relay", "warn")]
    spans: list[Span] = []
    for brief in range(LENGTHS):
        spans = list(_joined(_parts(facts, facts.phone, brief, now, zone)))
        if sum(cell_len(text) for text, _ in spans) <= width:
            break
    return spans


def state_words(
    state: CapabilityState | None, now: datetime, zone: tzinfo | None, *, sign: bool = True
) -> Span:
    """One capability in words: `● ready`, `○ away`, with `sign` also `◌ ready, last sign 11:40`."""
    if state is None:
        return ("– none", "dim")
    glyph, word, role = PHASES[state.phase]
    if state.phase is LinkPhase.WAITING and state.reason is not None:
        word = REASONS[state.reason]
    if (silent_since := _silent_since(state, now)) is None:
        return (f"{glyph} {word}", role)
    return (f"{SILENT} {word}" + (f", last sign {clock(silent_since, zone)}" if sign else ""), "warn")


def outbox_words(unsettled: Iterable[TextMessage], *, brief: bool = False) -> Span | None:
    """How many texts of ours are not settled; unknown ones are told apart."""
    states = [m.state for m in unsettled]
    unknown = states.count(DeliveryState.UNKNOWN)
    waiting = len(states) - unknown
    words = [f"↑ {waiting}" if brief else f"↑ {waiting} waiting"] if waiting else []
    words += [f"? {unknown}" if brief else f"? {unknown} unknown"] if unknown else []
    return (" ".join(words), "warn") if words else None


def _parts(
    facts: StatusFacts, phone: Phone, brief: int, now: datetime, zone: tzinfo | None
) -> Iterable[list[Span]]:
    """The parts of the line; with each step of `brief` the least important words go."""
    battery = f" {phone.battery_percent}%" if phone.battery_percent is not None else ""
    name = phone.name if brief < 7 else cut(phone.name, 9)
    if brief < 7 or not facts.progress:
        yield [(f"{name}{battery}", "name")]
    for capability, label in NAMES.items():
        text, role = state_words(phone.capabilities.get(capability), now, zone, sign=brief < 1)
        ready = phone.phase(capability) in (LinkPhase.READY, LinkPhase.ABSENT)
        yield [(f"{label} ", "dim"), (text.split(" ")[0] if brief >= 4 and ready else text, role)]
    if brief == 1 and (silent := [at for s in phone.capabilities.values() if (at := _silent_since(s, now))]):
        yield [(f"last sign {clock(min(silent), zone)}", "warn")]
    if outbox := outbox_words(facts.unsettled, brief=brief > 5):
        yield [outbox]
    if facts.progress:
        total = f"/{facts.progress.total:,}" if facts.progress.total is not None else ""
        stops = f" ({facts.stop_key} stops)" if facts.stop_key and brief < 6 else ""
        yield [(f"{facts.progress.work} {facts.progress.done:,}{total}{stops}", "warn")]
    next_at = _next_attempt(phone)
    if next_at and brief < LENGTHS - 1:
        yield [(f"{'next' if brief > 5 else 'next try'} {local(next_at, zone):%H:%M:%S}", "dim")]
    elif phone.complete_since and brief in (0, 1, 2, 4):
        yield [(f"complete since {clock(phone.complete_since, zone)}", "dim")]
    elif phone.complete_since and brief in (3, 5):
        yield [(f"since {clock(phone.complete_since, zone)}", "dim")]
    if facts.problems and brief < 7:
        yield [("settings: see S" if brief < 4 else "S!", "warn")]


def _silent_since(state: CapabilityState, now: datetime) -> datetime | None:
    ages = state.capability in AGING and state.phase is LinkPhase.READY
    return state.proof_at if ages and state.proof_at and now - state.proof_at > SILENT_AFTER else None


def _next_attempt(phone: Phone) -> datetime | None:
    waiting = [s for s in phone.capabilities.values() if s.phase is LinkPhase.WAITING]
    return min((s.next_attempt_at for s in waiting if s.next_attempt_at is not None), default=None)


def _joined(parts: Iterable[list[Span]]) -> Iterable[Span]:
    for index, part in enumerate(parts):
        if index:
            yield ("  ", "dim")
        yield from part
