"""How does the phone call back? Our Message Notification Server: event reports in, changes out."""

from __future__ import annotations

import asyncio
from typing import Final

from phonelink_tui.errors import LinkLost, RemoteProtocolError
from phonelink_tui.protocol.map.constants import MNS_TARGET
from phonelink_tui.protocol.map.event_report import Event, decode_event_report
from phonelink_tui.protocol.map.request_decoder import decode_map_request
from phonelink_tui.protocol.map.requests import SendEvent
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.events import NEED_DATA, Disconnected, RequestReceived
from phonelink_tui.protocol.obex.operations import Answer, Connect, Operation
from phonelink_tui.protocol.obex.server import ServerConnection, accept
from phonelink_tui.transport.stream import ByteStream

QUEUED_EVENTS: Final = 1024
"""Events not yet taken. Beyond that the phone's next report is answered later: it waits, nothing is lost."""

_CONNECTION_ID: Final = 1


class MnsServer:
    """Serves the phone's connections; `next_event` gives what it reports on any of them."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event] = asyncio.Queue(QUEUED_EVENTS)
        self.connected = asyncio.Event()
        """Set once the phone has opened its session."""
        self.ended = asyncio.Event()
        """Set once a session that was open has ended."""

    async def next_event(self) -> Event:
        """The next event, in the order reported."""
        return await self._events.get()

    async def serve(self, stream: ByteStream) -> None:
        """Serve one connection until it ends. Its failures end it and nothing else."""
        machine = ServerConnection()
        try:
            while (data := await stream.receive()) and await self._answer_all(machine, data, stream):
                pass
        except (LinkLost, RemoteProtocolError):
            pass  # whoever follows the session learns it from `ended`
        finally:
            if machine.connected:
                self.ended.set()
            await stream.aclose()

    async def _answer_all(self, machine: ServerConnection, data: bytes, stream: ByteStream) -> bool:
        """Answer what `data` completes; whether the phone stays."""
        machine.receive_data(data)
        while True:
            event = machine.next_event()
            if due := machine.data_to_send():
                await stream.send(due)
            if event is NEED_DATA:
                return True
            if isinstance(event, Disconnected):
                self.ended.set()
                return False
            if isinstance(event, RequestReceived):
                await stream.send(machine.send(await self._answer(event.operation)))

    async def _answer(self, operation: Operation) -> Answer:
        if isinstance(operation, Connect):
            if operation.headers.target != MNS_TARGET:
                return Answer(ResponseCode.NOT_ACCEPTABLE)
            self.connected.set()
            return accept(MNS_TARGET, _CONNECTION_ID)
        request = decode_map_request(operation)
        if not isinstance(request, SendEvent):
            return Answer(ResponseCode.NOT_IMPLEMENTED)
        try:
            report = decode_event_report(request.report)
        except RemoteProtocolError:
            return Answer(ResponseCode.BAD_REQUEST)
        for event in report.events:
            await self._events.put(event)
        return Answer()
