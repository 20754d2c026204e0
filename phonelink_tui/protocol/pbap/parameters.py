"""Which application parameters does PBAP know, and what types do they have? (PBAP 1.2.3, 6.2.1)"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import attrs
from attrs import frozen

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol.obex.parameters import Parameter
from phonelink_tui.protocol.pbap.constants import Tag

_Kind: TypeAlias = tuple[Callable[[Any], bytes], Callable[[bytes], Any]]
"""How to write a value, and how to read it; reading gives None where the bytes make no sense."""


def _number(size: int) -> _Kind:
    def encode(value: int) -> bytes:
        try:
            return value.to_bytes(size, "big")
        except OverflowError as error:
            raise LocalProtocolError(f"{value} does not fit in {size} bytes.") from error

    return encode, lambda raw: int.from_bytes(raw, "big") if len(raw) == size else None


_U8, _U16, _U32, _U64 = _number(1), _number(2), _number(4), _number(8)
_U128: Final = _number(16)
_TEXT: Final[_Kind] = (
    lambda value: value.encode("utf-8", "replace"),
    lambda raw: raw.decode("utf-8", "replace").removesuffix("\0"),
)


@frozen
class PbapParameters:
    """The application parameters of one request or answer; None is absent.

    Values are plain numbers and texts: the meaning of each is in `constants` and in PBAP 1.2.3, 6.2.1.
    """

    order: int | None = None
    """`Order`."""
    search_value: str | None = None
    search_property: int | None = None
    """`SearchProperty`."""
    max_list_count: int | None = None
    """0 asks for the size only. Absent means 65535."""
    list_start_offset: int | None = None
    property_selector: int | None = None
    """`PropertySelector`; 0 or absent asks for all."""
    format: int | None = None
    """`Format`."""
    phonebook_size: int | None = None
    new_missed_calls: int | None = None
    primary_folder_version: int | None = None
    """128 bits."""
    secondary_folder_version: int | None = None
    """128 bits."""
    vcard_selector: int | None = None
    """`PropertySelector` a vCard must have to be listed."""
    vcard_selector_operator: int | None = None
    """0 any, 1 all of them."""
    database_identifier: int | None = None
    """128 bits."""
    reset_new_missed_calls: int | None = None
    pbap_supported_features: int | None = None
    """`Features`; only in CONNECT."""

    def encode(self) -> tuple[Parameter, ...]:
        """The triples of all values that are present, in the order of `_KINDS`.

        Raises:
            LocalProtocolError: A number does not fit, or a text is longer than 255 bytes.
        """
        triples = []
        for tag, (name, (encode, _)) in _KINDS.items():
            value = getattr(self, name)
            if value is not None:
                triples.append(Parameter(tag, encode(value)))
        return tuple(triples)


_KINDS: Final[dict[int, tuple[str, _Kind]]] = {
    Tag.ORDER: ("order", _U8),
    Tag.SEARCH_VALUE: ("search_value", _TEXT),
    Tag.SEARCH_PROPERTY: ("search_property", _U8),
    Tag.PROPERTY_SELECTOR: ("property_selector", _U64),
    Tag.FORMAT: ("format", _U8),
    Tag.MAX_LIST_COUNT: ("max_list_count", _U16),
    Tag.LIST_START_OFFSET: ("list_start_offset", _U16),
    Tag.RESET_NEW_MISSED_CALLS: ("reset_new_missed_calls", _U8),
    Tag.VCARD_SELECTOR: ("vcard_selector", _U64),
    Tag.VCARD_SELECTOR_OPERATOR: ("vcard_selector_operator", _U8),
    Tag.PHONEBOOK_SIZE: ("phonebook_size", _U16),
    Tag.NEW_MISSED_CALLS: ("new_missed_calls", _U8),
    Tag.PRIMARY_FOLDER_VERSION: ("primary_folder_version", _U128),
    Tag.SECONDARY_FOLDER_VERSION: ("secondary_folder_version", _U128),
    Tag.DATABASE_IDENTIFIER: ("database_identifier", _U128),
    Tag.PBAP_SUPPORTED_FEATURES: ("pbap_supported_features", _U32),
}


def decode_pbap_parameters(parameters: Iterable[Parameter]) -> PbapParameters:
    """Give the triples of an OBEX header their meaning. Never raises.

    A tag nobody knows, and a number of another length than its own, are ignored.
    Of a repeated tag the last readable one counts.
    """
    values: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.tag in _KINDS:
            name, (_, decode) = _KINDS[parameter.tag]
            value = decode(parameter.value)
            if value is not None:
                values[name] = value
    return attrs.evolve(PbapParameters(), **values)
