"""What does systemd want to know of a service? Ready, stopping, alive: sd_notify(3), in its own few lines."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from attrs import frozen

_USEC: Final = 1_000_000


@frozen
class ServiceManager:
    """Whoever started this process, if it wants to know. Without one every method does nothing."""

    address: str | None = None
    """A path, or the name of an abstract socket after `@`."""
    watchdog_s: float | None = None
    """Silence for so long means that the process hangs."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> ServiceManager:
        """As the environment says (sd_notify(3), sd_watchdog_enabled(3)); what makes no sense counts as nothing."""
        address = environ.get("NOTIFY_SOCKET", "")
        if not address.startswith(("/", "@")):
            return cls()
        usec, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
        ours = usec.isdecimal() and int(usec) > 0 and pid in ("", str(os.getpid()))
        return cls(address, int(usec) / _USEC if ours else None)

    def tell(self, *assignments: str) -> None:
        """Say so, once; a manager that is gone is no reason to stop."""
        if self.address is None:
            return
        path = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.sendto("\n".join(assignments).encode(), path)

    async def keep_alive(self) -> None:
        """Ping the watchdog for as long as the event loop turns: a loop that hangs pings no more."""
        while self.watchdog_s is not None:
            self.tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_s / 3)
