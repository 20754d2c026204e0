"""How is one OBEX header, and the run of headers in a packet, written and read? (IrOBEX 1.5, 2.1)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from attrs import field, frozen

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.codes import HeaderId
from phonelink_tui.protocol.obex.parameters import Parameter, decode_parameters, encode_parameters

HeaderValue: TypeAlias = str | bytes | int

_TEXT, _BYTES, _U8, _U32 = 0x00, 0x40, 0x80, 0xC0
_ENCODING_BITS = 0xC0
_NUL = b"\x00\x00"

PREAMBLE_BYTES: Final = 3
"""Id and length in front of the value of a text or byte-sequence header."""

BODY_IDS: Final = (HeaderId.BODY, HeaderId.END_OF_BODY)


@frozen
class Header:
    """One header. The id decides the type of the value: text, bytes, or an int of one or four bytes.

    Raises:
        LocalProtocolError: The value does not fit the id.
    """

    id: HeaderId = field(converter=HeaderId)
    value: HeaderValue

    def __attrs_post_init__(self) -> None:
        encoding = self.id & _ENCODING_BITS
        value = self.value
        if encoding == _TEXT:
            fits = isinstance(value, str)
        elif encoding == _BYTES:
            fits = isinstance(value, bytes)
        else:
            fits = isinstance(value, int) and 0 <= value <= (0xFF if encoding == _U8 else 0xFFFF_FFFF)
        if not fits:
            raise LocalProtocolError(f"Header {self.id:#04x} cannot carry this value.")

    def encode(self) -> bytes:
        """The header as on the wire. Text ends with a NUL, an empty text does not.

        Raises:
            LocalProtocolError: Longer than a length of two bytes can say, or not a Unicode text.
        """
        match self.value:
            case int(number):
                size = 1 if self.id & _ENCODING_BITS == _U8 else 4
                return bytes([self.id]) + number.to_bytes(size, "big")
            case str(text):
                try:
                    raw = text.encode("utf-16-be") + _NUL if text else b""
                except UnicodeEncodeError as error:
                    raise LocalProtocolError(f"Header {self.id:#04x}: the text is not Unicode.") from error
            case raw:
                pass
        length = len(raw) + PREAMBLE_BYTES
        if length > limits.OBEX_PACKET_BYTES:
            raise LocalProtocolError(f"Header {self.id:#04x} is {length} bytes long.")
        return bytes([self.id]) + length.to_bytes(2, "big") + raw


def _in_order(headers: Iterable[Header]) -> tuple[Header, ...]:
    return tuple(headers)


@frozen
class Headers:
    """The headers of one packet or one operation, in order; typed access takes the first of its kind."""

    items: tuple[Header, ...] = field(default=(), converter=_in_order)

    @classmethod
    def of(
        cls,
        *,
        connection_id: int | None = None,
        target: bytes | None = None,
        type: str | None = None,
        name: str | None = None,
        parameters: Iterable[Parameter] = (),
    ) -> Headers:
        """The usual headers of a profile's request, in the usual order; None and empty are left out,
        but an empty `name` is written, because it means the root or the current folder.

        Raises:
            LocalProtocolError: A value does not fit its header.
        """
        encoded = encode_parameters(parameters)
        values: dict[HeaderId, HeaderValue | None] = {
            HeaderId.CONNECTION_ID: connection_id,
            HeaderId.TARGET: target,
            HeaderId.TYPE: None if type is None else type.encode() + b"\0",
            HeaderId.NAME: name,
            HeaderId.APPLICATION_PARAMETERS: encoded or None,
        }
        return cls(Header(id, value) for id, value in values.items() if value is not None)

    def __iter__(self) -> Iterator[Header]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __add__(self, other: Headers) -> Headers:
        return Headers(self.items + other.items)

    def get(self, id: HeaderId) -> HeaderValue | None:
        """The value of the first header with this id."""
        return next((header.value for header in self.items if header.id == id), None)

    def without(self, *ids: HeaderId) -> Headers:
        """The same headers, those with one of these ids left out."""
        return Headers(header for header in self.items if header.id not in ids)

    @property
    def name(self) -> str | None:
        """Name; an empty text and no header mean different things in SETPATH."""
        return self._text(HeaderId.NAME)

    @property
    def type(self) -> str | None:
        """Type, without the NUL that ends it on the wire."""
        value = self._octets(HeaderId.TYPE)
        return None if value is None else value.decode("latin-1").rstrip("\0")

    @property
    def target(self) -> bytes | None:
        """Target: the 16 bytes of a service's UUID."""
        return self._octets(HeaderId.TARGET)

    @property
    def who(self) -> bytes | None:
        """Who: the service that answered."""
        return self._octets(HeaderId.WHO)

    @property
    def connection_id(self) -> int | None:
        """Connection Id: which OBEX connection on this transport is meant."""
        value = self.get(HeaderId.CONNECTION_ID)
        return value if isinstance(value, int) else None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The triples of all Application Parameters headers; empty where there is none."""
        return tuple(
            parameter
            for header in self.items
            if header.id == HeaderId.APPLICATION_PARAMETERS and isinstance(header.value, bytes)
            for parameter in decode_parameters(header.value)
        )

    @property
    def body(self) -> bytes | None:
        """Body and End-of-Body joined; None where there is neither."""
        chunks = [h.value for h in self.items if h.id in BODY_IDS and isinstance(h.value, bytes)]
        return b"".join(chunks) if chunks else None

    def encode(self) -> bytes:
        """All headers as on the wire."""
        return b"".join(header.encode() for header in self.items)

    def _text(self, id: HeaderId) -> str | None:
        value = self.get(id)
        return value if isinstance(value, str) else None

    def _octets(self, id: HeaderId) -> bytes | None:
        value = self.get(id)
        return value if isinstance(value, bytes) else None


NO_HEADERS: Final = Headers()


def decode_headers(data: bytes) -> Headers:
    """Read the headers that fill `data` to its end.

    Raises:
        RemoteProtocolError: A header ends behind the data, is shorter than its own length field, or its
            text is not UTF-16.
        LimitExceeded: More than `limits.OBEX_HEADERS`.

    Ids nobody knows are kept: the top two bits tell their length. Any other exception is a bug.
    """
    headers: list[Header] = []
    at = 0
    while at < len(data):
        if len(headers) == limits.OBEX_HEADERS:
            raise LimitExceeded(f"A packet has more than {limits.OBEX_HEADERS} headers.")
        header, at = _decode_one(data, at)
        headers.append(header)
    return Headers(headers)


def _decode_one(data: bytes, at: int) -> tuple[Header, int]:
    id = HeaderId(data[at])
    encoding = id & _ENCODING_BITS
    if encoding in (_U8, _U32):
        start, end = at + 1, at + (2 if encoding == _U8 else 5)
    else:
        start = at + PREAMBLE_BYTES
        end = at + int.from_bytes(data[at + 1 : start], "big")
    if not start <= end <= len(data):
        raise RemoteProtocolError(f"Header {id:#04x} does not fit in its packet.")
    raw = data[start:end]
    if encoding == _TEXT:
        return Header(id, _decode_text(id, raw)), end
    if encoding == _BYTES:
        return Header(id, raw), end
    return Header(id, int.from_bytes(raw, "big")), end


def _decode_text(id: HeaderId, raw: bytes) -> str:
    try:
        text = raw.decode("utf-16-be")
    except UnicodeDecodeError as error:
        raise RemoteProtocolError(f"The text of header {id:#04x} is not UTF-16.") from error
    return text.removesuffix("\0")
