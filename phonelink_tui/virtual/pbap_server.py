"""How does the phone's Phonebook Server answer? Contacts and calls as vCards. (PBAP 1.2.3, 5)"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from attrs import frozen

from phonelink_tui.domain.call import CallKind
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Answer, Connect, Operation
from phonelink_tui.protocol.obex.server import accept
from phonelink_tui.protocol.pbap.call_history import CallRecord, CallType, encode_call_history
from phonelink_tui.protocol.pbap.constants import TARGET, Format, PropertySelector, SearchProperty
from phonelink_tui.protocol.pbap.parameters import PbapParameters
from phonelink_tui.protocol.pbap.request_decoder import Unanswerable, decode_pbap_request
from phonelink_tui.protocol.pbap.requests import (
    PullPhoneBook,
    PullVCardEntry,
    PullVCardListing,
    SetPhoneBook,
)
from phonelink_tui.protocol.pbap.vcard import StructuredName, TypedValue, VCard, encode_vcard
from phonelink_tui.protocol.pbap.vcard_listing import VCardEntry, encode_vcard_listing
from phonelink_tui.virtual.entries import StoredCall, StoredContact, Switch
from phonelink_tui.virtual.obex_service import Outcome
from phonelink_tui.virtual.phone import VirtualPhone

DEFAULT_ENTRIES: Final = 0xFFFF
_TELECOM: Final = "telecom"
_SUFFIX: Final = ".vcf"
_FAVOURITES: Final = 3

_CALL_TYPES: Final = {
    CallKind.RECEIVED: CallType.RECEIVED,
    CallKind.DIALLED: CallType.DIALLED,
    CallKind.MISSED: CallType.MISSED,
}
_CALL_BOOKS: Final = {
    "ich": (CallKind.RECEIVED,),
    "och": (CallKind.DIALLED,),
    "mch": (CallKind.MISSED,),
    "cch": tuple(CallKind),
}


T = TypeVar("T")


@frozen
class _Entry:
    """One entry of a phonebook: a contact or a call."""

    name: StructuredName
    numbers: tuple[str, ...]
    source: StoredContact | StoredCall


class PbapServer:
    """The server for one connection.

    Args:
        phone: Whose contacts and calls.
    """

    def __init__(self, phone: VirtualPhone) -> None:
        self._phone = phone
        self._path: tuple[str, ...] = ()

    def respond(self, operation: Operation) -> Outcome:
        """See `ObexResponder.respond`."""
        if isinstance(operation, Connect):
            return self._connect(operation)
        if not self._phone.allows(Switch.CONTACTS):
            return _refused(ResponseCode.FORBIDDEN)
        match decode_pbap_request(operation):
            case Unanswerable(code):
                return _refused(code)
            case SetPhoneBook(name, up):
                return self._set_phonebook(name, up=up)
            case PullPhoneBook(path, parameters):
                return self._pull(path, parameters)
            case PullVCardListing(folder, parameters):
                return self._list(folder, parameters)
            case PullVCardEntry(name, parameters):
                return self._pull_entry(name, parameters)

    def close(self) -> None:
        """See `ObexResponder.close`."""
        self._path = ()

    def _connect(self, operation: Connect) -> Outcome:
        self._phone.counts["pbap"] += 1
        if operation.headers.target != TARGET:
            return _refused(ResponseCode.NOT_ACCEPTABLE)
        if not self._phone.allows(Switch.CONTACTS):
            return _refused(ResponseCode.FORBIDDEN)
        target_first = self._phone.persona.target_first
        return Outcome(accept(TARGET, self._phone.new_connection_id(), target_first=target_first))

    def _set_phonebook(self, name: str, *, up: bool) -> Outcome:
        path = self._path[:-1] if up else self._path if name else ()
        if name:
            path = (*path, name.casefold())
        known = path in ((), (_TELECOM,)) or (path[:-1] == (_TELECOM,) and self._serves(path[-1]))
        if not known:
            return _refused(ResponseCode.NOT_FOUND)
        self._path = path
        return Outcome(Answer())

    def _serves(self, book: str) -> bool:
        return book in self._phone.persona.phonebooks

    def _pull(self, path: str, parameters: PbapParameters) -> Outcome:
        self._phone.counts["phonebook"] += 1
        folder, _, file = path.strip("/").casefold().rpartition("/")
        book = file.removesuffix(_SUFFIX)
        if folder != _TELECOM or not file.endswith(_SUFFIX) or not self._serves(book):
            return _refused(ResponseCode.NOT_FOUND)
        entries = self._entries(book)
        if parameters.max_list_count == 0:
            return _size(len(entries))
        body = b"".join(self._vcard(entry, parameters) for entry in _slice(entries, parameters))
        missed = PbapParameters(new_missed_calls=0) if book == "mch" else PbapParameters()
        return Outcome(Answer(headers=Headers.of(parameters=missed.encode()), body=body))

    def _list(self, folder: str, parameters: PbapParameters) -> Outcome:
        path = (*self._path, folder.casefold()) if folder else self._path
        if path[:-1] != (_TELECOM,) or not self._serves(path[-1]):
            return _refused(ResponseCode.NOT_FOUND)
        numbered = list(enumerate(self._entries(path[-1])))
        if parameters.search_value:
            numbered = [(at, entry) for at, entry in numbered if _found(entry, parameters)]
        if parameters.max_list_count == 0:
            return _size(len(numbered))
        cards = (
            VCardEntry(f"{at:X}{_SUFFIX}", f"{entry.name.family};{entry.name.given}")
            for at, entry in _slice(numbered, parameters)
        )
        return Outcome(Answer(body=encode_vcard_listing(cards)))

    def _pull_entry(self, name: str, parameters: PbapParameters) -> Outcome:
        if len(self._path) != 2:
            return _refused(ResponseCode.NOT_FOUND)
        entries = self._entries(self._path[-1])
        try:
            at = int(name.casefold().removesuffix(_SUFFIX), 16)
        except ValueError:
            return _refused(ResponseCode.NOT_FOUND)
        if not 0 <= at < len(entries):
            return _refused(ResponseCode.NOT_FOUND)
        return Outcome(Answer(body=self._vcard(entries[at], parameters)))

    def _entries(self, book: str) -> list[_Entry]:
        phone = self._phone
        if book in _CALL_BOOKS:
            calls = (call for call in phone.call_log.entries if call.kind in _CALL_BOOKS[book])
            return [_Entry(_split(phone.name_of(call.address)), (call.address,), call) for call in calls]
        cards = {"pb": (phone.owner, *phone.contacts), "fav": phone.contacts[:_FAVOURITES]}.get(book, ())
        return [_Entry(_split(card.name), card.addresses, card) for card in cards]

    def _vcard(self, entry: _Entry, parameters: PbapParameters) -> bytes:
        format_ = Format.VCARD_3_0 if parameters.format == Format.VCARD_3_0 else Format.VCARD_2_1
        properties = PropertySelector(parameters.property_selector or 0)
        if isinstance(entry.source, StoredCall):
            call = entry.source
            at = self._phone.local(call.at).replace(tzinfo=None)
            record = CallRecord(_CALL_TYPES[call.kind], at, call.address, self._phone.name_of(call.address))
            return encode_call_history([record], format_, properties)
        card = VCard(
            formatted_name=entry.source.name,
            name=entry.name,
            telephones=tuple(TypedValue(value, ("CELL",)) for value in entry.numbers if "@" not in value),
            emails=tuple(TypedValue(value, ("HOME",)) for value in entry.numbers if "@" in value),
        )
        return encode_vcard(card, format_, properties)


def _split(name: str) -> StructuredName:
    given, _, family = name.rpartition(" ")
    return StructuredName(family, given) if given else StructuredName(given=family)


def _found(entry: _Entry, parameters: PbapParameters) -> bool:
    part = (parameters.search_value or "").casefold()
    if parameters.search_property == SearchProperty.NUMBER:
        return any(part in number for number in entry.numbers)
    return part in f"{entry.name.given} {entry.name.family}".casefold()


def _slice(entries: Sequence[T], parameters: PbapParameters) -> Sequence[T]:
    first = parameters.list_start_offset or 0
    most = DEFAULT_ENTRIES if parameters.max_list_count is None else parameters.max_list_count
    return entries[first : first + most]


def _size(entries: int) -> Outcome:
    parameters = PbapParameters(phonebook_size=min(entries, 0xFFFF))
    return Outcome(Answer(headers=Headers.of(parameters=parameters.encode())))


def _refused(code: ResponseCode) -> Outcome:
    return Outcome(Answer(code))
