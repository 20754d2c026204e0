"""Which application parameters does MAP know, and what types do they have? (MAP 1.4, 6.3.1)"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from phonelink_tui.protocol.map.constants import Tag
from phonelink_tui.protocol.map.datetimes import MapDateTime, decode_datetime
from phonelink_tui.protocol.obex.parameters import Parameter
from phonelink_tui.protocol.obex.typed_parameters import (
    TEXT,
    U8,
    U16,
    U32,
    Kind,
    Table,
    decode_text,
    read_parameters,
    write_parameters,
)

_TIME: Final[Kind] = (lambda value: value.encode().encode(), lambda raw: decode_datetime(decode_text(raw)))


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
        return write_parameters(_KINDS, self)


# In the order in which clients were seen to write them; readers take any.
_KINDS: Final[Table] = {
    Tag.MAX_LIST_COUNT: ("max_list_count", U16),
    Tag.LIST_START_OFFSET: ("list_start_offset", U16),
    Tag.SUBJECT_LENGTH: ("subject_length", U8),
    Tag.PARAMETER_MASK: ("parameter_mask", U32),
    Tag.FILTER_MESSAGE_TYPE: ("filter_message_type", U8),
    Tag.FILTER_PERIOD_BEGIN: ("filter_period_begin", _TIME),
    Tag.FILTER_PERIOD_END: ("filter_period_end", _TIME),
    Tag.FILTER_READ_STATUS: ("filter_read_status", U8),
    Tag.FILTER_RECIPIENT: ("filter_recipient", TEXT),
    Tag.FILTER_ORIGINATOR: ("filter_originator", TEXT),
    Tag.FILTER_PRIORITY: ("filter_priority", U8),
    Tag.ATTACHMENT: ("attachment", U8),
    Tag.TRANSPARENT: ("transparent", U8),
    Tag.RETRY: ("retry", U8),
    Tag.NEW_MESSAGE: ("new_message", U8),
    Tag.NOTIFICATION_STATUS: ("notification_status", U8),
    Tag.MAS_INSTANCE_ID: ("mas_instance_id", U8),
    Tag.FOLDER_LISTING_SIZE: ("folder_listing_size", U16),
    Tag.LISTING_SIZE: ("listing_size", U16),
    Tag.CHARSET: ("charset", U8),
    Tag.FRACTION_REQUEST: ("fraction_request", U8),
    Tag.FRACTION_DELIVER: ("fraction_deliver", U8),
    Tag.STATUS_INDICATOR: ("status_indicator", U8),
    Tag.STATUS_VALUE: ("status_value", U8),
    Tag.MSE_TIME: ("mse_time", _TIME),
    Tag.DATABASE_IDENTIFIER: ("database_identifier", TEXT),
    Tag.CONVERSATION_LISTING_VERSION_COUNTER: ("conversation_listing_version_counter", TEXT),
    Tag.PRESENCE_AVAILABILITY: ("presence_availability", U8),
    Tag.PRESENCE_TEXT: ("presence_text", TEXT),
    Tag.LAST_ACTIVITY: ("last_activity", _TIME),
    Tag.FILTER_LAST_ACTIVITY_BEGIN: ("filter_last_activity_begin", _TIME),
    Tag.FILTER_LAST_ACTIVITY_END: ("filter_last_activity_end", _TIME),
    Tag.CHAT_STATE: ("chat_state", U8),
    Tag.FOLDER_VERSION_COUNTER: ("folder_version_counter", TEXT),
    Tag.CONVERSATION_ID: ("conversation_id", TEXT),
    Tag.FILTER_MESSAGE_HANDLE: ("filter_message_handle", TEXT),
    Tag.NOTIFICATION_FILTER_MASK: ("notification_filter_mask", U32),
    Tag.CONVERSATION_PARAMETER_MASK: ("conversation_parameter_mask", U32),
    Tag.OWNER_UCI: ("owner_uci", TEXT),
    Tag.EXTENDED_DATA: ("extended_data", TEXT),
    Tag.MAP_SUPPORTED_FEATURES: ("map_supported_features", U32),
    Tag.MESSAGE_HANDLE: ("message_handle", TEXT),
    Tag.MODIFY_TEXT: ("modify_text", U8),
}


def decode_map_parameters(parameters: Iterable[Parameter]) -> MapParameters:
    """Give the triples of an OBEX header their meaning. Never raises.

    See `typed_parameters.read_parameters` for what is ignored.
    """
    return MapParameters(**read_parameters(_KINDS, parameters))
