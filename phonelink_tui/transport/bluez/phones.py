"""Which phones is this computer paired with, and what does BlueZ show of each pairing?"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from phonelink_tui.domain.bond import Bond
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.bus import Bus
from phonelink_tui.transport.bluez.daemon import Daemon
from phonelink_tui.transport.bluez.device import is_phone, uuids_of
from phonelink_tui.transport.bluez.objects import ObjectTree, Properties
from phonelink_tui.transport.bluez.signs import is_apple
from phonelink_tui.transport.together import beside


@frozen
class PairedPhone:
    """A phone as BlueZ shows it."""

    path: str
    address: str
    """Public, upper case."""
    name: str
    """Not to be trusted."""
    adapter: str
    """For example `hci0`."""
    adapter_address: str
    kind: PhoneKind
    bond: Bond
    is_connected: bool


def paired_phones(tree: ObjectTree) -> Iterator[PairedPhone]:
    """Every paired phone, by path."""
    for path, properties in tree.having(names.DEVICE):
        if properties.get(names.PAIRED) and is_phone(properties):
            yield phone_at(tree, path, properties)


def phone_at(tree: ObjectTree, path: str, properties: Properties) -> PairedPhone:
    """One device, paired or not."""
    adapter_path = path.rpartition("/")[0]
    return PairedPhone(
        path,
        str(properties.get(names.ADDRESS, "")).upper(),
        str(properties.get(names.ALIAS, "")),
        adapter_path.rpartition("/")[2],
        str(tree.value(adapter_path, names.ADAPTER, names.ADDRESS) or "").upper(),
        phone_kind(properties),
        bond_of(tree, path),
        bool(properties.get(names.CONNECTED)),
    )


def bond_of(tree: ObjectTree, path: str) -> Bond:
    """What is shown of the pairing with a device."""
    device = tree.get(path, names.DEVICE) or {}
    return Bond(
        bool(device.get(names.PAIRED)),
        device.get(names.BONDED),
        tree.value(path, names.BEARER_BREDR, names.BONDED),
        tree.value(path, names.BEARER_LE, names.BONDED),
    )


def phone_kind(properties: Properties) -> PhoneKind:
    """Whose phone it is; an iPhone until something says otherwise."""
    modalias = str(properties.get(names.MODALIAS, ""))
    uuids = uuids_of(properties)
    if is_apple(modalias, uuids):
        return PhoneKind.IPHONE
    return PhoneKind.ANDROID if modalias or names.MAS_UUID in uuids else PhoneKind.IPHONE


async def read_paired_phones() -> tuple[PairedPhone, ...]:
    """All paired phones, once.

    Raises:
        BluetoothUnavailable: There is no bus or no bluetoothd.
    """
    daemon = Daemon()
    async with beside(daemon.run()):
        await daemon.ready()
        return tuple(paired_phones(daemon.tree))


async def remove_phone(path: str) -> None:
    """Have bluetoothd forget a device, with its keys.

    Raises:
        BluetoothUnavailable, PhoneUnreachable, TransportError, DeadlineExceeded: It does not.
    """
    daemon = Daemon()
    async with beside(daemon.run()):
        bus: Bus = await daemon.ready()
        await bus.call(path.rpartition("/")[0], names.ADAPTER, "RemoveDevice", "o", [path])
