"""Which function of MAP does an OBEX operation ask for? What a server dispatches on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from attrs import frozen

from phonelink_tui.protocol.map.constants import TypeString
from phonelink_tui.protocol.map.handles import decode_handle
from phonelink_tui.protocol.map.parameters import MapParameters, decode_map_parameters
from phonelink_tui.protocol.map.requests import (
    FolderStep,
    GetFolderListing,
    GetInstanceInformation,
    GetMessage,
    GetMessagesListing,
    MapRequest,
    PushMessage,
    SendEvent,
    SetFolder,
    SetMessageStatus,
    SetNotificationFilter,
    SetNotificationRegistration,
    UpdateInbox,
)
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.operations import Get, Operation, Put, SetPath


@frozen
class Unanswerable:
    """An operation that is no function of MAP as spoken here, and the code to refuse it with."""

    code: ResponseCode
    """NOT_IMPLEMENTED for a function not spoken, as conversation listings and owner status;
    BAD_REQUEST for one whose mandatory parts are missing or make no sense."""


_Reader: TypeAlias = Callable[[str, MapParameters, bytes], MapRequest | None]
"""From Name, parameters and body; None where something mandatory is missing."""


def decode_map_request(operation: Operation) -> MapRequest | Unanswerable:
    """Read one operation as a function of MAP. Never raises.

    Type is compared without regard to case, as AOSP does. Unknown parameters are ignored.
    """
    if isinstance(operation, SetPath):
        return _set_folder(operation)
    readers: dict[str, _Reader] = {}
    body = b""
    if isinstance(operation, Get):
        readers = _GETS
    elif isinstance(operation, Put):
        readers, body = _PUTS, operation.body or b""
    reader = readers.get((operation.headers.type or "").lower())
    if reader is None:
        return Unanswerable(ResponseCode.NOT_IMPLEMENTED)
    parameters = decode_map_parameters(operation.headers.parameters)
    request = reader(operation.headers.name or "", parameters, body)
    return Unanswerable(ResponseCode.BAD_REQUEST) if request is None else request


def _set_folder(operation: SetPath) -> SetFolder | Unanswerable:
    name = operation.headers.name
    if operation.create:
        return Unanswerable(ResponseCode.BAD_REQUEST)
    if operation.up:
        return SetFolder(FolderStep.UP, name or "")
    return SetFolder(FolderStep.DOWN, name) if name else SetFolder(FolderStep.ROOT)


def _get_message(name: str, parameters: MapParameters, _body: bytes) -> GetMessage | None:
    handle = decode_handle(name)
    if handle is None or parameters.charset is None:
        return None
    return GetMessage(handle, parameters.attachment == 1, parameters.charset, parameters.fraction_request)


def _push_message(name: str, parameters: MapParameters, body: bytes) -> PushMessage:
    transparent, retry = _bool(parameters.transparent), _bool(parameters.retry)
    return PushMessage(body, name, transparent, retry, parameters.charset)


def _set_status(name: str, parameters: MapParameters, _body: bytes) -> SetMessageStatus | None:
    handle = decode_handle(name)
    if handle is None or parameters.status_indicator is None or parameters.status_value is None:
        return None
    value = parameters.status_value == 1
    return SetMessageStatus(handle, parameters.status_indicator, value, parameters.extended_data)


def _register(_name: str, parameters: MapParameters, _body: bytes) -> SetNotificationRegistration | None:
    status = parameters.notification_status
    return None if status is None else SetNotificationRegistration(status == 1)


def _instance(_name: str, parameters: MapParameters, _body: bytes) -> GetInstanceInformation | None:
    id = parameters.mas_instance_id
    return None if id is None else GetInstanceInformation(id)


def _filter(_name: str, parameters: MapParameters, _body: bytes) -> SetNotificationFilter | None:
    mask = parameters.notification_filter_mask
    return None if mask is None else SetNotificationFilter(mask)


def _bool(value: int | None) -> bool | None:
    return None if value is None else value == 1


_GETS: Final[dict[str, _Reader]] = {
    TypeString.FOLDER_LISTING.lower(): lambda _name, parameters, _body: GetFolderListing(parameters),
    TypeString.MESSAGES_LISTING.lower(): lambda name, parameters, _body: GetMessagesListing(name, parameters),
    TypeString.MESSAGE.lower(): _get_message,
    TypeString.INSTANCE_INFORMATION.lower(): _instance,
}

_PUTS: Final[dict[str, _Reader]] = {
    TypeString.MESSAGE.lower(): _push_message,
    TypeString.MESSAGE_STATUS.lower(): _set_status,
    TypeString.NOTIFICATION_REGISTRATION.lower(): _register,
    TypeString.MESSAGE_UPDATE.lower(): lambda _name, _parameters, _body: UpdateInbox(),
    TypeString.NOTIFICATION_FILTER.lower(): _filter,
    TypeString.EVENT_REPORT.lower(): lambda _name, parameters, body: SendEvent(
        parameters.mas_instance_id, body
    ),
}
