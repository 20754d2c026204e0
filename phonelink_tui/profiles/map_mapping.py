"""What do MAP values mean in the domain's words, and how is a text of ours written for a phone? Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from phonelink_tui.domain.address import ADDRESS_CHARS
from phonelink_tui.domain.observed import (
    ChangeKind,
    FetchedText,
    Folder,
    FolderChange,
    ListedText,
    OutgoingText,
    Party,
)
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import Quirks, strip_scheme_tag
from phonelink_tui.protocol.map.bmessage import BMessage, pushed_text
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard
from phonelink_tui.protocol.map.constants import EventType, MessageType
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.event_report import Event
from phonelink_tui.protocol.map.listing import MessageEntry

CHANGES: Final[dict[str, ChangeKind]] = {
    EventType.NEW_MESSAGE: ChangeKind.NEW,
    EventType.MESSAGE_DELETED: ChangeKind.DELETED,
    EventType.MESSAGE_REMOVED: ChangeKind.DELETED,
    EventType.MESSAGE_SHIFT: ChangeKind.SHIFTED,
    EventType.READ_STATUS_CHANGED: ChangeKind.READ_CHANGED,
    EventType.SENDING_SUCCESS: ChangeKind.SENT,
    EventType.SENDING_FAILURE: ChangeKind.SENDING_FAILED,
    EventType.DELIVERY_SUCCESS: ChangeKind.DELIVERED,
    EventType.DELIVERY_FAILURE: ChangeKind.DELIVERY_FAILED,
}

_OUTGOING: Final = frozenset({Folder.SENT, Folder.OUTBOX})
_FOLDERS: Final = {folder.value: folder for folder in Folder}
_SEPARATORS: Final = re.compile(r"[;,]")
_UNWRITABLE: Final = re.compile(r"[\r\n;,\\\0]")


def listed(entry: MessageEntry, folder: Folder, clock: PhoneClock) -> ListedText:
    """A row of a message listing."""
    return ListedText(
        handle=entry.handle.text,
        folder=folder,
        sender=_party(entry.sender_addressing, entry.sender_name),
        recipients=_parties(entry.recipient_addressing, entry.recipient_name),
        subject=clean(entry.subject or ""),
        at=_to_utc(entry.datetime, clock),
        read=bool(entry.read),
        outgoing=folder in _OUTGOING,
        has_attachment=bool(entry.attachment_size),
    )


def fetched(message: BMessage, handle: str, folder: Folder) -> FetchedText:
    """A text with its body."""
    sender = message.originator
    return FetchedText(
        handle=handle,
        folder=folder,
        sender=_card_party(sender) if sender else Party(clean_line("")),
        recipients=tuple(_card_party(card) for card in message.recipients),
        text=clean(message.body.text if message.body else ""),
        read=message.read,
    )


def changed(event: Event, clock: PhoneClock) -> FolderChange:
    """An event report's event."""
    return FolderChange(
        kind=CHANGES.get(event.type, ChangeKind.OTHER),
        handle=event.handle.text if event.handle else "",
        folder=_FOLDERS.get(event.folder_name or ""),
        read=event.read_status,
        at=_to_utc(event.datetime, clock),
        sender_name=clean_line(event.sender_name or ""),
    )


def write_bmessage(text: OutgoingText, quirks: Quirks) -> bytes:
    """The bMessage that sends `text` to its one recipient.

    Reads its own output back and compares, so that nothing a person types can become another recipient or a
    second message.

    Raises:
        LocalProtocolError: The recipient cannot be written, or what was written reads differently.
    """
    address = text.recipient
    if not address or len(address) > ADDRESS_CHARS or _UNWRITABLE.search(address):
        raise LocalProtocolError("This recipient cannot be written into a message.")
    email = "@" in address
    card = BMessageVCard(
        tels=() if email else (address,), emails=(quirks.email_tag + address,) if email else ()
    )
    data = pushed_text(text.text, [card], type=MessageType.SMS_GSM).encode()
    again = decode_bmessage(data)
    if again.recipients != (card,) or again.body is None or again.body.text != _unified(text.text):
        raise LocalProtocolError("The message does not read back as it was written; it was not sent.")
    return data


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _to_utc(when: MapDateTime | None, clock: PhoneClock) -> datetime | None:
    return clock.to_utc(when.local, when.offset) if when is not None else None


def _party(address: str | None, name: str | None) -> Party:
    return Party(clean_line(strip_scheme_tag(address or "")), clean_line(name or ""))


def _parties(addresses: str | None, names: str | None) -> tuple[Party, ...]:
    """Phones list several recipients with `;` or `,` between them, names likewise."""
    each = [a for a in _SEPARATORS.split(addresses or "") if a.strip()]
    if len(each) == 1:
        return (_party(each[0], names),)  # one person may be called "Doe, Jane"
    called = [n for n in _SEPARATORS.split(names or "") if n.strip()]
    if len(called) != len(each):
        called = [""] * len(each)
    return tuple(_party(address, name) for address, name in zip(each, called, strict=True))


def _card_party(card: BMessageVCard) -> Party:
    address = next((a for a in (*card.tels, *card.emails) if a.strip()), "")
    return _party(address, card.name)
