"""What waits to be read by one client? At most 1 MiB, so that no client can make the relay wait or grow.

Events beyond the bound are not taken: who reads slowly goes on from what the relay keeps, at its own pace.
Replies are as many as requests are taken up at once, and a request is taken up only when an earlier reply has
left. The sum: 256 KiB of events, four answers of 128 KiB, and 256 KiB that asyncio buffers of what the client
sends. Bytes that clients share (a snapshot, a frame that is larger than the bound by itself) count once for all
of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

EVENTS_QUEUED: Final = 1024
"""Events held for one client: a second's worth of the heaviest flood that was planned for."""

EVENT_BYTES_QUEUED: Final = 256 * 1024
"""Their bytes. One event alone may be larger (a whole phone book); its frame is shared by all clients."""

ANSWER_BYTES: Final = 128 * 1024
"""One answer that is not shared: a page is cut to it. The longest text of all is 80 KB."""

REQUESTS_AT_ONCE: Final = 4
"""Requests of one client under way, replies not yet read included."""

FLUSH_S: Final = 2.0
"""How long the last words may take to be read when a connection is closed."""

_CHUNK_BYTES: Final = 64 * 1024
"""Handed to the kernel at once; no more than this is copied for a client that stopped reading."""


class Outgoing:
    """The frames for one client, and the task that writes them."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        writer.transport.set_write_buffer_limits(high=0)  # so that drain() means: all has left
        self._replies: deque[tuple[bytes, ...]] = deque()
        self._events: deque[bytes] = deque()
        self._event_bytes = 0
        self._wake = asyncio.Event()
        self._less = asyncio.Event()
        self._ended = False
        self._abort: asyncio.TimerHandle | None = None
        self._room = asyncio.Semaphore(REQUESTS_AT_ONCE)

    async def reserve(self) -> None:
        """Wait until one more reply may be queued. Each reservation is followed by one `reply`."""
        await self._room.acquire()

    def reply(self, *parts: bytes) -> None:
        """Queue the answer that was reserved, in parts that may be shared; answers go before events."""
        self._replies.append(parts)
        self._wake.set()

    def event(self, frame: bytes) -> bool:
        """Queue an event, unless the bound is reached; whether it was. Never waits."""
        full = len(self._events) >= EVENTS_QUEUED or self._event_bytes + len(frame) > EVENT_BYTES_QUEUED
        if self._events and full:
            return False
        self.short_event(frame)
        return True

    def short_event(self, frame: bytes) -> None:
        """Queue one that must not be missed, whatever the bound."""
        self._events.append(frame)
        self._event_bytes += len(frame)
        self._wake.set()

    async def room(self) -> bool:
        """Once half of what may be queued is free: True; once the client is gone: False."""
        while not self._ended and (
            len(self._events) > EVENTS_QUEUED // 2 or self._event_bytes > EVENT_BYTES_QUEUED // 2
        ):
            self._less.clear()
            await self._less.wait()
        return not self._ended

    def end(self) -> None:
        """Write what is queued, within `FLUSH_S`, then end `run`."""
        if not self._ended:
            self._ended = True
            self._wake.set()
            self._less.set()
            self._abort = asyncio.get_running_loop().call_later(FLUSH_S, self._writer.transport.abort)

    async def run(self) -> None:
        """Write until `end` or until the client is gone.

        There is no deadline for a client that does not read: a suspended terminal does that for hours, and
        costs the bounds above.
        """
        try:
            while not self._ended or self._replies or self._events:
                await self._wake.wait()
                self._wake.clear()
                while await self._write_next():
                    pass
        except OSError:
            pass  # the client is gone: what waits for it is of no use to anyone
        finally:
            self._ended = True
            self._less.set()
            if self._abort is not None:
                self._abort.cancel()

    async def _write_next(self) -> bool:
        """Write one answer or some events; whether there was anything."""
        if self._replies:
            for part in self._replies.popleft():
                await self._write(part)
            self._room.release()
            return True
        chunk = self._take_events()
        if chunk:
            await self._write(chunk)
        return bool(chunk)

    async def _write(self, data: bytes) -> None:
        for start in range(0, len(data), _CHUNK_BYTES):
            self._writer.write(data[start : start + _CHUNK_BYTES])
            await self._writer.drain()

    def _take_events(self) -> bytes:
        if self._events and len(self._events[0]) >= _CHUNK_BYTES:
            return self._taken(self._events.popleft())
        frames: list[bytes] = []
        size = 0
        while self._events and size + len(self._events[0]) <= _CHUNK_BYTES:
            frames.append(self._events.popleft())
            size += len(frames[-1])
        return self._taken(b"".join(frames))

    def _taken(self, chunk: bytes) -> bytes:
        self._event_bytes -= len(chunk)
        self._less.set()
        return chunk
