"""How does bleak reach the embedded phone? A bleak backend over its GATT server.

BleakClient(BLEDevice(address, name, {"phone": phone}), backend=VirtualGattClient)
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from bleak import BleakClient
from bleak.args import SizedBuffer
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError

from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.protocol.ancs.constants import (
    CONTROL_POINT_UUID,
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    SERVICE_UUID,
    AttErrorCode,
)
from phonelink_tui.virtual.ancs import AncsSession
from phonelink_tui.virtual.entries import BatteryChanged, PhoneChange, PresenceChanged
from phonelink_tui.virtual.faults import FaultKind
from phonelink_tui.virtual.phone import VirtualPhone

BATTERY_SERVICE_UUID: Final = "0000180f-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL_UUID: Final = "00002a19-0000-1000-8000-00805f9b34fb"

ADDRESS: Final = "02:00:00:00:01:99"
"""A locally administered address: no real phone has it."""

_ATTRIBUTES: Final[tuple[tuple[str, str, tuple[CharacteristicPropertyName, ...]], ...]] = (
    (SERVICE_UUID, NOTIFICATION_SOURCE_UUID, ("notify",)),
    (SERVICE_UUID, CONTROL_POINT_UUID, ("write",)),
    (SERVICE_UUID, DATA_SOURCE_UUID, ("notify",)),
    (BATTERY_SERVICE_UUID, BATTERY_LEVEL_UUID, ("read", "notify")),
)
_ANCS_SOURCES: Final = (NOTIFICATION_SOURCE_UUID, DATA_SOURCE_UUID)
_NOT_PERMITTED: Final = ("org.bluez.Error.NotPermitted", ["Write not permitted"])
"""What bleak raises on BlueZ for a command before the person has consented."""


class VirtualGattClient(BaseBleakClient):
    """A bleak backend whose only device is an embedded phone, given in `BLEDevice.details["phone"]`."""

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any) -> None:
        if isinstance(address_or_ble_device, str):
            raise BleakError("The embedded phone has to be given as a BLEDevice.")
        super().__init__(address_or_ble_device, **kwargs)
        self._phone: VirtualPhone = address_or_ble_device.details["phone"]
        self._callbacks: dict[str, NotifyCallback] = {}
        self._values: deque[tuple[str, bytes]] = deque()
        self._session: AncsSession | None = None
        self._unlisten: Callable[[], None] | None = None

    @property
    def name(self) -> str:
        """The phone's name."""
        return self._phone.persona.device_name

    @property
    def mtu_size(self) -> int:
        """ATT_MTU of the link."""
        return self._phone.persona.att_mtu

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._session is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """See bleak. Raises BleakError where the phone is away, refuses, or has no ANCS."""
        phone = self._phone
        if (
            not phone.present
            or not phone.persona.has_notifications
            or phone.faults.happened(FaultKind.REFUSE)
        ):
            raise BleakError("The phone has no LE link to this computer.")
        if self._session is not None:
            return
        phone.counts["gatt"] += 1
        self._session = AncsSession(phone, self._enqueue)
        self._unlisten = phone.listen(self._apply)
        self.services = _services()

    async def disconnect(self) -> None:
        """See bleak."""
        self._end()

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """The embedded phone is paired from the start."""

    async def unpair(self) -> None:
        """The embedded phone stays paired."""

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """See bleak."""
        self._require()
        if characteristic.uuid != BATTERY_LEVEL_UUID:
            raise BleakGATTProtocolError(_READ_NOT_PERMITTED)
        return bytearray([self._phone.battery_percent])

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """See bleak. ANCS's own errors come as BleakGATTProtocolError, refused consent as BlueZ reports it."""
        session = self._require()
        if characteristic.uuid != CONTROL_POINT_UUID:
            raise BleakGATTProtocolError(AttErrorCode.WRITE_NOT_PERMITTED)
        error = session.write_control_point(bytes(data))
        if error is AttErrorCode.WRITE_NOT_PERMITTED:
            name, body = _NOT_PERMITTED
            raise BleakDBusError(name, body)
        if error is not None:
            raise BleakGATTProtocolError(error)

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """There are no descriptors to read."""
        raise BleakGATTProtocolError(_READ_NOT_PERMITTED)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """There are no descriptors to write."""
        raise BleakGATTProtocolError(AttErrorCode.WRITE_NOT_PERMITTED)

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """See bleak."""
        session = self._require()
        self._callbacks[characteristic.uuid] = callback
        if characteristic.uuid in _ANCS_SOURCES:
            session.subscribe(characteristic.uuid)

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """See bleak."""
        session = self._require()
        if self._callbacks.pop(characteristic.uuid, None) and characteristic.uuid in _ANCS_SOURCES:
            session.unsubscribe(characteristic.uuid)

    def _require(self) -> AncsSession:
        if self._session is None:
            raise BleakError("Not connected")
        return self._session

    def _enqueue(self, characteristic: str, value: bytes) -> None:
        # Values reach the client from the event loop, in order, never inside the call that caused them.
        self._values.append((characteristic, value))
        asyncio.get_running_loop().call_soon(self._deliver)

    def _deliver(self) -> None:
        if not self._values:
            return
        characteristic, value = self._values.popleft()
        if (callback := self._callbacks.get(characteristic)) is not None:
            callback(bytearray(value))

    def _apply(self, change: PhoneChange) -> None:
        match change:
            case PresenceChanged(present=False):
                self._end()
                if self._disconnected_callback is not None:
                    asyncio.get_running_loop().call_soon(self._disconnected_callback)
            case BatteryChanged(percent):
                self._enqueue(BATTERY_LEVEL_UUID, bytes([percent]))
            case _:
                pass

    def _end(self) -> None:
        if self._session is not None and self._unlisten is not None:
            self._session.close()
            self._unlisten()
        self._session = None
        self._unlisten = None
        self._callbacks.clear()
        self._values.clear()


@asynccontextmanager
async def attached(phone: VirtualPhone, on_lost: Callable[[], None]) -> AsyncIterator[BleakClient]:
    """A bleak client on the phone while inside.

    Args:
        phone: Which.
        on_lost: Called once when the link goes, not when the block ends.

    Raises:
        PhoneUnreachable: The phone is away, or has no such link.
    """
    device = BLEDevice(ADDRESS, phone.persona.device_name, {"phone": phone})
    client = BleakClient(device, lambda _: on_lost(), backend=VirtualGattClient)
    try:
        await client.connect()
    except BleakError as error:
        raise PhoneUnreachable("The phone gives this computer no notifications.") from error
    try:
        yield client
    finally:
        await client.disconnect()


_READ_NOT_PERMITTED: Final = 0x02


def _services() -> BleakGATTServiceCollection:
    collection = BleakGATTServiceCollection()
    services: dict[str, BleakGATTService] = {}
    for number, (service_uuid, uuid, properties) in enumerate(_ATTRIBUTES, start=1):
        handle = number * 16
        if service_uuid not in services:
            services[service_uuid] = BleakGATTService(None, handle, service_uuid)
            collection.add_service(services[service_uuid])
        collection.add_characteristic(
            BleakGATTCharacteristic(
                None, handle + 1, uuid, list(properties), lambda: 20, services[service_uuid]
            )
        )
    return collection
