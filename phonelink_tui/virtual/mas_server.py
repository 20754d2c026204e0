"""How does the phone's Message Access Server answer? Requests of MAP on the state of the phone. (MAP 1.4, 5)"""

from __future__ import annotations

from typing import Final, Protocol

from phonelink_tui.domain.observed import Folder
from phonelink_tui.protocol.map.constants import (
    FOLDER_PATH,
    FOLDERS,
    MAS_TARGET,
    Charset,
    Features,
    StatusIndicator,
)
from phonelink_tui.protocol.map.listing import FolderListing
from phonelink_tui.protocol.map.parameters import MapParameters, decode_map_parameters
from phonelink_tui.protocol.map.request_decoder import Unanswerable, decode_map_request
from phonelink_tui.protocol.map.requests import (
    FolderStep,
    GetFolderListing,
    GetInstanceInformation,
    GetMessage,
    GetMessagesListing,
    PushMessage,
    SetFolder,
    SetMessageStatus,
    SetNotificationFilter,
    SetNotificationRegistration,
    UpdateInbox,
)
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.headers import NO_HEADERS, Headers
from phonelink_tui.protocol.obex.operations import Answer, Connect, Operation
from phonelink_tui.protocol.obex.server import accept
from phonelink_tui.virtual import bmessages, listings
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.faults import FaultKind
from phonelink_tui.virtual.obex_service import Outcome
from phonelink_tui.virtual.odd import oddly_written
from phonelink_tui.virtual.phone import VirtualPhone

DONE: Final = Outcome(Answer())
_PATH_PREFIX: Final = "/".join(FOLDER_PATH) + "/"
_TREE: Final = {(): FOLDER_PATH[:1], FOLDER_PATH[:1]: FOLDER_PATH[1:], FOLDER_PATH: FOLDERS}
"""The folders below each folder, from the root."""


class EventReporter(Protocol):
    """What tells the client of changes while it is registered."""

    def register(self, *, on: bool) -> None: ...

    def set_filter(self, mask: int) -> None: ...


