"""Notification Source and Control Point: do bytes and values agree, in both directions?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import (
    LENGTH_LIMITED_ATTRIBUTES,
    ActionId,
    AppAttributeId,
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
    UnknownCommand,
    decode_command,
    encode_command,
)
from phonelink_tui.protocol.ancs.notification_source import (
    NotificationEvent,
    decode_notification_source,
    encode_notification_source,
)
from tests.protocol.toml_vectors import load, wire

_U8 = st.integers(0, 0xFF)
_U32 = st.integers(0, 0xFFFFFFFF)

notification_events = st.builds(
    NotificationEvent, _U8.map(EventId), _U32, _U8.map(EventFlags), _U8.map(CategoryId), _U8
)


def _request(number: int, length: int) -> AttributeRequest:
    attribute = NotificationAttributeId(number)
    return AttributeRequest(attribute, length if attribute in LENGTH_LIMITED_ATTRIBUTES else None)


commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        GetNotificationAttributes,
        _U32,
        st.lists(
            st.builds(_request, _U8, st.integers(0, 0xFFFF)),
            min_size=1,
            max_size=limits.ANCS_COMMAND_ATTRIBUTES,
            unique_by=lambda request: request.attribute,
        ).map(tuple),
    ),
    st.builds(
        GetAppAttributes,
        st.text(min_size=1, max_size=100).filter(lambda text: "\0" not in text),
        st.lists(_U8.map(AppAttributeId), min_size=1, max_size=4, unique=True).map(tuple),
    ),
    st.builds(PerformNotificationAction, _U32, _U8.map(ActionId)),
)


@pytest.mark.parametrize("vector", load("ancs.toml", "notification_source"))
def test_notification_source_vectors(vector: dict[str, Any]) -> None:
    """Each vector reads as its values and is written back byte for byte."""
    event = decode_notification_source(wire(vector))
    assert event == NotificationEvent(
        EventId(vector["event_id"]),
        vector["uid"],
        EventFlags(vector["flags"]),
        CategoryId(vector["category"]),
        vector["count"],
    )
    assert encode_notification_source(event) == wire(vector)


@pytest.mark.parametrize("vector", load("ancs.toml", "notification_source"))
def test_notification_source_of_any_other_length_is_refused(vector: dict[str, Any]) -> None:
    """Truncation at every length and trailing bytes are the phone's error."""
    for length in range(8):
        with pytest.raises(RemoteProtocolError):
            decode_notification_source(wire(vector)[:length])
    with pytest.raises(RemoteProtocolError):
        decode_notification_source(wire(vector) * 2)


@given(notification_events)
@settings(max_examples=100)
def test_notification_source_round_trip(event: NotificationEvent) -> None:
    """Any event, reserved numbers included, survives being written and read."""
    assert decode_notification_source(encode_notification_source(event)) == event


def test_notification_source_that_does_not_fit_is_our_bug() -> None:
    """A UID over 32 bits is refused before it reaches the wire."""
    with pytest.raises(LocalProtocolError):
        encode_notification_source(NotificationEvent(EventId.ADDED, 1 << 32))


def test_unknown_numbers_have_a_name_and_say_so() -> None:
    """An open enum keeps a number without a name, and refuses what is no number."""
    unknown = CategoryId(200)
    assert (unknown, unknown.name, unknown.is_known) == (200, "UNKNOWN_200", False)
    assert CategoryId.EMAIL.is_known
    with pytest.raises(ValueError, match="mail"):
        CategoryId("mail")  # type: ignore[arg-type]


@pytest.mark.parametrize("vector", load("ancs.toml", "notification_command"))
def test_notification_command_vectors(vector: dict[str, Any]) -> None:
    """Each vector reads as its values and is written back byte for byte."""
    requests = tuple(
        AttributeRequest(NotificationAttributeId(number), *length) for number, *length in vector["requests"]
    )
    command = GetNotificationAttributes(vector["uid"], requests)
    assert decode_command(wire(vector)) == command
    assert encode_command(command) == wire(vector)


