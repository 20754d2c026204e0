"""How do bytes travel to and fro? The one shape of every reliable byte connection."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, Protocol

from phonelink_tui.errors import LinkLost

RECEIVE_BYTES: Final = 64 * 1024
"""At most this much comes out of one `receive`."""

PIPE_BYTES: Final = 256 * 1024
"""A memory pipe holds this much; a writer then waits for the reader, as a socket's would."""


class ByteStream(Protocol):
    """A connected byte stream, for one reader and one writer."""

    async def receive(self) -> bytes:
        """The next bytes, in pieces of any size; b"" once the other end has closed.

        Raises:
            LinkLost: The connection broke.
        """
        ...

    async def send(self, data: bytes) -> None:
        """Hand over all of `data`, waiting while the other end is slow.

        Raises:
            LinkLost: The connection broke; some of `data` may have arrived.
        """
        ...

    async def aclose(self) -> None:
        """Close both directions; safe to call twice. The other end receives b""."""
        ...


class _Pipe:
    """One direction of a memory stream."""

    def __init__(self) -> None:
        self.chunks: deque[bytes] = deque()
        self.size_bytes = 0
        self.ended = False
        self.broken = False
        self.changed = asyncio.Condition()

    async def put(self, data: bytes) -> None:
        async with self.changed:
            while self.size_bytes >= PIPE_BYTES and not self.ended:
                await self.changed.wait()
            if self.ended:
                raise LinkLost("The connection is closed.")
            self.chunks.append(data)
            self.size_bytes += len(data)
            self.changed.notify_all()

    async def get(self) -> bytes:
        async with self.changed:
            while not self.chunks and not self.ended:
                await self.changed.wait()
            if self.broken:
                raise LinkLost("The link to the phone was lost.")
            if not self.chunks:
                return b""
            data = self.chunks.popleft()
            if len(data) > RECEIVE_BYTES:
                self.chunks.appendleft(data[RECEIVE_BYTES:])
                data = data[:RECEIVE_BYTES]
            self.size_bytes -= len(data)
            self.changed.notify_all()
            return data

    async def end(self, *, broken: bool) -> None:
        async with self.changed:
            self.ended = True
            self.broken = self.broken or broken
            self.changed.notify_all()


class MemoryStream:
    """One end of a pair made by `memory_pair`."""

    def __init__(self, incoming: _Pipe, outgoing: _Pipe) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    async def receive(self) -> bytes:
        """See `ByteStream.receive`."""
        return await self._incoming.get()

    async def send(self, data: bytes) -> None:
        """See `ByteStream.send`."""
        if data:
            await self._outgoing.put(data)

    async def aclose(self) -> None:
        """See `ByteStream.aclose`."""
        await self._outgoing.end(broken=False)
        await self._incoming.end(broken=False)

    async def abort(self) -> None:
        """Break the connection as a lost radio link does: both ends get `LinkLost`."""
        await self._outgoing.end(broken=True)
        await self._incoming.end(broken=True)


def memory_pair() -> tuple[MemoryStream, MemoryStream]:
    """Two ends of one connection in memory."""
    there, back = _Pipe(), _Pipe()
    return MemoryStream(there, back), MemoryStream(back, there)
