"""How is a connected socket, of whatever family, a ByteStream?"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Self

from phonelink_tui.errors import LinkLost
from phonelink_tui.transport.stream import RECEIVE_BYTES


class SocketStream:
    """A `ByteStream` over a connected stream socket, which it owns.

    Args:
        reader: Of the socket.
        writer: Of the socket.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        # `send` then waits until the kernel has all of it, so that closing loses nothing.
        writer.transport.set_write_buffer_limits(high=0)

    @classmethod
    async def open(cls, connected: socket.socket) -> Self:
        """Take over a connected stream socket of any family."""
        try:
            reader, writer = await asyncio.open_connection(sock=connected)
        except BaseException:
            connected.close()
            raise
        return cls(reader, writer)

    async def receive(self) -> bytes:
        """See `ByteStream.receive`."""
        try:
            return await self._reader.read(RECEIVE_BYTES)
        except OSError as error:
            raise LinkLost("The connection to the phone broke.") from error

    async def send(self, data: bytes) -> None:
        """See `ByteStream.send`."""
        if self._writer.is_closing():
            raise LinkLost("The connection is closed.")
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise LinkLost("The connection to the phone broke.") from error

    def close(self) -> None:
        """Begin to close, without waiting for it."""
        if not self._writer.is_closing():
            # bluetoothd keeps a copy of the sockets it hands out: closing ours alone would not end the connection.
            with suppress(OSError):
                self._writer.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._writer.close()

    async def aclose(self) -> None:
        """See `ByteStream.aclose`."""
        self.close()
        with suppress(OSError):
            await self._writer.wait_closed()
