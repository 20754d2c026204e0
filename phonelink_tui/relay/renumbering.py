"""Did the phone give its texts other handles since it was last listed?

A handle is sure for one session only; MapSupportedFeatures bit 10 would say that it is for longer, and iPhones do not
set it (MAP 1.4, 7.1). So a text that is listed under a handle nobody knows may be one that is known: it is, where
person, direction, second and words are the same and the known one is listed under its own handle no more. A text that
was never listed has the time of its arrival, with fractions of a second: it came a little after the phone's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final

from attrs import frozen

from phonelink_tui.domain.message import Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.observed import ListedText
from phonelink_tui.relay.correlation import flatten
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.own_rows import comes_back, same_text
from phonelink_tui.relay.store import Store

CUT_BYTES: Final = 200
"""A subject of so many bytes may be the beginning of a longer text; phones cut at 255, perhaps inside a character."""

SAME_TIME: Final = timedelta(seconds=1)
"""Listings tell times in whole seconds."""

ARRIVAL: Final = timedelta(minutes=5)
"""A text arrives no later after the time the phone gives it. [seen: 33 s, behind an answer that a link held back]"""

_Look = tuple[bool, str, int]


@frozen
class Renumbered:
    """What a listing says of handles that were known."""

    bound: tuple[tuple[MessageId, str], ...] = ()
    """Texts with the handles they have now."""
    lost: tuple[MessageId, ...] = ()
    """Texts whose handle names another text now."""


def still_names(row: ListedText, text: TextMessage) -> bool:
    """Whether the handle of `row` can still mean `text`: in doubt it does.

    The time alone may differ (a text has that of its arrival until it is listed), the words alone, too (edited).
    """
    if row.outgoing != (text.direction is Direction.OUTGOING):
        return False
    near = row.at is None or Source.OWN in text.sources or abs(row.at - text.at) < SAME_TIME
    return near or not row.subject.strip() or text.placeholder is not None or same_text(text, row)


def same_words(row: ListedText, text: TextMessage) -> bool:
    """Whether all that a row tells of a text's words is equal."""
    subject, words = flatten(row.subject).rstrip("\N{REPLACEMENT CHARACTER}"), flatten(text.text)
    return subject == words or (len(subject.encode()) >= CUT_BYTES and words.startswith(subject))


def renumbered(
    rows: Sequence[ListedText],
    texts: Iterable[TextMessage],
    *,
    named: Callable[[ListedText], TextMessage | None],
    other_end: Callable[[ListedText], str],
) -> Renumbered:
    """Compare a listing with what is known.

    Args:
        rows: All that one listing holds of some span of time, newest first.
        texts: What is known, in the order it came.
        named: The text that the handle of a row named so far.
        other_end: `Address.key` of the sender of a row, or of its recipient.
    """
    owners = [(row, named(row)) for row in reversed(rows)]
    here = {text.id for row, text in owners if text is not None and still_names(row, text)}
    lost = {text.id for _, text in owners if text is not None} - here
    strange = [row for row, text in owners if text is None or text.id not in here]
    wanted: dict[_Look, list[ListedText]] = defaultdict(list)
    for row in strange:
        if row.at is not None:
            wanted[row.outgoing, other_end(row), int(row.at.timestamp())].append(row)
    seconds = {second for _, _, second in wanted}
    own_move = not any(row.outgoing and text is not None and text.id in here for row, text in owners)
    own_rows = [row for row in strange if row.outgoing] if own_move else []
    bound: dict[MessageId, str] = {}
    found: dict[_Look, list[TextMessage]] = defaultdict(list)
    never_listed: list[TextMessage] = []
    for text in texts if strange else ():
        if text.id in here:
            continue
        if Source.OWN in text.sources:
            back = next((row for row in own_rows if comes_back(text, row, other_end(row))), None)
            if back is not None:
                own_rows.remove(back)
                bound[text.id] = back.handle
            continue
        if text.at.microsecond:
            never_listed.append(text)
        if (second := int(text.at.timestamp())) in seconds and (look := _look(text, second)) in wanted:
            found[look].append(text)
    for look, candidates in found.items():
        bound.update(_pair(wanted[look], candidates))
    taken = set(bound.values())
    left = [(row, other_end(row)) for row in strange if row.handle not in taken] if never_listed else []
    for text in never_listed:
        nearest = reversed(left) if text.id not in bound else ()
        came = next((one for one in nearest if _arrived_as(text, *one)), None)
        if came is not None:
            left.remove(came)
            bound[text.id] = came[0].handle
    return Renumbered(tuple(bound.items()), tuple(lost - bound.keys()))


class HandleCheck:
    """Holds the handles known so far against what the phone lists."""

    def __init__(self, store: Store, intake: Intake) -> None:
        self._store = store
        self._intake = intake

    def take(self, rows: Sequence[ListedText]) -> None:
        """Let known texts have the handles they have now; `rows` are all of a listing's span of time."""
        changes = self._compare(rows)
        for id_ in changes.lost:
            self._intake.unbind(id_)
        for id_, handle in changes.bound:
            self._intake.bind(id_, handle)

    def knows(self, row: ListedText) -> bool:
        """Whether the handle of a row names a text that the row can be."""
        known = self._intake.find(row.handle)
        return known is not None and still_names(row, known)

    def doubts(self, rows: Sequence[ListedText]) -> bool:
        """Whether one of these may be a known text under another handle, or another text under a known one."""
        return self._compare(rows) != Renumbered()

    def _compare(self, rows: Sequence[ListedText]) -> Renumbered:
        return renumbered(
            rows,
            self._store.all_messages(),
            named=lambda row: self._intake.find(row.handle),
            other_end=lambda row: self._intake.filing.identify_party(row.other_end).key,
        )


def before_last_second(rows: Sequence[ListedText]) -> int:
    """How many rows come before those of the last row's second, of which the phone may have more to list."""
    end = len(rows)
    while end and rows[-1].at is not None and rows[end - 1].at == rows[-1].at:
        end -= 1
    return end


def _arrived_as(text: TextMessage, row: ListedText, other_end: str) -> bool:
    """Whether a text that has the time of its arrival can be the one that is listed in a row."""
    if row.at is None or not -SAME_TIME < text.at - row.at < ARRIVAL or not row.subject.strip():
        return False
    if row.outgoing or text.direction is Direction.OUTGOING:
        return False
    return (text.sender.key if text.sender else "") == other_end and same_words(row, text)


def _look(text: TextMessage, second: int) -> _Look:
    outgoing = text.direction is Direction.OUTGOING
    other = text.recipient if outgoing else text.sender
    return outgoing, other.key if other else "", second


def _pair(rows: list[ListedText], texts: list[TextMessage]) -> dict[MessageId, str]:
    """Rows and texts of one person and second, each in the order they came; equal words go in that order."""
    if len(rows) == len(texts) == 1 and not rows[0].subject.strip():
        return {texts[0].id: rows[0].handle}  # phones may leave the subject out
    left = list(rows)
    pairs: dict[MessageId, str] = {}
    for text in texts:
        row = next((row for row in left if same_words(row, text)), None)
        if row is not None:
            left.remove(row)
            pairs[text.id] = row.handle
    return pairs
