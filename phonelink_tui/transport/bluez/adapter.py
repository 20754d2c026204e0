"""Which Bluetooth adapter of this computer is used, and can it be used just now?"""

from __future__ import annotations

from attrs import frozen

from phonelink_tui.errors import BluetoothUnavailable
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.dbus_errors import switched_off
from phonelink_tui.transport.bluez.objects import ObjectTree


@frozen
class Adapter:
    """A powered adapter."""

    path: str
    address: str
    can_advertise: bool
    """Whether it can be an LE peripheral at all."""


def find_adapter(tree: ObjectTree, name: str | None) -> Adapter:
    """The adapter to use.

    Args:
        tree: BlueZ's objects.
        name: For example `hci0`; None: the first that is on, as BlueZ orders them.

    Raises:
        BluetoothUnavailable: There is none, none with this name, or it is off; the message says which.
    """
    adapters = [
        (path, properties)
        for path, properties in tree.having(names.ADAPTER)
        if name is None or path.rpartition("/")[2] == name
    ]
    if not adapters:
        wanted = f"no Bluetooth adapter {name}" if name else "no Bluetooth adapter"
        raise BluetoothUnavailable(f"This computer has {wanted}.", "Is it plugged in? See bluetoothctl list.")
    for path, properties in adapters:
        if properties.get(names.POWERED):
            can_advertise = tree.get(path, names.ADVERTISING_MANAGER) is not None
            return Adapter(path, str(properties.get(names.ADDRESS, "")), can_advertise)
    raise switched_off()
