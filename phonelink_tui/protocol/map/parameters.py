"""Which application parameters does MAP know, and what types do they have? (MAP 1.4, 6.3.1)"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import attrs
from attrs import frozen

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol.map.constants import Tag
from phonelink_tui.protocol.map.datetimes import MapDateTime, decode_datetime
from phonelink_tui.protocol.obex.parameters import Parameter

_Kind: TypeAlias = tuple[Callable[[Any], bytes], Callable[[bytes], Any]]
"""How to write a value, and how to read it; reading gives None where the bytes make no sense."""


def _number(size: int) -> _Kind:
    def encode(value: int) -> bytes:
        try:
            return value.to_bytes(size, "big")
        except OverflowError as error:
            raise LocalProtocolError(f"{value} does not fit in {size} bytes.") from error

    return encode, lambda raw: int.from_bytes(raw, "big") if len(raw) == size else None


def _encode_text(value: str) -> bytes:
    return value.encode("utf-8", "replace")


def _decode_text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").removesuffix("\0")


_U8, _U16, _U32 = _number(1), _number(2), _number(4)
_TEXT: Final[_Kind] = (_encode_text, _decode_text)
_TIME: Final[_Kind] = (lambda value: value.encode().encode(), lambda raw: decode_datetime(_decode_text(raw)))


@frozen
class MapParameters:
    """The application parameters of one request or answer; None is absent.

    Values are plain numbers and texts: the meaning of each is in `constants` and in MAP 1.4, 6.3.1.
    """

    max_list_count: int | None = None
    """0 asks for the size only. Absent means 1024."""
    list_start_offset: int | None = None
    filter_message_type: int | None = None
    """`ExcludedTypes`."""
    filter_period_begin: MapDateTime | None = None
    filter_period_end: MapDateTime | None = None
    filter_read_status: int | None = None
    """`ReadFilter`."""
    filter_recipient: str | None = None
    filter_originator: str | None = None
    filter_priority: int | None = None
    """1 high, 2 not high."""
    attachment: int | None = None
    transparent: int | None = None
    """1 keeps no copy in the sent folder."""
    retry: int | None = None
    new_message: int | None = None
    notification_status: int | None = None
    mas_instance_id: int | None = None
    parameter_mask: int | None = None
    """`ParameterMask`."""
    folder_listing_size: int | None = None
    listing_size: int | None = None
    subject_length: int | None = None
    """1 to 255 bytes."""
    charset: int | None = None
    """`Charset`."""
    fraction_request: int | None = None
    fraction_deliver: int | None = None
    status_indicator: int | None = None
    """`StatusIndicator`."""
    status_value: int | None = None
    mse_time: MapDateTime | None = None
    database_identifier: str | None = None
    conversation_listing_version_counter: str | None = None
    presence_availability: int | None = None
    presence_text: str | None = None
    last_activity: MapDateTime | None = None
    filter_last_activity_begin: MapDateTime | None = None
    filter_last_activity_end: MapDateTime | None = None
    chat_state: int | None = None
    folder_version_counter: str | None = None
    conversation_id: str | None = None
    filter_message_handle: str | None = None
    notification_filter_mask: int | None = None
    """`NotificationFilter`."""
    conversation_parameter_mask: int | None = None
    owner_uci: str | None = None
    extended_data: str | None = None
    map_supported_features: int | None = None
    """`Features`; only in CONNECT."""
    message_handle: str | None = None
    modify_text: int | None = None

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


# In the order in which clients were seen to write them; readers take any.
_KINDS: Final[dict[int, tuple[str, _Kind]]] = {
    Tag.MAX_LIST_COUNT: ("max_list_count", _U16),
    Tag.LIST_START_OFFSET: ("list_start_offset", _U16),
    Tag.SUBJECT_LENGTH: ("subject_length", _U8),
    Tag.PARAMETER_MASK: ("parameter_mask", _U32),
    Tag.FILTER_MESSAGE_TYPE: ("filter_message_type", _U8),
    Tag.FILTER_PERIOD_BEGIN: ("filter_period_begin", _TIME),
    Tag.FILTER_PERIOD_END: ("filter_period_end", _TIME),
    Tag.FILTER_READ_STATUS: ("filter_read_status", _U8),
    Tag.FILTER_RECIPIENT: ("filter_recipient", _TEXT),
    Tag.FILTER_ORIGINATOR: ("filter_originator", _TEXT),
    Tag.FILTER_PRIORITY: ("filter_priority", _U8),
    Tag.ATTACHMENT: ("attachment", _U8),
    Tag.TRANSPARENT: ("transparent", _U8),
    Tag.RETRY: ("retry", _U8),
    Tag.NEW_MESSAGE: ("new_message", _U8),
    Tag.NOTIFICATION_STATUS: ("notification_status", _U8),
    Tag.MAS_INSTANCE_ID: ("mas_instance_id", _U8),
    Tag.FOLDER_LISTING_SIZE: ("folder_listing_size", _U16),
    Tag.LISTING_SIZE: ("listing_size", _U16),
    Tag.CHARSET: ("charset", _U8),
    Tag.FRACTION_REQUEST: ("fraction_request", _U8),
    Tag.FRACTION_DELIVER: ("fraction_deliver", _U8),
    Tag.STATUS_INDICATOR: ("status_indicator", _U8),
    Tag.STATUS_VALUE: ("status_value", _U8),
    Tag.MSE_TIME: ("mse_time", _TIME),
    Tag.DATABASE_IDENTIFIER: ("database_identifier", _TEXT),
    Tag.CONVERSATION_LISTING_VERSION_COUNTER: ("conversation_listing_version_counter", _TEXT),
    Tag.PRESENCE_AVAILABILITY: ("presence_availability", _U8),
    Tag.PRESENCE_TEXT: ("presence_text", _TEXT),
    Tag.LAST_ACTIVITY: ("last_activity", _TIME),
    Tag.FILTER_LAST_ACTIVITY_BEGIN: ("filter_last_activity_begin", _TIME),
    Tag.FILTER_LAST_ACTIVITY_END: ("filter_last_activity_end", _TIME),
    Tag.CHAT_STATE: ("chat_state", _U8),
    Tag.FOLDER_VERSION_COUNTER: ("folder_version_counter", _TEXT),
    Tag.CONVERSATION_ID: ("conversation_id", _TEXT),
    Tag.FILTER_MESSAGE_HANDLE: ("filter_message_handle", _TEXT),
    Tag.NOTIFICATION_FILTER_MASK: ("notification_filter_mask", _U32),
    Tag.CONVERSATION_PARAMETER_MASK: ("conversation_parameter_mask", _U32),
    Tag.OWNER_UCI: ("owner_uci", _TEXT),
    Tag.EXTENDED_DATA: ("extended_data", _TEXT),
    Tag.MAP_SUPPORTED_FEATURES: ("map_supported_features", _U32),
    Tag.MESSAGE_HANDLE: ("message_handle", _TEXT),
    Tag.MODIFY_TEXT: ("modify_text", _U8),
}


def decode_map_parameters(parameters: Iterable[Parameter]) -> MapParameters:
    """Give the triples of an OBEX header their meaning. Never raises.

    A tag nobody knows, and a number of another length than its own, are ignored, as AOSP's server does.
    Of a repeated tag the last readable one counts.
    """
    values: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.tag in _KINDS:
            name, (_, decode) = _KINDS[parameter.tag]
            value = decode(parameter.value)
            if value is not None:
                values[name] = value
    return attrs.evolve(MapParameters(), **values)