class MasServer:
    """The server for one connection.

    Args:
        phone: Whose messages.
        reporter: Reports events while the client is registered.
    """

    def __init__(self, phone: VirtualPhone, reporter: EventReporter) -> None:
        self._phone = phone
        self._reporter = reporter
        self._path: tuple[str, ...] = ()
        self._features = Features(0)

    def respond(self, operation: Operation) -> Outcome:
        """See `ObexResponder.respond`."""
        if isinstance(operation, Connect):
            return self._connect(operation)
        if not self._phone.allows(Switch.MESSAGES):
            return _refused(ResponseCode.FORBIDDEN)
        match decode_map_request(operation):
            case Unanswerable(code):
                return _refused(code)
            case SetFolder() as request:
                return self._set_folder(request)
            case GetFolderListing(parameters):
                return self._list_folders(parameters)
            case GetMessagesListing(folder, parameters):
                return self._list_messages(folder, parameters)
            case GetMessage() as request:
                return self._get_message(request)
            case PushMessage() as request:
                return self._push(request)
            case SetMessageStatus() as request:
                return self._set_status(request)
            case SetNotificationRegistration(on):
                self._phone.counts["registration"] += 1
                return Outcome(Answer(), lambda: self._reporter.register(on=on))
            case SetNotificationFilter(mask):
                self._reporter.set_filter(mask)
                return DONE
            case UpdateInbox():
                self._phone.counts["update_inbox"] += 1
                supported = self._phone.persona.update_inbox_supported
                return DONE if supported else _refused(ResponseCode.NOT_IMPLEMENTED)
            case GetInstanceInformation():
                return Outcome(Answer(body=self._phone.persona.device_name.encode()))
            case _:
                return _refused(ResponseCode.NOT_IMPLEMENTED)

    def close(self) -> None:
        """See `ObexResponder.close`."""
        self._reporter.register(on=False)

    def _connect(self, operation: Connect) -> Outcome:
        self._phone.counts["mas"] += 1
        if operation.headers.target != MAS_TARGET:
            return _refused(ResponseCode.NOT_ACCEPTABLE)
        if not self._phone.allows(Switch.MESSAGES):
            return _refused(ResponseCode.FORBIDDEN)
        told = decode_map_parameters(operation.headers.parameters).map_supported_features
        self._features = Features(told or 0)
        self._path = ()
        target_first = self._phone.persona.target_first
        return Outcome(accept(MAS_TARGET, self._phone.new_connection_id(), target_first=target_first))

    def _set_folder(self, request: SetFolder) -> Outcome:
        path = self._path
        if request.step is FolderStep.ROOT:
            path = ()
        elif request.step is FolderStep.UP:
            if not path:
                return _refused(self._phone.persona.no_such_folder)
            path = path[:-1]
        if request.name:
            name = request.name.casefold()
            if name not in _TREE.get(path, ()):
                return _refused(self._phone.persona.no_such_folder)
            path = (*path, name)
        self._path = path
        return DONE

    def _folder(self, name: str) -> Folder | None:
        name = name.strip("/").casefold()
        path = (*self._path, name) if name else self._path
        if name.startswith(_PATH_PREFIX):
            path = (*FOLDER_PATH, name.removeprefix(_PATH_PREFIX))
        child = path[-1] if path and path[:-1] == FOLDER_PATH else ""
        return Folder(child) if child in FOLDERS else None

    def _list_folders(self, parameters: MapParameters) -> Outcome:
        children = _TREE.get(self._path, ())
        if parameters.max_list_count == 0:
            size = MapParameters(folder_listing_size=len(children))
            return Outcome(Answer(headers=Headers.of(parameters=size.encode())))
        first = parameters.list_start_offset or 0
        most = 1024 if parameters.max_list_count is None else parameters.max_list_count
        return Outcome(Answer(body=self._written(FolderListing(children[first : first + most]).encode())))

    def _list_messages(self, name: str, parameters: MapParameters) -> Outcome:
        self._phone.counts["listing"] += 1
        folder = self._folder(name)
        if folder is None:
            return _refused(self._phone.persona.no_such_folder)
        offsets = Features.UTC_OFFSET_TIMESTAMPS in self._features
        told, listing = listings.list_texts(self._phone, folder, parameters, offsets=offsets)
        body = None if listing is None else self._written(listing.encode())
        return Outcome(Answer(headers=Headers.of(parameters=told.encode()), body=body))

    def _get_message(self, request: GetMessage) -> Outcome:
        self._phone.counts["message"] += 1
        text = self._phone.text_with(request.handle.number)
        if text is None:
            return _refused(ResponseCode.NOT_FOUND)
        return Outcome(Answer(body=bmessages.encode_text(self._phone, text)))

    def _push(self, request: PushMessage) -> Outcome:
        phone, persona = self._phone, self._phone.persona
        phone.counts["push"] += 1
        if phone.faults.happened(FaultKind.REFUSE_PUSH):
            return _refused(ResponseCode.SERVICE_UNAVAILABLE)
        folder = self._folder(request.folder)
        if persona.push_folders is not None and folder not in persona.push_folders:
            return _refused(ResponseCode.NOT_ACCEPTABLE)
        if folder is None:
            return _refused(persona.no_such_folder)
        if persona.charset_required and request.charset is None:
            return _refused(ResponseCode.PRECONDITION_FAILED)
        if request.charset == Charset.NATIVE:
            return _refused(ResponseCode.NOT_IMPLEMENTED)
        pushed = bmessages.decode_pushed(persona, request.bmessage)
        if pushed is None:
            return _refused(ResponseCode.BAD_REQUEST)
        handles = [
            phone.push_text(recipients, pushed.text, folder=folder).handle for recipients in pushed.deliveries
        ]
        name = listings.written_handle(persona, handles[-1])
        sends = folder is Folder.OUTBOX
        answer = Answer(headers=Headers.of(name=name))
        return Outcome(answer, phone.send_outbox if sends else lambda: None, takes_text=sends)

    def _set_status(self, request: SetMessageStatus) -> Outcome:
        self._phone.counts["status"] += 1
        handle = request.handle.number
        if request.indicator == StatusIndicator.READ:
            found = self._phone.mark_read(handle, read=request.value)
        elif request.indicator == StatusIndicator.DELETED:
            found = self._phone.delete_text(handle, undo=not request.value)
        else:
            return _refused(ResponseCode.NOT_IMPLEMENTED)
        return DONE if found else _refused(ResponseCode.NOT_FOUND)

    def _written(self, xml: bytes) -> bytes:
        return oddly_written(xml) if self._phone.faults.has(FaultKind.ODD) else xml


def _refused(code: ResponseCode) -> Outcome:
    return Outcome(Answer(code, NO_HEADERS))
