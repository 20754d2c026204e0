"""When has everything under way on a D-Bus daemon come out of it? When it has answered others after it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from dbus_fast import Message
from dbus_fast.aio import MessageBus

ROUNDS: Final = 3
"""The daemon reads in one turn of its loop and writes in the next; the third is for good measure."""

LIMIT_S: Final = 20.0


class Settler:
    """Asks the daemon from a thread of its own, and waits, by the clock on the wall."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._bus: MessageBus | None = None

    def __call__(self) -> None:
        """Return when what was sent to the daemon before is with whom it was for."""
        asyncio.run_coroutine_threadsafe(self._ask(), self._loop).result(LIMIT_S)

    async def _ask(self) -> None:
        if self._bus is None:
            self._bus = await MessageBus(self._address).connect()
        for _ in range(ROUNDS):
            await self._bus.call(Message("org.freedesktop.DBus", "/", "org.freedesktop.DBus.Peer", "Ping"))

    async def _leave(self) -> None:
        if self._bus is not None:
            self._bus.disconnect()
            await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    @contextmanager
    def running(self) -> Iterator[Settler]:
        """Able to ask while inside."""
        self._thread.start()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._leave(), self._loop).result(LIMIT_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(LIMIT_S)
            self._loop.close()
