"""Does a notification session attach to the phone's LE link, notice its loss, and leave other links alone?"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest
from bleak import BleakClient
from bleak.exc import BleakCharacteristicNotFoundError, BleakDBusError, BleakError

from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.errors import AncsRefused, LinkLost, PhoneUnreachable
from phonelink_tui.profiles.ancs_client import AncsClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.protocol.ancs.constants import DATA_SOURCE_UUID
from phonelink_tui.transport.bluez import gatt_backend, gatt_link
from phonelink_tui.transport.bluez.link import BluezLink
from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.phone import VirtualPhone
from tests.transport.bluez.fake_air import DEVICE, GATT, FakeAir, LeLoss
from tests.transport.bluez.fake_bluetoothd import FakeBluetoothd, Refused

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

HARMFUL = ("Connect", "Disconnect", "Pair", "RemoveDevice", "ConnectProfile")
BEARER_LE = "org.bluez.Bearer.LE1"
LONG = "Are you there? " * 60


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatt_link, "LINK_S", 0.5)
    monkeypatch.setattr(gatt_link, "LOOK_S", 0.02)
    monkeypatch.setattr(gatt_backend, "RETRY_S", 0.01)


def attach(link: BluezLink) -> AbstractAsyncContextManager[GattClient]:
    """A client whose loss nobody cares for."""
    return link.attach_gatt(lambda: None)


async def open_notifications(link: BluezLink) -> AncsClient:
    """A notification session."""
    async with asyncio.timeout(5):
        return await AncsClient.open(link, PhoneClock())


async def test_read_and_act(
    link: BluezLink, air: FakeAir, phone: VirtualPhone, bluetoothd: FakeBluetoothd
) -> None:
    """A notification that was there before is read whole, cleared, and gone; no link of the phone is touched."""
    phone.notify("com.apple.MobileSMS", "Alice Example", LONG, negative_label="Clear")
    air.connect_le()
    client = await open_notifications(link)
    async with asyncio.timeout(5), beside(client.run()):
        seen = await client.next_event()
        assert isinstance(seen, ObservedNotification)
        assert (seen.title, seen.text.strip()) == ("Alice Example", LONG.strip())
        await client.perform(seen.uid, NotificationAction.NEGATIVE)
        assert await client.next_event() == NotificationGone(seen.uid)
        assert await client.battery_percent() is None
    await client.aclose()
    assert [name for name in HARMFUL if bluetoothd.calls[name]] == []
    assert phone.centre.entries == ()


async def test_detaching_ends_the_subscriptions(
    link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd
) -> None:
    """What was subscribed is unsubscribed, in bluetoothd's eyes too."""
    air.connect_le()
    client = await open_notifications(link)
    assert notifying(bluetoothd) == 2
    await client.aclose()
    assert notifying(bluetoothd) == 0


