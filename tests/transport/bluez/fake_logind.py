"""What does logind look like from a program? It gives locks that delay sleep, and tells of sleep and resume."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus


class FakeLogind:
    """Gives locks, and tells of sleep. Made by `running`."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._locks: list[int] = []
        self.asked: list[list[object]] = []
        self.changed = asyncio.Event()
        bus.add_message_handler(self._answer)

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator[FakeLogind]:
        """logind on the system bus while inside."""
        bus = await MessageBus(
            bus_address=os.environ["DBUS_SYSTEM_BUS_ADDRESS"], negotiate_unix_fd=True
        ).connect()
        logind = cls(bus)
        await bus.request_name("org.freedesktop.login1")
        try:
            yield logind
        finally:
            await asyncio.sleep(0.25)  # the descriptors that were sent are closed by then
            bus.disconnect()
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
            logind._close()

    def _answer(self, message: Message) -> Message | bool:
        if message.message_type is not MessageType.METHOD_CALL or message.member != "Inhibit":
            return False
        ours, theirs = os.pipe()
        self._locks.append(ours)
        self.asked.append(list(message.body))
        self.changed.set()
        reply = Message.new_method_return(message, "h", [0], unix_fds=[theirs])
        asyncio.get_running_loop().call_later(0.2, os.close, theirs)
        return reply

    def tell(self, *, sleeps: bool) -> None:
        """PrepareForSleep."""
        self._bus.send(
            Message.new_signal(
                "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", "b", [sleeps]
            )
        )

    async def released(self) -> None:
        """Until the newest lock is let go: its pipe ends."""
        lock = self._locks[-1]
        gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(lock, gone.set)
        try:
            async with asyncio.timeout(5):
                await gone.wait()
        finally:
            asyncio.get_running_loop().remove_reader(lock)

    def _close(self) -> None:
        for lock in self._locks:
            os.close(lock)
