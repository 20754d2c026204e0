"""The SDP search: do client and server meet, however small the parts, and does nonsense end it cleanly?"""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.errors import LimitExceeded, RemoteProtocolError
from phonelink_tui.protocol.sdp import (
    ErrorCode,
    PduId,
    Record,
    SdpSearch,
    answer_search,
    decode_attribute_lists,
    encode_attribute_lists,
)
from phonelink_tui.protocol.sdp_elements import encode_element, sequence, text, uint, uuid16
from tests.protocol.toml_vectors import load, wire

_SERVICE = 0x1132
_RECORDS: list[Record] = [
    {0x0001: sequence(uuid16(_SERVICE)), 0x0100: text("SMS/MMS " * 30), 0x0315: uint(0, 1)},
    {0x0001: sequence(uuid16(0x1101)), 0x0100: text("Serial")},
    {0x0001: sequence(sequence(uuid16(_SERVICE))), 0x0100: text("Mail")},
]
_REQUEST = wire(load("sdp.toml", "request")[0].values[0])


def _response(payload: bytes, *, pdu_id: int = 7, transaction_id: int = 1) -> bytes:
    return struct.pack(">BHH", pdu_id, transaction_id, len(payload)) + payload


def _part(data: bytes, continuation: bytes = b"\0") -> bytes:
    return len(data).to_bytes(2, "big") + data + continuation


@pytest.mark.parametrize("mtu", [48, 49, 100, 672])
def test_client_and_server_meet(mtu: int) -> None:
    """All records with the service come whole, whatever the size of the parts."""
    search = SdpSearch(_SERVICE, transaction_id=0xFFFF)
    records = None
    while records is None:
        request = search.data_to_send()
        assert request is not None
        assert search.data_to_send() is None
        answer = answer_search(request, _RECORDS, mtu=mtu)
        assert len(answer) <= mtu
        records = search.receive_data(answer)
    assert records == (_RECORDS[0], _RECORDS[2])
    assert search.data_to_send() is None


def test_the_request_is_the_documented_one() -> None:
    """The first request is byte for byte the vector."""
    assert SdpSearch(_SERVICE).data_to_send() == _REQUEST


def test_nobody_offers_the_service() -> None:
    """No matching record is an empty answer, not an error."""
    assert SdpSearch(_SERVICE).receive_data(answer_search(_REQUEST, [_RECORDS[1]])) == ()


def test_a_server_gives_only_the_attributes_asked_for() -> None:
    """Single ids and ranges of ids select attributes."""
    pattern = encode_element(sequence(uuid16(0x1101)))
    for attribute, ids in (
        (uint(0x0100, 2), {0x0100}),
        (uint(0x0000_0001, 4), {0x0001}),
        (uint(5, 2), set()),
    ):
        wanted = encode_element(sequence(attribute))
        request = _response(pattern + b"\xff\xff" + wanted + b"\0", pdu_id=6)
        (record,) = SdpSearch(0).receive_data(answer_search(request, _RECORDS)) or ()
        assert set(record) == ids


