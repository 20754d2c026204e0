"""Can this program run here, and can it reach a phone over Bluetooth?"""

from __future__ import annotations

import sys

from phonelink_tui.errors import BluetoothUnavailable


def unsupported() -> str | None:
    """One line for a person whose system this program does not run on; None where it does."""
    if sys.platform == "win32":
        return "phonelink does not run on Windows itself. Use WSL2: https://learn.microsoft.com/windows/wsl/install"
    return None


def require_linux() -> None:
    """Raises BluetoothUnavailable on systems without BlueZ."""
    if sys.platform != "linux":
        raise BluetoothUnavailable(
            "Phones are reached over Bluetooth on Linux only.",
            "`phonelink demo`, --phone tcp:HOST:PORT, or phonelink over SSH beside the phone.",
        )
