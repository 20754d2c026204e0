"""PBAP requests, parameters and listings: do client and server mean the same?"""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Connect, Get, Operation, Put, SetPath
from phonelink_tui.protocol.obex.parameters import Parameter, encode_parameters
from phonelink_tui.protocol.pbap.constants import (
    CONTACT_PROPERTIES,
    CONTACTS_PATH,
    OWNER_CARD,
    TARGET,
    TYPE_PHONEBOOK,
    TYPE_VCARD,
    Features,
    Format,
    Tag,
)
from phonelink_tui.protocol.pbap.parameters import PbapParameters, decode_pbap_parameters
from phonelink_tui.protocol.pbap.request_decoder import Unanswerable, decode_pbap_request
from phonelink_tui.protocol.pbap.requests import (
    PbapRequest,
    PullPhoneBook,
    PullVCardEntry,
    PullVCardListing,
    SetPhoneBook,
    connect_pse,
)
from phonelink_tui.protocol.pbap.vcard_listing import VCardEntry, decode_vcard_listing, encode_vcard_listing
from tests.protocol.toml_vectors import Vector, load, wire

_BITS = {
    "max_list_count": 16,
    "list_start_offset": 16,
    "phonebook_size": 16,
    "property_selector": 64,
    "vcard_selector": 64,
    "primary_folder_version": 128,
    "secondary_folder_version": 128,
    "database_identifier": 128,
    "pbap_supported_features": 32,
}


def _value(name: str) -> st.SearchStrategy[Any]:
    if name == "search_value":
        return st.text(max_size=60).filter(lambda text: not text.endswith("\0"))
    return st.integers(0, (1 << _BITS.get(name, 8)) - 1)


_PARAMETERS = st.fixed_dictionaries(
    {}, optional={field.name: _value(field.name) for field in attrs.fields(PbapParameters)}
).map(lambda values: PbapParameters(**values))


@given(_PARAMETERS)
@settings(max_examples=150)
def test_parameters_round_trip(parameters: PbapParameters) -> None:
    """Any parameters survive being written and read."""
    assert decode_pbap_parameters(parameters.encode()) == parameters


@pytest.mark.parametrize("vector", load("pbap.toml", "parameters"))
def test_parameter_vectors(vector: Vector) -> None:
    """The triples of a request are byte for byte the vector."""
    assert encode_parameters(PbapParameters(**vector["values"]).encode()) == wire(vector)


@given(st.lists(st.builds(Parameter, st.integers(0, 255), st.binary(max_size=20)), max_size=10))
@settings(max_examples=100)
def test_any_triples_are_parameters(triples: list[Parameter]) -> None:
    """Unknown tags and wrong lengths are ignored, never an error."""
    decode_pbap_parameters(triples)


def test_unreadable_triples_are_ignored() -> None:
    """A number of the wrong length does not hide a readable one; the last readable one counts."""
    triples = [
        Parameter(Tag.MAX_LIST_COUNT, b"\0\1"),
        Parameter(Tag.MAX_LIST_COUNT, b"\0\2"),
        Parameter(Tag.MAX_LIST_COUNT, b"\3"),
        Parameter(0x77, b"x"),
    ]
    assert decode_pbap_parameters(triples) == PbapParameters(max_list_count=2)


def test_a_number_that_does_not_fit_is_our_bug() -> None:
    """A count over 16 bits is refused before it reaches the wire."""
    with pytest.raises(LocalProtocolError):
        PbapParameters(max_list_count=0x10000).encode()


_REQUESTS: list[PbapRequest] = [
    PullPhoneBook(
        CONTACTS_PATH, PbapParameters(property_selector=int(CONTACT_PROPERTIES), max_list_count=200)
    ),
    SetPhoneBook(),
    SetPhoneBook("telecom"),
    SetPhoneBook(up=True),
    SetPhoneBook("pb", up=True),
    PullVCardListing(),
    PullVCardListing("pb", PbapParameters(order=1, search_value="Zoë")),
    PullVCardEntry(OWNER_CARD, PbapParameters(format=int(Format.VCARD_3_0))),
    PullVCardEntry("X-BT-UID:A1"),
]


