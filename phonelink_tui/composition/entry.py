"""What does the command line open besides a relay? The processes of relays, the app, a simulated phone.

Heavy rooms are imported where they are used: the command line is quick because it loads neither Textual nor
bleak nor the codecs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from phonelink_tui.composition.phone_rows import PhoneList, PhoneRow
from phonelink_tui.composition.policing import copy_refused, require
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import PhoneSpec, VirtualSpec
from phonelink_tui.config.platform import require_linux
from phonelink_tui.config.policy import PolicyAction
from phonelink_tui.config.settings import Settings
from phonelink_tui.diagnostics.collect import Collector
from phonelink_tui.ipc.private import run_private
from phonelink_tui.relay.api import Pairing, RelayApi, StartChoice


@frozen
class Simulation:
    """A virtual phone on TCP, for other programs to talk to."""

    phone: VirtualSpec
    mas: tuple[str, int]
    """Where message access listens; port 0: any free one."""
    pbap: tuple[str, int]
    mns: tuple[str, int] | None
    """Where event reports are sent; None: to the client's own address, at its port plus two."""


def run_shared_relay(spec: PhoneSpec, path: Path, settings: Settings) -> None:
    """The shared relay's process: serve the phone at a path until told to stop. See `ipc.service.run_shared`."""
    from phonelink_tui.composition.hosting import unlockable_relay
    from phonelink_tui.ipc.hooks import Hooks
    from phonelink_tui.ipc.service import run_shared

    hooks = Hooks(settings.hooks.commands, settings.hooks.privacy)
    run_shared(lambda: unlockable_relay(spec), path, str(spec), hooks)


@asynccontextmanager
async def open_pairing(adapter: str | None, paths: Paths) -> AsyncIterator[Pairing]:
    """A pairing that goes on while inside; leaving early undoes everything first.

    Raises:
        PolicyError: Phones may not be paired here.
        BluetoothUnavailable: This is no Linux.
    """
    require(PolicyAction.PAIR)
    require_linux()
    from phonelink_tui.composition import pairing

    async with pairing.open_pairing(pairing.PairingPlace(adapter, paths)) as going:
        yield going


async def list_phones(paths: Paths) -> PhoneList:
    """Every phone that is known or paired. See `phones.list_phones`."""
    require_linux()
    from phonelink_tui.composition import phones

    return await phones.list_phones(paths)


async def forget_phone(row: PhoneRow, paths: Paths, *, unpair: bool) -> None:
    """Forget a phone, wholly or not at all. See `phones.forget_phone`."""
    require_linux()
    from phonelink_tui.composition import phones

    await phones.forget_phone(row, paths, unpair=unpair)


async def run_start(message: str, paths: Paths, settings: Settings) -> StartChoice:
    """The start screen: what to do without a phone, and the pairing if that is chosen."""
    from phonelink_tui.ui.settings import ui_settings
    from phonelink_tui.ui.start_app import StartApp

    app = StartApp(message, lambda: open_pairing(None, paths), ui_settings(settings))
    choice = await app.run_async(mouse=settings.mouse)
    return choice or StartChoice(return_code=app.return_code or 0)


def collectors(paths: Paths) -> tuple[Collector, ...]:
    """See `diagnostics.here.collectors`."""
    from phonelink_tui.diagnostics import here

    return here.collectors(paths)


def run_relay(spec: PhoneSpec, fd: int) -> None:
    """The private relay's process: serve the phone on an inherited socket until its other end closes."""
    from phonelink_tui.composition.hosting import build_relay

    run_private(lambda: build_relay(spec), fd)


async def run_app(api: RelayApi, settings: Settings) -> int:
    """The full-screen app, until it is quit.

    Returns:
        The exit code: 0, 1 after a bug, 128 + n after signal n.
    """
    from phonelink_tui.ui.app import PhoneApp
    from phonelink_tui.ui.settings import ui_settings

    app = PhoneApp(api, ui_settings(settings), copy_refused=copy_refused)
    await app.run_async(mouse=settings.mouse)
    return app.return_code or 0


async def simulate(
    simulation: Simulation, lines: AsyncIterator[str], say: Callable[[dict[str, Any]], None]
) -> None:
    """See `simulation.simulate`."""
    from phonelink_tui.composition import simulation as simulating

    await simulating.simulate(simulation, lines, say)
