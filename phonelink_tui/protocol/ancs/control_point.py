"""How do the three ANCS commands look on the Control Point?

GetNotificationAttributes   00 | uid u32 LE | (attribute id [maximum length u16 LE])*
GetAppAttributes            01 | app id UTF-8, NUL | attribute id*
PerformNotificationAction   02 | uid u32 LE | action id
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import (
    LENGTH_LIMITED_ATTRIBUTES,
    ActionId,
    AppAttributeId,
    CommandId,
    NotificationAttributeId,
)

_UID: Final = struct.Struct("<BI")
_LENGTH: Final = struct.Struct("<H")


@frozen
class AttributeRequest:
    """One attribute asked for.

    Raises:
        LocalProtocolError: A maximum length is missing for title, subtitle or message, given for another
            attribute, or not within 0 to 65535.
    """

    attribute: NotificationAttributeId
    max_length_bytes: int | None = None

    def __attrs_post_init__(self) -> None:
        limited = self.attribute in LENGTH_LIMITED_ATTRIBUTES
        if limited != (self.max_length_bytes is not None):
            raise LocalProtocolError("Only title, subtitle and message are asked for with a maximum length.")
        if self.max_length_bytes is not None and not 0 <= self.max_length_bytes <= 0xFFFF:
            raise LocalProtocolError("The maximum length of an ANCS attribute is a u16.")


@frozen
class GetNotificationAttributes:
    """Ask for attributes of one notification; the answer comes on the Data Source."""

    uid: int
    requests: tuple[AttributeRequest, ...]


@frozen
class GetAppAttributes:
    """Ask for attributes of one app; the answer comes on the Data Source."""

    app_id: str
    attributes: tuple[AppAttributeId, ...] = (AppAttributeId.DISPLAY_NAME,)


@frozen
class PerformNotificationAction:
    """Do what the notification's positive or negative label says; the answer is that of the write."""

    uid: int
    action: ActionId


@frozen
class UnknownCommand:
    """A command whose first byte has no meaning for us; a provider answers it with 0xA0."""

    command_id: int
    payload: bytes


Fetch = GetNotificationAttributes | GetAppAttributes
"""A command that is answered on the Data Source."""

Command = Fetch | PerformNotificationAction


def encode_command(command: Command) -> bytes:
    """Write a command for the Control Point.

    Raises:
        LocalProtocolError: The command cannot be written: a number that does not fit, an app id that is
            empty, too long or holds a NUL, no attribute at all, one asked for twice, or too many.
    """
    if isinstance(command, GetAppAttributes):
        _check_attributes(list(command.attributes))
        return (
            bytes([CommandId.GET_APP_ATTRIBUTES])
            + encode_app_id(command.app_id)
            + b"".join(_byte(attribute) for attribute in command.attributes)
        )
    if isinstance(command, PerformNotificationAction):
        return _uid_head(CommandId.PERFORM_NOTIFICATION_ACTION, command.uid) + _byte(command.action)
    _check_attributes([request.attribute for request in command.requests])
    head = _uid_head(CommandId.GET_NOTIFICATION_ATTRIBUTES, command.uid)
    return head + b"".join(_encode_request(request) for request in command.requests)


def decode_command(value: bytes) -> Command | UnknownCommand:
    """Read a command as a provider sees it; unknown attribute and action ids are kept.

    Raises:
        LimitExceeded: More than `limits` allows: bytes, attributes or length of the app id.
        RemoteProtocolError: Malformed. A provider answers both with 0xA1. Any other exception is a bug.
    """
    if not value:
        raise RemoteProtocolError("An ANCS command is empty.")
    if len(value) > limits.ANCS_COMMAND_BYTES:
        raise LimitExceeded("An ANCS command is longer than a GATT value can be.")
    decode = _DECODERS.get(value[0])
    return decode(value) if decode else UnknownCommand(value[0], value[1:])