@pytest.mark.parametrize("vector", load("ancs.toml", "app_command"))
def test_app_command_vectors(vector: dict[str, Any]) -> None:
    """Each vector reads as its values and is written back byte for byte."""
    command = GetAppAttributes(vector["app_id"], tuple(map(AppAttributeId, vector["attributes"])))
    assert decode_command(wire(vector)) == command
    assert encode_command(command) == wire(vector)


@pytest.mark.parametrize("vector", load("ancs.toml", "action_command"))
def test_action_command_vectors(vector: dict[str, Any]) -> None:
    """Each vector reads as its values and is written back byte for byte."""
    command = PerformNotificationAction(vector["uid"], ActionId(vector["action"]))
    assert decode_command(wire(vector)) == command
    assert encode_command(command) == wire(vector)


@pytest.mark.parametrize("vector", load("ancs.toml", "bad_command"))
def test_malformed_commands_are_the_peers_error(vector: dict[str, Any]) -> None:
    """A command that breaks the layout raises RemoteProtocolError."""
    with pytest.raises(RemoteProtocolError):
        decode_command(wire(vector))


def test_a_command_nobody_knows_is_kept() -> None:
    """An unknown first byte is a value, so that a provider can answer with its own error."""
    assert decode_command(b"\x09ab") == UnknownCommand(9, b"ab")


@pytest.mark.parametrize(
    "value",
    [b"\x00" * 513, b"\x00" * 5 + b"\x00" * 17, b"\x01a\0" + b"\x00" * 17, b"\x01" + b"a" * 501 + b"\0\0"],
    ids=["bytes", "notification attributes", "app attributes", "app id"],
)
def test_a_command_beyond_its_bounds_is_refused(value: bytes) -> None:
    """Bytes, attributes and app id of a command are bounded."""
    with pytest.raises(LimitExceeded):
        decode_command(value)


@given(commands)
@settings(max_examples=200)
def test_command_round_trip(command: Command) -> None:
    """Any command survives being written and read; cut short it is an error or another command."""
    encoded = encode_command(command)
    assert decode_command(encoded) == command
    for length in range(len(encoded)):
        try:
            decode_command(encoded[:length])
        except RemoteProtocolError:
            continue


@given(st.binary(max_size=600))
@settings(max_examples=200)
def test_any_bytes_are_a_command_or_the_peers_error(value: bytes) -> None:
    """Nothing but RemoteProtocolError comes out of the command decoder."""
    try:
        decode_command(value)
    except RemoteProtocolError:
        return


_TITLE = AttributeRequest(NotificationAttributeId.TITLE, 1)


@pytest.mark.parametrize(
    "command",
    [
        GetNotificationAttributes(1 << 32, (_TITLE,)),
        GetNotificationAttributes(0, ()),
        GetNotificationAttributes(0, (_TITLE, _TITLE)),
        GetNotificationAttributes(0, tuple(_request(number, 1) for number in range(17))),
        GetNotificationAttributes(0, (AttributeRequest(NotificationAttributeId(256)),)),
        PerformNotificationAction(-1, ActionId.POSITIVE),
        GetAppAttributes(""),
        GetAppAttributes("a\0b"),
        GetAppAttributes("a" * 501),
        GetAppAttributes("\ud800"),
        GetAppAttributes("a", ()),
    ],
    ids=repr,
)
def test_a_command_that_cannot_be_written_is_our_bug(command: Command) -> None:
    """What the layout cannot express is refused before it reaches the wire."""
    with pytest.raises(LocalProtocolError):
        encode_command(command)


@pytest.mark.parametrize(("number", "length"), [(1, None), (0, 5), (3, 0x10000), (3, -1)])
def test_maximum_lengths_belong_to_three_attributes(number: int, length: int | None) -> None:
    """Only title, subtitle and message carry a maximum length, and they must."""
    with pytest.raises(LocalProtocolError):
        AttributeRequest(NotificationAttributeId(number), length)
