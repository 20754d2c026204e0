"""Which entries does a phonebook folder have? The vCard-listing object. (PBAP 1.2.3)"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from phonelink_tui.protocol import limits
from phonelink_tui.protocol.map.xml import read_document, write_document, write_element

_ROOT: Final = "vCard-listing"
_DOCTYPE: Final = '<!DOCTYPE vCard-listing SYSTEM "vcard-listing.dtd">'


@frozen
class VCardEntry:
    """One entry."""

    handle: str
    """The name for PullvCardEntry, for example `0.vcf`; good only within this session."""
    name: str = ""
    """As N of the vCard: family and given name with a semicolon between."""


def decode_vcard_listing(data: bytes) -> tuple[VCardEntry, ...]:
    """Read a listing; entries without a handle are passed over, an empty body is an empty folder.

    Raises:
        RemoteProtocolError: There is data, but no listing.
        LimitExceeded: More than `limits` allows: bytes, entries, attributes of one.

    Any other exception is a bug.
    """
    document = read_document(data, _ROOT, "card", limits.LISTING_ENTRIES)
    return tuple(
        VCardEntry(card["handle"], card.get("name", "")) for card in document.children if card.get("handle")
    )


def encode_vcard_listing(entries: Iterable[VCardEntry]) -> bytes:
    """Write a listing, entries in the order given."""
    cards = "".join(
        write_element("card", [("handle", entry.handle), ("name", entry.name)]) for entry in entries
    )
    return write_document(_ROOT, cards, doctype=_DOCTYPE)
