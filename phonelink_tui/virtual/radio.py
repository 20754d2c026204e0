"""How is the embedded phone reached without a radio? `PhoneLink` in memory, which breaks as a real one does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing

from phonelink_tui.errors import LinkLost, PhoneUnreachable, RemoteProtocolError
from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.link import CallBack, Service
from phonelink_tui.transport.stream import ByteStream, MemoryStream, memory_pair
from phonelink_tui.transport.tasks_beside import tasks_beside
from phonelink_tui.virtual.faulty_stream import Sleep
from phonelink_tui.virtual.gatt_backend import attached
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.services import PhoneServices


class VirtualLink:
    """A `PhoneLink` to an embedded phone; made by `open_link`."""

    def __init__(self, phone: VirtualPhone, services: PhoneServices) -> None:
        self._phone = phone
        self._services = services
        self._take_call: Callable[[MemoryStream], None] | None = None

    async def open_stream(self, service: Service) -> ByteStream:
        """See `PhoneLink.open_stream`."""
        self._services.admit(service)
        near, far = memory_pair()
        session = self._services.serve(service, far, self._call_out)
        return _ClientEnd(near, session.release)

    def connect_features(self, service: Service) -> int | None:
        """See `PhoneLink.connect_features`: there are no records here, so nothing asks for them."""
        del service
        return None

    @asynccontextmanager
    async def serve_call_backs(self, serve: CallBack) -> AsyncIterator[None]:
        """See `PhoneLink.serve_call_backs`."""
        running: set[asyncio.Task[None]] = set()
        async with tasks_beside() as tasks:

            async def run(stream: MemoryStream) -> None:
                try:
                    await serve(stream)
                except (LinkLost, RemoteProtocolError):
                    await stream.aclose()

            def take(stream: MemoryStream) -> None:
                task = tasks.create_task(run(stream))
                running.add(task)
                task.add_done_callback(running.discard)

            self._take_call = take
            try:
                yield
            finally:
                self._take_call = None
                for task in running:
                    task.cancel()

    def attach_gatt(self, on_lost: Callable[[], None]) -> AbstractAsyncContextManager[GattClient]:
        """See `PhoneLink.attach_gatt`."""
        return attached(self._phone, on_lost)

    async def _call_out(self) -> MemoryStream:
        if self._take_call is None:
            raise PhoneUnreachable("The computer serves no notification server.", refused=True)
        near, far = memory_pair()
        self._take_call(near)
        return far


@asynccontextmanager
async def open_link(phone: VirtualPhone, *, sleep: Sleep = asyncio.sleep) -> AsyncIterator[VirtualLink]:
    """A link to the phone while inside; leaving ends every connection.

    Args:
        phone: Which.
        sleep: Waits for so many seconds, for delays and pauses of the phone.
    """
    async with tasks_beside() as tasks:
        with closing(PhoneServices(phone, tasks, sleep)) as services:
            yield VirtualLink(phone, services)


class _ClientEnd:
    """The client's end of a session. Closing it frees the phone at once, as closing a socket does."""

    def __init__(self, stream: MemoryStream, release: Callable[[], None]) -> None:
        self._stream = stream
        self._release = release

    async def receive(self) -> bytes:
        return await self._stream.receive()

    async def send(self, data: bytes) -> None:
        await self._stream.send(data)

    async def aclose(self) -> None:
        self._release()
        await self._stream.aclose()
