"""Can a person read and answer a text on a terminal? The whole program on a pty, over real Bluetooth."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex, while_inside
from tests.e2e.guest.world import World
from tests.terminal.pty_process import PtyProcess
from tests.terminal.screen import Screen, UnexpectedOutput

LIMIT_S = 180.0
START_LIMIT_S = 90.0
"""Program and relay are two fresh processes: their imports take long under emulation."""

STEP_LIMIT_S = 30.0
COLUMNS, ROWS = 100, 30
ALICE = "+15550101"
QUESTION, ANSWER = "Are you coming tonight?", "On my way, ten minutes"
ENTER, QUIT = b"\r", b"\x11"


async def run(world: World) -> None:
    """It connects by itself, shows who writes and what, and sends what is typed to exactly that person."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    async with serve_obex(phone, world.phone), serve_notifications(phone, world.phone):
        await pair_over_le(world)
        own = {name: value for name, value in os.environ.items() if name.startswith("XDG_")}
        arguments = ["--phone", f"bluez/{world.phone.address}"]
        with PtyProcess("phonelink_tui", arguments, columns=COLUMNS, rows=ROWS, environment=own) as app:
            async with coming_and_going(phone, world.phone), while_inside(read_all(app)):
                await connected(world, app, phone)
                await converse(world, app, phone)
                app.type(QUIT)
                status = await asyncio.to_thread(app.wait, limit_s=stretched(STEP_LIMIT_S))
        assert status == 0, status
        assert [(one.recipients, one.text) for one in phone.pushed] == [((ALICE,), ANSWER)], phone.pushed


async def connected(world: World, app: PtyProcess, phone: VirtualPhone) -> None:
    """Wait until the phone calls back."""
    try:
        await eventually(lambda: phone.counts["mns"] > 0, "the relay's sessions", START_LIMIT_S)
    except AssertionError:
        world.say("\n".join(shown(app)))
        raise
    world.say("connected")


async def converse(world: World, app: PtyProcess, phone: VirtualPhone) -> None:
    """Read, type, send."""
    phone.receive_text(ALICE, QUESTION)
    await until_shown(world, app, "Alice Example", QUESTION)
    app.type(ANSWER.encode())
    await until_shown(world, app, ANSWER)
    app.type(ENTER)
    await eventually(lambda: len(phone.pushed) == 1, "the answer on the phone", STEP_LIMIT_S)
    await until_shown(world, app, ANSWER)


async def read_all(app: PtyProcess) -> None:
    """Take what the program writes, as a terminal does; for ever."""
    while True:
        await asyncio.to_thread(app.read, limit_s=0.5, quiet_s=0.1)


def shown(app: PtyProcess) -> list[str]:
    """The screen now."""
    screen = Screen(COLUMNS, ROWS)
    with suppress(
        UnicodeDecodeError, UnexpectedOutput
    ):  # cut in the middle of something: the next look is whole
        screen.feed(bytes(app.output))
    return screen.lines()


async def until_shown(world: World, app: PtyProcess, *texts: str) -> None:
    """Wait until the screen shows all of these; then it is in the scenario's log, as a person saw it."""
    lines: list[str] = []
    try:
        async with asyncio.timeout(stretched(STEP_LIMIT_S)):
            while not all(any(text in line for line in lines) for text in texts):
                await asyncio.sleep(0.5)
                lines = shown(app)
    except TimeoutError:
        raise AssertionError("\n".join([f"not shown: {texts}", *lines])) from None
    world.say("\n".join(lines))
