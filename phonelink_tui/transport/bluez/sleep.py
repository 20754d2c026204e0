"""When does this computer go to sleep, and when is it back? logind says so, where there is one.

logind waits for a "delay" lock (5 s unless configured), which is what the sessions need to end in order: a phone
whose session just vanishes holds it for the next minute, and refuses ours after the resume.
(systemd 252, org.freedesktop.login1(5))
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Final

from dbus_fast import Message, MessageType

from phonelink_tui.errors import PhonelinkError
from phonelink_tui.transport.bluez.bus import Bus, open_bus

RETRY_S: Final = 300.0
"""Between two looks for a bus or a logind; most computers that have none never get one."""

_LOGIND: Final = "org.freedesktop.login1"
_PATH: Final = "/org/freedesktop/login1"
_MANAGER: Final = "org.freedesktop.login1.Manager"
_RULE: Final = f"type='signal',sender='{_LOGIND}',interface='{_MANAGER}',member='PrepareForSleep'"


async def follow_sleep(before: Callable[[], Awaitable[None]], after: Callable[[], None]) -> None:
    """Call `before` when the computer is about to sleep (sleep waits for it) and `after` at the resume; for ever.

    Without logind nothing is ever called, which is no error.
    """
    while True:
        try:
            async with open_bus() as bus:
                await _follow(bus, before, after)
        except PhonelinkError:
            pass
        await asyncio.sleep(RETRY_S)


async def _follow(bus: Bus, before: Callable[[], Awaitable[None]], after: Callable[[], None]) -> None:
    """Until the bus ends. Raises PhonelinkError where there is no logind."""
    said: asyncio.Queue[bool | None] = asyncio.Queue()

    def on_signal(signal: Message) -> None:
        if signal.interface == _MANAGER and signal.member == "PrepareForSleep":
            said.put_nowait(bool(signal.body[0]))

    bus.listen(on_signal)
    bus.on_end(lambda: said.put_nowait(None))
    await bus.match(_RULE)
    lock = await _inhibit(bus)
    try:
        while (going := await said.get()) is not None:
            if going:
                await before()
                _release(lock)
                lock = None
            else:
                after()
                lock = lock if lock is not None else await _inhibit(bus)
    finally:
        _release(lock)


async def _inhibit(bus: Bus) -> int | None:
    """A lock that makes sleep wait for us; None where logind gives none, and sleep then just comes."""
    body = ["sleep", "phonelink", "To end the sessions with the phone", "delay"]
    reply = await bus.request(_PATH, _MANAGER, "Inhibit", "ssss", body, destination=_LOGIND)
    if reply.message_type is MessageType.ERROR or not reply.unix_fds:
        return None
    return int(reply.unix_fds[reply.body[0]])


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)
