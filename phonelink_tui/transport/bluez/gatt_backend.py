"""How does bleak speak GATT on a link that the phone has opened? A bleak backend that attaches, and detaches.

bleak's own BlueZ client (3.1.0) calls Device1.Disconnect when it disconnects, when connecting is cancelled and when
its loop ends, and Device1.Connect where it sees no connection; this one calls neither.

    BleakClient(BLEDevice(address, name, {"attachment": attachment}), backend=AttachedClient)
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from attrs import define
from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode
from dbus_fast import Message, MessageType, Variant

from phonelink_tui.errors import PhonelinkError
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.bus import Bus
from phonelink_tui.transport.bluez.dbus_errors import IN_PROGRESS
from phonelink_tui.transport.bluez.objects import ObjectTree, Properties

ATT_S: Final = 35.0
"""The phone has 30 s to answer a request of ATT. (Core 5.4, Vol 3, Part F, 3.3.3)"""

DETACH_S: Final = 2.0

RETRY_S: Final = 0.5
"""bluetoothd answers InProgress while an operation is under way; phones were seen to need up to a minute after
connecting. Whoever subscribes has a deadline."""

_MIN_ATT_MTU: Final = 23
_HEADER_BYTES: Final = 3


@define(eq=False)
class Attachment:
    """A link that is up, and what is needed to use it."""

    bus: Bus
    """A connection of its own: BlueZ counts subscriptions by connection, and ends them with it."""
    tree: ObjectTree
    owner: str
    """bluetoothd's unique name on the bus."""
    device_path: str
    is_up: bool = True


