"""How do the triples of a profile get names and types? One table a profile: tag to field and kind of value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol.obex.parameters import Parameter

Kind: TypeAlias = tuple[Callable[[Any], bytes], Callable[[bytes], Any]]
"""How to write a value, and how to read it; reading gives None where the bytes make no sense."""

Table: TypeAlias = Mapping[int, tuple[str, Kind]]
"""Tag to the name of a field and the kind of its value, in the order in which they are written."""


def number(size: int) -> Kind:
    """An unsigned number of `size` bytes, big endian."""

    def encode(value: int) -> bytes:
        try:
            return value.to_bytes(size, "big")
        except OverflowError as error:
            raise LocalProtocolError(f"{value} does not fit in {size} bytes.") from error

    return encode, lambda raw: int.from_bytes(raw, "big") if len(raw) == size else None


def encode_text(value: str) -> bytes:
    """UTF-8; what is no Unicode becomes question marks."""
    return value.encode("utf-8", "replace")


def decode_text(raw: bytes) -> str:
    """UTF-8, with or without a NUL at the end."""
    return raw.decode("utf-8", "replace").removesuffix("\0")


U8, U16, U32, U64, U128 = number(1), number(2), number(4), number(8), number(16)
TEXT: Final[Kind] = (encode_text, decode_text)


def write_parameters(table: Table, values: object) -> tuple[Parameter, ...]:
    """The triples of all fields of `values` that are not None.

    Raises:
        LocalProtocolError: A number does not fit. (A text longer than 255 bytes is refused by `Parameter`.)
    """
    triples = []
    for tag, (name, (encode, _)) in table.items():
        value = getattr(values, name)
        if value is not None:
            triples.append(Parameter(tag, encode(value)))
    return tuple(triples)


def read_parameters(table: Table, parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Field to value, of all triples that make sense. Never raises.

    A tag nobody knows, and a number of another length than its own, are ignored, as AOSP's server does.
    Of a repeated tag the last readable one counts.
    """
    values: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.tag in table:
            name, (_, decode) = table[parameter.tag]
            value = decode(parameter.value)
            if value is not None:
                values[name] = value
    return values
