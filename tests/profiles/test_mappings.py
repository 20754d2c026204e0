"""What protocol values mean in the domain's words: texts, events, notifications, addresses, times, refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.notification import Category
from phonelink_tui.domain.observed import ChangeKind, Folder, OutgoingText, Party
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.domain.text import NO_TEXT, RemoteText, clean
from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.profiles.ancs_mapping import CATEGORIES, observe
from phonelink_tui.profiles.map_mapping import changed, fetched, listed, write_bmessage
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import QUIRKS, strip_scheme_tag
from phonelink_tui.profiles.refusals import refusal
from phonelink_tui.protocol.ancs.constants import (
    CategoryId,
    EventFlags,
    EventId,
    NotificationAttributeId,
)
from phonelink_tui.protocol.ancs.data_source import NotificationAttributes
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent
from phonelink_tui.protocol.map.bmessage import BMessage, BMessageBody
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard
from phonelink_tui.protocol.map.constants import EventType
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.event_report import Event
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.listing import MessageEntry

LOCAL = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001 - the phone's clock
HANDLE = MessageHandle("0A1")
IPHONE, ANDROID = QUIRKS[PhoneKind.IPHONE], QUIRKS[PhoneKind.ANDROID]


def clock(hours: int = 1) -> PhoneClock:
    one = PhoneClock()
    one.learn(timedelta(hours=hours))
    return one


# Addresses


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("7:+15550100", "+15550100"),
        ("7:alice@example.com", "alice@example.com"),
        ("e:alice@example.com", "alice@example.com"),
        ("mailto:alice@example.com", "alice@example.com"),
        ("E-Mail:alice@example.com", "alice@example.com"),
        ("email:alice@example.com", "alice@example.com"),
        ("TEL:+15550100", "+15550100"),
        ("sms:55501", "55501"),
        (" 7:+15550100 ", "+15550100"),
        ("7:", "7:"),
        ("", ""),
        ("+15550100", "+15550100"),
        ("alice@example.com", "alice@example.com"),
        ("DHL", "DHL"),
        ("http://example.com", "http://example.com"),
    ],
)
def test_scheme_tags_go(written: str, address: str) -> None:
    """quirk: scheme-tag. One tag in front, and nothing else."""
    assert strip_scheme_tag(written) == address


@given(st.one_of(st.emails(), st.from_regex(r"\+?[0-9 ()-]{3,15}", fullmatch=True)))
def test_no_address_begins_like_a_tag(address: str) -> None:
    """What is stripped is never part of an address."""
    assert strip_scheme_tag(address) == address.strip()
    assert strip_scheme_tag("7:" + address.strip()) == address.strip() or not address.strip()


# Texts


def test_a_row_of_a_listing() -> None:
    """Everything a person sees, cleaned, in UTC."""
    entry = MessageEntry(
        HANDLE,
        subject="hello \x1b[31m",
        datetime=MapDateTime(LOCAL),
        sender_name="Alice\nMoreau",
        sender_addressing="7:+15550100",
        recipient_addressing="+15550199",
        attachment_size=12,
        read=True,
    )
    row = listed(entry, Folder.INBOX, clock())
    assert row.handle == "0A1"
    assert row.sender == Party(RemoteText("+15550100"), RemoteText("Alice Moreau"))
    assert row.recipients == (Party(RemoteText("+15550199")),)
    assert (row.subject, row.at) == ("hello ␛[31m", datetime(2026, 11, 22, 11, 0, tzinfo=UTC))
    assert (row.read, row.outgoing, row.has_attachment) == (True, False, True)


def test_a_row_that_says_nothing() -> None:
    """Every attribute but the handle may be missing."""
    row = listed(MessageEntry(HANDLE), Folder.SENT, clock())
    assert (row.sender, row.recipients, row.subject, row.at) == (Party(NO_TEXT), (), "", None)
    assert (row.read, row.outgoing, row.has_attachment) == (False, True, False)


@pytest.mark.parametrize(
    ("addresses", "names", "parties"),
    [
        ("+15550100", "Doe, Jane", [("+15550100", "Doe, Jane")]),
        ("+15550100;+15550101", "Alice;Bob", [("+15550100", "Alice"), ("+15550101", "Bob")]),
        ("+15550100,+15550101", "Doe, Jane, Bob", [("+15550100", ""), ("+15550101", "")]),
        ("+15550100; ;", "", [("+15550100", "")]),
        (None, "Alice", []),
    ],
)
def test_several_recipients(addresses: str | None, names: str, parties: list[tuple[str, str]]) -> None:
    """Names go with addresses where there are as many; else nobody gets another's name."""
    entry = MessageEntry(HANDLE, recipient_addressing=addresses, recipient_name=names)
    row = listed(entry, Folder.SENT, clock())
    assert [(p.address, p.name) for p in row.recipients] == parties


