"""Which rows does a conversation have on the screen, and in what order? Values only; no widths, no Textual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from attrs import frozen

from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.limitations import LIMITS, Limitation, LimitClass, LimitKind, LimitScope
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, TextMessage
from phonelink_tui.ui import when
from phonelink_tui.ui.reactions import Folds


class RowKind(StrEnum):
    DAY = "day"
    MESSAGE = "message"
    PLACEHOLDER = "placeholder"
    """A message whose content stays on the phone."""
    REACTIONS = "reactions"
    """What was said to the text above by a reaction, in place of a text of its own."""
    GAP = "gap"
    BANNER = "banner"
    HISTORY_START = "history-start"
    NEW_SINCE = "new-since"


@frozen
class Row:
    """One row of a thread. `RemoteText` and our own words only: nothing in it can act on a terminal."""

    kind: RowKind
    key: str
    """Equal keys are the same row after a rebuild; of a message, its id."""
    text: str
    time: str = ""
    """Empty where the row above already says it."""
    who: str = ""
    """Empty where the row above is by the same sender."""
    own: bool = False
    status: DeliveryState | None = None
    """Of texts of our own: how far it got."""
    detail: str = ""
    lasting: bool = True
    """Of banners: the limit is structural and stays quiet; else it is marked."""


def is_message(row: Row) -> bool:
    """Whether a row is a text, or stands for one."""
    return row.kind in (RowKind.MESSAGE, RowKind.PLACEHOLDER)


GROUPED_WITHIN: Final = timedelta(minutes=5)
"""A sender's texts closer together than this share one name."""

YOU: Final = "You"
STILL: Final = "R sends it, u takes it back."
"""The answers to a text that asks whether it still holds."""
NEW_SINCE_TEXT: Final = "new since you left"
UNREAD_TEXT: Final = "new"
"""Where nobody was here before; it stays true when it is read."""
UNREAD_ABOVE_TEXT: Final = " · {count:,} more above, not loaded yet"


@frozen
class Clock:
    """What a thread's times are written by."""

    now: datetime
    """Aware; decides only whether a year or a weekday is written."""
    zone: tzinfo | None = None
    """None is this computer's own zone."""


def thread_rows(
    messages: Sequence[TextMessage],
    clock: Clock,
    *,
    gaps: Iterable[Gap] = (),
    limitations: Iterable[Limitation] = (),
    first_unread: MessageId | None = None,
    was_left: bool = True,
    unread_above: int = 0,
    complete: bool = True,
    folds: Folds | None = None,
) -> tuple[Row, ...]:
    """All rows of what is loaded of a thread.

    Args:
        messages: Oldest first.
        clock: Now and the zone.
        gaps: Oldest first. Those older than the first message belong to an earlier page, or to a time of
            which history-start speaks, and are left out; neighbours without a message between are one row.
        limitations: Those of thread scope become rows: at the top, except no-receipts, which stands once
            under the first text it speaks of.
        first_unread: The message above which "new since you left" stands.
        was_left: Whether there was a leave; else it is only new.
        unread_above: So many more are new and not loaded; the line says so.
        complete: Whether `messages` begins where the history does; only then history-start is shown.
        folds: The reactions that stand under other texts.
    """
    limits = {limit.kind: limit for limit in limitations if limit.scope is LimitScope.THREAD}
    receipts = limits.pop(LimitKind.NO_RECEIPTS, None)
    if not complete:
        limits.pop(LimitKind.HISTORY_START, None)
    rows = [_banner(limit) for limit in limits.values()]
    waiting = list(_gaps_after(gaps, messages))
    previous: TextMessage | None = None
    folds = folds or Folds()
    first_unread = _first_with_row(messages, first_unread, folds)
    for message in messages:
        if message.id in folds.folded:
            continue
        if waiting and waiting[0].started_at <= message.at:
            passed = [gap for gap in waiting if gap.started_at <= message.at]
            del waiting[: len(passed)]
            rows.append(_gap_row(passed, clock))
            rows.extend(rows_after(previous, message, clock, interrupted=True))
        elif message.id == first_unread:
            rows.extend(rows_after(previous, message, clock, interrupted=True))
        else:
            rows.extend(rows_after(previous, message, clock))
        if message.id == first_unread:
            words = NEW_SINCE_TEXT if was_left else UNREAD_TEXT
            words += UNREAD_ABOVE_TEXT.format(count=unread_above) if unread_above else ""
            rows.insert(len(rows) - 1, Row(RowKind.NEW_SINCE, "new-since", words))
        if message.id in folds.under:
            rows.append(Row(RowKind.REACTIONS, f"reactions:{message.id}", folds.under[message.id]))
        if receipts and message.state is DeliveryState.ACCEPTED and message.direction is Direction.OUTGOING:
            rows.append(_banner(receipts))
            receipts = None
        previous = message
    if waiting:
        rows.append(_gap_row(waiting, clock))
    return tuple(rows)


