"""How does a person pair a phone? `phonelink pair` on a terminal: what it says is read, answers are typed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from attrs import frozen

from tests.e2e.guest import bluez, warm_start
from tests.e2e.guest.dbus import Values, eventually
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.served_phone import while_inside
from tests.e2e.guest.world import World
from tests.terminal.pty_process import PtyProcess

STEP_LIMIT_S = 40.0
ADVERTISING_MANAGER = "org.bluez.LEAdvertisingManager1"
DIGITS = re.compile(r"^ +(\d{3}) (\d{3})\r?$", re.MULTILINE)


@frozen
class Door:
    """What others can do with this computer: everything of it is as before once nobody pairs any more."""

    discoverable: bool
    discoverable_timeout_s: int
    pairable: bool
    pairable_timeout_s: int
    discovering: bool
    advertisements: int


class Person:
    """Somebody at a terminal on which a phone is paired."""

    def __init__(self, world: World, program: PtyProcess) -> None:
        self._world = world
        self._program = program
        self._read = 0

    @property
    def screen(self) -> str:
        """All that was said so far."""
        return bytes(self._program.output).decode(errors="replace")

    async def reads(self, text: str, limit_s: float = STEP_LIMIT_S) -> str:
        """Wait for a text behind what was read last; what was said up to its end."""
        try:
            async with asyncio.timeout(stretched(limit_s)):
                while (found := self.screen.find(text, self._read)) < 0:
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"not said: {text}\n{self.screen}") from None
        before, self._read = self._read, found + len(text)
        self._world.say(f"read: {text}")
        return self.screen[before : self._read]

    async def reads_digits(self) -> int:
        """Wait for six digits by themselves."""
        async with asyncio.timeout(stretched(STEP_LIMIT_S)):
            while (found := DIGITS.search(self.screen, self._read)) is None:
                await asyncio.sleep(0.1)
        self._read = found.end()
        return int(found[1] + found[2])

    def types(self, line: str) -> None:
        """Type a line."""
        self._world.say(f"typed: {line}")
        self._program.type(line.encode() + b"\r")

    def interrupts(self) -> None:
        """SIGINT, as Ctrl+C sends it."""
        self._world.say("Ctrl+C")
        self._program.signal(signal.SIGINT)

    async def sees_the_end(self, limit_s: float = STEP_LIMIT_S) -> int:
        """Wait for the program's end; its exit status."""
        await eventually(lambda: self._program.exit_status is not None, "the end of phonelink pair", limit_s)
        assert self._program.exit_status is not None
        return self._program.exit_status


@asynccontextmanager
async def somebody_pairs(world: World) -> AsyncIterator[Person]:
    """`phonelink pair` runs while inside; what it said is in the scenario's log afterwards."""
    with begun("pair") as program:
        person = Person(world, program)
        try:
            async with while_inside(_serve(program)):
                yield person
        finally:
            world.say(person.screen)


async def listed_phones(world: World) -> list[dict[str, Any]]:
    """What `phonelink phones --json` lists."""
    with begun("phones", "--json") as program:
        await asyncio.to_thread(program.wait, limit_s=stretched(STEP_LIMIT_S))
        await asyncio.to_thread(program.read, limit_s=1.0, quiet_s=0.1)
        world.say(bytes(program.output).decode())
        return [json.loads(line) for line in bytes(program.output).splitlines()]


def begun(*arguments: str) -> PtyProcess:
    """`phonelink` with these arguments, on a terminal."""
    own = {name: value for name, value in os.environ.items() if name.startswith("XDG_")}
    return PtyProcess("phonelink_tui", arguments, environment=own, start=warm_start.start)


async def door(world: World) -> Door:
    """How this computer stands to others now."""
    adapter = await world.bus.properties(bluez.SERVICE, bluez.ADAPTER, bluez.ADAPTER_INTERFACE)
    manager = await world.bus.properties(bluez.SERVICE, bluez.ADAPTER, ADVERTISING_MANAGER)
    return Door(
        adapter["Discoverable"],
        adapter["DiscoverableTimeout"],
        adapter["Pairable"],
        adapter["PairableTimeout"],
        adapter["Discovering"],
        manager["ActiveInstances"],
    )


async def devices(world: World) -> dict[str, Values]:
    """Every device that bluetoothd has an object of, by path."""
    return {
        path: interfaces[bluez.DEVICE_INTERFACE]
        for path, interfaces in (await world.bus.objects(bluez.SERVICE)).items()
        if bluez.DEVICE_INTERFACE in interfaces
    }


async def as_before(world: World, before: Door) -> None:
    """Nothing of a pairing is left on the adapter: no search, no advertisement, the door as it was."""

    async def restored() -> bool:
        return await door(world) == before

    try:
        await eventually(restored, "the adapter as it was")
    except AssertionError:
        raise AssertionError(f"{await door(world)}, not {before}") from None


async def _serve(program: PtyProcess) -> None:
    """Take what the program writes and notice its end, as a terminal does; for ever."""
    while program.exit_status is None:
        await asyncio.to_thread(program.read, limit_s=0.5, quiet_s=0.1)
        await asyncio.to_thread(_look_for_the_end, program)
    await asyncio.Event().wait()


def _look_for_the_end(program: PtyProcess) -> None:
    try:
        program.wait(limit_s=0)
    except TimeoutError:
        return
