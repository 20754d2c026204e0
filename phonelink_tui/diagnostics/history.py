"""When was which capability up in the last week? Transitions in, one strip a day per capability out; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final, TypeAlias

from attrs import frozen

from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase
from phonelink_tui.domain.week import DayStrip, Mark, Week

DAYS: Final = 7
CELLS: Final = 12
"""Of a day: two hours each."""

BEAT_S: Final = 600.0
"""A relay that lives says so this often, so that one that died is not taken for a week of quiet."""

SILENCE: Final = timedelta(seconds=2.5 * BEAT_S)
"""After so long without a sign of the relay nothing is known."""

NOTICEABLE: Final = timedelta(minutes=5)
"""A gap or refusal this long marks its cell, however well the rest of it went."""


_WORST_FIRST: Final = (Mark.REFUSED, Mark.GAP, Mark.UP)
_REFUSALS: Final = frozenset({DownReason.REFUSED, DownReason.FORBIDDEN})


@frozen
class Transition:
    """From then on a capability stood like this."""

    at: datetime
    capability: Capability
    mark: Mark


@frozen
class Beat:
    """The relay was alive."""

    at: datetime


Entry: TypeAlias = Transition | Beat


def mark_of(state: CapabilityState) -> Mark:
    """What a state counts as in the strip."""
    if state.phase is LinkPhase.READY:
        return Mark.UP
    if state.phase is LinkPhase.ABSENT or state.reason is None:
        return Mark.UNKNOWN
    return Mark.REFUSED if state.reason in _REFUSALS else Mark.GAP


def strips(
    entries: Iterable[Entry], now: datetime, zone: tzinfo, *, days: int = DAYS, cells: int = CELLS
) -> Week:
    """The last days, today included.

    Args:
        entries: In any order; those after `now` do not count.
        now: The time of day.
        zone: In which a day begins at midnight.
        days: How many, at least 1.
        cells: In how many each is cut, at least 1.
    """
    today = now.astimezone(zone).date()
    edges = [_edges(today - timedelta(days=back), zone, cells) for back in range(days - 1, -1, -1)]
    past = sorted((entry for entry in entries if entry.at <= now), key=lambda entry: entry.at)
    week: Week = {}
    for capability in Capability:
        spans = list(_spans(past, capability, now))
        week[capability] = tuple(
            DayStrip(today - timedelta(days=days - 1 - number), _day(spans, day))
            for number, day in enumerate(edges)
        )
    return week


def anything_known(week: Week) -> bool:
    """Whether there is anything to draw."""
    return any(mark is not Mark.UNKNOWN for row in week.values() for strip in row for mark in strip.cells)


_Span: TypeAlias = tuple[datetime, datetime, Mark]


def _edges(day: date, zone: tzinfo, cells: int) -> list[datetime]:
    """Begin and end of each cell, in UTC: a day may have 23 or 25 hours."""
    begin = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return [begin + (end - begin) * number / cells for number in range(cells + 1)]


def _spans(entries: Sequence[Entry], capability: Capability, now: datetime) -> Iterator[_Span]:
    """From when to when a capability is known to have stood how. Any entry is a sign of the relay."""
    mark = Mark.UNKNOWN
    for number, entry in enumerate(entries):
        if isinstance(entry, Transition) and entry.capability is capability:
            mark = entry.mark
        following = entries[number + 1].at if number + 1 < len(entries) else now
        if mark is not Mark.UNKNOWN and following > entry.at:
            yield entry.at, min(following, entry.at + SILENCE), mark


def _day(spans: Sequence[_Span], edges: Sequence[datetime]) -> tuple[Mark, ...]:
    here = [span for span in spans if span[0] < edges[-1] and span[1] > edges[0]]
    return tuple(_cell(here, begin, end) for begin, end in pairwise(edges))


def _cell(spans: Sequence[_Span], begin: datetime, end: datetime) -> Mark:
    lasted = dict.fromkeys(_WORST_FIRST, timedelta())
    for since, until, mark in spans:
        lasted[mark] += max(min(until, end) - max(since, begin), timedelta())
    for mark in _WORST_FIRST:
        if lasted[mark] >= NOTICEABLE:
            return mark
    longest = max(_WORST_FIRST, key=lambda mark: lasted[mark])
    return longest if lasted[longest] else Mark.UNKNOWN