def test_a_fetched_text() -> None:
    """With the sender's address, number before mail, without its tag."""
    card = BMessageVCard(fn="Alice", tels=("", "7:+15550100"), emails=("alice@example.com",))
    recipient = BMessageVCard(emails=("7:bob@example.com",))
    message = BMessage(
        originators=(card,), envelopes=((recipient,),), body=BMessageBody((b"one\r\ntwo",)), read=False
    )
    text = fetched(message, "0A1", Folder.INBOX)
    assert text.sender == Party(RemoteText("+15550100"), RemoteText("Alice"))
    assert text.recipients == (Party(RemoteText("bob@example.com")),)
    assert (text.text, text.read, text.handle) == ("one\ntwo", False, "0A1")


def test_a_text_of_nobody_with_nothing() -> None:
    """A bMessage without originator or body is still one."""
    text = fetched(BMessage(body=None), "0A1", Folder.INBOX)
    assert (text.sender, text.recipients, text.text) == (Party(NO_TEXT), (), "")
    nameless = fetched(BMessage(originators=(BMessageVCard(),)), "0A1", Folder.INBOX)
    assert nameless.sender.address == ""


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (EventType.NEW_MESSAGE, ChangeKind.NEW),
        (EventType.MESSAGE_DELETED, ChangeKind.DELETED),
        (EventType.MESSAGE_REMOVED, ChangeKind.DELETED),
        (EventType.MESSAGE_SHIFT, ChangeKind.SHIFTED),
        (EventType.READ_STATUS_CHANGED, ChangeKind.READ_CHANGED),
        (EventType.SENDING_SUCCESS, ChangeKind.SENT),
        (EventType.SENDING_FAILURE, ChangeKind.SENDING_FAILED),
        (EventType.DELIVERY_SUCCESS, ChangeKind.DELIVERED),
        (EventType.DELIVERY_FAILURE, ChangeKind.DELIVERY_FAILED),
        (EventType.MEMORY_FULL, ChangeKind.OTHER),
        ("SomethingOf2030", ChangeKind.OTHER),
    ],
)
def test_event_reports(type_: str, kind: ChangeKind) -> None:
    """Words nobody knows are kept as such, not fatal."""
    bare = changed(Event(type_), clock())
    assert (bare.kind, bare.handle, bare.folder, bare.at, bare.sender_name) == (kind, "", None, None, "")
    full = Event(
        type_,
        HANDLE,
        folder="TELECOM/MSG/INBOX",
        datetime=MapDateTime(LOCAL, timedelta(0)),
        sender_name="Alice",
        read_status=True,
    )
    change = changed(full, clock())
    assert (change.handle, change.folder, change.read, change.sender_name) == (
        "0A1",
        Folder.INBOX,
        True,
        "Alice",
    )
    assert change.at == LOCAL.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("recipient", "tels", "emails"),
    [
        ("+15550100", ("+15550100",), ()),
        ("55501", ("55501",), ()),
        ("alice@example.com", (), ("7:alice@example.com",)),
    ],
)
def test_a_text_is_written_for_exactly_one_recipient(
    recipient: str, tels: tuple[str, ...], emails: tuple[str, ...]
) -> None:
    """quirk: email-tag on iPhones; Androids get the address as it is."""
    out = OutgoingText(RemoteText(recipient), "END:MSG\nBEGIN:MSG\r\nhi\rthere")
    (card,) = decode_bmessage(write_bmessage(out, IPHONE)).recipients
    assert (card.tels, card.emails) == (tels, emails)
    (plain,) = decode_bmessage(write_bmessage(out, ANDROID)).recipients
    assert (*plain.tels, *plain.emails) == (recipient,)
    body = decode_bmessage(write_bmessage(out, IPHONE)).body
    assert body is not None
    assert body.text == "END:MSG\nBEGIN:MSG\nhi\nthere"