def encode_app_id(app_id: str) -> bytes:
    """Write an app id with its closing NUL, as commands and replies carry it.

    Raises:
        LocalProtocolError: Empty, not writable as UTF-8, with a NUL, or over `limits.ANCS_APP_ID_BYTES`.
    """
    try:
        encoded = app_id.encode()
    except UnicodeEncodeError as error:
        raise LocalProtocolError("An app id is not Unicode text.") from error
    if not encoded or 0 in encoded or len(encoded) > limits.ANCS_APP_ID_BYTES:
        raise LocalProtocolError("An app id is empty, too long, or holds a NUL.")
    return encoded + b"\0"


def _check_attributes(attributes: list[NotificationAttributeId] | list[AppAttributeId]) -> None:
    if not 0 < len(attributes) <= limits.ANCS_COMMAND_ATTRIBUTES:
        raise LocalProtocolError("An ANCS command asks for no attribute, or for too many.")
    if len(set(attributes)) != len(attributes):
        # A reply has no request id: two tuples of one attribute could not be told from two replies.
        raise LocalProtocolError("An ANCS command asks for one attribute twice.")


def _uid_head(command_id: CommandId, uid: int) -> bytes:
    try:
        return _UID.pack(command_id, uid)
    except struct.error as error:
        raise LocalProtocolError("An ANCS notification UID is a u32.") from error


def _byte(value: int) -> bytes:
    if not 0 <= value <= 0xFF:
        raise LocalProtocolError("An ANCS id is a u8.")
    return bytes([value])


def _encode_request(request: AttributeRequest) -> bytes:
    if request.max_length_bytes is None:
        return _byte(request.attribute)
    return _byte(request.attribute) + _LENGTH.pack(request.max_length_bytes)


def _decode_uid(value: bytes) -> int:
    if len(value) < _UID.size:
        raise RemoteProtocolError("An ANCS command ends inside the notification UID.")
    uid: int = _UID.unpack_from(value)[1]
    return uid


def _decode_notification_command(value: bytes) -> GetNotificationAttributes:
    uid = _decode_uid(value)
    data = value[_UID.size :]
    requests: list[AttributeRequest] = []
    position = 0
    while position < len(data):
        attribute = NotificationAttributeId(data[position])
        position += 1
        max_length: int | None = None
        if attribute in LENGTH_LIMITED_ATTRIBUTES:
            if position + _LENGTH.size > len(data):
                raise RemoteProtocolError("An ANCS command ends inside a maximum length.")
            max_length = _LENGTH.unpack_from(data, position)[0]
            position += _LENGTH.size
        requests.append(AttributeRequest(attribute, max_length))
        _check_count(len(requests))
    if not requests:
        raise RemoteProtocolError("An ANCS command asks for no attribute.")
    return GetNotificationAttributes(uid, tuple(requests))


def _decode_app_command(value: bytes) -> GetAppAttributes:
    encoded, nul, attributes = value[1:].partition(b"\0")
    _check_count(len(attributes))
    if not encoded or not nul or not attributes:
        raise RemoteProtocolError("An ANCS app command lacks its app id, its NUL or its attributes.")
    if len(encoded) > limits.ANCS_APP_ID_BYTES:
        raise LimitExceeded("An app id is too long.")
    try:
        app_id = encoded.decode()
    except UnicodeDecodeError as error:
        raise RemoteProtocolError("An app id is not UTF-8.") from error
    return GetAppAttributes(app_id, tuple(AppAttributeId(attribute) for attribute in attributes))


def _decode_action_command(value: bytes) -> PerformNotificationAction:
    if len(value) != _UID.size + 1:
        raise RemoteProtocolError("An ANCS action command has the wrong length.")
    return PerformNotificationAction(_decode_uid(value), ActionId(value[-1]))


def _check_count(count: int) -> None:
    if count > limits.ANCS_COMMAND_ATTRIBUTES:
        raise LimitExceeded("An ANCS command asks for too many attributes.")


_DECODERS: Final[Mapping[int, Callable[[bytes], Command]]] = {
    CommandId.GET_NOTIFICATION_ATTRIBUTES: _decode_notification_command,
    CommandId.GET_APP_ATTRIBUTES: _decode_app_command,
    CommandId.PERFORM_NOTIFICATION_ACTION: _decode_action_command,
}