_PATTERN = encode_element(sequence(uuid16(_SERVICE)))
_WANTED = encode_element(sequence(uint(0xFFFF, 4)))


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"", ErrorCode.INVALID_REQUEST_SYNTAX),
        (_REQUEST[:-1], ErrorCode.INVALID_REQUEST_SYNTAX),
        (_response(_PATTERN + b"\xff\xff" + _WANTED + b"\0", pdu_id=2), ErrorCode.INVALID_REQUEST_SYNTAX),
        (_response(_PATTERN, pdu_id=6), ErrorCode.INVALID_REQUEST_SYNTAX),
        (_response(_PATTERN + b"\0\6" + _WANTED + b"\0", pdu_id=6), ErrorCode.INVALID_REQUEST_SYNTAX),
        (_response(b"\x35\0\xff\xff" + _WANTED + b"\0", pdu_id=6), ErrorCode.INVALID_REQUEST_SYNTAX),
        (_response(_PATTERN + b"\xff\xff" + _PATTERN + b"\0", pdu_id=6), ErrorCode.INVALID_REQUEST_SYNTAX),
        (_response(_PATTERN + b"\xff\xff" + _WANTED + b"\1\1", pdu_id=6), ErrorCode.INVALID_REQUEST_SYNTAX),
        (
            _response(_PATTERN + b"\xff\xff" + _WANTED + b"\2\xff\xff", pdu_id=6),
            ErrorCode.INVALID_CONTINUATION_STATE,
        ),
    ],
)
def test_a_server_refuses_what_it_cannot_read(request_: bytes, code: ErrorCode) -> None:
    """A malformed request gets an error response, which the client reports as the phone's refusal."""
    answer = answer_search(request_, _RECORDS)
    assert answer[0] == PduId.ERROR_RESPONSE
    assert int.from_bytes(answer[-2:], "big") == code
    if request_:
        with pytest.raises(RemoteProtocolError, match=code.name):
            SdpSearch(_SERVICE).receive_data(answer)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        _response(b"\0"),
        _response(_part(b"\x35\0"), pdu_id=3),
        _response(_part(b"\x35\0"), transaction_id=2),
        _response(_part(b"\x35\0")) + b"\0",
        _response(b"\0\2\x35\0"),
        _response(b"\0\2\x35\0\1"),
        _response(_part(b"", b"\2\0\2")),
        _response(_part(b"\x35", b"\x11" + b"a" * 17)),
        _response(_part(b"\x08\0")),
        _response(_part(b"\x35\2\x08\0")),
        _response(_part(b"\x35\4\x35\2\x08\0")),
        _response(_part(b"\x35\6\x35\4\x28\0\x28\0")),
    ],
)
def test_malformed_answers_are_the_phones_error(answer: bytes) -> None:
    """Lengths, ids, continuation and structure of an answer are checked."""
    with pytest.raises(RemoteProtocolError):
        SdpSearch(_SERVICE).receive_data(answer)


def test_an_endless_answer_is_bounded() -> None:
    """A phone that always has more to say is stopped at the bound."""
    search = SdpSearch(_SERVICE)

    def receive_forever() -> None:
        for number in range(1, 100):
            search.receive_data(_response(_part(b"a" * 1000, b"\1a"), transaction_id=number))

    with pytest.raises(LimitExceeded):
        receive_forever()


def test_of_a_repeated_attribute_the_first_counts() -> None:
    """A record that says something twice is read by its first word."""
    record = sequence(uint(1, 2), text("a"), uint(1, 2), text("b"))
    assert decode_attribute_lists(encode_element(sequence(record))) == ({1: text("a")},)


@given(
    st.binary(max_size=80) | st.binary(max_size=40).map(lambda tail: _REQUEST[:-1] + tail),
    st.integers(48, 700),
)
@settings(max_examples=150)
def test_any_request_is_answered(request_: bytes, mtu: int) -> None:
    """A server answers whatever comes, within its MTU."""
    assert 0 < len(answer_search(request_, _RECORDS, mtu=mtu)) <= mtu


@given(st.binary(max_size=60), st.binary(max_size=4))
@settings(max_examples=150)
def test_any_answer_is_records_or_the_phones_error(data: bytes, continuation: bytes) -> None:
    """Nothing but RemoteProtocolError comes out of the client."""
    for answer in (data, _response(data), _response(_part(data)), _response(_part(data, continuation))):
        try:
            SdpSearch(_SERVICE).receive_data(answer)
        except RemoteProtocolError:
            continue


def test_attributes_are_written_in_ascending_order() -> None:
    """The order of a mapping does not show on the wire."""
    assert encode_attribute_lists([{2: text("b"), 1: text("a")}]) == encode_attribute_lists(
        [{1: text("a"), 2: text("b")}]
    )
