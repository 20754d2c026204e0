"""Which Bluetooth controllers and radio switches does the kernel show? From sysfs, without any rights."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from phonelink_tui.diagnostics.facts import HciDevice, Radio, Rfkill

MOST: Final = 16
"""Controllers, and switches, looked at."""


def read_radio(root: Path = Path("/")) -> Radio:
    """Look into sysfs. (kernel: Documentation/ABI/stable/sysfs-class-bluetooth, sysfs-class-rfkill)

    Raises:
        OSError: There is no sysfs.
    """
    classes = root / "sys/class"
    if not classes.is_dir():
        raise FileNotFoundError(2, "there is no sysfs")
    # Links hci0:42 in the same directory are connections.
    controllers = [path for path in sorted((classes / "bluetooth").glob("hci*")) if ":" not in path.name]
    switches = [
        path for path in sorted((classes / "rfkill").glob("rfkill*")) if _word(path / "type") == "bluetooth"
    ]
    return Radio(
        tuple(HciDevice(path.name, _usb_id(path)) for path in controllers[:MOST]),
        tuple(
            Rfkill(_word(path / "name"), _word(path / "soft") == "1", _word(path / "hard") == "1")
            for path in switches[:MOST]
        ),
    )


def _usb_id(controller: Path) -> str:
    """The `device` of a controller is a USB interface; the device proper is the directory above."""
    above = (controller / "device").resolve().parent
    vendor, product = _word(above / "idVendor"), _word(above / "idProduct")
    return f"{vendor}:{product}".lower() if vendor and product else ""


def _word(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()[:64]
    except OSError:
        return ""
