"""Sessions end before this computer sleeps: logind is told to wait; without logind nothing happens."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from phonelink_tui.transport.bluez.sleep import follow_sleep
from phonelink_tui.transport.together import beside

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")


class FakeLogind:
    """Gives locks, and tells of sleep."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._locks: list[int] = []
        self.asked: list[list[object]] = []
        self.changed = asyncio.Event()
        bus.add_message_handler(self._answer)

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

    def close(self) -> None:
        for lock in self._locks:
            os.close(lock)


@pytest.fixture
async def logind(system_bus: str) -> AsyncIterator[FakeLogind]:
    """On the private bus."""
    bus = await MessageBus(bus_address=system_bus, negotiate_unix_fd=True).connect()
    fake = FakeLogind(bus)
    await bus.request_name("org.freedesktop.login1")
    yield fake
    await asyncio.sleep(0.25)  # the descriptors that were sent are closed by then
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
    fake.close()


async def test_sleep_waits_for_the_sessions_and_resume_brings_them_back(logind: FakeLogind) -> None:
    """The lock is let go after the sessions ended and not before; a new one is taken at the resume."""
    said: list[str] = []
    ended, woke = asyncio.Event(), asyncio.Event()

    async def before() -> None:
        await ended.wait()
        said.append("slept")

    def after() -> None:
        said.append("woke")
        woke.set()

    async with asyncio.timeout(10), beside(follow_sleep(before, after)):
        await logind.changed.wait()
        assert logind.asked == [["sleep", "phonelink", "To end the sessions with the phone", "delay"]]
        await asyncio.sleep(0.25)
        logind.tell(sleeps=True)
        ended.set()
        await logind.released()
        assert said == ["slept"]
        logind.changed.clear()
        logind.tell(sleeps=False)
        await woke.wait()
        await logind.changed.wait()
        assert len(logind.asked) == 2
    assert said == ["slept", "woke"]


@pytest.mark.usefixtures("system_bus")
async def test_no_logind_is_no_error() -> None:
    """Nothing is ever called."""

    async def never() -> None:
        raise AssertionError

    def nor_this() -> None:
        raise AssertionError

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3), beside(follow_sleep(never, nor_this)):
            await asyncio.Event().wait()


async def test_no_bus_is_no_error() -> None:
    """The same without a bus."""

    async def never() -> None:
        raise AssertionError

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), beside(follow_sleep(never, lambda: None)):
            await asyncio.Event().wait()
