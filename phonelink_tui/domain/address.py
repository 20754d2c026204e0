"""Who can be written to, and when are two spellings the same person?

Identity is exact, never by suffix: two people may share their last seven digits, and a text to the wrong
one cannot be taken back.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import phonenumbers
from attrs import frozen

from phonelink_tui.domain.text import RemoteText, clean_line


class AddressKind(StrEnum):
    """What sort of address a sender has; only the first three can be answered."""

    PHONE = "phone"
    EMAIL = "email"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    """A name in place of a number ("DHL"): networks deliver nothing to it."""
    NONE = "none"
    """The phone gave no address at all."""


@frozen
class Address:
    """One end of a text."""

    value: RemoteText
    """As the phone last spelled it, and so what a reply is sent to."""
    kind: AddressKind
    key: str
    """Equal keys are the same person. E.164 where that can be known."""

    @property
    def answerable(self) -> bool:
        """Whether a text to this address can arrive anywhere."""
        return self.kind in (AddressKind.PHONE, AddressKind.EMAIL, AddressKind.SHORT_CODE)


ADDRESS_CHARS: Final = 254
"""The longest e-mail address (RFC 5321); numbers have at most 15 digits (E.164)."""

_EMAIL: Final = re.compile(r"[^@\s,;:\\<>\"()\[\]]+@[^@\s,;:\\<>\"()\[\]]+\.[^@\s,;:\\<>\"()\[\].]{2,}")
_DIALLED: Final = re.compile(r"\+?[0-9().\-/ \u00a0]{2,32}")
_SHORT_CODE_DIGITS: Final = range(3, 7)
_LOCAL_DIGITS: Final = range(7, 16)


def identify(raw: str, region: str | None = None) -> Address:
    """The address that `raw` spells.

    Args:
        raw: As the phone or the user wrote it; may be empty or hostile.
        region: ISO 3166 region of the phone's own number, to complete national numbers. Without it,
            numbers are the same when their digits are.
    """
    value = clean_line(raw, limit=ADDRESS_CHARS)
    if not value:
        return Address(value, AddressKind.NONE, "none:")
    if _EMAIL.fullmatch(value):
        return Address(value, AddressKind.EMAIL, "email:" + value.casefold())
    if _DIALLED.fullmatch(value) and any(c.isdigit() for c in value):
        return _identify_number(value, region)
    return Address(value, AddressKind.ALPHANUMERIC, "name:" + value)


def region_of(raw: str) -> str | None:
    """The ISO 3166 region of an international number; None where it is not of one country."""
    try:
        number = phonenumbers.parse(raw, None)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    return region if region != phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else None


def _identify_number(value: RemoteText, region: str | None) -> Address:
    digits = "".join(c for c in value if c.isdigit())
    international = value.startswith("+")
    if not international and len(digits) in _SHORT_CODE_DIGITS:
        return Address(value, AddressKind.SHORT_CODE, "short:" + digits)
    if len(digits) not in _LOCAL_DIGITS:
        return Address(value, AddressKind.ALPHANUMERIC, "name:" + value)
    key = _e164(value, region if not international else None) or (("+" if international else "") + digits)
    return Address(value, AddressKind.PHONE, "tel:" + key)


def _e164(value: str, region: str | None) -> str | None:
    if region is None and not value.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
