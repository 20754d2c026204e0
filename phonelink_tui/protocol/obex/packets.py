"""What does one OBEX request or response packet say? (IrOBEX 1.5, chapter 3)"""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from phonelink_tui.errors import LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.codes import FINAL_BIT, MULTI_PACKET, Opcode, ResponseCode
from phonelink_tui.protocol.obex.framing import PREFIX_BYTES
from phonelink_tui.protocol.obex.headers import NO_HEADERS, Headers, decode_headers

VERSION: Final = 0x10
"""OBEX protocol version 1.0, which every release of the specification sends."""

_CONNECT_BYTES = 4
_SETPATH_BYTES = 2
_GO_UP, _NO_CREATE = 0x01, 0x02


@frozen
class ConnectFields:
    """The fixed fields of CONNECT and of its response."""

    max_packet_bytes: int
    """The largest packet the sender accepts, as written; see `agreed_packet_bytes`."""
    version: int = VERSION
    flags: int = 0

    def encode(self) -> bytes:
        """Version, flags and size."""
        return bytes([self.version, self.flags]) + self.max_packet_bytes.to_bytes(2, "big")


@frozen
class PathFlags:
    """The fixed fields of SETPATH; the byte `constants` is zero and is not kept."""

    up: bool = False
    """Go one level up before a Name is applied."""
    create: bool = False
    """May create the folder. MAP and PBAP never do."""

    def encode(self) -> bytes:
        """Flags and constants."""
        return bytes([(_GO_UP if self.up else 0) | (0 if self.create else _NO_CREATE), 0])


@frozen
class Request:
    """One request packet."""

    opcode: Opcode = field(converter=Opcode)
    headers: Headers = NO_HEADERS
    final: bool = True
    connect: ConnectFields | None = None
    """Present in CONNECT, and only there."""
    path: PathFlags | None = None
    """Present in SETPATH, and only there."""

    def encode(self) -> bytes:
        """The packet as on the wire.

        Raises:
            LocalProtocolError: Fixed fields missing or too many, a final bit the opcode does not allow, or
                more than 65,535 bytes.
        """
        if (self.connect is not None) != (self.opcode == Opcode.CONNECT):
            raise LocalProtocolError("CONNECT, and nothing else, has the fields of CONNECT.")
        if (self.path is not None) != (self.opcode == Opcode.SETPATH):
            raise LocalProtocolError("SETPATH, and nothing else, has the fields of SETPATH.")
        fixed = (self.connect.encode() if self.connect else b"") + (self.path.encode() if self.path else b"")
        first = self.opcode | FINAL_BIT if self.final and self.opcode in MULTI_PACKET else int(self.opcode)
        if bool(first & FINAL_BIT) != self.final:
            raise LocalProtocolError(f"The final bit of opcode {self.opcode:#04x} is not free to choose.")
        return _encode(first, fixed, self.headers)


@frozen
class Response:
    """One response packet; it answers the latest request packet."""

    code: ResponseCode = field(converter=ResponseCode)
    headers: Headers = NO_HEADERS
    connect: ConnectFields | None = None
    """Present in the answer to CONNECT; some peers leave it out of a refusal."""

    def encode(self) -> bytes:
        """The packet as on the wire.

        Raises:
            LocalProtocolError: The code lacks the final bit, or more than 65,535 bytes.
        """
        if not self.code & FINAL_BIT:
            raise LocalProtocolError(f"Response code {self.code:#04x} lacks the final bit.")
        return _encode(self.code, self.connect.encode() if self.connect else b"", self.headers)


def agreed_packet_bytes(ours: int, theirs: int) -> int:
    """The packet size both sides keep to; less than 255 is not allowed and is read as 255."""
    return max(limits.OBEX_MIN_PACKET_BYTES, min(ours, theirs))


def decode_request(packet: bytes) -> Request:
    """Read one whole request packet.

    Raises:
        RemoteProtocolError: Length and bytes disagree, fixed fields are cut short, or a header is wrong.

    An unknown opcode is kept, with its headers as far as they follow the rules of headers.
    Any other exception is a bug.
    """
    first, rest = _open(packet)
    opcode = Opcode(first & ~FINAL_BIT)
    if opcode not in MULTI_PACKET:
        opcode = Opcode(first)
    final = bool(first & FINAL_BIT)
    if opcode == Opcode.CONNECT:
        connect, rest = _decode_connect(rest)
        return Request(opcode, decode_headers(rest), final, connect=connect)
    if opcode == Opcode.SETPATH:
        if len(rest) < _SETPATH_BYTES:
            raise RemoteProtocolError("A SETPATH packet ends before its flags.")
        path = PathFlags(up=bool(rest[0] & _GO_UP), create=not rest[0] & _NO_CREATE)
        return Request(opcode, decode_headers(rest[_SETPATH_BYTES:]), final, path=path)
    return Request(opcode, decode_headers(rest), final)


def decode_response(packet: bytes, *, to: Opcode) -> Response:
    """Read one whole response packet.

    Args:
        packet: The bytes of the packet, nothing behind it.
        to: Which request it answers: only the answer to CONNECT has fixed fields.

    Raises:
        RemoteProtocolError: No final bit, length and bytes disagree, a success of CONNECT without its
            fields, or a header is wrong. Any other exception is a bug.
    """
    first, rest = _open(packet)
    if not first & FINAL_BIT:
        raise RemoteProtocolError(f"Response code {first:#04x} lacks the final bit.")
    code = ResponseCode(first)
    if to != Opcode.CONNECT:
        return Response(code, decode_headers(rest))
    # A refusal may come bare, with the fields, or (seen with authentication demands) with headers only.
    # No header begins with the version's byte: 0x10 is an unassigned text header.
    if not code.is_success and rest[:1] != bytes([VERSION]):
        return Response(code, decode_headers(rest))
    connect, rest = _decode_connect(rest)
    return Response(code, decode_headers(rest), connect)


def _encode(first: int, fixed: bytes, headers: Headers) -> bytes:
    rest = fixed + headers.encode()
    length = PREFIX_BYTES + len(rest)
    if length > limits.OBEX_PACKET_BYTES:
        raise LocalProtocolError(f"A packet of {length} bytes is too long.")
    return bytes([first]) + length.to_bytes(2, "big") + rest


def _open(packet: bytes) -> tuple[int, bytes]:
    if len(packet) < PREFIX_BYTES or int.from_bytes(packet[1:PREFIX_BYTES], "big") != len(packet):
        raise RemoteProtocolError("The length of a packet and its bytes disagree.")
    return packet[0], packet[PREFIX_BYTES:]


def _decode_connect(rest: bytes) -> tuple[ConnectFields, bytes]:
    if len(rest) < _CONNECT_BYTES:
        raise RemoteProtocolError("A CONNECT packet ends before its fields.")
    size = int.from_bytes(rest[2:_CONNECT_BYTES], "big")
    return ConnectFields(size, version=rest[0], flags=rest[1]), rest[_CONNECT_BYTES:]
