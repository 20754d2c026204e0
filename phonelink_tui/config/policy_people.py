"""Whom may a text go to? The recipients that a policy names.

A number is judged by its international form alone. One that cannot be completed, because nobody knows the phone's
own country yet, might be a number that is denied: it is refused until it is written with + and its country.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

from phonelink_tui.domain.address import Address, AddressKind, identify

ENTRIES: Final = 1000
"""In one list. Each text is compared with all of them."""

ENTRY_CHARS: Final = 254
"""The longest e-mail address (RFC 5321)."""

_NUMBER: Final = re.compile(r"\+[1-9][0-9 ().-]{0,30}(\*?)")
_DOMAIN: Final = re.compile(r"\*@([^@*\s]+\.[^@*\s.]{2,})")
_EXAMPLE: Final = (
    'must be a number with + and country ("+4930123456"), the first digits of numbers ("+4930*"), a short code, an'
    ' e-mail address or a domain ("*@example.org")'
)

NUMBER: Final = "tel:"


@frozen
class Person:
    """One entry: the same address, or all that begin or end like this."""

    words: str
    key: str = ""
    """An `Address.key`."""
    prefix: str = ""
    """Of the keys of numbers."""
    suffix: str = ""
    """Of the keys of e-mail addresses."""

    @property
    def is_number(self) -> bool:
        """Whether it is of telephone numbers."""
        return (self.key or self.prefix).startswith(NUMBER)

    def means(self, address: Address) -> bool:
        """Whether an address is meant."""
        if self.key:
            return address.key == self.key
        if self.prefix:
            return address.key.startswith(self.prefix)
        return address.kind is AddressKind.EMAIL and address.key.endswith(self.suffix)


def parse_person(text: str) -> Person:
    """The entry that `text` is. Raises ValueError with what it must be."""
    if len(text) > ENTRY_CHARS:
        raise ValueError(_EXAMPLE)
    number, domain = _NUMBER.fullmatch(text), _DOMAIN.fullmatch(text)
    if number is not None and number[1]:
        return Person(text, prefix=NUMBER + "+" + "".join(filter(str.isdecimal, text)))
    if domain is not None:
        return Person(text, suffix="@" + domain[1].casefold())
    address = identify(text)
    if address.kind is AddressKind.PHONE and not is_international(address):
        raise ValueError(_EXAMPLE)
    if not address.answerable:
        raise ValueError(_EXAMPLE)
    return Person(text, key=address.key)


def is_international(address: Address) -> bool:
    """Whether a number is known with its country."""
    return address.key.startswith(NUMBER + "+")