def _first_with_row(
    messages: Sequence[TextMessage], first: MessageId | None, folds: Folds
) -> MessageId | None:
    """The first text from `first` on that is not folded away."""
    if first not in folds.folded:
        return first
    index = next(i for i, m in enumerate(messages) if m.id == first)
    return next((m.id for m in messages[index:] if m.id not in folds.folded), None)


def rows_after(
    previous: TextMessage | None, message: TextMessage, clock: Clock, *, interrupted: bool = False
) -> Iterator[Row]:
    """The rows one more message adds: a day line where a day begins, then the message.

    Args:
        previous: The message before it, None when it is the first.
        message: The message.
        clock: Now and the zone.
        interrupted: Another row stands between the two, so the name is written again.
    """
    here = when.local(message.at, clock.zone)
    before = when.local(previous.at, clock.zone) if previous else None
    if before is None or before.date() != here.date():
        yield Row(RowKind.DAY, f"day:{here.date()}", when.day(message.at, clock.zone, clock.now))
        interrupted = True
    follows = not interrupted and previous is not None and _same_sender(previous, message)
    time = f"{here.hour:02}:{here.minute:02}"
    if follows and before is not None and (before.hour, before.minute) == (here.hour, here.minute):
        time = ""
    yield _message_row(message, time, follows=follows, clock=clock)


def replaced_row(old: Row, message: TextMessage, clock: Clock) -> Row:
    """The row of a message that changed, keeping the place and grouping of `old`."""
    return _message_row(message, old.time, follows=not old.who, clock=clock)


def sender_of(message: TextMessage) -> str:
    """Who wrote a text, by name where one is known, else by address."""
    return message.sender_name or (message.sender.value if message.sender else "") or "?"


def _message_row(message: TextMessage, time: str, *, follows: bool, clock: Clock) -> Row:
    own = message.direction is Direction.OUTGOING
    text: str = message.text
    kind = RowKind.MESSAGE
    if message.placeholder is not None:
        kind = RowKind.PLACEHOLDER
        text = _placeholder_text(message, clock)
    return Row(
        kind,
        message.id,
        text,
        time,
        "" if follows else (YOU if own else sender_of(message)),
        own,
        message.state if own else None,
        f"{message.detail} {STILL}" if message.asks else message.detail,
    )


def _placeholder_text(message: TextMessage, clock: Clock) -> str:
    spec = LIMITS[LimitKind.MEDIA_ON_PHONE]
    sentence = spec.sentence.format(time=when.clock(message.at, clock.zone))
    return f"{message.text}\n{sentence}" if message.text else sentence


def _same_sender(one: TextMessage, other: TextMessage) -> bool:
    return (
        one.direction is other.direction
        and (one.sender.key if one.sender else "") == (other.sender.key if other.sender else "")
        and one.sender_name == other.sender_name
        and abs(other.at - one.at) < GROUPED_WITHIN
    )


def _banner(limit: Limitation) -> Row:
    kind = RowKind.HISTORY_START if limit.kind is LimitKind.HISTORY_START else RowKind.BANNER
    return Row(kind, limit.kind, limit.sentence, lasting=limit.spec.cls is LimitClass.STRUCTURAL)


def _gaps_after(gaps: Iterable[Gap], messages: Sequence[TextMessage]) -> Iterator[Gap]:
    first_at = messages[0].at if messages else None
    for gap in gaps:
        if first_at is None or gap.ended_at is None or gap.started_at > first_at:
            yield gap


def _gap_row(gaps: Sequence[Gap], clock: Clock) -> Row:
    span = when.span(gaps[0].started_at, gaps[-1].ended_at, clock.zone, clock.now)
    times = f", {len(gaps)} times" if len(gaps) > 1 else ""
    sentence = LIMITS[LimitKind.GAP].sentence.format(span=span + times)
    return Row(RowKind.GAP, f"gap:{gaps[0].id}", sentence, lasting=False)
