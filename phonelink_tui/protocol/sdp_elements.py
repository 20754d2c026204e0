"""How is an SDP data element written and read? (Core 5.4, Vol 3, Part B, 3)"""

from __future__ import annotations

from typing import Final, TypeAlias
from uuid import UUID

from attrs import frozen

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.open_enum import OpenIntEnum

_BASE_UUID_TAIL: Final = UUID("00000000-0000-1000-8000-00805f9b34fb").bytes[4:]


class ElementType(OpenIntEnum):
    """Type descriptor of a data element, the upper five bits of its first byte."""

    NIL = 0
    UINT = 1
    INT = 2
    UUID = 3
    TEXT = 4
    BOOL = 5
    SEQUENCE = 6
    ALTERNATIVE = 7
    URL = 8


_CONTAINERS: Final = (ElementType.SEQUENCE, ElementType.ALTERNATIVE)

_FIXED_SIZES: Final = {
    ElementType.NIL: (0,),
    ElementType.UINT: (1, 2, 4, 8, 16),
    ElementType.INT: (1, 2, 4, 8, 16),
    ElementType.UUID: (2, 4, 16),
    ElementType.BOOL: (1,),
}
"""Sizes in bytes of the types whose size is not written out; the others have any."""

_SIZE_INDEXES: Final = {1: 0, 2: 1, 4: 2, 8: 3, 16: 4}
_LENGTH_BYTES: Final = {5: 1, 6: 2, 7: 4}

ElementValue: TypeAlias = "int | bytes | tuple[Element, ...] | None"


@frozen
class Element:
    """One data element."""

    type: ElementType
    value: ElementValue = None
    """By type: None; an int, for BOOL 0 or 1; the bytes of a UUID, text, URL or unknown type; or elements."""
    size: int = 0
    """Bytes of an integer: 1, 2, 4, 8 or 16. 0 for every other type."""

    @property
    def elements(self) -> tuple[Element, ...]:
        """The elements of a sequence or alternative, nothing for another type."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def number(self) -> int | None:
        """The value of an integer, None for another type."""
        return self.value if self.size and isinstance(self.value, int) else None

    @property
    def uuid(self) -> UUID | None:
        """The full form of a UUID, None for another type."""
        if self.type is ElementType.UUID and isinstance(self.value, bytes):
            return full_uuid(self.value)
        return None

    @property
    def text(self) -> str:
        """A text or URL read as UTF-8, without the NUL some devices end it with; empty for another type."""
        if self.type in (ElementType.TEXT, ElementType.URL) and isinstance(self.value, bytes):
            return self.value.decode("utf-8", "replace").rstrip("\0")
        return ""


def uint(value: int, size: int) -> Element:
    """An unsigned integer of 1, 2, 4, 8 or 16 bytes."""
    return Element(ElementType.UINT, value, size)


def uuid16(value: int) -> Element:
    """A UUID in its short form."""
    return Element(ElementType.UUID, value.to_bytes(2, "big"))


def text(value: str) -> Element:
    """A text in UTF-8."""
    return Element(ElementType.TEXT, value.encode(errors="replace"))


def sequence(*elements: Element) -> Element:
    """A sequence of elements."""
    return Element(ElementType.SEQUENCE, elements)


def full_uuid(value: bytes) -> UUID:
    """The 128-bit form of a UUID of 2, 4 or 16 bytes."""
    return UUID(bytes=value if len(value) == 16 else value.rjust(4, b"\0") + _BASE_UUID_TAIL)


def encode_element(element: Element) -> bytes:
    """Write an element; lengths in the shortest form.

    Raises:
        LocalProtocolError: Type and value do not belong together, a number does not fit its size, or the
            element is longer than `limits.SDP_RESPONSE_BYTES`.
    """
    payload = _payload(element)
    sizes = _FIXED_SIZES.get(element.type)
    if sizes is not None:
        if len(payload) not in sizes:
            raise LocalProtocolError(f"An SDP {element.type.name} cannot have {len(payload)} bytes.")
        return bytes([element.type << 3 | _SIZE_INDEXES.get(len(payload), 0)]) + payload
    if len(payload) > limits.SDP_RESPONSE_BYTES:
        raise LocalProtocolError("An SDP data element is too long.")
    index = next(index for index, size in _LENGTH_BYTES.items() if len(payload) < 1 << 8 * size)
    return bytes([element.type << 3 | index]) + len(payload).to_bytes(_LENGTH_BYTES[index], "big") + payload


def decode_element(data: bytes) -> Element:
    """Read data that is exactly one element. Unknown types are kept as bytes.

    Raises:
        LimitExceeded: Nested deeper than `limits.SDP_NESTING`, or larger than `limits.SDP_RESPONSE_BYTES`.
        RemoteProtocolError: Malformed, cut short or with bytes behind it. Any other exception is a bug.
    """
    element, end = decode_element_at(data, 0)
    if end != len(data):
        raise RemoteProtocolError("There are bytes behind an SDP data element.")
    return element


def decode_element_at(data: bytes, start: int) -> tuple[Element, int]:
    """Read the element that begins at `start`; the second value is its end. Raises as `decode_element`."""
    if len(data) > limits.SDP_RESPONSE_BYTES:
        raise LimitExceeded("An SDP data element is too long.")
    return _read(data, start, len(data), limits.SDP_NESTING)


def _payload(element: Element) -> bytes:
    value = element.value
    try:
        if isinstance(value, int):
            return value.to_bytes(element.size or 1, "big", signed=element.type is ElementType.INT)
    except OverflowError as error:
        raise LocalProtocolError("A number does not fit its SDP data element.") from error
    if isinstance(value, tuple):
        return b"".join(map(encode_element, value))
    return value or b""


def _read(data: bytes, at: int, end: int, depth: int) -> tuple[Element, int]:
    if at >= end:
        raise RemoteProtocolError("An SDP data element is missing.")
    type_, index = ElementType(data[at] >> 3), data[at] & 7
    at += 1
    if index in _LENGTH_BYTES:
        stop = at + _LENGTH_BYTES[index]
        size = int.from_bytes(data[at:stop], "big")
        at = stop
    else:
        size = 0 if type_ is ElementType.NIL else 1 << index
    if (index in _LENGTH_BYTES) == (type_ in _FIXED_SIZES) or size not in _FIXED_SIZES.get(type_, (size,)):
        raise RemoteProtocolError(f"An SDP {type_.name} has an impossible size.")
    if at + size > end:
        raise RemoteProtocolError("An SDP data element is cut short.")
    return _element(type_, data, at, at + size, depth), at + size


def _element(type_: ElementType, data: bytes, at: int, end: int, depth: int) -> Element:
    if type_ in (ElementType.UINT, ElementType.INT):
        number = int.from_bytes(data[at:end], "big", signed=type_ is ElementType.INT)
        return Element(type_, number, end - at)
    if type_ is ElementType.BOOL:
        return Element(type_, int(data[at] != 0))
    if type_ is ElementType.NIL:
        return Element(type_)
    if type_ not in _CONTAINERS:
        return Element(type_, data[at:end])
    if depth == 0:
        raise LimitExceeded("SDP data elements are nested too deep.")
    elements: list[Element] = []
    while at < end:
        element, at = _read(data, at, end, depth - 1)
        elements.append(element)
    return Element(type_, tuple(elements))
