"""What does one attempt of a scenario have for itself?"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.e2e.guest import bluez as bluetoothd
from tests.e2e.guest.dbus import Bus, eventually
from tests.e2e.guest.obexd import Obexd
from tests.e2e.guest.phone_radio import PhoneRadio
from tests.e2e.guest.radio import SECOND_ADDRESS, Air, open_air, plug
from tests.e2e.plan import BluezRoot

SYSTEM_BUS = Path("/run/dbus/system_bus_socket")
SESSION_BUS = Path("/run/session_bus_socket")
STATE = Path("/var/lib/bluetooth")
HANDS_FREE = "0x240408"
"""The class of device with which real iPhones grant messages and contacts."""

LIBRARIES = "usr/lib/x86_64-linux-gnu"


class Bluez:
    """One BlueZ: how its programs are started, from unpacked packages or in a root of its own."""

    def __init__(self, root: BluezRoot) -> None:
        self._root = Path(root["root"])
        self._chroot = root["chroot"]
        self.experimental = root["experimental"]

    def prepare(self) -> None:
        """Put the bus policy and the configuration where dbus-daemon and bluetoothd look for them."""
        for directory in ("/run/dbus", "/etc/bluetooth", "/etc/dbus-1/system.d"):
            Path(directory).mkdir(parents=True, exist_ok=True)
        places = (self._root / place / "dbus-1/system.d/bluetooth.conf" for place in ("etc", "usr/share"))
        policy = next(place for place in places if place.exists())
        shutil.copy(policy, "/etc/dbus-1/system.d/bluetooth.conf")
        # In a root of its own this is the file itself, under the guest's overlay.
        config = (self._root / "etc/bluetooth/main.conf").read_text()
        target = (self._root if self._chroot else Path("/")) / "etc/bluetooth/main.conf"
        target.write_text(config.replace("[General]", f"[General]\nClass = {HANDS_FREE}", 1))
        if not self._chroot:
            return
        for name in ("dev", "sys", "proc", "run", "share", "var/lib/bluetooth"):
            inside = self._root / name
            inside.mkdir(parents=True, exist_ok=True)
            Path("/", name).mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--rbind", f"/{name}", inside], check=True)

    def version(self) -> str:
        """bluetoothd's own word for its version."""
        argv, environment = self.command("usr/libexec/bluetooth/bluetoothd", "--version")
        return subprocess.run(
            argv, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    def command(self, program: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """Arguments and environment that start a program given by its path in BlueZ's root."""
        if self._chroot:
            return ["chroot", str(self._root), f"/{program}", *arguments], dict(os.environ)
        environment = {**os.environ, "LD_LIBRARY_PATH": str(self._root / LIBRARIES)}
        return [str(self._root / program), *arguments], environment


class World:
    """A radio, a phone on it, a system bus and a bluetoothd with an agent that says yes.

    Entered, hci0 is powered and pairable, and the phone is on but neither seen nor connected. Logs of
    every program, and the HCI trace, go to the directory `log`.
    """

    def __init__(self, programs: Bluez, log: Path) -> None:
        self._programs = programs
        self._log = log
        self._stack = AsyncExitStack()
        self._start = time.monotonic()
        self.phone: PhoneRadio
        self.bus: Bus
        self._air: Air
        self._daemon: subprocess.Popen[bytes]
        self.agent: bluetoothd.Agent

    async def __aenter__(self) -> Self:
        for name in ("CONFIG", "DATA", "STATE", "CACHE", "RUNTIME"):
            directory = self._log / "own" / name.lower()
            directory.mkdir(parents=True, mode=0o700)
            os.environ["XDG_RUNTIME_DIR" if name == "RUNTIME" else f"XDG_{name}_HOME"] = str(directory)
        STATE.mkdir(parents=True, exist_ok=True)
        for known in STATE.iterdir():  # the directory itself stays: a root of its own has it mounted
            shutil.rmtree(known)
        SYSTEM_BUS.unlink(missing_ok=True)
        self.spawn(["dbus-daemon", "--system", "--nofork", "--nopidfile"], dict(os.environ), "dbus-daemon")
        await eventually(SYSTEM_BUS.exists, "the system bus")
        trace = str(self._log / "btmon.snoop")
        self.spawn(*self._programs.command("usr/bin/btmon", "-w", trace), None)
        self._daemon = self._start_bluetoothd("bluetoothd")
        self._air, source, sink = await open_air()
        self.phone = PhoneRadio(source, sink)
        self.bus = await self._stack.enter_async_context(Bus.system())
        async with asyncio.TaskGroup() as both:
            both.create_task(self.phone.power_on())
            both.create_task(bluetoothd.power_on(self.bus))
        self.agent = await bluetoothd.Agent.register(self.bus)
        self.say("hci0 and the phone are on")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def say(self, what: str) -> None:
        """A line in the scenario's log, with the seconds since the attempt began."""
        print(f"[{time.monotonic() - self._start:6.2f}] {what}", flush=True)

    async def restart_bluetoothd(self) -> None:
        """bluetoothd ends as by a fault and is started again; with the agent, for it knew the old one."""
        self._daemon.kill()
        self._daemon.wait(3)
        self.say("bluetoothd is gone")
        self._daemon = self._start_bluetoothd("bluetoothd-again")
        await bluetoothd.power_on(self.bus)
        await self.agent.enrol(self.bus)
        self.say("bluetoothd is there again")

    async def pair(self) -> str:
        """Let Linux find the phone by inquiry and pair with it over BR/EDR; the device's object path."""
        await self.phone.be_found()
        path = await bluetoothd.discover(self.bus, self.phone.address)
        await bluetoothd.pair(self.bus, path)
        self.say(f"paired; Linux was asked {self.agent.asked}, the phone showed {self.phone.numbers}")
        return path

    async def second_adapter(self) -> str:
        """A second adapter of this computer, powered and seen by the first; its address."""
        await plug(self._air, "hci1", SECOND_ADDRESS)
        await bluetoothd.power_on(self.bus, "/org/bluez/hci1")
        await bluetoothd.set_adapter(self.bus, "Discoverable", "b", True, "/org/bluez/hci1")
        self.say("hci1 is on")
        return SECOND_ADDRESS

    async def start_obexd(self, *flags: str, environment: dict[str, str] | None = None) -> Obexd:
        """A session bus with obexd on it, ready to open sessions.

        Args:
            flags: More of its command line.
            environment: More of its environment.
        """
        SESSION_BUS.unlink(missing_ok=True)
        address = f"unix:path={SESSION_BUS}"
        self.spawn(
            ["dbus-daemon", "--session", "--nofork", f"--address={address}"], dict(os.environ), "session-bus"
        )
        await eventually(SESSION_BUS.exists, "the session bus")
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = address  # this login's, also for the program itself
        files = str(self._log)
        argv, surroundings = self._programs.command(
            "usr/libexec/bluetooth/obexd", "-n", "-d", "-r", files, *flags
        )
        session = {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_CACHE_HOME": files}
        self.spawn(argv, {**surroundings, **session, **(environment or {})}, "obexd")
        obexd = await self._stack.enter_async_context(Obexd.attached(address, self._log))
        self.say("obexd is on the session bus")
        return obexd

    def spawn(self, argv: list[str], environment: dict[str, str], log: str | None) -> subprocess.Popen[bytes]:
        """Start a program that lives as long as the attempt; its output goes to `<log>.log` or nowhere."""
        with (self._log / f"{log}.log" if log else Path(os.devnull)).open("wb") as output:
            program = subprocess.Popen(
                argv, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

        def end() -> None:
            # Nothing of it is kept, and bluetoothd's orderly end takes seconds.
            program.kill()
            program.wait(3)

        self._stack.callback(end)
        return program

    def _start_bluetoothd(self, log: str) -> subprocess.Popen[bytes]:
        flags = ["--experimental"] if self._programs.experimental else []
        argv, environment = self._programs.command("usr/libexec/bluetooth/bluetoothd", "-n", "-d", *flags)
        return self.spawn(argv, environment, log)
