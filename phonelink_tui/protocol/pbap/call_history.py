"""Who called when? Call histories are vCards with X-IRMC-CALL-DATETIME. (PBAP 1.2.3; IrMC 1.1)"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from attrs import frozen

from phonelink_tui.protocol.pbap.constants import (
    ALL_PROPERTIES,
    INCOMING_CALLS_PATH,
    MISSED_CALLS_PATH,
    OUTGOING_CALLS_PATH,
    SIM_PREFIX,
    Format,
    PropertySelector,
)
from phonelink_tui.protocol.pbap.vcard import CallDateTime, TypedValue, VCard, decode_vcards, encode_vcard

_DATETIME = re.compile(r"([0-9]{8}T[0-9]{6})(Z?)")


class CallType(Enum):
    """How a call went; the values are the words of X-IRMC-CALL-DATETIME."""

    MISSED = "MISSED"
    RECEIVED = "RECEIVED"
    DIALLED = "DIALED"


_TYPES: Final[Mapping[str, CallType]] = {call_type.value: call_type for call_type in CallType}

_TYPE_OF_PATH: Final[Mapping[str, CallType]] = {
    INCOMING_CALLS_PATH: CallType.RECEIVED,
    OUTGOING_CALLS_PATH: CallType.DIALLED,
    MISSED_CALLS_PATH: CallType.MISSED,
}


@frozen
class CallRecord:
    """One call."""

    type: CallType | None
    """None where neither the card nor the folder says it."""
    time: datetime | None
    """Phone-local and without a zone, unless the phone wrote `Z`: then UTC. None where it is not known."""
    number: str = ""
    """Empty for a withheld number."""
    name: str = ""
    """As the phone knew it; often empty on iPhones."""


def decode_call_history(data: bytes, path: str = "") -> tuple[CallRecord, ...]:
    """Read a call history, in the order of the phone, newest first.

    Args:
        data: The body of PullPhoneBook, or one entry.
        path: Where it was pulled from; tells the type where the card does not.

    Raises:
        RemoteProtocolError: As `decode_vcards`. Any other exception is a bug.
    """
    return call_records(decode_vcards(data), path)


def call_records(cards: Iterable[VCard], path: str = "") -> tuple[CallRecord, ...]:
    """`decode_call_history` of cards that are decoded already."""
    folder_type = _TYPE_OF_PATH.get(path.removeprefix(SIM_PREFIX))
    return tuple(_record(card, folder_type) for card in cards)


def encode_call_history(
    records: Iterable[CallRecord],
    format: Format = Format.VCARD_3_0,
    properties: PropertySelector = ALL_PROPERTIES,
) -> bytes:
    """Write a call history, records in the order given; in vCard 2.1 the type stands without `TYPE=`."""
    return b"".join(encode_vcard(_card(record), format, properties) for record in records)


def _record(card: VCard, folder_type: CallType | None) -> CallRecord:
    call = card.call or CallDateTime()
    types = [_TYPES[word] for word in call.types if word in _TYPES]
    number = card.telephones[0].value if card.telephones else ""
    return CallRecord(types[0] if types else folder_type, _decode_time(call.value), number, card.display_name)


def _card(record: CallRecord) -> VCard:
    types = () if record.type is None else (record.type.value,)
    return VCard(
        formatted_name=record.name,
        telephones=(TypedValue(record.number),),
        call=CallDateTime(_encode_time(record.time), types),
    )


def _decode_time(text: str) -> datetime | None:
    match = _DATETIME.fullmatch(text)
    if match is None:
        return None
    try:
        time = datetime.fromisoformat(match[1])
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if match[2] else time


def _encode_time(time: datetime | None) -> str:
    if time is None:
        return ""
    zone = "" if time.tzinfo is None else "Z"
    time = time if time.tzinfo is None else time.astimezone(UTC)
    return f"{time.year:04}{time:%m%dT%H%M%S}{zone}"
