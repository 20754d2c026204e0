"""Which Bluetooth controllers and radio switches does the kernel show? From sysfs, without any rights."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from phonelink_tui.diagnostics.facts import HciDevice, Radio, Rfkill
from phonelink_tui.transport.bluez.rfkill import switches, word

MOST: Final = 16
"""Controllers looked at."""


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
    return Radio(
        tuple(HciDevice(path.name, _usb_id(path)) for path in controllers[:MOST]),
        tuple(Rfkill(one.name, one.soft, one.hard) for one in switches(classes / "rfkill")),
    )


def _usb_id(controller: Path) -> str:
    """The `device` of a controller is a USB interface; the device proper is the directory above."""
    above = (controller / "device").resolve().parent
    vendor, product = word(above / "idVendor"), word(above / "idProduct")
    return f"{vendor}:{product}".lower() if vendor and product else ""
