"""What do the eight bytes of the Notification Source say, and how are they written?"""

from __future__ import annotations

import struct
from typing import Final

from attrs import frozen

from phonelink_tui.errors import LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol.ancs.constants import NO_FLAGS, CategoryId, EventFlags, EventId

_PACKET: Final = struct.Struct("<BBBBI")


@frozen
class NotificationEvent:
    """A notification was added, modified or removed on the phone."""

    event_id: EventId
    uid: int
    """0 to 0xFFFFFFFF; means something only within the session it was received in."""
    flags: EventFlags = NO_FLAGS
    category: CategoryId = CategoryId.OTHER
    category_count: int = 1
    """Active notifications of this category on the phone, 0 to 255."""


def decode_notification_source(value: bytes) -> NotificationEvent:
    """Read one Notification Source value; unknown ids and flags are kept.

    Raises:
        RemoteProtocolError: Not exactly eight bytes. Any other exception is a bug.
    """
    if len(value) != _PACKET.size:
        raise RemoteProtocolError(f"An ANCS notification has {len(value)} bytes instead of {_PACKET.size}.")
    event_id, flags, category, category_count, uid = _PACKET.unpack(value)
    return NotificationEvent(EventId(event_id), uid, EventFlags(flags), CategoryId(category), category_count)


def encode_notification_source(event: NotificationEvent) -> bytes:
    """Write one Notification Source value.

    Raises:
        LocalProtocolError: A number does not fit its field.
    """
    try:
        return _PACKET.pack(event.event_id, event.flags, event.category, event.category_count, event.uid)
    except struct.error as error:
        raise LocalProtocolError("A number of an ANCS notification does not fit its field.") from error
