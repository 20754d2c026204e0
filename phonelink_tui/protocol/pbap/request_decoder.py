"""Which function of PBAP does an OBEX operation ask for? What a server dispatches on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from attrs import frozen

from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.operations import Get, Operation, SetPath
from phonelink_tui.protocol.pbap.constants import TYPE_PHONEBOOK, TYPE_VCARD, TYPE_VCARD_LISTING
from phonelink_tui.protocol.pbap.parameters import PbapParameters, decode_pbap_parameters
from phonelink_tui.protocol.pbap.requests import (
    PbapRequest,
    PullPhoneBook,
    PullVCardEntry,
    PullVCardListing,
    SetPhoneBook,
)


@frozen
class Unanswerable:
    """An operation that is no function of PBAP, and the code to refuse it with."""

    code: ResponseCode
    """NOT_IMPLEMENTED for no function; BAD_REQUEST for one without its name."""


_Reader: TypeAlias = Callable[[str, PbapParameters], PbapRequest]

_READERS: Final[dict[str, _Reader]] = {
    TYPE_PHONEBOOK: PullPhoneBook,
    TYPE_VCARD_LISTING: PullVCardListing,
    TYPE_VCARD: PullVCardEntry,
}

_NAMELESS: Final = frozenset({TYPE_VCARD_LISTING})
"""Without a name these mean the current folder; the others mean nothing."""


def decode_pbap_request(operation: Operation) -> PbapRequest | Unanswerable:
    """Read one operation as a function of PBAP. Never raises.

    Type is compared without regard to case. Unknown parameters are ignored.
    """
    name = operation.headers.name or ""
    if isinstance(operation, SetPath):
        return (
            Unanswerable(ResponseCode.BAD_REQUEST) if operation.create else SetPhoneBook(name, operation.up)
        )
    type_ = (operation.headers.type or "").lower()
    if not isinstance(operation, Get) or type_ not in _READERS:
        return Unanswerable(ResponseCode.NOT_IMPLEMENTED)
    if not name and type_ not in _NAMELESS:
        return Unanswerable(ResponseCode.BAD_REQUEST)
    return _READERS[type_](name, decode_pbap_parameters(operation.headers.parameters))