async def test_battery_from_bluetoothd(link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """Where BlueZ keeps the battery service to itself, its own word is taken, also where it comes late."""
    air.connect_le()
    client = await open_notifications(link)
    assert await client.battery_percent() is None
    bluetoothd.add(DEVICE, "org.bluez.Battery1", {"Percentage": ("y", 57)})
    async with asyncio.timeout(5):
        while await client.battery_percent() is None:
            await asyncio.sleep(0)
    assert await client.battery_percent() == 57
    await client.aclose()


async def test_no_link(link: BluezLink, air: FakeAir) -> None:
    """A phone that was never there over LE offers no notifications; one that left has no link."""
    with pytest.raises(PhoneUnreachable, match="offers no notifications"):
        await open_notifications(link)
    air.connect_le()
    air.drop_le(seen=LeLoss.NOT_AT_ALL)
    with pytest.raises(PhoneUnreachable, match="no link"):
        await open_notifications(link)


async def test_link_comes_while_it_is_awaited(
    link: BluezLink, air: FakeAir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The phone may open its link after it was asked for."""
    monkeypatch.setattr(gatt_link, "LINK_S", 5)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        opening = group.create_task(open_notifications(link))
        await asyncio.sleep(0)
        air.connect_le()
    await opening.result().aclose()


@pytest.mark.parametrize("seen", list(LeLoss))
async def test_loss_is_noticed(
    link: BluezLink, air: FakeAir, monkeypatch: pytest.MonkeyPatch, seen: LeLoss
) -> None:
    """A link that goes ends the session: by a property, or by a read where BR/EDR hides it; the next one works."""
    monkeypatch.setattr(gatt_link, "LIVENESS_S", 0.05 if seen is LeLoss.NOT_AT_ALL else 60.0)
    for _ in range(2):
        air.connect_le()
        client = await open_notifications(link)
        air.drop_le(seen=seen)
        with pytest.raises(LinkLost):
            await asyncio.wait_for(client.run(), 5)
        await client.aclose()


async def test_lost_is_told_once_and_not_for_leaving(link: BluezLink, air: FakeAir) -> None:
    """`on_lost` is called when the link goes, and not when the client leaves."""
    told: list[bool] = []
    lost = asyncio.Event()

    def on_lost() -> None:
        told.append(True)
        lost.set()

    air.connect_le()
    async with link.attach_gatt(on_lost) as client:
        assert client.is_connected
    assert told == []
    async with link.attach_gatt(on_lost) as client:
        air.drop_le(seen=LeLoss.ALONE)
        await asyncio.wait_for(lost.wait(), 5)
        assert not client.is_connected
    assert told == [True]


async def test_bluetoothd_dies(link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """bluetoothd taking the device away is a lost link."""
    air.connect_le()
    client = await open_notifications(link)
    bluetoothd.remove(DEVICE)
    with pytest.raises(LinkLost):
        await asyncio.wait_for(client.run(), 5)
    await client.aclose()


async def test_stale_subscription_is_renewed(
    link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd
) -> None:
    """A subscription left from an earlier link is ended and begun again."""
    air.connect_le()
    bluetoothd.set(data_source(bluetoothd), GATT, "Notifying", "b", True)
    async with attach(link) as client:
        await client.start_notify(DATA_SOURCE_UUID, lambda _, value: None)
        assert (bluetoothd.calls["StartNotify"], bluetoothd.calls["StopNotify"]) == (2, 1)


async def test_busy_phone_is_asked_again(link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """InProgress is not the end: phones were seen to need a while after connecting."""
    air.connect_le()
    bluetoothd.refusals["StartNotify"] = [Refused("org.bluez.Error.InProgress")] * 3
    client = await open_notifications(link)
    await client.aclose()


async def test_no_consent(link: BluezLink, air: FakeAir, phone: VirtualPhone) -> None:
    """A phone whose owner has not allowed it says so, and how to."""
    phone.turn(Switch.NOTIFICATIONS, on=False)
    air.connect_le()
    with pytest.raises(AncsRefused) as refused:
        await open_notifications(link)
    assert "Settings" in refused.value.hint


async def test_stop_notify(link: BluezLink, air: FakeAir, phone: VirtualPhone) -> None:
    """After stop_notify no value arrives."""
    values: list[bytes] = []
    air.connect_le()
    async with attach(link) as client:
        await client.start_notify(DATA_SOURCE_UUID, lambda _, value: values.append(bytes(value)))
        await client.stop_notify(DATA_SOURCE_UUID)
        phone.notify("com.example", "A", "b")
        assert client.is_connected
    assert values == []


async def test_errors_inside_come_out_as_they_are(link: BluezLink, air: FakeAir) -> None:
    """What is raised while attached is not wrapped into a group, nor taken for a missing link."""
    air.connect_le()
    with pytest.raises(PhoneUnreachable, match="mine"):
        async with attach(link):
            raise PhoneUnreachable("mine")


async def test_what_an_attached_client_does_not_do(link: BluezLink, air: FakeAir) -> None:
    """It has the link's MTU, refuses what it has no business with, and raises bleak's errors."""
    air.connect_le()
    async with attach(link) as client:
        assert isinstance(client, BleakClient)
        assert client.mtu_size == 185
        assert client.name == "Robin's iPhone"
        with pytest.raises(BleakError):
            await client.pair()
        with pytest.raises(BleakError):
            await client.unpair()
        with pytest.raises(BleakDBusError):
            await client.read_gatt_char(DATA_SOURCE_UUID)
        with pytest.raises(BleakCharacteristicNotFoundError):
            await client.read_gatt_char("0000ffff-0000-1000-8000-00805f9b34fb")


def notifying(bluetoothd: FakeBluetoothd) -> int:
    """How many characteristics are subscribed."""
    return sum(
        interfaces[GATT]["Notifying"].value
        for interfaces in bluetoothd.objects.values()
        if GATT in interfaces
    )


def data_source(bluetoothd: FakeBluetoothd) -> str:
    """The path of the Data Source."""
    return next(
        path
        for path, interfaces in bluetoothd.objects.items()
        if GATT in interfaces and interfaces[GATT]["UUID"].value == DATA_SOURCE_UUID
    )


async def test_the_bearer_says_that_there_is_no_link(
    link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd
) -> None:
    """An experimental bluetoothd's own word on LE: objects of an earlier link are not even read."""
    air.connect_le()
    bluetoothd.add(DEVICE, BEARER_LE, {"Connected": ("b", False), "Bonded": ("b", True)})
    with pytest.raises(PhoneUnreachable, match="no link"):
        await open_notifications(link)
    assert bluetoothd.calls["ReadValue"] == 0


async def test_the_bearer_says_that_the_link_came(
    link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but the bearer changes, beside BR/EDR that is up all the time."""
    monkeypatch.setattr(gatt_link, "LINK_S", 5)
    monkeypatch.setattr(gatt_link, "LOOK_S", 60)
    air.connect_le()
    bluetoothd.add(DEVICE, BEARER_LE, {"Connected": ("b", False), "Bonded": ("b", True)})
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        opening = group.create_task(open_notifications(link))
        done, _ = await asyncio.wait({opening}, timeout=0.1)
        assert not done
        assert bluetoothd.calls["ReadValue"] == 0
        bluetoothd.set(DEVICE, BEARER_LE, "Connected", "b", True)
    await opening.result().aclose()


@pytest.mark.parametrize("goes", ["property", "interface"])
async def test_the_bearer_says_that_the_link_went(
    link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd, goes: str
) -> None:
    """At once, without a read, though BR/EDR stays up; a bearer whose interface goes says nothing."""
    air.connect_le()
    bluetoothd.add(DEVICE, BEARER_LE, {"Connected": ("b", True), "Bonded": ("b", True)})
    client = await open_notifications(link)
    before = bluetoothd.calls["ReadValue"]
    if goes == "interface":
        bluetoothd.remove(DEVICE, BEARER_LE)
        async with asyncio.timeout(5), beside(client.run()):
            await bluetoothd.until(lambda: bluetoothd.calls["ReadValue"] > before)
            assert await client.battery_percent() is None
    else:
        bluetoothd.set(DEVICE, BEARER_LE, "Connected", "b", False)
        with pytest.raises(LinkLost):
            await asyncio.wait_for(client.run(), 5)
        assert bluetoothd.calls["ReadValue"] == before
    await client.aclose()


async def test_a_bearer_without_properties_says_nothing(
    link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd
) -> None:
    """From 5.86 on it is there without --experimental too, empty: then a read decides, as before."""
    air.connect_le()
    bluetoothd.add(DEVICE, BEARER_LE, {})
    client = await open_notifications(link)
    assert bluetoothd.calls["ReadValue"] > 0
    await client.aclose()
