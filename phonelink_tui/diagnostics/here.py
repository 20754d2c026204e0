"""Which sources of facts does this machine have? The collectors of a real doctor's visit, each thin and bounded."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import evolve

from phonelink_tui.config.paths import Paths
from phonelink_tui.diagnostics.bluez import bluez_facts, version_facts
from phonelink_tui.diagnostics.collect import Collector, in_background
from phonelink_tui.diagnostics.facts import (
    Bluez,
    BluezVersion,
    Controller,
    Controllers,
    DaemonState,
    Group,
    NotKnown,
    Obexd,
    Source,
)
from phonelink_tui.diagnostics.files import read_files
from phonelink_tui.diagnostics.machine import read_machine
from phonelink_tui.diagnostics.radio import read_radio
from phonelink_tui.diagnostics.stored import read_bonds, read_configuration
from phonelink_tui.errors import BluetoothUnavailable

FILES_S: Final = 0.7
"""sysfs answers in microseconds; a home on a network may not."""

PROGRAM_S: Final = 0.6
"""bluetoothctl --version takes 10 ms."""

_COMMON: Final = frozenset(
    {"", "/", "root", "user", "home", "localhost", "linux", "debian", "ubuntu", "fedora", "arch"}
)
"""Names that name nobody, and stand in the names of systems and kernels too."""


def collectors(paths: Paths, root: Path = Path("/")) -> tuple[Collector, ...]:
    """All sources of this machine but the sessions, which only a relay knows.

    Args:
        paths: Where our files are.
        root: Where `sys`, `proc`, `etc` and `var` are.
    """
    return (
        _reading(Source.MACHINE, lambda: read_machine(root)),
        _reading(Source.FILES, lambda: read_files(paths, root)),
        _reading(Source.RADIO, lambda: read_radio(root)),
        _reading(Source.CONFIGURATION, lambda: read_configuration(root)),
        _reading(Source.BONDS, lambda: read_bonds(root)),
        _reading(Source.CONTROLLERS, _controllers),
        _reading(Source.BLUEZ_VERSION, _bluez_version),
        Collector(Source.BLUEZ, _bluez),
        Collector(Source.OBEXD, _obexd),
    )


def own_words() -> frozenset[str]:
    """Words that name this machine or its owner, for redaction."""
    words = {socket.gethostname(), socket.gethostname().partition(".")[0], str(Path.home()), Path.home().name}
    with suppress(KeyError):  # a user without an entry, as in a container
        entry = pwd.getpwuid(os.getuid())
        words |= {entry.pw_name, entry.pw_gecos.partition(",")[0]}
    return frozenset(word for word in words if word.casefold() not in _COMMON)


def _reading(source: Source, read: Callable[[], Group]) -> Collector:
    return Collector(source, lambda: in_background(read), FILES_S)


def _controllers() -> Controllers:
    from phonelink_tui.transport.bluez.mgmt import read_controllers

    return Controllers(
        tuple(
            Controller(f"hci{info.index}", info.supported, info.current, info.class_of_device)
            for info in read_controllers()
        )
    )


def _bluez_version() -> BluezVersion | NotKnown:
    """BlueZ does not tell its version on D-Bus; its client is of the same package."""
    command = ["bluetoothctl", "--version"]
    try:
        done = subprocess.run(  # noqa: S603 no word of it comes from outside
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROGRAM_S, check=False
        )
    except FileNotFoundError:
        return NotKnown("bluetoothctl is not installed")
    except subprocess.TimeoutExpired:
        return NotKnown("bluetoothctl does not answer")
    return version_facts(done.stdout[:200].decode("ascii", "replace"))


async def _bluez() -> Bluez:
    from phonelink_tui.transport.bluez.survey import survey_bluez

    seen = await survey_bluez()
    return evolve(bluez_facts(seen.objects), state=DaemonState(seen.answer))


async def _obexd() -> Obexd | NotKnown:
    from phonelink_tui.transport.bluez.bus import session_bus_address
    from phonelink_tui.transport.bluez.survey import survey_obexd

    try:
        seen = await survey_obexd(session_bus_address())
    except BluetoothUnavailable:
        return NotKnown("this user's session bus cannot be reached")
    return Obexd(seen.is_running, seen.can_be_started, seen.unit)
