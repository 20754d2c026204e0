"""Does a whole MAP session work over the OBEX machines, with a small phone written on the server's side?"""

from __future__ import annotations

import pytest

from phonelink_tui.protocol.map.bmessage import pushed_text
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard
from phonelink_tui.protocol.map.constants import FOLDERS, MAS_TARGET
from phonelink_tui.protocol.map.handles import MessageHandle, decode_handle
from phonelink_tui.protocol.map.listing import (
    FolderListing,
    MessageEntry,
    MessageListing,
    decode_folder_listing,
    decode_message_listing,
)
from phonelink_tui.protocol.map.parameters import MapParameters, decode_map_parameters
from phonelink_tui.protocol.map.request_decoder import Unanswerable, decode_map_request
from phonelink_tui.protocol.map.requests import (
    FolderStep,
    GetFolderListing,
    GetMessage,
    GetMessagesListing,
    MapRequest,
    PushMessage,
    SetFolder,
    UpdateInbox,
    connect_mas,
)
from phonelink_tui.protocol.obex.client import ClientConnection
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.events import Connected, OperationDone
from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Answer, Connect, Operation
from phonelink_tui.protocol.obex.segments import BodyStyle
from phonelink_tui.protocol.obex.server import ServerConnection, accept
from tests.protocol.test_obex_pair import ConnectionPair

ENTRIES = tuple(MessageEntry(MessageHandle(f"{n:x}"), subject=f"Text {n} & more " * 9) for n in range(1, 40))


class SmallPhone:
    """The least of a Message Access Server: it answers values with values."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.messages: dict[MessageHandle, bytes] = {}

    def answer(self, operation: Operation) -> Answer:
        """The answer to one operation."""
        if isinstance(operation, Connect):
            return accept(MAS_TARGET, 7, target_first=True)
        match decode_map_request(operation):
            case Unanswerable(code):
                return Answer(code)
            case SetFolder(FolderStep.ROOT):
                self.path = []
            case SetFolder(FolderStep.DOWN, name):
                self.path.append(name)
            case GetFolderListing():
                return Answer(body=FolderListing(FOLDERS).encode())
            case GetMessagesListing(folder, parameters):
                assert [*self.path, folder] == ["telecom", "msg", "inbox"]
                size = MapParameters(listing_size=len(ENTRIES), new_message=1)
                entries = ENTRIES[: parameters.max_list_count]
                body = MessageListing(entries).encode() if entries else None
                return Answer(headers=Headers.of(parameters=size.encode()), body=body)
            case PushMessage(bmessage):
                handle = MessageHandle(f"{len(self.messages) + 0xA0:X}")
                self.messages[handle] = bmessage
                return Answer(headers=Headers.of(name=handle.text))
            case GetMessage(handle):
                found = self.messages.get(handle)
                return Answer(ResponseCode.NOT_FOUND) if found is None else Answer(body=found)
            case _:
                return Answer(ResponseCode.NOT_IMPLEMENTED)
        return Answer()


@pytest.mark.parametrize("cut", [1, 100, 65535])
@pytest.mark.parametrize("style", [BodyStyle(), BodyStyle(apart=True, empty_end=True, most_bytes=100)])
@pytest.mark.parametrize("size", [255, 1024, 65535])
def test_a_session_from_connect_to_push(size: int, style: BodyStyle, cut: int) -> None:
    """Connect, change folder, list, push and fetch back: the same at every packet size, style and cut."""
    phone = SmallPhone()
    client = ClientConnection(max_packet_bytes=size)
    pair = ConnectionPair(client, ServerConnection(body_style=style), phone.answer, cut)

    def ask(request: MapRequest) -> OperationDone:
        event = pair.run(request.encode())
        assert isinstance(event, OperationDone)
        return event

    assert isinstance(pair.run(connect_mas()), Connected)
    for step in (
        SetFolder(FolderStep.ROOT),
        SetFolder(FolderStep.DOWN, "telecom"),
        SetFolder(FolderStep.DOWN, "msg"),
    ):
        assert ask(step).succeeded
    assert decode_folder_listing(ask(GetFolderListing()).body or b"").folders == FOLDERS
    listed = ask(GetMessagesListing("inbox"))
    assert decode_map_parameters(listed.parameters) == MapParameters(listing_size=39, new_message=1)
    assert decode_message_listing(listed.body or b"").entries == ENTRIES
    counted = ask(GetMessagesListing("inbox", MapParameters(max_list_count=0)))
    assert (counted.body, decode_map_parameters(counted.parameters).listing_size) == (None, 39)
    message = pushed_text("żółw 🐢\n" * 100, [BMessageVCard(tels=("+15550100",))])
    handle = decode_handle(ask(PushMessage(message.encode(), "outbox", transparent=False)).headers.name)
    assert handle == MessageHandle("a0")
    assert decode_bmessage(ask(GetMessage(handle)).body or b"") == message
    assert ask(GetMessage(MessageHandle("1"))).code == ResponseCode.NOT_FOUND
    assert ask(UpdateInbox()).code == ResponseCode.NOT_IMPLEMENTED
