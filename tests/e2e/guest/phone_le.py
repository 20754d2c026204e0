"""What does the phone do over LE: find the computer, connect from a private address, pair, serve ANCS?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bumble import hci
from bumble.att import ATT_Error, Attribute
from bumble.core import UUID, AdvertisingData, InvalidStateError, PhysicalTransport
from bumble.device import Advertisement, Connection, Device
from bumble.gatt import GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR as CCCD
from bumble.gatt import Characteristic, CharacteristicValue, Service

from phonelink_tui.protocol.ancs.constants import (
    CONTROL_POINT_UUID,
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    SERVICE_UUID,
)
from phonelink_tui.virtual.ancs import AncsSession, Notify
from phonelink_tui.virtual.gatt_backend import BATTERY_LEVEL_UUID, BATTERY_SERVICE_UUID
from tests.e2e.guest.patience import step

DIALLING = {
    "le_scan_interval": 96,
    "le_scan_window": 96,
    "initiator_filter_policy": 0,
    "own_address_type": hci.OwnAddressType.RANDOM,
    "connection_interval_min": 12,
    "connection_interval_max": 24,
    "max_latency": 0,
    "supervision_timeout": 72,
    "min_ce_length": 0,
    "max_ce_length": 0,
}
"""What a phone asks of an LE link, in the units of the specification: 15 to 30 ms, given up after 720 ms."""


class PhoneLe:
    """The LE half of a phone's radio. One link at a time.

    Args:
        device: Bumble's host.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._link: Connection | None = None
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._down.set()
        # For every link that is ever made: Bumble stumbles over one that comes after its caller was cancelled.
        device.connect_own_address_type = hci.OwnAddressType.RANDOM
        device.on(Device.EVENT_CONNECTION, self._on_connection)
        self._session: AncsSession | None = None
        self._make_session: Callable[[Notify], AncsSession]
        self._values: asyncio.Queue[tuple[Characteristic, bytes]] = asyncio.Queue()
        self._sources: dict[str, Characteristic] = {}
        self._percent: Callable[[], int]
        self._battery: Characteristic | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._link is not None

    @property
    def is_encrypted(self) -> bool:
        """Whether the link is up and encrypted."""
        return self._link is not None and bool(self._link.is_encrypted)

    @property
    def own_address(self) -> str:
        """The private address of the link that is up, or "" while none is."""
        return str(self._link.self_address) if self._link is not None else ""

    def serve_ancs(self, make_session: Callable[[Notify], AncsSession]) -> None:
        """Offer ANCS, from now on by this maker; each link gets a session of its own when it first uses it."""
        self.end_session()
        self._make_session = make_session
        if self._sources:
            return  # the computer remembers what it found: the service stays the same
        properties, permissions = Characteristic.Properties, Characteristic.Permissions
        self._sources = {
            uuid: Characteristic(UUID(uuid), properties.NOTIFY, permissions(0))
            for uuid in (NOTIFICATION_SOURCE_UUID, DATA_SOURCE_UUID)
        }
        control_point = Characteristic(
            UUID(CONTROL_POINT_UUID),
            properties.WRITE,
            permissions.WRITEABLE | permissions.WRITE_REQUIRES_ENCRYPTION,
            CharacteristicValue(write=self._on_control_point),
        )
        self._device.add_service(Service(UUID(SERVICE_UUID), [*self._sources.values(), control_point]))
        for uuid, source in self._sources.items():
            source.on(source.EVENT_SUBSCRIPTION, self._on_subscription(uuid))
            self._protect_subscription(source)

    def serve_battery(self, percent: Callable[[], int]) -> None:
        """Offer the charge, from now on by this reader."""
        self._percent = percent
        if self._battery is not None:
            return
        properties = Characteristic.Properties
        self._battery = Characteristic(
            UUID(BATTERY_LEVEL_UUID),
            properties.READ | properties.NOTIFY,
            Characteristic.Permissions.READABLE,
            CharacteristicValue(read=lambda _link: bytes([self._percent()])),
        )
        self._device.add_service(Service(UUID(BATTERY_SERVICE_UUID), [self._battery]))

    def tell_battery(self) -> None:
        """The charge has changed."""
        assert self._battery is not None
        self._values.put_nowait((self._battery, bytes([self._percent()])))

    async def find_accessory(self) -> tuple[hci.Address, bytes]:
        """Scan for an advertiser that solicits ANCS, as a phone does: its address, and what it advertises."""
        found: asyncio.Future[tuple[hci.Address, bytes]] = asyncio.get_running_loop().create_future()
        wanted = UUID(SERVICE_UUID)

        def seen(advertisement: Advertisement) -> None:
            kind = AdvertisingData.LIST_OF_128_BIT_SERVICE_SOLICITATION_UUIDS
            solicited = advertisement.data.get_all(kind) or []
            if any(wanted in uuids for uuids in solicited) and not found.done():
                found.set_result((advertisement.address, advertisement.data_bytes))

        self._device.on(Device.EVENT_ADVERTISEMENT, seen)
        try:
            async with step():
                await self._device.start_scanning(own_address_type=hci.OwnAddressType.PUBLIC, active=True)
                return await found
        finally:
            await self._device.stop_scanning()
            self._device.remove_listener(Device.EVENT_ADVERTISEMENT, seen)

    async def hears_accessory(self, limit_s: float) -> bool:
        """Whether somebody solicits ANCS within so long."""
        try:
            async with asyncio.timeout(limit_s):
                await self.find_accessory()
        except TimeoutError:
            return False
        return True

    async def connect(self, address: hci.Address) -> str:
        """Connect to an advertiser; the private address this was done from.

        Not by Bumble's own `connect`: that takes whichever link comes meanwhile, also BR/EDR, for its own.
        """
        dial = hci.HCI_LE_Create_Connection_Command(
            peer_address_type=address.address_type, peer_address=address, **DIALLING
        )
        try:
            async with step():
                await self._device.send_async_command(dial)
                await self._up.wait()
        except (TimeoutError, asyncio.CancelledError):
            with suppress(hci.HCI_Error):  # it is made already, and whoever ends links ends it
                await self._device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
            raise
        return self.own_address

    def _on_connection(self, link: Connection) -> None:
        if link.transport != PhysicalTransport.LE:
            return
        self._link = link
        self._down.clear()
        self._up.set()
        link.on(link.EVENT_DISCONNECTION, lambda _reason: self._on_disconnection(link))

    def _on_disconnection(self, link: Connection) -> None:
        if link is self._link:
            self._link = None
            self._up.clear()
            self._down.set()
            self.end_session()

    async def pair(self) -> None:
        """Begin pairing on the link that is up."""
        assert self._link is not None
        async with step():
            await self._link.pair()

    async def encrypt(self) -> None:
        """Encrypt the link that is up with the key of the pairing.

        Raises:
            InvalidStateError: The link went meanwhile.
        """
        assert self._link is not None
        try:
            async with step():
                await self._link.encrypt()
        except TimeoutError:
            await self.disconnect()  # as a phone does with a link that cannot be encrypted
            raise
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Nobody cancelled us: that is how Bumble tells whoever waits that the link went.
            raise InvalidStateError("the link went before it was encrypted") from None

    async def disconnect(self) -> None:
        """End the link, if one is up."""
        if self._link is not None:
            async with step():
                await self._link.disconnect()

    def end_session(self) -> None:
        """End the ANCS session, if there is one."""
        if self._session is not None:
            self._session.close()
            self._session = None

    async def wait_disconnected(self) -> None:
        """Wait until no link is up."""
        await self._down.wait()

    async def wait_connected(self) -> None:
        """Wait until a link is up."""
        await self._up.wait()

    async def change_address(self) -> None:
        """Take another private address for the next link."""
        assert await self._device.update_rpa()

    async def pump_values(self) -> None:
        """Send values to whoever is subscribed; for ever."""
        while True:
            source, value = await self._values.get()
            if self._link is not None:
                await self._device.notify_subscriber(self._link, source, value)

    def _on_subscription(self, uuid: str) -> Callable[[Connection, bool, bool], None]:
        def changed(_link: Connection, notify: bool, _indicate: bool) -> None:
            if notify:
                self._ancs().subscribe(uuid)
            elif (
                self._session is not None
            ):  # else it comes late: bluetoothd answers StopNotify before it writes
                self._session.unsubscribe(uuid)

        return changed

    async def _on_control_point(self, _link: Connection, value: bytes) -> None:
        error = self._ancs().write_control_point(value)
        if error is not None:
            raise ATT_Error(error_code=error)

    def _ancs(self) -> AncsSession:
        if self._session is None:
            self._session = self._make_session(
                lambda uuid, value: self._values.put_nowait((self._sources[uuid], value))
            )
        return self._session

    def _protect_subscription(self, source: Characteristic) -> None:
        """As on an iPhone, subscribing needs an encrypted link."""
        for attribute in self._device.gatt_server.attributes:
            inside = source.handle < attribute.handle <= source.end_group_handle
            if inside and attribute.type == CCCD:
                attribute.permissions |= Attribute.Permissions.WRITE_REQUIRES_ENCRYPTION
