"""Which people, texts and notifications do the tests of the socket and the command line talk about?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from phonelink_tui.config.exact_json import encode_time
from phonelink_tui.domain.address import identify
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.notification import Category, NotificationId, PhoneNotification
from phonelink_tui.domain.phone import IPHONE_TRAITS, Capability, CapabilityState, LinkPhase, Phone
from phonelink_tui.domain.text import NO_TEXT, clean, clean_line
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.ipc.values import from_json, to_json
from phonelink_tui.relay.api import Snapshot

NOON: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALICE: Final = identify("+15550100")
BOB: Final = identify("bob@example.net")
ALICE_THREAD: Final = ThreadId("a11ce00000000001")
BOB_THREAD: Final = ThreadId("b0b0000000000002")
FAMILY_THREAD: Final = ThreadId("fa0000000000003f")


def text(number: int, thread: ThreadId = ALICE_THREAD, words: str = "hello", **changes: Any) -> TextMessage:
    """An incoming text of Alice, `number` minutes after noon."""
    fields: dict[str, Any] = {
        "id": MessageId(f"m{number}"),
        "thread": thread,
        "direction": Direction.INCOMING,
        "sender": ALICE,
        "sender_name": clean_line("Alice"),
        "recipient": None,
        "text": clean(words),
        "at": NOON + timedelta(minutes=number),
        "read": False,
        "state": DeliveryState.RECEIVED,
        "sources": frozenset({Source.MAP}),
    }
    return TextMessage(**{**fields, **changes})


def thread(id: ThreadId, title: str, address: str, **changes: Any) -> Thread:
    """A row of the list; JSON words for the enums, because that is how scripts meet them."""
    fields: dict[str, Any] = {
        "id": id,
        "audience": "private",
        "address": to_json(identify(address)),
        "title": title,
        "sender_name": title,
        "group_name": None,
        "reply": "open",
        "reply_reason": "",
        "last_text": "hello",
        "last_at": encode_time(NOON),
        "last_direction": "incoming",
        "unread": 1,
        "total": 3,
        "first_at": encode_time(NOON),
    }
    return from_json({**fields, **changes}, Thread)


def notification(number: int, **changes: Any) -> PhoneNotification:
    """A parcel's notification."""
    fields: dict[str, Any] = {
        "id": NotificationId(f"1-{number}"),
        "app_id": clean_line("com.example.parcels"),
        "app_name": clean_line("Parcels"),
        "title": clean_line("On its way"),
        "subtitle": NO_TEXT,
        "text": clean("Arrives between 14:00 and 16:00"),
        "category": Category.OTHER,
        "at": NOON,
        "positive_label": clean_line("Track"),
    }
    return PhoneNotification(**{**fields, **changes})


def phone() -> Phone:
    """An iPhone with messages and notifications caught up, and contacts absent."""
    states = (
        CapabilityState(Capability.MESSAGES, LinkPhase.READY, NOON, proof_at=NOON, caught_up=True),
        CapabilityState(Capability.NOTIFICATIONS, LinkPhase.READY, NOON, caught_up=True),
    )
    capabilities = {state.capability: state for state in states}
    return Phone("virtual:test", clean_line("Test iPhone"), IPHONE_TRAITS, capabilities, 81, NOON)


def snapshot(rev: int = 0) -> Snapshot:
    """Two private threads and a group, one notification, one limit, two contacts."""
    return Snapshot(
        rev=rev,
        phone=phone(),
        threads=(
            thread(ALICE_THREAD, "Alice", "+15550100"),
            thread(BOB_THREAD, "Bob", "bob@example.net", unread=0),
            thread(
                FAMILY_THREAD,
                "Family",
                "+15550100",
                audience="group",
                group_name="Family",
                reply="closed",
                reply_reason="group",
            ),
        ),
        notifications=(notification(1),),
        gaps=(),
        limitations=(make_limitation(LimitKind.NOT_KEPT, evidence="no archive is open"),),
        contacts=(
            Contact(clean_line("Alice"), (ALICE,)),
            Contact(clean_line("Carol Jones"), (identify("+15550111"), identify("+15550112"))),
        ),
    )
