"""What do obexd's paths and property values say? They are the phone's, and no more to be trusted. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from dbus_fast import Variant

from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange
from phonelink_tui.profiles.obexd import names
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.datetimes import decode_datetime
from phonelink_tui.protocol.map.handles import MessageHandle, decode_handle
from phonelink_tui.protocol.map.listing import MessageEntry

Properties = Mapping[str, Any]
"""Of one interface, in variants as they come."""

_MESSAGE_PATH: Final = re.compile(r"/message(\d{1,20})", re.ASCII)
_HANDLE_LIMIT: Final = 1 << 64
_FOLDERS: Final = {folder.value: folder for folder in Folder}

_STATUS_CHANGES: Final = {
    "sending-success": ChangeKind.SENT,
    "sending-failure": ChangeKind.SENDING_FAILED,
    "delivery-success": ChangeKind.DELIVERED,
    "delivery-failure": ChangeKind.DELIVERY_FAILED,
}


def word(properties: Properties, name: str) -> str | None:
    """A text; None where there is none, or something else. Cut at `limits.DBUS_TEXT_CHARS`."""
    value = _plain(properties, name)
    return value[: limits.DBUS_TEXT_CHARS] if isinstance(value, str) else None


def number(properties: Properties, name: str) -> int | None:
    """A number that is not negative; None where there is none."""
    value = _plain(properties, name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def flag(properties: Properties, name: str) -> bool | None:
    """Yes or no; None where there is neither."""
    value = _plain(properties, name)
    return value if isinstance(value, bool) else None


def handle_in(session: str, path: str) -> MessageHandle | None:
    """The message an object path names: obexd writes its handle in decimal. None where it names none."""
    match = _MESSAGE_PATH.fullmatch(path.removeprefix(session)) if path.startswith(session) else None
    if match is None or int(match[1]) >= _HANDLE_LIMIT:
        return None
    return decode_handle(f"{int(match[1]):X}")


def path_of(session: str, handle: MessageHandle) -> str:
    """The object path of a message. obexd has it only once a listing or an event report named it."""
    return f"{session}/message{handle.number}"


def entry(handle: MessageHandle, properties: Properties) -> MessageEntry:
    """A row of ListMessages as the row of a listing that it was."""
    return MessageEntry(
        handle,
        subject=word(properties, "Subject"),
        datetime=decode_datetime(word(properties, "Timestamp") or ""),
        sender_name=word(properties, "Sender"),
        sender_addressing=word(properties, "SenderAddress"),
        recipient_name=word(properties, "Recipient"),
        recipient_addressing=word(properties, "RecipientAddress"),
        attachment_size=number(properties, "AttachmentSize"),
        read=flag(properties, names.READ),
    )


def new_text(handle: MessageHandle, properties: Properties, *, known: bool) -> FolderChange | None:
    """The change that a message object newly there tells of; None where a listing of ours made it.

    Args:
        handle: Of the message.
        properties: Of its object.
        known: Whether the session had an object for it before. obexd reads every event type that it does not know
            (ReadStatusChanged, MessageRemoved) as NewMessage, and makes the object anew: something changed.
            [BlueZ 5.87, seen; obexd/client/mns.c, read]
    """
    if word(properties, names.STATUS) != names.NOTIFICATION:
        return None
    return FolderChange(ChangeKind.OTHER if known else ChangeKind.NEW, handle.text, _folder(properties))


def changed_text(handle: MessageHandle, changed: Properties) -> FolderChange | None:
    """The change that changed properties tell of; None for what our own listings change."""
    if names.FOLDER in changed:
        folder = _folder(changed)
        kind = ChangeKind.DELETED if folder is Folder.DELETED else ChangeKind.SHIFTED
        return FolderChange(kind, handle.text, folder)
    kind_of = _STATUS_CHANGES.get(word(changed, names.STATUS) or "")
    return FolderChange(kind_of, handle.text, None) if kind_of else None


def _folder(properties: Properties) -> Folder | None:
    """obexd writes `/telecom/msg/inbox`, with what case the phone used."""
    return _FOLDERS.get((word(properties, names.FOLDER) or "").rpartition("/")[2].lower())


def _plain(properties: Properties, name: str) -> object:
    value = properties.get(name)
    return value.value if isinstance(value, Variant) else value
