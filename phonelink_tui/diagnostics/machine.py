"""What computer, kernel, Python and terminal is this?"""

from __future__ import annotations

import errno
import locale
import os
import platform
import socket
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from phonelink_tui.diagnostics.facts import KernelBluetooth, Machine
from phonelink_tui.transport.bluez.sockets import AF_BLUETOOTH, BTPROTO_RFCOMM

PACKAGES: Final = ("phonelink-tui", "dbus-fast", "bleak", "textual")

MakeSocket = Callable[[int, int, int], socket.socket]

_ANSWERS: Final = {
    errno.EAFNOSUPPORT: KernelBluetooth.NO_FAMILY,
    errno.EPROTONOSUPPORT: KernelBluetooth.NO_RFCOMM,
    errno.EACCES: KernelBluetooth.DENIED,
    errno.EPERM: KernelBluetooth.DENIED,
}


def read_machine(root: Path = Path("/"), make_socket: MakeSocket = socket.socket) -> Machine:
    """Ask the system and this Python.

    Raises:
        OSError: The kernel answers a Bluetooth socket in a way nobody has seen.
    """
    return Machine(
        os=_os_name(root),
        kernel=platform.release(),
        python=platform.python_version(),
        python_has_af_bluetooth=hasattr(socket, "AF_BLUETOOTH"),
        bluetooth_sockets=_bluetooth_sockets(make_socket),
        packages={name: _version(name) for name in PACKAGES},
        terminal=os.environ.get("TERM", ""),
        encoding=locale.getpreferredencoding(False).upper(),
    )


def _os_name(root: Path) -> str:
    """PRETTY_NAME of os-release(5); the kernel's name where there is no such file."""
    try:
        lines = (root / "etc/os-release").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.system()
    for line in lines:
        key, _, value = line.partition("=")
        if key == "PRETTY_NAME":
            return value.strip().strip("\"'")
    return platform.system()


def _bluetooth_sockets(make_socket: MakeSocket) -> KernelBluetooth:
    """An RFCOMM socket needs no rights, and making one loads the modules. (kernel: net/bluetooth/af_bluetooth.c)"""
    try:
        make_socket(AF_BLUETOOTH, socket.SOCK_STREAM, BTPROTO_RFCOMM).close()
    except OSError as error:
        if error.errno in _ANSWERS:
            return _ANSWERS[error.errno]
        raise
    return KernelBluetooth.YES


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
