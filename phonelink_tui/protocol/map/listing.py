"""What is in a folder? Folder listings and message listings (MAP 1.4, 3.1.5 and 3.1.6)."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.attributes import (
    FLAG,
    HANDLE,
    NUMBER,
    TEXT,
    TIME,
    Table,
    read_fields,
    write_fields,
)
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.xml import read_document, write_document, write_element

_FOLDER_ROOT, _FOLDER = "folder-listing", "folder"
_MESSAGE_ROOT, _MESSAGE = "MAP-msg-listing", "msg"
_DOCTYPE = '<!DOCTYPE folder-listing SYSTEM "obex-folder-listing.dtd">'


@frozen
class FolderListing:
    """The names of the child folders."""

    folders: tuple[str, ...] = ()
    complete: bool = True
    """False where the listing ended before its end tag."""

    def encode(self) -> bytes:
        """The XML, as phones write it."""
        names = "".join(write_element(_FOLDER, [("name", name)]) for name in self.folders)
        return write_document(_FOLDER_ROOT, names, doctype=_DOCTYPE)


@frozen
class MessageEntry:
    """One message in a listing. Every attribute but the handle may be absent, which is None.

    Words (`type`, `reception_status`, `direction`, `delivery_status`) are as the phone wrote them.
    """

    handle: MessageHandle
    subject: str | None = None
    """On phones without subjects the text of the message, its breaks flattened, cut at SubjectLength."""
    datetime: MapDateTime | None = None
    sender_name: str | None = None
    sender_addressing: str | None = None
    recipient_name: str | None = None
    recipient_addressing: str | None = None
    type: str | None = None
    size: int | None = None
    """Bytes of the message."""
    text: bool | None = None
    reception_status: str | None = None
    attachment_size: int | None = None
    """Bytes of all attachments."""
    priority: bool | None = None
    read: bool | None = None
    sent: bool | None = None
    protected: bool | None = None
    replyto_addressing: str | None = None
    delivery_status: str | None = None
    conversation_id: str | None = None
    conversation_name: str | None = None
    direction: str | None = None
    attachment_mime_types: str | None = None


_ENTRY: Final[Table] = {
    "handle": HANDLE,
    "subject": TEXT,
    "datetime": TIME,
    "sender_name": TEXT,
    "sender_addressing": TEXT,
    "recipient_name": TEXT,
    "recipient_addressing": TEXT,
    "type": TEXT,
    "size": NUMBER,
    "text": FLAG,
    "reception_status": TEXT,
    "attachment_size": NUMBER,
    "priority": FLAG,
    "read": FLAG,
    "sent": FLAG,
    "protected": FLAG,
    "replyto_addressing": TEXT,
    "delivery_status": TEXT,
    "conversation_id": TEXT,
    "conversation_name": TEXT,
    "direction": TEXT,
    "attachment_mime_types": TEXT,
}


@frozen
class MessageListing:
    """The messages of a folder in the phone's order, which is newest first."""

    entries: tuple[MessageEntry, ...] = ()
    version: str = "1.0"
    skipped: int = 0
    """Elements without a usable handle: nothing could be done with them."""
    complete: bool = True
    """False where the listing ended before its end tag."""

    def encode(self) -> bytes:
        """The XML, as phones write it."""
        messages = "".join(write_element(_MESSAGE, write_fields(_ENTRY, entry)) for entry in self.entries)
        return write_document(_MESSAGE_ROOT, messages, version=self.version)


def decode_folder_listing(data: bytes) -> FolderListing:
    """Read a folder listing; an empty body is an empty listing. Files are ignored.

    Raises:
        RemoteProtocolError: It is none.
        LimitExceeded: Too many folders, or too long.

    Any other exception is a bug.
    """
    document = read_document(data, _FOLDER_ROOT, _FOLDER, limits.LISTING_ENTRIES)
    names = (attributes.get("name") for attributes in document.children)
    return FolderListing(tuple(name for name in names if name is not None), document.complete)


def decode_message_listing(data: bytes) -> MessageListing:
    """Read a message listing; an empty body is an empty listing.

    Raises:
        RemoteProtocolError: It is none.
        LimitExceeded: Too many messages, or too long.

    XML that phones are known to break is read as far as it makes sense, see `xml.read_tags`.
    Any other exception is a bug.
    """
    document = read_document(data, _MESSAGE_ROOT, _MESSAGE, limits.LISTING_ENTRIES)
    rows = [read_fields(_ENTRY, attributes) for attributes in document.children]
    entries = tuple(MessageEntry(**row) for row in rows if "handle" in row)
    return MessageListing(entries, document.version, len(rows) - len(entries), document.complete)
