"""Do OBEX packets mean what the specification and captures say, in both directions?"""

from __future__ import annotations

from typing import Any

import pytest

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.codes import HeaderId, Opcode, ResponseCode
from phonelink_tui.protocol.obex.framing import PacketBuffer
from phonelink_tui.protocol.obex.headers import Header, Headers, decode_headers
from phonelink_tui.protocol.obex.packets import (
    ConnectFields,
    PathFlags,
    Request,
    Response,
    agreed_packet_bytes,
    decode_request,
    decode_response,
)
from phonelink_tui.protocol.obex.parameters import Parameter, decode_parameters, encode_parameters
from tests.protocol.toml_vectors import Vector, load, wire

REQUESTS = load("obex.toml", "request")
RESPONSES = load("obex.toml", "response")


def headers_of(vector: Vector) -> Headers:
    """The headers a vector says it has."""

    def value(entry: dict[str, Any]) -> str | bytes | int:
        if "hex" in entry:
            return bytes.fromhex(entry["hex"])
        result: str | int = entry["text"] if "text" in entry else entry["number"]
        return result

    return Headers(Header(HeaderId(entry["id"]), value(entry)) for entry in vector["headers"])


def request_of(vector: Vector) -> Request:
    """The request a vector says it is."""
    size = vector.get("max_packet_bytes")
    return Request(
        Opcode(vector["opcode"]),
        headers_of(vector),
        vector.get("final", True),
        None if size is None else ConnectFields(size),
        PathFlags(up=vector["up"]) if "up" in vector else None,
    )


def response_of(vector: Vector) -> Response:
    """The response a vector says it is."""
    size = vector.get("max_packet_bytes")
    fields = None if size is None else ConnectFields(size)
    return Response(ResponseCode(vector["code"]), headers_of(vector), fields)


@pytest.mark.parametrize("vector", REQUESTS)
def test_request_vectors_are_read_and_written_alike(vector: Vector) -> None:
    """Every request vector decodes to its values and encodes back to its bytes."""
    assert decode_request(wire(vector)) == request_of(vector)
    assert request_of(vector).encode() == wire(vector)


@pytest.mark.parametrize("vector", RESPONSES)
def test_response_vectors_are_read_and_written_alike(vector: Vector) -> None:
    """Every response vector decodes to its values and encodes back to its bytes."""
    assert decode_response(wire(vector), to=Opcode(vector["to"])) == response_of(vector)
    assert response_of(vector).encode() == wire(vector)


@pytest.mark.parametrize("vector", REQUESTS + RESPONSES)
def test_packets_come_out_of_a_stream_however_it_is_cut(vector: Vector) -> None:
    """Whole, byte by byte, doubled and followed by a part of the next, a packet is found as it was."""
    data = wire(vector)
    for pieces in ([data], [data[i : i + 1] for i in range(len(data))], [data + data], [data + data[:2]]):
        buffer = PacketBuffer()
        packets = []
        for piece in pieces:
            buffer.receive_data(piece)
            while (packet := buffer.next_packet()) is not None:
                packets.append(packet)
        assert packets == [data] * (2 if pieces == [data + data] else 1)


@pytest.mark.parametrize("vector", REQUESTS + RESPONSES)
def test_a_truncated_packet_waits_or_is_refused(vector: Vector) -> None:
    """No cut of a packet is taken for a packet: the stream waits for more, the decoders refuse."""
    data = wire(vector)
    for end in range(len(data)):
        buffer = PacketBuffer()
        buffer.receive_data(data[:end])
        assert buffer.next_packet() is None
        with pytest.raises(RemoteProtocolError):
            decode_request(data[:end])
        with pytest.raises(RemoteProtocolError):
            decode_response(data[:end], to=Opcode(vector.get("to", 0x03)))


@pytest.mark.parametrize("vector", REQUESTS + RESPONSES)
def test_a_decoder_refuses_bytes_behind_the_packet(vector: Vector) -> None:
    """Length and bytes have to agree."""
    with pytest.raises(RemoteProtocolError):
        decode_request(wire(vector) + b"\x00")
    with pytest.raises(RemoteProtocolError):
        decode_response(wire(vector) + b"\x00", to=Opcode(vector.get("to", 0x03)))


@pytest.mark.parametrize("vector", load("obex.toml", "malformed_request"))
def test_malformed_requests_are_refused(vector: Vector) -> None:
    """Each malformed request raises the error of a peer that breaks the rules."""
    with pytest.raises(RemoteProtocolError):
        decode_request(wire(vector))


@pytest.mark.parametrize("vector", load("obex.toml", "malformed_response"))
def test_malformed_responses_are_refused(vector: Vector) -> None:
    """Each malformed response raises the error of a peer that breaks the rules."""
    with pytest.raises(RemoteProtocolError):
        decode_response(wire(vector), to=Opcode(vector["to"]))


def test_a_length_below_three_breaks_the_stream() -> None:
    """A stream whose next length cannot be true is refused, not skipped."""
    buffer = PacketBuffer()
    buffer.receive_data(b"\x90\x00\x02\x90\x00\x03")
    with pytest.raises(RemoteProtocolError):
        buffer.next_packet()


