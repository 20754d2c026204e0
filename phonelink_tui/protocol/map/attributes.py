"""How do XML attributes become typed fields, and back? One table an element, read in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from phonelink_tui.protocol.map.datetimes import MapDateTime, decode_datetime
from phonelink_tui.protocol.map.handles import MessageHandle, decode_handle

Kind: TypeAlias = tuple[Callable[[str], Any], Callable[[Any], str]]
"""How to read an attribute (None where it makes no sense), and how to write a field."""

Table: TypeAlias = Mapping[str, Kind]
"""Attribute and field have one name. The order is the order of writing."""

_MOST_DIGITS = 19


def _read_number(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else None


def _read_flag(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text.strip().lower())


def _write_time(value: MapDateTime) -> str:
    return value.encode()


def _write_handle(value: MessageHandle) -> str:
    return value.text


TEXT: Final[Kind] = (str, str)
NUMBER: Final[Kind] = (_read_number, str)
FLAG: Final[Kind] = (_read_flag, lambda value: "yes" if value else "no")
TIME: Final[Kind] = (decode_datetime, _write_time)
HANDLE: Final[Kind] = (decode_handle, _write_handle)


def read_fields(table: Table, attributes: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an element; attributes nobody knows, or that make no sense, are left out."""
    fields = {name: read(attributes[name]) for name, (read, _) in table.items() if name in attributes}
    return {name: value for name, value in fields.items() if value is not None}


def write_fields(table: Table, value: object) -> Iterator[tuple[str, str]]:
    """The attributes of a value; None is left out."""
    for name, (_, write) in table.items():
        field = getattr(value, name)
        if field is not None:
            yield name, write(field)
