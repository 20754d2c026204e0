"""What does a believable phone hold? People, texts and notifications that tests and the show script share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.message import (
    Audience,
    DeliveryState,
    Direction,
    MessageId,
    Source,
    TextMessage,
    UnknownReason,
)
from phonelink_tui.domain.notification import Category, NotificationId, PhoneNotification
from phonelink_tui.domain.phone import (
    IPHONE_TRAITS,
    Capability,
    CapabilityState,
    DownReason,
    LinkPhase,
    Phone,
)
from phonelink_tui.domain.text import RemoteText, clean, clean_line
from phonelink_tui.domain.thread import Reply, Thread, ThreadId

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    """So many minutes before the fixed now."""
    return NOW - timedelta(minutes=minutes)


def a_phone(
    messages: LinkPhase = LinkPhase.READY, reason: DownReason | None = None, *, name: str = "Anna's iPhone"
) -> Phone:
    """An iPhone whose texts stand so, and whose other capabilities are ready."""
    states = {c: CapabilityState(c, LinkPhase.READY, ago(50), proof_at=ago(0.1)) for c in Capability}
    next_at = NOW + timedelta(seconds=65) if messages is LinkPhase.WAITING else None
    states[Capability.MESSAGES] = CapabilityState(
        Capability.MESSAGES, messages, ago(3), reason, proof_at=ago(3), next_attempt_at=next_at
    )
    since = ago(50) if messages is LinkPhase.READY else None
    return Phone("virtual:test", RemoteText(clean_line(name)), IPHONE_TRAITS, states, 82, since)


def a_thread(
    number: int,
    title: str,
    *,
    minutes: float = 10,
    text: str = "Dinner at seven?",
    unread: int = 0,
    audience: Audience = Audience.PRIVATE,
    address: str | None = None,
    reply: Reply | None = None,
    total: int = 1,
    own: bool = False,
    group: str | None = None,
) -> Thread:
    """One row of the conversation list."""
    default = {Audience.PRIVATE: Reply.OPEN, Audience.GROUP: Reply.CLOSED, Audience.UNKNOWN: Reply.ASKS}
    return Thread(
        ThreadId(f"{number:016x}"),
        audience,
        identify(address or f"+1555010{number:04}"),
        clean_line(title),
        clean_line(title),
        clean_line(group) if group else None,
        reply or default[audience],
        "",
        clean(text),
        ago(minutes),
        Direction.OUTGOING if own else Direction.INCOMING,
        unread,
        total,
        ago(minutes + 3000),
        UnknownReason.NO_MATCH if audience is Audience.UNKNOWN else None,
    )


def a_text(
    thread: Thread,
    number: int,
    text: str,
    *,
    minutes: float = 10,
    own: bool = False,
    state: DeliveryState | None = None,
    read: bool = True,
) -> TextMessage:
    """One text of a thread."""
    return TextMessage(
        MessageId(f"{thread.id}-{number}"),
        thread.id,
        Direction.OUTGOING if own else Direction.INCOMING,
        None if own else thread.address,
        RemoteText("") if own else thread.sender_name,
        thread.address if own else None,
        clean(text),
        ago(minutes),
        read,
        state or (DeliveryState.ACCEPTED if own else DeliveryState.RECEIVED),
        frozenset({Source.OWN if own else Source.MAP}),
    )


def a_notification(
    number: int,
    app: str,
    title: str,
    text: str,
    *,
    minutes: float = 5,
    pre_existing: bool = False,
    category: Category = Category.OTHER,
    positive: str | None = None,
    negative: str | None = "Clear",
) -> PhoneNotification:
    """One notification."""
    return PhoneNotification(
        NotificationId(f"1:{number}"),
        clean_line("com." + app.lower()),
        clean_line(app),
        clean_line(title),
        RemoteText(""),
        clean(text),
        category,
        ago(minutes),
        pre_existing=pre_existing,
        positive_label=clean_line(positive) if positive else None,
        negative_label=clean_line(negative) if negative else None,
    )


def some_contacts() -> tuple[Contact, ...]:
    """A small book."""
    people = (
        ("Alice Ahlgren", "+15550100001"),
        ("Bob Miller", "+15550100002"),
        ("Zoë Winter", "zoe@example.org"),
    )
    return tuple(Contact(clean_line(name), (identify(address),)) for name, address in people)
