"""How is a phone reached over TCP? One port a service; the phone calls back on a third.

For phones of other programs, and for the embedded one in another process. errno becomes a `TransportError`
in this file only.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from attrs import evolve, frozen

from phonelink_tui.errors import LinkLost, PhoneUnreachable, RemoteProtocolError, UsageError
from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.link import CallBack, Service
from phonelink_tui.transport.socket_stream import SocketStream
from phonelink_tui.transport.stream import RECEIVE_BYTES, ByteStream
from phonelink_tui.transport.tasks_beside import tasks_beside

LOOPBACK: Final = "127.0.0.1"
DEFAULT_PORT: Final = 4040
PBAP_OFFSET: Final = 1
MNS_OFFSET: Final = 2
"""PBAP and the call-back port are so far above MAS, unless told."""

CONNECT_DEADLINE_S: Final = 10.0


@frozen
class Endpoint:
    """A host and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class TcpStream(SocketStream):
    """A `ByteStream` over a TCP connection."""

    @property
    def peer_host(self) -> str:
        """The other end's address."""
        return str(self._writer.get_extra_info("peername")[0])

    @property
    def own_port(self) -> int:
        """Our port."""
        return int(self._writer.get_extra_info("sockname")[1])

    async def abort(self) -> None:
        """Break the connection without a word: the other end gets a reset."""
        self.break_now()

    def break_now(self) -> None:
        """`abort`, at once."""
        if not self._writer.is_closing():
            # Closing alone sends FIN, which is a polite end; lingering for 0 seconds sends RST.
            linger = struct.pack("ii", 1, 0)
            self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()


class TcpLink:
    """A `PhoneLink` over TCP.

    Args:
        mas: Where message access is.
        pbap: Where the phonebook is.
        mns: Where the phone's call back is awaited.
    """

    def __init__(self, mas: Endpoint, pbap: Endpoint, mns: Endpoint) -> None:
        self._services = {Service.MAS: mas, Service.PBAP: pbap}
        self._mns = mns

    async def open_stream(self, service: Service) -> ByteStream:
        """See `PhoneLink.open_stream`."""
        return await connect_tcp(self._services[service])

    @asynccontextmanager
    async def serve_call_backs(self, serve: CallBack) -> AsyncIterator[None]:
        """See `PhoneLink.serve_call_backs`.

        Raises:
            UsageError: The call-back port cannot be had.
        """
        running: dict[asyncio.Task[None], TcpStream] = {}
        async with tasks_beside() as tasks:

            async def run(stream: TcpStream) -> None:
                try:
                    await serve(stream)
                except (LinkLost, RemoteProtocolError):
                    return
                finally:
                    await stream.aclose()

            def accept(stream: TcpStream) -> None:
                task = tasks.create_task(run(stream))
                running[task] = stream
                task.add_done_callback(running.pop)

            async with listen_tcp(self._mns, accept):
                try:
                    yield
                finally:
                    for task, stream in running.items():
                        task.cancel()
                        stream.close()

    def attach_gatt(self, on_lost: Callable[[], None]) -> AbstractAsyncContextManager[GattClient]:
        """TCP carries no notifications: raises PhoneUnreachable."""
        raise PhoneUnreachable(
            "Over TCP a phone gives no notifications.", "An embedded phone does: --phone virtual."
        )


async def connect_tcp(endpoint: Endpoint) -> TcpStream:
    """Connect.

    Raises:
        PhoneUnreachable: Nobody there.
    """
    try:
        async with asyncio.timeout(CONNECT_DEADLINE_S):
            return TcpStream(*await asyncio.open_connection(endpoint.host, endpoint.port))
    except ConnectionRefusedError as error:
        # Not `refused`: that is a phone that answers and takes no session. A closed port is nobody there.
        raise PhoneUnreachable(
            f"Nothing listens at {endpoint}.", "Start a phone there: `phonelink simulate`."
        ) from error
    except (OSError, TimeoutError) as error:
        raise PhoneUnreachable(f"{endpoint} cannot be reached.", "Look at host and port.") from error


@asynccontextmanager
async def listen_tcp(endpoint: Endpoint, accept: Callable[[TcpStream], None]) -> AsyncIterator[Endpoint]:
    """Listen while inside.

    Args:
        endpoint: Where; port 0 is any free one.
        accept: Called with each new connection.

    Returns:
        Where it listens.

    Raises:
        UsageError: The address cannot be had.
    """

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accept(TcpStream(reader, writer))

    try:
        server = await asyncio.start_server(
            connected, endpoint.host, endpoint.port, limit=RECEIVE_BYTES, family=_family(endpoint.host)
        )
    except OSError as error:
        raise UsageError(f"Cannot listen at {endpoint}: {_reason(error)}.", "Choose another port.") from error
    try:
        yield evolve(endpoint, port=server.sockets[0].getsockname()[1])
    finally:
        server.close()


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this computer only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: OSError) -> str:
    """asyncio puts the address and its own words into `strerror`; only a name that is not found has none else."""
    known = isinstance(error, socket.gaierror) or error.errno is None
    return str(error.strerror) if known else os.strerror(error.errno or 0)


def _family(host: str) -> socket.AddressFamily:
    # Of a name with several addresses only IPv4 is listened at, so that one port means one socket.
    return socket.AF_INET6 if ":" in host else socket.AF_INET