@pytest.mark.parametrize(
    "recipient",
    ["", "+1555;+1556", "+1555,+1556", "a\r\nTEL:+1556", "a\nb", "a\\b", "a\0b", "x" * 255],
)
def test_what_could_become_another_recipient_is_not_written(recipient: str) -> None:
    """Whatever let it through before."""
    with pytest.raises(LocalProtocolError):
        write_bmessage(OutgoingText(RemoteText(recipient), "hi"), ANDROID)


@given(st.text(max_size=80), st.text(max_size=300))
def test_nothing_a_person_types_becomes_another_message(recipient: str, text: str) -> None:
    """What is written reads back as one text to one recipient, or is not written."""
    out = OutgoingText(identify(recipient).value, clean(text))
    try:
        data = write_bmessage(out, IPHONE)
    except LocalProtocolError:
        return
    message = decode_bmessage(data)
    assert len(message.recipients) == 1
    assert message.body is not None
    assert message.body.text == out.text


# Notifications


def notification(
    flags: int = 0, category: int = 0, **values: str
) -> tuple[NotificationEvent, NotificationAttributes]:
    event = NotificationEvent(EventId.ADDED, 7, EventFlags(flags), CategoryId(category), 1)
    return event, NotificationAttributes(
        7, {NotificationAttributeId[k.upper()]: v for k, v in values.items()}
    )


def test_a_notification_in_full() -> None:
    """Lines are cleaned, the text keeps its breaks, the time is UTC."""
    event, attributes = notification(
        EventFlags.SILENT | EventFlags.PRE_EXISTING | EventFlags.NEGATIVE_ACTION | EventFlags.POSITIVE_ACTION,
        CategoryId.SOCIAL,
        app_identifier="com.apple.MobileSMS",
        title="Alice\n",
        subtitle="To you & Bob",
        message="one\ntwo",
        date="20261122T120000",
        negative_action_label="Clear\x07",
        positive_action_label="",
    )
    seen = observe(event, attributes, "Messages", clock())
    assert (seen.uid, seen.app_name, seen.title, seen.subtitle) == (7, "Messages", "Alice", "To you & Bob")
    assert (seen.text, seen.at) == ("one\ntwo", datetime(2026, 11, 22, 11, 0, tzinfo=UTC))
    assert (seen.silent, seen.important, seen.pre_existing, seen.modified) == (True, False, True, False)
    assert (seen.positive_label, seen.negative_label) == ("Yes", "Clear␇")


def test_a_notification_that_says_nothing() -> None:
    """The app goes by the end of its id; labels without their flag mean nothing; a senseless date is none."""
    event, attributes = notification(
        0, 200, app_identifier="org.example.mail", date="soon", negative_action_label="X"
    )
    seen = observe(event, attributes, "", clock())
    assert (seen.app_name, seen.category, seen.at) == ("mail", Category.OTHER, None)
    assert (seen.positive_label, seen.negative_label) == (None, None)
    assert (seen.title, seen.text) == ("", "")


def test_every_category_has_its_word() -> None:
    """All twelve of the specification."""
    known = [c for c in CategoryId if c <= 11]
    assert [CATEGORIES[c] for c in known] == list(Category)


# Times and refusals


@pytest.mark.parametrize("hours", [-11, 0, 5])
def test_the_phones_clock(hours: int) -> None:
    """There and back; a time that tells its own offset needs none."""
    one = clock(hours)
    one.learn(None)
    utc = one.to_utc(LOCAL)
    assert utc is not None
    assert utc.replace(tzinfo=None) + timedelta(hours=hours) == LOCAL
    assert one.to_local(utc) == LOCAL
    assert one.to_utc(LOCAL, timedelta(hours=2)) == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert one.to_utc(None) is None


def test_times_outside_the_calendar_are_none() -> None:
    """And never an exception."""
    assert clock(5).to_utc(datetime.min) is None  # noqa: DTZ901
    assert clock(-5).to_utc(datetime.max) is None  # noqa: DTZ901


def test_without_an_offset_it_is_this_computers_zone() -> None:
    """As good a guess as there is: they lie on one desk."""
    assert PhoneClock().to_utc(LOCAL) == LOCAL.astimezone(UTC)
    assert PhoneClock().to_local(LOCAL.astimezone(UTC)) == LOCAL


@pytest.mark.parametrize("code", [0xC3, 0xC4, 0xD3, 0xE1, 0xC9])
def test_a_refusal_is_a_sentence(code: int) -> None:
    """With its code; one that nobody knows is told by its number."""
    error = refusal(code)
    assert error.code == code
    assert error.message
    assert (f"{code:02X}" in error.message) == (code == 0xC9)
