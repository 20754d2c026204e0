"""How is the phone asked to open its LE link? An advertisement that solicits ANCS, on air while it is wanted.

The set of 31 bytes that phones were seen to answer; it leaves no room for a name (ANCS: solicitation of the service).
No postponed annotations here: dbus-fast (5.2.0) reads them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

from dbus_fast import Variant
from dbus_fast.annotations import DBusBool, DBusSignature, DBusStr
from dbus_fast.constants import PropertyAccess
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

from phonelink_tui.errors import BluetoothUnavailable, PhonelinkError
from phonelink_tui.protocol.ancs.constants import SERVICE_UUID as ANCS_UUID
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.adapter import Adapter
from phonelink_tui.transport.bluez.bus import Bus
from phonelink_tui.transport.bluez.daemon import Daemon

REGISTER_S: Final = 30.0
"""Slow firmware was seen to need more than 10 s."""

UNREGISTER_S: Final = 2.0
"""Leaving does not wait longer for a bluetoothd that hangs."""

REARM_S: Final = 150.0
"""bluetoothd may end an advertisement after 180 s."""

RETRY_S: Final = 10.0
"""After a failure."""

COMPANY_ID: Final = 0xFFFF
SERVICE_DATA_UUID: Final = "9999"
FILLER: Final = b"\x00"

_PATH: Final = f"{names.OUR_PATH}/advertisement"


class Advertisement(ServiceInterface):
    """The object from which bluetoothd reads what to send."""

    def __init__(self, on_release: Callable[[], None]) -> None:
        super().__init__(names.ADVERTISEMENT)
        self._on_release = on_release

    @dbus_method("Release")
    def release(self) -> None:
        """bluetoothd has taken it off the air."""
        self._on_release()

    @dbus_property(PropertyAccess.READ, "Type")
    def type(self) -> DBusStr:
        """Connectable."""
        return "peripheral"

    @dbus_property(PropertyAccess.READ, "SolicitUUIDs")
    def solicit_uuids(self) -> Annotated[list[str], DBusSignature("as")]:
        """What we want to find on the phone: 18 bytes."""
        return [ANCS_UUID]

    @dbus_property(PropertyAccess.READ, "ManufacturerData")
    def manufacturer_data(self) -> Annotated[dict[int, Any], DBusSignature("a{qv}")]:
        """5 bytes."""
        return {COMPANY_ID: Variant("ay", FILLER)}

    @dbus_property(PropertyAccess.READ, "ServiceData")
    def service_data(self) -> Annotated[dict[str, Any], DBusSignature("a{sv}")]:
        """5 bytes."""
        return {SERVICE_DATA_UUID: Variant("ay", FILLER)}

    @dbus_property(PropertyAccess.READ, "Discoverable")
    def discoverable(self) -> DBusBool:
        """Brings the flags: 3 bytes."""
        return True


@asynccontextmanager
async def on_air(bus: Bus, adapter_path: str, on_release: Callable[[], None]) -> AsyncIterator[None]:
    """Advertise while inside.

    Args:
        bus: Where bluetoothd is.
        adapter_path: On which adapter.
        on_release: Called when bluetoothd ends it.

    Raises:
        BluetoothUnavailable, TransportError, DeadlineExceeded: bluetoothd does not advertise.
    """
    advertisement = Advertisement(on_release)
    bus.export(_PATH, advertisement)
    try:
        await bus.call(
            adapter_path,
            names.ADVERTISING_MANAGER,
            "RegisterAdvertisement",
            "oa{sv}",
            [_PATH, {}],
            deadline_s=REGISTER_S,
        )
        yield
    finally:
        # Also without an answer: what is half begun outlived its program in bluetoothd 5.87 [seen, ActiveInstances].
        await _unregister(bus, adapter_path)
        bus.unexport(_PATH, advertisement)


class Solicitor:
    """Keeps the advertisement on air while it is wanted. Does its work in `run`.

    Args:
        daemon: bluetoothd.
        adapter: Finds the adapter; raises BluetoothUnavailable.
        wanted: Asked after every change of BlueZ's objects.
    """

    def __init__(self, daemon: Daemon, adapter: Callable[[], Adapter], wanted: Callable[[], bool]) -> None:
        self._daemon = daemon
        self._adapter = adapter
        self._wanted = wanted
        self.failure: PhonelinkError | None = None
        """Why it is not on air, though wanted."""

    async def run(self) -> None:
        """Advertise whenever wanted; for ever."""
        while True:
            await self._daemon.tree.wait_for(lambda: self._wanted() or None)
            try:
                await self._advertise_once()
                self.failure = None
            except PhonelinkError as failure:
                self.failure = failure
                await asyncio.sleep(RETRY_S)

    async def _advertise_once(self) -> None:
        """Until it is no longer wanted, bluetoothd ends it, or it is time to renew it."""
        bus = await self._daemon.ready()
        tree = self._daemon.tree
        adapter = self._adapter()
        if not adapter.can_advertise:
            raise BluetoothUnavailable(
                "This Bluetooth adapter cannot advertise, so an iPhone does not bring its notifications.",
                "Another adapter may.",
            )
        released = False

        def on_release() -> None:
            nonlocal released
            released = True
            tree.touch()

        async with on_air(bus, adapter.path, on_release):
            self.failure = None
            try:
                async with asyncio.timeout(REARM_S):
                    await tree.wait_for(lambda: True if released or not self._wanted() else None)
            except TimeoutError:
                return


async def _unregister(bus: Bus, adapter_path: str) -> None:
    """Best effort: where bluetoothd is gone, or has ended it, there is nothing left to end."""
    try:
        await bus.call(
            adapter_path,
            names.ADVERTISING_MANAGER,
            "UnregisterAdvertisement",
            "o",
            [_PATH],
            deadline_s=UNREGISTER_S,
        )
    except PhonelinkError:
        return
