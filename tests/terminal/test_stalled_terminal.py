"""Does a terminal that stops reading stop the relay? The real processes, with a phone that counts what is fetched.

The app on a pty that nobody reads, its relay, and the phone on TCP in the test: three parties on real sockets.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import termios
from fcntl import ioctl

import pytest

from phonelink_tui.transport.tcp import LOOPBACK, Endpoint
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.serve import Ports, serve_phone
from tests.terminal.pty_process import PtyProcess

TEXTS = 60
DEADLINE_S = 100


def free_ports() -> tuple[int, int]:
    """Two ports nobody listens at."""
    with socket.socket() as one, socket.socket() as two:
        for each in (one, two):
            each.bind((LOOPBACK, 0))
        return one.getsockname()[1], two.getsockname()[1]


def unread_bytes(process: PtyProcess) -> int:
    """What the program wrote and nobody has read; it stands still once the terminal is full."""
    return int(struct.unpack("i", ioctl(process.descriptor, termios.FIONREAD, b"\0\0\0\0"))[0])


@pytest.mark.timeout(120)
async def test_a_terminal_that_stops_reading_does_not_stop_the_relay() -> None:
    """While the terminal is full and the app stands still, the relay fetches every text; read again, all is shown."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Moreau", ("+15550100",)))
    phone.receive_text("+15550100", "The first one")
    mns_port, _ = free_ports()
    ports = Ports(Endpoint(LOOPBACK, 0), Endpoint(LOOPBACK, 0), Endpoint(LOOPBACK, mns_port))
    async with asyncio.timeout(DEADLINE_S), serve_phone(phone, ports) as at:
        spec = f"tcp:{LOOPBACK}:{at.mas.port},pbap={at.pbap.port},mns={mns_port}"
        with PtyProcess("phonelink_tui", ["--phone", spec]) as app:
            await asyncio.to_thread(app.read_until, b"The first one")
            sent, full = 0, 0
            while unread_bytes(app) != full or not full:  # an app that draws on waited for a processor only
                seen = [0]
                while sent < TEXTS or len(set(seen[-4:])) > 1 or seen[-1] == 0:
                    for _ in range(10):
                        phone.receive_text("+15550100", f"Number {sent}: " + "so much to tell " * 20)
                        sent += 1
                    await asyncio.sleep(0.3)
                    seen.append(unread_bytes(app))
                full = seen[-1]
                while phone.counts["message"] < sent + 1:
                    await asyncio.sleep(0.05)
            phone.receive_text("+15550100", "The last one")
            await asyncio.to_thread(app.read_until, b"The last one")
            app.type(b"\x11")
            assert await asyncio.to_thread(app.wait) == 0
