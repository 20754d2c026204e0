"""The provider machine: does it behave as a phone does, refusals included?"""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import (
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    ActionId,
    AppAttributeId,
    AttErrorCode,
    CategoryId,
    EventFlags,
    EventId,
    NotificationAttributeId,
)
from phonelink_tui.protocol.ancs.control_point import (
    AttributeRequest,
    Command,
    GetAppAttributes,
    GetNotificationAttributes,
    PerformNotificationAction,
    encode_command,
)
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent, decode_notification_source
from phonelink_tui.protocol.ancs.provided import ProvidedNotification
from phonelink_tui.protocol.ancs.provider import ActionRequested, AncsProvider, ProviderEvent, ValueToNotify

_TEXT = ProvidedNotification(
    "com.apple.MobileSMS",
    title="Zoë",
    subtitle="To you & Ben",
    message="See you at 7",
    date=datetime(2026, 11, 22, 10, 15),  # noqa: DTZ001
    category=CategoryId.SOCIAL,
    important=True,
    negative_label="Clear",
)
_CALL = ProvidedNotification(
    "com.apple.mobilephone",
    title="Ann",
    category=CategoryId.INCOMING_CALL,
    silent=True,
    positive_label="Answer",
    negative_label="Decline",
)


def _provider(**arguments: bool | int) -> AncsProvider:
    provider = AncsProvider(**arguments)  # type: ignore[arg-type]
    provider.subscribe(DATA_SOURCE_UUID)
    provider.subscribe(NOTIFICATION_SOURCE_UUID)
    return provider


def _drain(provider: AncsProvider) -> list[ProviderEvent]:
    return list(iter(provider.next_event, None))


def _told(provider: AncsProvider) -> list[NotificationEvent]:
    values = [event for event in _drain(provider) if isinstance(event, ValueToNotify)]
    assert {event.characteristic for event in values} <= {NOTIFICATION_SOURCE_UUID}
    return [decode_notification_source(event.value) for event in values]


def _reply(provider: AncsProvider, command: Command) -> list[bytes]:
    assert provider.receive_control_point(encode_command(command)) is None
    values = [event for event in _drain(provider) if isinstance(event, ValueToNotify)]
    assert {event.characteristic for event in values} <= {DATA_SOURCE_UUID}
    return [event.value for event in values]


def test_a_notification_from_its_coming_to_its_going() -> None:
    """Added, modified and removed carry UID, flags, category and the count of its category."""
    provider = _provider()
    provider.add("text", _TEXT)
    provider.add("call", _CALL)
    provider.add("other text", _TEXT)
    provider.modify("text", _TEXT)
    provider.remove("text")
    text = EventFlags.IMPORTANT | EventFlags.NEGATIVE_ACTION
    call = EventFlags.SILENT | EventFlags.POSITIVE_ACTION | EventFlags.NEGATIVE_ACTION
    assert _told(provider) == [
        NotificationEvent(EventId.ADDED, 0, text, CategoryId.SOCIAL, 1),
        NotificationEvent(EventId.ADDED, 1, call, CategoryId.INCOMING_CALL, 1),
        NotificationEvent(EventId.ADDED, 2, text, CategoryId.SOCIAL, 2),
        NotificationEvent(EventId.MODIFIED, 0, text, CategoryId.SOCIAL, 2),
        NotificationEvent(EventId.REMOVED, 0, text, CategoryId.SOCIAL, 1),
    ]


def test_subscription_replays_what_is_there() -> None:
    """Notifications from before the subscription are replayed as pre-existing, once."""
    provider = AncsProvider()
    provider.add("a", _TEXT)
    provider.add("b", _TEXT)
    provider.modify("b", _CALL)
    provider.remove("a")
    assert _drain(provider) == []
    provider.subscribe(NOTIFICATION_SOURCE_UUID)
    provider.subscribe(NOTIFICATION_SOURCE_UUID)
    (event,) = _told(provider)
    assert event.flags & EventFlags.PRE_EXISTING
    assert (event.event_id, event.uid, event.category) == (EventId.ADDED, 0, CategoryId.INCOMING_CALL)


