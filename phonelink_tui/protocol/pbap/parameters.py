"""Which application parameters does PBAP know, and what types do they have? (PBAP 1.2.3, 6.2.1)"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from phonelink_tui.protocol.obex.parameters import Parameter
from phonelink_tui.protocol.obex.typed_parameters import (
    TEXT,
    U8,
    U16,
    U32,
    U64,
    U128,
    Table,
    read_parameters,
    write_parameters,
)
from phonelink_tui.protocol.pbap.constants import Tag


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
        return write_parameters(_KINDS, self)


_KINDS: Final[Table] = {
    Tag.ORDER: ("order", U8),
    Tag.SEARCH_VALUE: ("search_value", TEXT),
    Tag.SEARCH_PROPERTY: ("search_property", U8),
    Tag.PROPERTY_SELECTOR: ("property_selector", U64),
    Tag.FORMAT: ("format", U8),
    Tag.MAX_LIST_COUNT: ("max_list_count", U16),
    Tag.LIST_START_OFFSET: ("list_start_offset", U16),
    Tag.RESET_NEW_MISSED_CALLS: ("reset_new_missed_calls", U8),
    Tag.VCARD_SELECTOR: ("vcard_selector", U64),
    Tag.VCARD_SELECTOR_OPERATOR: ("vcard_selector_operator", U8),
    Tag.PHONEBOOK_SIZE: ("phonebook_size", U16),
    Tag.NEW_MISSED_CALLS: ("new_missed_calls", U8),
    Tag.PRIMARY_FOLDER_VERSION: ("primary_folder_version", U128),
    Tag.SECONDARY_FOLDER_VERSION: ("secondary_folder_version", U128),
    Tag.DATABASE_IDENTIFIER: ("database_identifier", U128),
    Tag.PBAP_SUPPORTED_FEATURES: ("pbap_supported_features", U32),
}


def decode_pbap_parameters(parameters: Iterable[Parameter]) -> PbapParameters:
    """Give the triples of an OBEX header their meaning. Never raises.

    See `typed_parameters.read_parameters` for what is ignored.
    """
    return PbapParameters(**read_parameters(_KINDS, parameters))
