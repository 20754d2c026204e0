"""How does a byte stream behave when a planned fault is on it?"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from phonelink_tui.errors import LinkLost
from phonelink_tui.transport.stream import ByteStream
from phonelink_tui.virtual.faults import FaultKind, Faults

Sleep = Callable[[float], Awaitable[object]]


class BreakableStream(ByteStream, Protocol):
    """A stream that can break as a lost radio link does."""

    async def abort(self) -> None:
        """Both ends get `LinkLost`."""
        ...


class FaultyStream:
    """The phone's end of a connection, with what goes wrong on it.

    Args:
        inner: The connection.
        faults: What may go wrong; numbers of bytes are drawn here and hold for this connection.
        sleep: Waits for so many seconds.
    """

    def __init__(self, inner: BreakableStream, faults: Faults, sleep: Sleep = asyncio.sleep) -> None:
        self._inner = inner
        self._faults = faults
        self._sleep = sleep
        self._sent = 0
        self._received = 0
        self._stalled = False
        self._due = False
        self._drop_at = faults.draw(FaultKind.DROP)
        self._drop_up_at = faults.draw(FaultKind.DROP_UP)
        self._stall_at = faults.draw(FaultKind.STALL)
        self._garble_at = faults.draw(FaultKind.GARBLE)
        self._pieces: deque[bytes] = deque()

    async def receive(self) -> bytes:
        """See `ByteStream.receive`."""
        await self._break_if_due()
        if not self._pieces:
            self._pieces.extend(self._cut(await self._inner.receive()))
        piece = self._pieces.popleft() if self._pieces else b""
        await self._delay()
        at, self._received = self._received, self._received + len(piece)
        if self._drop_up_at is not None and self._received >= self._drop_up_at:
            # What arrived before the break is still taken; the break shows with the next use of the link.
            piece = piece[: max(0, int(self._drop_up_at) - at)]
            self._due = self._faults.happened(FaultKind.DROP_UP)
            self._drop_up_at = None
            if not piece:
                await self._break_if_due()
        return piece

    async def send(self, data: bytes) -> None:
        """See `ByteStream.send`."""
        await self._break_if_due()
        for piece in self._cut(data):
            await self._delay()
            await self._send_piece(piece)

    async def aclose(self) -> None:
        """See `ByteStream.aclose`."""
        await self._inner.aclose()

    async def abort(self) -> None:
        """See `BreakableStream.abort`."""
        await self._inner.abort()

    async def _break_if_due(self) -> None:
        if self._due:
            await self.abort()
            raise LinkLost("The link was lost, as planned.")

    async def _send_piece(self, piece: bytes) -> None:
        at, self._sent = self._sent, self._sent + len(piece)
        if self._garble_at is not None and at <= self._garble_at < self._sent:
            spot = int(self._garble_at) - at
            if self._faults.happened(FaultKind.GARBLE):
                piece = piece[:spot] + bytes([piece[spot] ^ 0xA5]) + piece[spot + 1 :]
        if self._stall_at is not None and self._sent > self._stall_at and not self._stalled:
            self._stalled = self._faults.happened(FaultKind.STALL)
            if self._stalled:
                piece = piece[: max(0, int(self._stall_at) - at)]
                await self._inner.send(piece)
        if self._stalled:
            return
        if self._drop_at is not None and self._sent > self._drop_at and self._faults.happened(FaultKind.DROP):
            await self._inner.send(piece[: max(0, int(self._drop_at) - at)])
            self._due = True
            await self._break_if_due()
        await self._inner.send(piece)

    def _cut(self, data: bytes) -> list[bytes]:
        pieces = []
        while data:
            size = int(self._faults.draw(FaultKind.FRAGMENT) or len(data))
            pieces.append(data[:size])
            data = data[size:]
        return pieces

    async def _delay(self) -> None:
        seconds = self._faults.draw(FaultKind.DELAY)
        if seconds:
            await self._sleep(seconds)
