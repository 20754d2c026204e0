"""How are Data Source replies written, cut into fragments, and put together again?

    command id u8 | uid u32 LE, or app id with NUL | (attribute id u8 | length u16 LE | bytes)*

There is no total length, no sequence number and no request id: a reply is complete when the last attribute
that was asked for is full, so at most one request may be outstanding.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import (
    MIN_ATT_MTU,
    AppAttributeId,
    CommandId,
    NotificationAttributeId,
)
from phonelink_tui.protocol.ancs.control_point import (
    Fetch,
    GetAppAttributes,
    GetNotificationAttributes,
    encode_app_id,
)

_TUPLE: Final = struct.Struct("<BH")
_DATE: Final = re.compile(r"[0-9]{8}T[0-9]{6}")
_NOTIFICATION_OVERHEAD: Final = 3
"""ATT_HANDLE_VALUE_NTF: opcode and handle."""


@frozen
class NotificationAttributes:
    """The answer to `GetNotificationAttributes`: every attribute asked for, in the order received."""

    uid: int
    values: Mapping[NotificationAttributeId, str]
    """An attribute the notification lacks is an empty text; an app id that is not empty can be asked for."""


@frozen
class AppAttributes:
    """The answer to `GetAppAttributes`."""

    app_id: str
    values: Mapping[AppAttributeId, str]


Reply = NotificationAttributes | AppAttributes


def encode_reply(command: Fetch, values: Iterable[tuple[int, bytes]]) -> bytes:
    """Write the reply to a command, not yet cut into fragments.

    Args:
        command: What was asked; gives the head of the reply.
        values: Attribute ids and values, already cut to the maximum lengths of the command.

    Raises:
        LocalProtocolError: A value is longer than 65535 bytes, or an id does not fit a byte.
    """
    try:
        tuples = [_TUPLE.pack(attribute, len(value)) + value for attribute, value in values]
    except struct.error as error:
        raise LocalProtocolError("An ANCS attribute does not fit its field.") from error
    return _reply_head(command) + b"".join(tuples)


def fragments(reply: bytes, att_mtu: int) -> Iterator[bytes]:
    """Cut a reply into Data Source values of at most ATT_MTU-3 bytes, wherever that falls.

    Raises:
        LocalProtocolError: `att_mtu` is below 23.
    """
    if att_mtu < MIN_ATT_MTU:
        raise LocalProtocolError("ATT_MTU is at least 23.")
    size = att_mtu - _NOTIFICATION_OVERHEAD
    return (reply[start : start + size] for start in range(0, len(reply), size))


def decode_text(value: bytes) -> str:
    """Read an attribute's text, which the phone may have cut inside a character.

    An incomplete character at the very end is the trace of a maximum length and is dropped; anything else
    that is not UTF-8 becomes U+FFFD, because there something was lost that the reader should see.
    """
    return codecs.getincrementaldecoder("utf-8")("replace").decode(value, final=False)


def decode_date(text: str) -> datetime | None:
    """Read the Date attribute, `yyyyMMddTHHmmSS` in the phone's local time; None for any other form."""
    if _DATE.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def encode_date(when: datetime) -> str:
    """Write the Date attribute from a phone-local time; a time zone is not written."""
    return f"{when.year:04}{when:%m%dT%H%M%S}"


class ReplyAssembler:
    """Put together the one reply that is outstanding.

    Args:
        command: What was asked, as it was written to the Control Point.
        late_fragments: An earlier request of this link was abandoned, so pieces of its reply may still come.
            What contradicts the command is then dropped instead of being an error.

    Single use: after a reply or an error, make a new one for the next command.
    """

    def __init__(self, command: Fetch, *, late_fragments: bool = False) -> None:
        self._command = command
        self._late_fragments = late_fragments
        self._head = _reply_head(command)
        self._about_notification = isinstance(command, GetNotificationAttributes)
        self._wanted: frozenset[int] = frozenset(_attributes_of(command))
        self._restart()

    def receive_data(self, fragment: bytes) -> Reply | None:
        """Add one Data Source value; the reply once it is complete, else None.

        Raises:
            LimitExceeded: An attribute or the reply is larger than `limits` allows.
            RemoteProtocolError: The reply contradicts the command. Any other exception is a bug.
        """
        while True:
            fresh = not self._buffer
            try:
                return self._add(fragment)
            except RemoteProtocolError:
                if not self._late_fragments:
                    raise
                self._restart()
                if fresh:
                    return None
                # What lay in the buffer was late; this fragment may be where our own reply begins.

    def _restart(self) -> None:
        self._buffer = bytearray()
        self._position = len(self._head)
        self._values: dict[int, str] = {}

    def _add(self, fragment: bytes) -> Reply | None:
        self._buffer += fragment
        if len(self._buffer) > limits.ANCS_REPLY_BYTES:
            raise LimitExceeded("An ANCS reply is too long.")
        if not self._head.startswith(self._buffer[: len(self._head)]):
            raise RemoteProtocolError("An ANCS reply is about something else than what was asked.")
        while len(self._values) < len(self._wanted):
            if not self._take_tuple():
                return None
        if self._position != len(self._buffer):
            raise RemoteProtocolError("An ANCS reply goes on after the last attribute that was asked for.")
        return self._reply()

    def _take_tuple(self) -> bool:
        """Move one full attribute from the buffer to the values; False when it is not there yet."""
        start = self._position + _TUPLE.size
        if len(self._buffer) < start:
            return False
        attribute, length = _TUPLE.unpack_from(self._buffer, self._position)
        if attribute not in self._wanted or attribute in self._values:
            raise RemoteProtocolError("An ANCS reply holds an attribute that was not asked for.")
        if length > limits.ANCS_ATTRIBUTE_BYTES:
            raise LimitExceeded("An ANCS attribute is too long.")
        if len(self._buffer) < start + length:
            return False
        text = decode_text(bytes(self._buffer[start : start + length]))
        if text and self._about_notification and attribute == NotificationAttributeId.APP_IDENTIFIER:
            _check_app_id(text)
        self._values[attribute] = text
        self._position = start + length
        return True

    def _reply(self) -> Reply:
        if isinstance(self._command, GetAppAttributes):
            names = {AppAttributeId(attribute): text for attribute, text in self._values.items()}
            return AppAttributes(self._command.app_id, names)
        texts = {NotificationAttributeId(attribute): text for attribute, text in self._values.items()}
        return NotificationAttributes(self._command.uid, texts)


def _check_app_id(text: str) -> None:
    """Let no app id out that could not be put into a `GetAppAttributes`."""
    try:
        encode_app_id(text)
    except LocalProtocolError as error:
        raise RemoteProtocolError("A notification names an impossible app.") from error


def _attributes_of(command: Fetch) -> Iterable[int]:
    if isinstance(command, GetAppAttributes):
        return command.attributes
    return (request.attribute for request in command.requests)


def _reply_head(command: Fetch) -> bytes:
    if isinstance(command, GetNotificationAttributes):
        return struct.pack("<BI", CommandId.GET_NOTIFICATION_ATTRIBUTES, command.uid)
    return bytes([CommandId.GET_APP_ATTRIBUTES]) + encode_app_id(command.app_id)