def test_uids_restart_with_each_session() -> None:
    """After a dropped link a number names another notification."""
    provider = _provider()
    provider.add("a", _TEXT)
    provider.add("b", _TEXT)
    provider.remove("a")
    provider.disconnect()
    assert provider.uid_of("b") is None
    assert _drain(provider) == []
    provider.subscribe(NOTIFICATION_SOURCE_UUID)
    assert provider.uid_of("b") == 0


@pytest.mark.parametrize(("reuse", "uid"), [(False, 2), (True, 0)])
def test_uids_of_removed_notifications(reuse: bool, uid: int) -> None:
    """A free UID is given out again at once only when asked to."""
    provider = _provider(reuse_uids=reuse)
    provider.add("a", _TEXT)
    provider.add("b", _TEXT)
    provider.remove("a")
    provider.add("c", _TEXT)
    assert provider.uid_of("c") == uid


def test_all_attributes_in_the_order_asked() -> None:
    """The reply holds every attribute asked for, reserved ones empty."""
    provider = _provider(att_mtu=512)
    provider.add("text", _TEXT)
    _drain(provider)
    order = [7, 200, 3, 0, 1, 2, 4, 5, 6]
    lengths = {1: 64, 2: 64, 3: 64}
    requests = tuple(AttributeRequest(NotificationAttributeId(n), lengths.get(n)) for n in order)
    (reply,) = _reply(provider, GetNotificationAttributes(0, requests))
    texts = [
        "Clear",
        "",
        "See you at 7",
        "com.apple.MobileSMS",
        "Zoë",
        "To you & Ben",
        "12",
        "20261122T101500",
        "",
    ]
    expected = bytes.fromhex("00 00000000")
    for number, text in zip(order, texts, strict=True):
        value = text.encode()
        expected += bytes([number, len(value), 0]) + value
    assert reply == expected


def test_replies_are_cut_to_the_mtu_and_texts_to_their_length_in_bytes() -> None:
    """A maximum length may cut a character, and a fragment ends wherever ATT_MTU-3 falls."""
    provider = _provider()
    provider.add("text", _TEXT)
    _drain(provider)
    title = AttributeRequest(NotificationAttributeId.TITLE, 3)
    app_id = AttributeRequest(NotificationAttributeId.APP_IDENTIFIER)
    date = AttributeRequest(NotificationAttributeId.DATE)
    pieces = _reply(provider, GetNotificationAttributes(0, (title, app_id, date)))
    assert b"".join(pieces)[5:11] == b"\x01\x03\x00Zo\xc3"
    assert [len(piece) for piece in pieces] == [20, 20, 11]
    provider.set_att_mtu(185)
    assert len(_reply(provider, GetNotificationAttributes(0, (title, app_id, date)))) == 1


def test_missing_date_is_an_empty_attribute() -> None:
    """A notification without a date answers with length 0."""
    provider = _provider()
    provider.add("call", _CALL)
    _drain(provider)
    request = AttributeRequest(NotificationAttributeId.DATE)
    (reply,) = _reply(provider, GetNotificationAttributes(0, (request,)))
    assert reply == bytes.fromhex("00 00000000 05 0000")


def test_app_names() -> None:
    """An installed app tells its name, another one nothing but the head of a reply."""
    provider = _provider()
    provider.name_app("a.b", "Bee")
    command = GetAppAttributes("a.b", (AppAttributeId.DISPLAY_NAME, AppAttributeId(7)))
    assert _reply(provider, command) == [b"\x01a.b\0\x00\x03\x00Bee\x07\x00\x00"]
    assert _reply(provider, GetAppAttributes("c.d")) == [b"\x01c.d\0"]


