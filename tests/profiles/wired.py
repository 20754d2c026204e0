"""A byte stream straight into a server machine, and a link that opens such streams; both break as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from enum import Enum

from phonelink_tui.errors import LinkLost, PhonelinkError
from phonelink_tui.protocol.obex.events import NEED_DATA, Disconnected, RequestReceived
from phonelink_tui.protocol.obex.operations import Answer, Operation
from phonelink_tui.protocol.obex.server import ServerConnection
from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.link import CallBack, Service
from phonelink_tui.transport.stream import ByteStream


async def to_its_end(run: Callable[[], Awaitable[None]]) -> None:
    """Run a session; what ends it does not end the test, as in the relay."""
    with suppress(PhonelinkError):
        await run()


Respond = Callable[[Operation], Answer]


class Break(Enum):
    """How the end of a link shows itself."""

    AT_ONCE = "sending fails, and so does receiving"
    LATER = "what is sent is swallowed; receiving fails"
    CLOSED = "what is sent is swallowed; the stream ends as if closed"
    SILENT = "what is sent is swallowed; nothing ever comes"


class WiredStream:
    """A ByteStream to a server machine in the same task.

    Args:
        respond: Answers each whole request.
        up: Bytes that reach the server before the link breaks; None is all.
        down: Bytes that come back before the link breaks; None is all.
        how: How the break shows.
        piece: At most so many bytes come out of one `receive`.
        packet_bytes: The server's largest packet.
    """

    def __init__(
        self,
        respond: Respond,
        *,
        up: int | None = None,
        down: int | None = None,
        how: Break = Break.LATER,
        piece: int = 65_536,
        packet_bytes: int = 4096,
    ) -> None:
        self.sent_bytes = 0
        self.received_bytes = 0
        self.closed = False
        self.left = False
        """Whether the client took leave: DISCONNECT."""
        self._respond = respond
        self._up = up
        self._down = down
        self._how = how
        self._piece = piece
        self._machine = ServerConnection(max_packet_bytes=packet_bytes)
        self._back = bytearray()
        self._broken = False
        self._changed = asyncio.Event()

    async def send(self, data: bytes) -> None:
        if self.closed:
            raise LinkLost("closed")
        room = len(data) if self._up is None else max(0, min(len(data), self._up - self.sent_bytes))
        if not self._broken and room:
            self._machine.receive_data(data[:room])
            self._pump()
        self.sent_bytes += room
        if room < len(data):
            self._broken = True
        self._changed.set()
        if self._broken and self._how is Break.AT_ONCE:
            raise LinkLost("broken")

    async def receive(self) -> bytes:
        while True:
            self._changed.clear()
            if self.closed:
                return b""
            room = len(self._back) if self._down is None else self._down - self.received_bytes
            if self._back and room <= 0:
                self._broken = True
            data = bytes(self._back[: min(room, self._piece)]) if not self._broken else b""
            if data:
                del self._back[: len(data)]
                self.received_bytes += len(data)
                return data
            if self._broken and self._how in (Break.AT_ONCE, Break.LATER):
                raise LinkLost("broken")
            if self._broken and self._how is Break.CLOSED:
                return b""
            await self._changed.wait()

    async def aclose(self) -> None:
        self.closed = True
        self._changed.set()

    def break_now(self) -> None:
        """The link breaks."""
        self._broken = True
        self._changed.set()

    def inject(self, data: bytes) -> None:
        """The server says something nobody asked for."""
        self._back += data
        self._changed.set()

    def _pump(self) -> None:
        while (event := self._machine.next_event()) is not NEED_DATA:
            self._back += self._machine.data_to_send()
            self.left = self.left or isinstance(event, Disconnected)
            if isinstance(event, RequestReceived):
                self._back += self._machine.send(self._respond(event.operation))
        self._back += self._machine.data_to_send()


class FakeLink:
    """A PhoneLink whose streams are made by `make`; calls back by `call_back`."""

    def __init__(self, make: Callable[[Service], ByteStream], gatt: GattClient | None = None) -> None:
        self.streams: list[ByteStream] = []
        self.on_lost: Callable[[], None] | None = None
        self.attached = False
        self.features: int | None = None
        """What the record asks for."""
        self._make = make
        self._gatt = gatt
        self._serve: CallBack | None = None

    async def open_stream(self, service: Service) -> ByteStream:
        self.streams.append(self._make(service))
        return self.streams[-1]

    def connect_features(self, service: Service) -> int | None:
        return self.features

    @asynccontextmanager
    async def serve_call_backs(self, serve: CallBack) -> AsyncIterator[None]:
        self._serve = serve
        try:
            yield
        finally:
            self._serve = None

    @property
    def listens(self) -> bool:
        """Whether the phone could call back just now."""
        return self._serve is not None

    async def call_back(self, stream: ByteStream) -> None:
        """The phone connects to our server; returns when that connection has ended."""
        assert self._serve is not None, "nobody serves"
        await self._serve(stream)

    def attach_gatt(self, on_lost: Callable[[], None]) -> AbstractAsyncContextManager[GattClient]:
        return self._attach(on_lost)

    @asynccontextmanager
    async def _attach(self, on_lost: Callable[[], None]) -> AsyncIterator[GattClient]:
        assert self._gatt is not None, "this link has no GATT"
        self.on_lost, self.attached = on_lost, True
        try:
            yield self._gatt
        finally:
            self.attached = False