class AttachedClient(BaseBleakClient):
    """A bleak backend on `BLEDevice.details["attachment"]`. Raises bleak's errors."""

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any) -> None:
        if isinstance(address_or_ble_device, str):
            raise BleakError("The phone has to be given as a BLEDevice.")
        super().__init__(address_or_ble_device, **kwargs)
        self._attachment: Attachment = address_or_ble_device.details["attachment"]
        self._name = address_or_ble_device.name or ""
        self._callbacks: dict[str, NotifyCallback] = {}

    @property
    def name(self) -> str:
        """The phone's name."""
        return self._name

    @property
    def mtu_size(self) -> int:
        """ATT_MTU, as far as BlueZ tells it (since 5.62)."""
        below = self._attachment.tree.having(names.CHARACTERISTIC, below=self._attachment.device_path)
        return max((int(properties.get("MTU", 0)) for _, properties in below), default=0) or _MIN_ATT_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the link is up and we are attached."""
        return self._attachment.is_up and self.services is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Attach: read what BlueZ knows of the phone's services, and listen for values."""
        attachment = self._attachment
        attachment.bus.listen(self._on_signal)
        rule = (
            f"type='signal',sender='{names.BLUEZ}',interface='{names.PROPERTIES}',"
            f"path_namespace='{attachment.device_path}'"
        )
        try:
            await attachment.bus.match(rule)
        except PhonelinkError as error:
            raise BleakError(error.message) from error
        self.services = _services(attachment.tree, attachment.device_path)

    async def disconnect(self) -> None:
        """Detach: end our subscriptions. Every link of the phone stays."""
        paths, self._callbacks = list(self._callbacks), {}
        for path in paths:
            try:
                await self._attachment.bus.request(
                    path, names.CHARACTERISTIC, "StopNotify", deadline_s=DETACH_S
                )
            except PhonelinkError:
                break  # bluetoothd ends them with the connection to the bus
        self.services = None

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Pairing is not the business of an attached client."""
        raise BleakError("Not here: an attached client does not pair.")

    async def unpair(self) -> None:
        """See `pair`."""
        raise BleakError("Not here: an attached client does not unpair.")

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """See bleak."""
        path = _path(characteristic)
        if path == self._attachment.device_path:
            percent = self._attachment.tree.value(path, names.BATTERY, names.PERCENTAGE)
            if percent is None:
                raise BleakGATTProtocolError(BleakGATTProtocolErrorCode.READ_NOT_PERMITTED)
            return bytearray([int(percent)])
        return bytearray(await self._ask(path, "ReadValue", "a{sv}", [{}]))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """See bleak."""
        options = {"type": Variant("s", "request" if response else "command")}
        await self._ask(_path(characteristic), "WriteValue", "aya{sv}", [bytes(data), options])

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """See bleak. A subscription that BlueZ shows already may be left from an earlier link: it is renewed."""
        path = _path(characteristic)
        stale = bool(self._attachment.tree.value(path, names.CHARACTERISTIC, names.NOTIFYING))
        self._callbacks[path] = callback
        try:
            await self._ask(path, "StartNotify")
            if stale:
                await self._ask(path, "StopNotify")
                await self._ask(path, "StartNotify")
        except BaseException:
            self._callbacks.pop(path, None)
            raise

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """See bleak."""
        path = _path(characteristic)
        if self._callbacks.pop(path, None) is not None:
            await self._ask(path, "StopNotify")

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """There are no descriptors here: BlueZ writes the one that matters."""
        raise BleakGATTProtocolError(BleakGATTProtocolErrorCode.READ_NOT_PERMITTED)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """See `read_gatt_descriptor`."""
        raise BleakGATTProtocolError(BleakGATTProtocolErrorCode.WRITE_NOT_PERMITTED)

    async def _ask(self, path: str, member: str, signature: str = "", body: Sequence[object] = ()) -> Any:
        while self._attachment.is_up:
            try:
                reply = await self._attachment.bus.request(
                    path, names.CHARACTERISTIC, member, signature, body, deadline_s=ATT_S
                )
            except PhonelinkError as error:
                raise BleakError(error.message) from error
            if reply.message_type is not MessageType.ERROR:
                return reply.body[0] if reply.body else None
            if reply.error_name != IN_PROGRESS:
                raise BleakDBusError(reply.error_name or "", list(reply.body))
            await asyncio.sleep(RETRY_S)
        raise BleakError("Not connected")

    def _on_signal(self, signal: Message) -> None:
        if signal.sender != self._attachment.owner or signal.member != "PropertiesChanged":
            return
        callback = self._callbacks.get(signal.path or "")
        interface, changed, _ = signal.body
        if callback is not None and interface == names.CHARACTERISTIC and names.VALUE in changed:
            callback(bytearray(changed[names.VALUE].value))


def _services(tree: ObjectTree, device_path: str) -> BleakGATTServiceCollection:
    collection = BleakGATTServiceCollection()
    services: dict[str, BleakGATTService] = {}
    for path, properties in tree.having(names.SERVICE, below=device_path):
        services[path] = BleakGATTService(path, _handle(path), str(properties.get(names.UUID, "")))
        collection.add_service(services[path])
    for path, properties in tree.having(names.CHARACTERISTIC, below=device_path):
        service = services.get(str(properties.get(names.OF_SERVICE, "")))
        if service is not None:
            collection.add_characteristic(_characteristic(path, properties, service))
    if not collection.get_characteristic(names.BATTERY_LEVEL_UUID):
        _add_battery(collection, device_path)
    return collection


def _characteristic(path: str, properties: Properties, service: BleakGATTService) -> BleakGATTCharacteristic:
    return BleakGATTCharacteristic(
        path,
        _handle(path),
        str(properties.get(names.UUID, "")),
        list(properties.get(names.FLAGS, [])),
        lambda: max(int(properties.get("MTU", 0)), _MIN_ATT_MTU) - _HEADER_BYTES,
        service,
    )


def _add_battery(collection: BleakGATTServiceCollection, device_path: str) -> None:
    """BlueZ keeps the battery service to itself and shows what it reads there as Battery1, a while after the link
    is up."""
    service = BleakGATTService(device_path, _BATTERY_HANDLE, names.BATTERY_SERVICE_UUID)
    collection.add_service(service)
    collection.add_characteristic(
        BleakGATTCharacteristic(
            device_path, _BATTERY_HANDLE + 1, names.BATTERY_LEVEL_UUID, ["read"], lambda: 0, service
        )
    )


_BATTERY_HANDLE: Final = 0x10000
"""Above every handle a phone can have."""


def _path(characteristic: BleakGATTCharacteristic) -> str:
    path: str = characteristic.obj
    return path


def _handle(path: str) -> int:
    """BlueZ writes the attribute's handle into the last part of its path: service0010, char0011."""
    return int(path.rpartition("/")[2].removeprefix("service").removeprefix("char"), 16)