def test_actions_reach_the_phone() -> None:
    """An action the notification has becomes an event with the phone's own key."""
    provider = _provider()
    provider.add("call", _CALL)
    _drain(provider)
    command = encode_command(PerformNotificationAction(0, ActionId.POSITIVE))
    assert provider.receive_control_point(command) is None
    assert _drain(provider) == [ActionRequested("call", ActionId.POSITIVE)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("09", AttErrorCode.UNKNOWN_COMMAND),
        ("", AttErrorCode.INVALID_COMMAND),
        ("00 00000000", AttErrorCode.INVALID_COMMAND),
        ("00 07000000 00", AttErrorCode.INVALID_PARAMETER),
        ("02 07000000 00", AttErrorCode.INVALID_PARAMETER),
        ("02 00000000 05", AttErrorCode.INVALID_PARAMETER),
        ("02 00000000 00", AttErrorCode.ACTION_FAILED),
    ],
)
def test_refusals(value: str, code: AttErrorCode) -> None:
    """Each kind of bad command gets its ANCS error, and leaves no trace."""
    provider = _provider()
    provider.add("text", _TEXT)
    _drain(provider)
    assert provider.receive_control_point(bytes.fromhex(value)) is code
    assert _drain(provider) == []


def test_before_consent_the_phone_is_silent_and_refuses() -> None:
    """Subscriptions succeed, commands do not; consent brings the replay, withdrawal silence again."""
    provider = _provider(authorised=False)
    provider.add("text", _TEXT)
    probe = encode_command(GetAppAttributes("com.apple.MobileSMS"))
    assert provider.receive_control_point(probe) is AttErrorCode.WRITE_NOT_PERMITTED
    assert _drain(provider) == []
    provider.authorise()
    provider.authorise()
    assert [event.uid for event in _told(provider)] == [0]
    assert provider.receive_control_point(probe) is None
    provider.revoke()
    assert _drain(provider) == []
    assert provider.receive_control_point(probe) is AttErrorCode.WRITE_NOT_PERMITTED


def test_replies_without_a_data_source_are_lost() -> None:
    """A consumer that has not subscribed to the Data Source gets success and no reply."""
    provider = AncsProvider()
    provider.subscribe(NOTIFICATION_SOURCE_UUID)
    assert _reply(provider, GetAppAttributes("a.b")) == []


def test_a_consumer_that_does_not_read_is_refused() -> None:
    """Over the bound of unsent values commands are refused until some are taken."""
    provider = _provider()
    command = encode_command(GetAppAttributes("a.b"))
    for _ in range(limits.ANCS_UNSENT_VALUES):
        assert provider.receive_control_point(command) is None
    assert provider.receive_control_point(command) is AttErrorCode.INSUFFICIENT_RESOURCES
    provider.next_event()
    assert provider.receive_control_point(command) is None


def test_unsubscribing_one_source_keeps_the_other() -> None:
    """What was not sent of one source is dropped, the other's values and the phone's own events stay."""
    provider = _provider()
    provider.add("call", _CALL)
    provider.receive_control_point(encode_command(GetAppAttributes("a.b")))
    provider.receive_control_point(encode_command(PerformNotificationAction(0, ActionId.NEGATIVE)))
    provider.unsubscribe(DATA_SOURCE_UUID)
    provider.unsubscribe(DATA_SOURCE_UUID)
    told, action = _drain(provider)
    assert isinstance(told, ValueToNotify)
    assert told.characteristic == NOTIFICATION_SOURCE_UUID
    assert action == ActionRequested("call", ActionId.NEGATIVE)


def test_misuse_by_the_phones_owner() -> None:
    """Keys in use, unknown keys, other characteristics and an impossible ATT_MTU are our bugs."""
    provider = _provider()
    provider.add("a", _TEXT)
    with pytest.raises(LocalProtocolError):
        provider.add("a", _TEXT)
    with pytest.raises(LocalProtocolError):
        provider.modify("b", _TEXT)
    with pytest.raises(LocalProtocolError):
        provider.remove("b")
    with pytest.raises(LocalProtocolError):
        provider.subscribe("2a05")
    with pytest.raises(LocalProtocolError):
        provider.unsubscribe("2a05")
    with pytest.raises(LocalProtocolError):
        provider.set_att_mtu(22)


@given(st.lists(st.binary(max_size=40), max_size=20))
@settings(max_examples=150)
def test_any_write_is_answered(values: list[bytes]) -> None:
    """No write to the Control Point raises, whatever it holds."""
    provider = _provider()
    provider.add("text", _TEXT)
    for value in values:
        assert provider.receive_control_point(value) in (None, *AttErrorCode)
