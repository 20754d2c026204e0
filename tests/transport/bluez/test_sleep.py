"""Sessions end before this computer sleeps: logind is told to wait; without logind nothing happens."""

from __future__ import annotations

import asyncio

import pytest

from phonelink_tui.transport.bluez.sleep import follow_sleep
from phonelink_tui.transport.together import beside
from tests.transport.bluez.fake_logind import FakeLogind

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")


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
