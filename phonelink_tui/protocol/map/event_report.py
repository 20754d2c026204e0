"""What happened on the phone? Event reports 1.0 to 1.2, sent to our notification server (MAP 1.4, 3.1.7)."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.attributes import FLAG, HANDLE, TEXT, TIME, Table, read_fields, write_fields
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.xml import read_document, write_document, write_element

_ROOT, _EVENT = "MAP-event-report", "event"


@frozen
class Event:
    """One event. All but the type may be absent, which is None; words are as the phone wrote them."""

    type: str
    """`EventType`, or a word of a later version."""
    handle: MessageHandle | None = None
    """Memory events have none."""
    folder: str | None = None
    old_folder: str | None = None
    """Where the message was before a MessageShift."""
    msg_type: str | None = None
    """Empty on some phones (obexd says: Galaxy S3)."""
    datetime: MapDateTime | None = None
    subject: str | None = None
    sender_name: str | None = None
    priority: bool | None = None
    conversation_name: str | None = None
    conversation_id: str | None = None
    participant_uci: str | None = None
    contact_uid: str | None = None
    presence_availability: str | None = None
    presence_text: str | None = None
    last_activity: MapDateTime | None = None
    chat_state: str | None = None
    read_status: bool | None = None
    extended_data: str | None = None
    delivery_status: str | None = None
    attachment_mime_types: str | None = None
    memory_available: bool | None = None

    @property
    def folder_name(self) -> str | None:
        """The last level of `folder` in lower case: phones differ in a leading slash and in case."""
        return _last_level(self.folder)

    @property
    def old_folder_name(self) -> str | None:
        """The last level of `old_folder` in lower case."""
        return _last_level(self.old_folder)


_FIELDS: Final[Table] = {
    "type": TEXT,
    "handle": HANDLE,
    "folder": TEXT,
    "old_folder": TEXT,
    "msg_type": TEXT,
    "datetime": TIME,
    "subject": TEXT,
    "sender_name": TEXT,
    "priority": FLAG,
    "conversation_name": TEXT,
    "conversation_id": TEXT,
    "participant_uci": TEXT,
    "contact_uid": TEXT,
    "presence_availability": TEXT,
    "presence_text": TEXT,
    "last_activity": TIME,
    "chat_state": TEXT,
    "read_status": FLAG,
    "extended_data": TEXT,
    "delivery_status": TEXT,
    "attachment_mime_types": TEXT,
    "memory_available": FLAG,
}


@frozen
class EventReport:
    """One report; usually with one event, several are allowed."""

    events: tuple[Event, ...] = ()
    version: str = "1.0"

    def encode(self) -> bytes:
        """The XML, as phones write it."""
        events = "".join(write_element(_EVENT, write_fields(_FIELDS, event)) for event in self.events)
        return write_document(_ROOT, events, version=self.version)


def decode_event_report(data: bytes) -> EventReport:
    """Read an event report; an empty body is a report without events, as some Android 13 phones send it.

    Raises:
        RemoteProtocolError: It is none.
        LimitExceeded: Too many events, or too long.

    An event without a type is left out; a handle or time that makes no sense is absent.
    Any other exception is a bug.
    """
    document = read_document(data, _ROOT, _EVENT, limits.EVENT_REPORTS)
    rows = (read_fields(_FIELDS, attributes) for attributes in document.children)
    return EventReport(tuple(Event(**row) for row in rows if "type" in row), document.version)


def _last_level(folder: str | None) -> str | None:
    return None if folder is None else folder.rstrip("/").rpartition("/")[2].lower()