def test_unknown_numbers_are_members_named_after_themselves() -> None:
    """Enums are open for numbers, and closed for anything else."""
    assert Opcode(0x55).name == "UNKNOWN_85"
    assert ResponseCode(0xFD) == 0xFD
    assert repr(HeaderId(0x3F)) == "<HeaderId.UNKNOWN_63: 63>"
    outside: tuple[Any, ...] = (None, "x")
    for value in outside:
        with pytest.raises(ValueError, match="is not a valid"):
            HeaderId(value)


@pytest.mark.parametrize(
    ("id", "value"),
    [
        (HeaderId.NAME, b"bytes"),
        (HeaderId.TYPE, "text"),
        (HeaderId.SINGLE_RESPONSE_MODE, 256),
        (HeaderId.CONNECTION_ID, -1),
        (HeaderId.CONNECTION_ID, 1 << 32),
        (HeaderId.COUNT, "1"),
    ],
)
def test_a_header_refuses_a_value_of_another_encoding(id: HeaderId, value: Any) -> None:
    """A value that the id's top two bits do not allow is our error."""
    with pytest.raises(LocalProtocolError):
        Header(id, value)


def test_headers_that_cannot_be_written_are_our_error() -> None:
    """Half a surrogate and more than a length can say never reach the wire."""
    with pytest.raises(LocalProtocolError):
        Header(HeaderId.NAME, "\ud800").encode()
    with pytest.raises(LocalProtocolError):
        Header(HeaderId.BODY, bytes(65533)).encode()
    with pytest.raises(LocalProtocolError):
        Request(Opcode.PUT, Headers([Header(HeaderId.BODY, bytes(65530))])).encode()


@pytest.mark.parametrize(
    "request_",
    [
        Request(Opcode.CONNECT),
        Request(Opcode.SETPATH),
        Request(Opcode.GET, connect=ConnectFields(255)),
        Request(Opcode.GET, path=PathFlags()),
        Request(Opcode.DISCONNECT, final=False),
        Request(Opcode(0x10), final=True),
    ],
)
def test_requests_against_the_rules_are_our_error(request_: Request) -> None:
    """Fixed fields and final bits stand where the opcode wants them."""
    with pytest.raises(LocalProtocolError):
        request_.encode()


def test_a_response_code_needs_its_final_bit() -> None:
    """We never write a response without the final bit."""
    with pytest.raises(LocalProtocolError):
        Response(ResponseCode(0x20)).encode()


def test_too_many_headers_exceed_the_limit() -> None:
    """The written bound holds: as many headers as allowed pass, one more does not."""
    allowed = Header(HeaderId.SINGLE_RESPONSE_MODE, 1).encode() * limits.OBEX_HEADERS
    assert len(decode_headers(allowed)) == limits.OBEX_HEADERS
    with pytest.raises(LimitExceeded):
        decode_headers(allowed + b"\x97\x01")


def test_typed_access_takes_the_first_of_its_kind() -> None:
    """Known headers are read by name; absent ones are None, which an empty Name is not."""
    headers = decode_headers(
        Headers.of(
            connection_id=7, target=b"t" * 16, type="x-bt/message", name="", parameters=[Parameter(1, b"ab")]
        ).encode()
        + Header(HeaderId.WHO, b"w").encode()
        + Header(HeaderId.BODY, b"bo").encode()
        + Header(HeaderId.END_OF_BODY, b"dy").encode()
    )
    assert (headers.connection_id, headers.target, headers.type) == (7, b"t" * 16, "x-bt/message")
    assert (headers.name, headers.who, headers.body) == ("", b"w", b"body")
    assert headers.parameters == (Parameter(1, b"ab"),)
    nothing = Headers()
    assert (nothing.name, nothing.type, nothing.who, nothing.body, nothing.connection_id) == (None,) * 5
    assert nothing.parameters == ()


def test_text_without_its_nul_is_read() -> None:
    """A Name that lacks the closing NUL is the same text; a lone NUL is the empty one."""
    assert decode_headers(bytes.fromhex("01 0007 00610062")).name == "ab"
    assert decode_headers(bytes.fromhex("01 0005 0000")).name == ""


def test_a_type_without_its_nul_is_read() -> None:
    """Type is tolerated without the NUL the specification wants."""
    assert decode_headers(bytes.fromhex("42 0006 612f62")).type == "a/b"


@pytest.mark.parametrize(
    ("ours", "theirs", "agreed"),
    [(4096, 4000, 4000), (255, 65535, 255), (65535, 65535, 65535), (4096, 254, 255), (4096, 0, 255)],
)
def test_the_agreed_packet_size_is_the_smaller_but_never_below_255(
    ours: int, theirs: int, agreed: int
) -> None:
    """Both sides keep to the smaller size; a size below the least counts as the least."""
    assert agreed_packet_bytes(ours, theirs) == agreed


def test_parameters_ignore_an_overrun_tail() -> None:
    """Triples before a broken one are used, in order, repeated tags included."""
    assert decode_parameters(bytes.fromhex("0101aa 0101bb 0204cc")) == (
        Parameter(1, b"\xaa"),
        Parameter(1, b"\xbb"),
    )
    assert decode_parameters(b"\x01") == ()
    assert encode_parameters([Parameter(0x0E, b"\x01"), Parameter(5, b"")]).hex() == "0e01010500"


def test_parameters_too_large_for_their_byte_are_our_error() -> None:
    """Tag and length have one byte each."""
    for parameter in (Parameter(256, b""), Parameter(1, bytes(256))):
        with pytest.raises(LocalProtocolError):
            parameter.encode()
