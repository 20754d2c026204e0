"""Which Bluetooth adapter of this computer is used, and can it be used just now?"""

from __future__ import annotations

from attrs import frozen

from phonelink_tui.domain.class_of_device import COMMAND, is_hands_free
from phonelink_tui.errors import BluetoothReason, BluetoothUnavailable
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
    class_of_device: int
    """24 bits: services, major and minor class."""

    @property
    def is_hands_free(self) -> bool:
        """Whether it looks like a hands-free set to a phone."""
        return is_hands_free(self.class_of_device)


def find_adapter(tree: ObjectTree, name: str | None, phone: str | None = None) -> Adapter:
    """The adapter to use: the first that is on, as BlueZ orders them.

    Args:
        tree: BlueZ's objects.
        name: For example `hci0`; None: any.
        phone: Address of a phone; where it is paired with any of these adapters, no other will do.

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
    with_phone = [entry for entry in adapters if phone is not None and _knows(tree, entry[0], phone)]
    for path, properties in with_phone or adapters:
        if properties.get(names.POWERED):
            can_advertise = tree.get(path, names.ADVERTISING_MANAGER) is not None
            address, cod = str(properties.get(names.ADDRESS, "")), int(properties.get(names.CLASS, 0))
            return Adapter(path, address, can_advertise, cod)
    raise switched_off()


def _knows(tree: ObjectTree, adapter_path: str, phone: str) -> bool:
    return any(
        properties.get(names.PAIRED) and str(properties.get(names.ADDRESS, "")).upper() == phone.upper()
        for _, properties in tree.having(names.DEVICE, below=adapter_path)
    )


def class_of_device() -> BluetoothUnavailable:
    """The phone refused, and this computer does not look like what it serves."""
    return BluetoothUnavailable(
        "The phone does not serve this computer, which does not look like a hands-free set to it.",
        f"{COMMAND}; `phonelink pair --print-class-unit` prints a unit that does it at each start.",
        reason=BluetoothReason.CLASS_OF_DEVICE,
    )
