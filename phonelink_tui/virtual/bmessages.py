"""How does this sort of phone write a text as a bMessage, and what does it make of one pushed to it?"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from phonelink_tui.errors import RemoteProtocolError
from phonelink_tui.protocol.map.bmessage import BMessage, text_body
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard
from phonelink_tui.protocol.map.constants import FOLDER_PATH, MessageType
from phonelink_tui.virtual.entries import StoredText
from phonelink_tui.virtual.listings import message_type, recipients_shown
from phonelink_tui.virtual.personas import Persona
from phonelink_tui.virtual.phone import VirtualPhone

ADDRESS_TAG: Final = "7:"
"""What iPhones write in front of an address."""

_TAG_CHARS: Final = len(ADDRESS_TAG)


@frozen
class Pushed:
    """A pushed text as the phone understood it."""

    text: str
    deliveries: tuple[tuple[str, ...], ...]
    """One text each: the recipients it goes to together."""


def encode_text(phone: VirtualPhone, text: StoredText) -> bytes:
    """The answer to GetMessage."""
    persona = phone.persona
    sender_name = phone.owner.name if text.outgoing else phone.name_of(text.sender)
    shows_recipients = persona.has_mms or text.outgoing
    recipients = recipients_shown(phone, text) if shows_recipients else ()
    message = BMessage(
        type=message_type(persona, text),
        folder="/".join((*FOLDER_PATH, text.folder)),
        originators=(_vcard(persona, text.sender, sender_name),),
        envelopes=(tuple(_vcard(persona, address, phone.name_of(address)) for address in recipients),),
        body=text_body(text.text),
        read=text.read,
    )
    return message.encode()


def decode_pushed(persona: Persona, data: bytes) -> Pushed | None:
    """Read a pushed bMessage; None for one the phone cannot send."""
    try:
        message = decode_bmessage(data)
    except RemoteProtocolError:
        return None
    recipients = tuple(address for vcard in message.recipients for address in _addresses(persona, vcard))
    if message.body is None or not recipients:
        return None
    text = message.body.text
    if persona.joins_crlf_lines:
        text = b"".join(message.body.messages).decode("utf-8", "replace").replace("\r\n", "").strip()
    if not text:
        return None
    apart = persona.has_mms and message.type != MessageType.MMS
    return Pushed(text, tuple((address,) for address in recipients) if apart else (recipients,))


def _addresses(persona: Persona, vcard: BMessageVCard) -> list[str]:
    if not persona.tags_addresses:
        return [address.strip() for address in (*vcard.tels, *vcard.emails) if address.strip()]
    # An iPhone takes the first two characters of an e-mail address for the tag, whatever they are (iOS 26).
    tels = (tel.removeprefix(ADDRESS_TAG) for tel in vcard.tels)
    emails = (email[_TAG_CHARS:] for email in vcard.emails)
    return [address.strip() for address in (*tels, *emails) if address.strip()]


def _vcard(persona: Persona, address: str, name: str) -> BMessageVCard:
    value = (ADDRESS_TAG if persona.tags_addresses else "") + _one_line(address)
    given, _, family = _one_line(name).rpartition(" ")
    n = ";".join((*map(_escaped, (family, given)), "", "", ""))
    if "@" in address:
        return BMessageVCard(n=n, emails=(value,))
    return BMessageVCard(n=n, tels=(value,))


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;")