@pytest.mark.parametrize("request_", _REQUESTS, ids=repr)
def test_requests_round_trip(request_: PbapRequest) -> None:
    """A server reads the function the client meant."""
    assert decode_pbap_request(request_.encode()) == request_


def test_set_phone_book_writes_the_name_only_where_it_means_something() -> None:
    """The root is an empty Name, the parent no Name."""
    assert SetPhoneBook().encode().headers.name == ""
    assert SetPhoneBook(up=True).encode().headers.name is None


def test_type_is_compared_without_regard_to_case() -> None:
    """A Type in another case asks for the same."""
    get = Get(Headers.of(type="X-BT/Phonebook", name="telecom/pb.vcf"))
    assert decode_pbap_request(get) == PullPhoneBook("telecom/pb.vcf")


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (Get(Headers.of(type="x-bt/message", name="1")), ResponseCode.NOT_IMPLEMENTED),
        (Get(), ResponseCode.NOT_IMPLEMENTED),
        (Put(Headers.of(type=TYPE_VCARD, name="1.vcf")), ResponseCode.NOT_IMPLEMENTED),
        (Connect(), ResponseCode.NOT_IMPLEMENTED),
        (Get(Headers.of(type=TYPE_PHONEBOOK)), ResponseCode.BAD_REQUEST),
        (Get(Headers.of(type=TYPE_VCARD, name="")), ResponseCode.BAD_REQUEST),
        (SetPath(Headers.of(name="new"), create=True), ResponseCode.BAD_REQUEST),
    ],
)
def test_what_is_no_request_is_refused(operation: Operation, code: ResponseCode) -> None:
    """Other types and operations, and requests without their name, have a code to refuse them with."""
    assert decode_pbap_request(operation) == Unanswerable(code)


def test_connect_carries_features_only_when_told() -> None:
    """The CONNECT names the service; features are written for phones that want them."""
    assert connect_pse().headers.target == TARGET
    assert connect_pse().headers.parameters == ()
    with_features = connect_pse(Features.DOWNLOAD | Features.BROWSING).headers.parameters
    assert with_features == (Parameter(Tag.PBAP_SUPPORTED_FEATURES, b"\0\0\0\3"),)


@given(
    st.lists(
        st.builds(
            VCardEntry,
            st.from_regex(r"[0-9A-F]{1,8}\.vcf", fullmatch=True),
            st.text("aZë;&<>\"'\n ", max_size=20),
        ),
        max_size=5,
    )
)
@settings(max_examples=100)
def test_listing_round_trip(entries: list[VCardEntry]) -> None:
    """Any names, markup included, survive being written and read."""
    assert decode_vcard_listing(encode_vcard_listing(entries)) == tuple(entries)


@pytest.mark.parametrize("vector", load("pbap.toml", "listing"))
def test_listing_vectors(vector: Vector) -> None:
    """Each listing reads as its entries; cut at any length it has fewer, or is the phone's error."""
    data: bytes = vector["text"].encode()
    entries = tuple(VCardEntry(handle, name) for handle, name in vector["entries"])
    assert decode_vcard_listing(data) == entries
    for length in range(len(data)):
        try:
            cut = decode_vcard_listing(data[:length])
        except RemoteProtocolError:
            continue
        assert cut == entries[: len(cut)]


def test_a_listing_is_bounded_and_must_be_one() -> None:
    """Too many entries and another document are the phone's error; an empty body is an empty folder."""
    too_many = encode_vcard_listing([VCardEntry("1.vcf")] * (limits.LISTING_ENTRIES + 1))
    with pytest.raises(LimitExceeded):
        decode_vcard_listing(too_many)
    with pytest.raises(RemoteProtocolError):
        decode_vcard_listing(b"<folder-listing/>")
    assert decode_vcard_listing(b"") == ()
