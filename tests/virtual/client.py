"""A message client made of the protocol machines alone: what judges the phone in these tests."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from phonelink_tui.errors import LinkLost
from phonelink_tui.protocol.map.bmessage import BMessage, pushed_text
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage
from phonelink_tui.protocol.map.bmessage_vcard import BMessageVCard
from phonelink_tui.protocol.map.constants import MNS_TARGET
from phonelink_tui.protocol.map.event_report import Event, decode_event_report
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.listing import MessageListing, decode_message_listing
from phonelink_tui.protocol.map.parameters import MapParameters
from phonelink_tui.protocol.map.request_decoder import decode_map_request
from phonelink_tui.protocol.map.requests import (
    FolderStep,
    GetMessage,
    GetMessagesListing,
    MapRequest,
    PushMessage,
    SendEvent,
    SetFolder,
    connect_mas,
)
from phonelink_tui.protocol.obex.client import ClientConnection
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.events import NEED_DATA, Aborted, Connected, OperationDone, RequestReceived
from phonelink_tui.protocol.obex.operations import Answer, Connect, Operation
from phonelink_tui.protocol.obex.server import ServerConnection, accept
from phonelink_tui.transport.stream import ByteStream

DEADLINE_S = 30


class ObexClient:
    """Asks one thing after the other over a stream; every wait has a deadline."""

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self.machine = ClientConnection()

    async def ask(self, operation: Operation) -> Connected | OperationDone:
        """The answer to one operation; b"" from the other end is an EOFError."""
        async with asyncio.timeout(DEADLINE_S):
            await self.stream.send(self.machine.send(operation))
            while True:
                event = self.machine.next_event()
                if due := self.machine.data_to_send():
                    await self.stream.send(due)
                if event is NEED_DATA:
                    data = await self.stream.receive()
                    if not data:
                        raise EOFError
                    self.machine.receive_data(data)
                    continue
                assert not isinstance(event, Aborted)
                return event

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stream.aclose()


class MapClient(ObexClient):
    """MAP on top."""

    async def open(self) -> Connected | OperationDone:
        """CONNECT, and down to telecom/msg."""
        answer = await self.ask(connect_mas())
        if isinstance(answer, Connected):
            for name in ("telecom", "msg"):
                assert (await self.call(SetFolder(FolderStep.DOWN, name))).succeeded
        return answer

    async def call(self, request: MapRequest) -> OperationDone:
        """The answer to one function."""
        answer = await self.ask(request.encode())
        assert isinstance(answer, OperationDone)
        return answer

    async def list(self, folder: str = "inbox", **parameters: object) -> MessageListing:
        """The rows of a folder."""
        answer = await self.call(GetMessagesListing(folder, MapParameters(**parameters)))  # type: ignore[arg-type]
        assert answer.code == ResponseCode.SUCCESS
        return decode_message_listing(answer.body or b"")

    async def fetch(self, handle: MessageHandle) -> BMessage:
        """One text."""
        answer = await self.call(GetMessage(handle))
        assert answer.code == ResponseCode.SUCCESS
        return decode_bmessage(answer.body or b"")

    async def push(self, text: str, *vcards: BMessageVCard, charset: int | None = 1) -> OperationDone:
        """Hand over a text."""
        data = pushed_text(text, vcards).encode()
        return await self.call(PushMessage(data, "outbox", charset=charset))


def tel(number: str) -> BMessageVCard:
    """A recipient with a number."""
    return BMessageVCard(tels=(number,))


class EventCollector:
    """Our notification server: answers the phone's connection, and keeps its events."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.connections = 0
        self.closed = asyncio.Event()
        self.opened = asyncio.Event()

    async def next(self) -> Event:
        """The next event."""
        async with asyncio.timeout(DEADLINE_S):
            return await self.events.get()

    async def serve(self, stream: ByteStream) -> None:
        """Serve one connection to its end."""
        machine = ServerConnection()
        self.connections += 1
        self.closed.clear()
        self.opened.set()
        try:
            while data := await stream.receive():
                machine.receive_data(data)
                while (event := machine.next_event()) is not NEED_DATA:
                    if isinstance(event, RequestReceived):
                        await stream.send(machine.send(self._answer(event.operation)))
                if due := machine.data_to_send():
                    await stream.send(due)
        except LinkLost:
            pass
        finally:
            self.closed.set()
            await stream.aclose()

    def _answer(self, operation: Operation) -> Answer:
        if isinstance(operation, Connect):
            assert operation.headers.target == MNS_TARGET
            return accept(MNS_TARGET, 7)
        request = decode_map_request(operation)
        assert isinstance(request, SendEvent)
        for event in decode_event_report(request.report).events:
            self.events.put_nowait(event)
        return Answer()
