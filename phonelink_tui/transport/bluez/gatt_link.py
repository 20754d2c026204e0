"""Is the phone's LE link up, and how is it used and its loss noticed?

Device1's `Connected` and `ServicesResolved` speak for BR/EDR and LE together, GATT objects outlive the link, and
only an experimental bluetoothd tells the bearers apart. So what counts in the end is whether a read is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError
from dbus_fast import MessageType

from phonelink_tui.errors import DeadlineExceeded, LinkLost, PhonelinkError, PhoneUnreachable
from phonelink_tui.protocol.ancs.constants import DATA_SOURCE_UUID
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.bus import Bus, open_bus
from phonelink_tui.transport.bluez.daemon import Daemon
from phonelink_tui.transport.bluez.device import Device
from phonelink_tui.transport.bluez.gatt_backend import AttachedClient, Attachment
from phonelink_tui.transport.bluez.objects import ObjectTree
from phonelink_tui.transport.together import beside

LINK_S: Final = 8.0
"""A bonded iPhone was seen to open the link 1.3 s after it hears the advertisement."""

LOOK_S: Final = 2.0
"""Between two looks while the link is awaited: a link that comes beside BR/EDR may change no property."""

LIVENESS_S: Final = 60.0
"""Between two reads while nothing changes."""

READ_S: Final = 10.0

_READABLE: Final = (names.DEVICE_NAME_UUID, names.BATTERY_LEVEL_UUID)
"""What is read, by preference; else whatever can be. BlueZ before 5.69 keeps the first to itself."""


@asynccontextmanager
async def attached(daemon: Daemon, device: Device, on_lost: Callable[[], None]) -> AsyncIterator[BleakClient]:
    """A client on the phone's LE link while inside; leaving ends its subscriptions and nothing else.

    Args:
        daemon: bluetoothd.
        device: The phone.
        on_lost: Called once when the link goes, not when the block ends.

    Raises:
        PhoneUnreachable: No such link within `LINK_S`, or one without notifications.
        BluetoothUnavailable: bluetoothd is gone.
    """
    await _await_link(daemon, device.path)
    async with open_bus() as bus:
        attachment = Attachment(bus, daemon.tree, daemon.owner, device.path)
        client = BleakClient(
            BLEDevice(device.address, device.name, {"attachment": attachment}), backend=AttachedClient
        )

        async def watch() -> None:
            await _await_loss(daemon, device.path)
            attachment.is_up = False
            on_lost()

        try:
            await client.connect()
        except BleakError as error:
            raise LinkLost("The link for notifications was lost.") from error
        try:
            async with beside(watch()):
                yield client
        finally:
            await client.disconnect()


async def _await_link(daemon: Daemon, path: str) -> None:
    try:
        async with asyncio.timeout(LINK_S):
            while not (_looks_up(daemon.tree, path) and await _answers(daemon, path)):
                await _change(daemon.tree, LOOK_S)
    except TimeoutError:
        raise _no_link(daemon.tree, path) from None


async def _await_loss(daemon: Daemon, path: str) -> None:
    """Wait until the link is gone: seen in the objects, or by a read that is not answered."""
    while True:
        before = _signs(daemon.tree, path)
        changed = await _change(daemon.tree, LIVENESS_S)
        if not daemon.is_ready or not _looks_up(daemon.tree, path):
            return
        suspicious = not changed or _signs(daemon.tree, path) != before
        if suspicious and not await _answers(daemon, path):
            return


async def _change(tree: ObjectTree, limit_s: float) -> bool:
    """Wait for any change, or so long; whether there was one."""
    changed = asyncio.Event()
    unwatch = tree.watch(changed.set)
    try:
        async with asyncio.timeout(limit_s):
            await changed.wait()
    except TimeoutError:
        return False
    finally:
        unwatch()
    return True


def _looks_up(tree: ObjectTree, path: str) -> bool:
    """Whether the objects allow for a link with notifications."""
    if not tree.value(path, names.DEVICE, names.CONNECTED):
        return False
    if tree.value(path, names.BEARER_LE, names.CONNECTED) is False:
        return False
    return _characteristic(tree, path, DATA_SOURCE_UUID) is not None


def _signs(tree: ObjectTree, path: str) -> tuple[object, ...]:
    """What was seen to change when only the LE link goes."""
    notifying = [
        (characteristic, properties.get(names.NOTIFYING))
        for characteristic, properties in tree.having(names.CHARACTERISTIC, below=path)
    ]
    resolved = tree.value(path, names.DEVICE, names.SERVICES_RESOLVED)
    return resolved, tree.value(path, names.BEARER_LE, names.CONNECTED), tuple(notifying)


async def _answers(daemon: Daemon, path: str) -> bool:
    """Whether the phone answers a read. Refusing it is an answer too; nothing to read counts as one."""
    readable = _readable(daemon.tree, path)
    if readable is None:
        return True
    try:
        bus: Bus = await daemon.ready()
        reply = await bus.request(
            readable, names.CHARACTERISTIC, "ReadValue", "a{sv}", [{}], deadline_s=READ_S
        )
    except DeadlineExceeded:
        return False
    except PhonelinkError:
        return False
    if reply.message_type is not MessageType.ERROR:
        return True
    said = " ".join(str(part) for part in reply.body).lower()
    return not (reply.error_name or "").endswith((".NotConnected", ".UnknownObject")) and (
        "not connected" not in said
    )


def _readable(tree: ObjectTree, path: str) -> str | None:
    for uuid in _READABLE:
        if (found := _characteristic(tree, path, uuid)) is not None:
            return found
    every = tree.having(names.CHARACTERISTIC, below=path)
    return next((found for found, properties in every if "read" in properties.get(names.FLAGS, ())), None)


def _characteristic(tree: ObjectTree, path: str, uuid: str) -> str | None:
    every = tree.having(names.CHARACTERISTIC, below=path)
    return next((found for found, properties in every if properties.get(names.UUID) == uuid), None)


def _no_link(tree: ObjectTree, path: str) -> PhoneUnreachable:
    if _looks_up(tree, path) or _characteristic(tree, path, DATA_SOURCE_UUID) is not None:
        return PhoneUnreachable("The phone has no link for notifications up.", "It connects when it is near.")
    return PhoneUnreachable(
        "The phone offers no notifications to this computer.",
        "On the iPhone: Settings → Bluetooth → ⓘ → Share System Notifications.",
    )
