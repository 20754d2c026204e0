"""What do vCards of a phonebook mean in the domain's words? Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from phonelink_tui.domain.address import Address, AddressKind, identify
from phonelink_tui.domain.call import Call, CallKind
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.text import clean_line
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import strip_scheme_tag
from phonelink_tui.protocol.pbap.call_history import CallRecord, CallType
from phonelink_tui.protocol.pbap.vcard import VCard

KINDS: Final[dict[CallType, CallKind]] = {
    CallType.MISSED: CallKind.MISSED,
    CallType.RECEIVED: CallKind.RECEIVED,
    CallType.DIALLED: CallKind.DIALLED,
}


def contact(card: VCard) -> Contact | None:
    """A card of the book; None where it has neither name nor address.

    Addresses are identified without a region: the relay knows it, and completes them.
    """
    values = [entry.value for entry in (*card.telephones, *card.emails)]
    addresses = tuple(_addresses(values))
    name = clean_line(card.display_name)
    return Contact(name, addresses) if name or addresses else None


def call(record: CallRecord, clock: PhoneClock) -> Call | None:
    """An entry of the call history; None where neither card nor folder says what sort of call it was."""
    if record.type is None:
        return None
    number = identify(strip_scheme_tag(record.number))
    return Call(KINDS[record.type], number, clean_line(record.name), _to_utc(record.time, clock))


def _addresses(values: Iterable[str]) -> Iterable[Address]:
    seen: set[str] = set()
    for value in values:
        address = identify(strip_scheme_tag(value))
        if address.kind is not AddressKind.NONE and address.key not in seen:
            seen.add(address.key)
            yield address


def _to_utc(time: datetime | None, clock: PhoneClock) -> datetime | None:
    if time is None or time.tzinfo is None:
        return clock.to_utc(time)
    return time.astimezone(UTC)
