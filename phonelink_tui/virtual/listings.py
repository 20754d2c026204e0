"""Which rows does a message listing have, and what does this sort of phone write into them? (MAP 1.4, 5.4)"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import attrs

from phonelink_tui.domain.observed import Folder
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.constants import (
    ALL_PARAMETERS,
    ExcludedTypes,
    MessageType,
    ParameterMask,
    ReadFilter,
)
from phonelink_tui.protocol.map.datetimes import MapDateTime
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.listing import MessageEntry, MessageListing
from phonelink_tui.protocol.map.parameters import MapParameters
from phonelink_tui.virtual.entries import StoredText
from phonelink_tui.virtual.personas import Persona
from phonelink_tui.virtual.phone import VirtualPhone

DEFAULT_ROWS: Final = 1024
SUBJECT_BYTES: Final = 256
VERSION: Final = "1.1"

_FIELD_BITS: Final = {bit: bit.name.lower() for bit in ParameterMask if bit.name}
"""Each mask bit is named as the attribute it asks for."""


def list_texts(
    phone: VirtualPhone, folder: Folder, parameters: MapParameters, *, offsets: bool
) -> tuple[MapParameters, MessageListing | None]:
    """The answer to GetMessagesListing: what goes into its parameters, and the listing if wanted.

    Args:
        phone: Whose folder.
        folder: Which.
        parameters: Filters, mask and slice.
        offsets: Write times with their UTC offset.
    """
    rows = [text for text in phone.folder(folder) if _passes(phone, text, parameters)]
    told = MapParameters(
        new_message=int(any(not text.read for text in rows)),
        listing_size=min(len(rows), 0xFFFF),
        mse_time=map_time(phone, phone.clock(), offset=True),
    )
    if parameters.max_list_count == 0:
        return told, None
    first = parameters.list_start_offset or 0
    most = DEFAULT_ROWS if parameters.max_list_count is None else parameters.max_list_count
    wanted = rows[first : first + min(most, limits.LISTING_ENTRIES)]
    subject_bytes = parameters.subject_length or SUBJECT_BYTES
    mask = ParameterMask(parameters.parameter_mask or ALL_PARAMETERS)
    entries = (
        _masked(_entry(phone, text, subject_bytes=subject_bytes, offsets=offsets), mask) for text in wanted
    )
    return told, MessageListing(tuple(entries), VERSION)


def message_type(persona: Persona, text: StoredText) -> MessageType:
    """What the phone calls this text."""
    is_group = len(text.recipients) > (1 if text.outgoing else 0)
    mms = persona.has_mms and (is_group or text.attachment_bytes > 0)
    return MessageType.MMS if mms else MessageType.SMS_GSM


def written_handle(persona: Persona, handle: int) -> str:
    """A handle as this phone spells it."""
    return f"{handle:016X}" if persona.zero_pads_handles else f"{handle:X}"


def map_time(phone: VirtualPhone, at: datetime, *, offset: bool) -> MapDateTime:
    """A time as the phone writes it."""
    local = phone.local(at)
    return MapDateTime(local.replace(tzinfo=None, microsecond=0), local.utcoffset() if offset else None)


def recipients_shown(phone: VirtualPhone, text: StoredText) -> tuple[str, ...]:
    """To whom the phone says a text went: a phone without group data names one recipient at most."""
    if text.outgoing:
        return text.recipients
    own = phone.owner.addresses[0]
    return (own, *text.recipients) if phone.persona.has_mms else (own,)


def _entry(phone: VirtualPhone, text: StoredText, *, subject_bytes: int, offsets: bool) -> MessageEntry:
    recipients = recipients_shown(phone, text)
    subject = " ".join(text.text.splitlines()) if phone.persona.flattens_subject else text.text
    names = [phone.owner.name if phone.is_own(address) else phone.name_of(address) for address in recipients]
    return MessageEntry(
        handle=MessageHandle(written_handle(phone.persona, text.handle)),
        subject=subject.encode()[:subject_bytes].decode("utf-8", "ignore"),
        datetime=map_time(phone, text.at, offset=offsets),
        sender_name=phone.owner.name if text.outgoing else phone.name_of(text.sender),
        sender_addressing=text.sender,
        recipient_name=";".join(names),
        recipient_addressing=";".join(recipients),
        type=message_type(phone.persona, text),
        size=len(text.text.encode()) + (text.attachment_bytes if phone.persona.has_mms else 0),
        text=bool(text.text),
        reception_status="complete",
        attachment_size=text.attachment_bytes if phone.persona.has_mms else 0,
        priority=False,
        read=text.read,
        sent=text.folder is Folder.SENT,
        protected=False,
        conversation_id=None if phone.persona.has_mms else "0",
        direction="outgoing" if text.outgoing else "incoming",
    )


def _masked(entry: MessageEntry, mask: ParameterMask) -> MessageEntry:
    if ALL_PARAMETERS in mask:
        return entry
    left_out: dict[str, Any] = {name: None for bit, name in _FIELD_BITS.items() if bit not in mask}
    return attrs.evolve(entry, **left_out)


def _passes(phone: VirtualPhone, text: StoredText, wanted: MapParameters) -> bool:
    return all(_checks(phone, text, wanted))


def _checks(phone: VirtualPhone, text: StoredText, wanted: MapParameters) -> Iterator[bool]:
    if wanted.filter_read_status:
        yield text.read == (wanted.filter_read_status == ReadFilter.READ)
    if wanted.filter_message_type:
        excluded = ExcludedTypes(wanted.filter_message_type)
        yield ExcludedTypes[message_type(phone.persona, text).name] not in excluded
    if wanted.filter_period_begin is not None:
        yield not _before(phone, text.at, wanted.filter_period_begin)
    if wanted.filter_period_end is not None:
        yield _before(phone, text.at, wanted.filter_period_end)
    if wanted.filter_originator:
        yield _names(phone, wanted.filter_originator, text.sender)
    if wanted.filter_recipient:
        yield any(
            _names(phone, wanted.filter_recipient, address) for address in recipients_shown(phone, text)
        )


def _before(phone: VirtualPhone, at: datetime, moment: MapDateTime) -> bool:
    local = phone.local(at)
    shown = local.replace(tzinfo=None, microsecond=0)
    offset = local.utcoffset()
    if moment.offset is not None and offset is not None:
        return shown - offset < moment.local - moment.offset
    return shown < moment.local


def _names(phone: VirtualPhone, part: str, address: str) -> bool:
    part = part.casefold()
    return part in address.casefold() or part in phone.name_of(address).casefold()
