"""How does one value of the domain lie in one row, and how is it read back?

Times are microseconds since 1970 UTC, enums their values, sets their members with commas between. What was
cleaned when it came in is not cleaned again: every page of the file is authenticated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from phonelink_tui.archive.facts import Draft, KeptMessage, OutboxRow, OutboxStep, ThreadMarks
from phonelink_tui.domain.address import Address, AddressKind
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import (
    Audience,
    DeliveryState,
    Direction,
    MessageId,
    Placeholder,
    Source,
    TextMessage,
    UnknownReason,
)
from phonelink_tui.domain.notification import Category, NotificationId, PhoneNotification
from phonelink_tui.domain.phone import DownReason
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.domain.thread import ThreadId

Row = Sequence[Any]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)

SECOND: Final = 1_000_000
"""Ticks of a time as it is stored."""

MESSAGE: Final = """
    m.id, t.id, m.direction, m.sender_name, m.text, m.at, m.read, m.state, m.sources, m.audience,
    m.unknown_reason, m.group_name, m.placeholder, m.detail,
    s.value, s.kind, s.key, r.value, r.kind, r.key, m.arrival, m.handle, m.failure, m.partial
"""
"""The columns `kept_message` reads, of `MESSAGE_FROM`."""

MESSAGE_FROM: Final = """
    messages m JOIN threads t ON t.n = m.thread
    LEFT JOIN addresses s ON s.n = m.sender LEFT JOIN addresses r ON r.n = m.recipient
"""

NOTIFICATION: Final = (
    "id, app_id, app_name, title, subtitle, text, category, at, silent, important, pre_existing,"
    " positive_label, negative_label, text_message, stale"
)


def ticks(at: datetime) -> int:
    """A time as it is stored."""
    return (at - EPOCH) // _TICK


def moment(stored: int) -> datetime:
    """A stored time."""
    return EPOCH + timedelta(microseconds=stored)


def ticks_or_none(at: datetime | None) -> int | None:
    """A time that may be missing."""
    return None if at is None else ticks(at)


def moment_or_none(stored: int | None) -> datetime | None:
    """A stored time that may be missing."""
    return None if stored is None else moment(stored)


def listed(members: Iterable[str]) -> str:
    """A set of stable words as it is stored."""
    return ",".join(sorted(members))


def members(stored: str) -> frozenset[str]:
    """A stored set."""
    return frozenset(stored.split(",")) if stored else frozenset()


def address(value: str, kind: str, key: str) -> Address:
    """A stored address."""
    return Address(RemoteText(value), AddressKind(kind), key)


def kept_message(row: Row) -> KeptMessage:
    """The text in a row of `MESSAGE`."""
    sender = None if row[14] is None else address(*row[14:17])
    recipient = None if row[17] is None else address(*row[17:20])
    message = TextMessage(
        id=MessageId(row[0]),
        thread=ThreadId(row[1]),
        direction=Direction(row[2]),
        sender=sender,
        sender_name=RemoteText(row[3]),
        recipient=recipient,
        text=RemoteText(row[4]),
        at=moment(row[5]),
        read=bool(row[6]),
        state=DeliveryState(row[7]),
        sources=frozenset(map(Source, members(row[8]))),
        audience=Audience(row[9]),
        unknown_reason=None if row[10] is None else UnknownReason(row[10]),
        group=None if row[11] is None else RemoteText(row[11]),
        placeholder=None if row[12] is None else Placeholder(row[12]),
        detail=row[13],
        partial=bool(row[23]),
        failure=None if row[22] is None else Failure(row[22]),
    )
    return KeptMessage(message, row[20], row[21])


def message_columns(message: TextMessage) -> dict[str, Any]:
    """A text's own columns: all but where it lies and whose it is."""
    return {
        "id": message.id,
        "at": ticks(message.at),
        "direction": message.direction.value,
        "sender_name": message.sender_name,
        "text": message.text,
        "read": message.read,
        "state": message.state.value,
        "sources": listed(message.sources),
        "audience": message.audience.value,
        "unknown_reason": message.unknown_reason and message.unknown_reason.value,
        "group_name": message.group,
        "placeholder": message.placeholder and message.placeholder.value,
        "detail": message.detail,
        "partial": message.partial,
        "failure": message.failure and message.failure.value,
    }


def notification(row: Row) -> PhoneNotification:
    """The notification in a row of `NOTIFICATION`."""
    return PhoneNotification(
        id=NotificationId(row[0]),
        app_id=RemoteText(row[1]),
        app_name=RemoteText(row[2]),
        title=RemoteText(row[3]),
        subtitle=RemoteText(row[4]),
        text=RemoteText(row[5]),
        category=Category(row[6]),
        at=moment(row[7]),
        silent=bool(row[8]),
        important=bool(row[9]),
        pre_existing=bool(row[10]),
        positive_label=None if row[11] is None else RemoteText(row[11]),
        negative_label=None if row[12] is None else RemoteText(row[12]),
        text_message=None if row[13] is None else MessageId(row[13]),
        stale=bool(row[14]),
    )


def notification_row(value: PhoneNotification) -> tuple[Any, ...]:
    """A notification as a row of `NOTIFICATION`."""
    return (
        *(value.id, value.app_id, value.app_name, value.title, value.subtitle, value.text),
        *(value.category.value, ticks(value.at), value.silent, value.important, value.pre_existing),
        *(value.positive_label, value.negative_label, value.text_message, value.stale),
    )


def gap(row: Row) -> Gap:
    """The gap in a row of (id, started_at, ended_at, reason)."""
    return Gap(row[0], moment(row[1]), moment_or_none(row[2]), DownReason(row[3]))


def marks(row: Row) -> ThreadMarks:
    """The marks in a row of (thread, pinned, muted, archived, unread, confirmed)."""
    pinned, muted, archived, unread = map(bool, row[1:5])
    return ThreadMarks(ThreadId(row[0]), pinned, muted, archived, unread, members(row[5]))


def draft(row: Row) -> Draft:
    """The draft in a row of (thread, text, at)."""
    return Draft(ThreadId(row[0]), row[1], moment(row[2]))


def outbox_row(row: Row) -> OutboxRow:
    """A row of (message, step, value, kind, key, hold_until, expires_at, confirmed, command, attempts)."""
    return OutboxRow(
        MessageId(row[0]),
        OutboxStep(row[1]),
        address(*row[2:5]),
        moment_or_none(row[5]),
        moment_or_none(row[6]),
        members(row[7]),
        row[8],
        row[9],
    )
