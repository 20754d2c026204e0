"""Is the phone asked for its LE link whenever that is wanted, in the words it answers, and only then?"""

from __future__ import annotations

import asyncio

import pytest

from phonelink_tui.errors import BluetoothUnavailable, PhoneUnreachable
from phonelink_tui.transport.bluez import advertisement, gatt_link
from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from tests.transport.bluez.fake_air import DEVICE, FakeAir
from tests.transport.bluez.fake_bluetoothd import ADAPTER, FakeBluetoothd, Refused

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

ON_AIR = {
    "Type": "peripheral",
    "SolicitUUIDs": ["7905f431-b5ce-4e99-a40f-4b1e122d00d0"],
    "ManufacturerData": {0xFFFF: b"\x00"},
    "ServiceData": {"9999": b"\x00"},
    "Discoverable": True,
}
"""As D-Bus carries it; the virtual machine shows the 31 bytes."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advertisement, "RETRY_S", 0.01)
    monkeypatch.setattr(gatt_link, "LINK_S", 0.2)


async def attach(link: BluezLink) -> None:
    """Attach, and leave again."""
    async with link.attach_gatt(lambda: None):
        pass


@pytest.mark.usefixtures("link")
async def test_what_is_on_air(bluetoothd: FakeBluetoothd) -> None:
    """Exactly the set that phones were seen to answer."""
    await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)
    told = bluetoothd.advertisements[0]
    assert {name: told[name] for name in told if name not in ("path", "owner", "adapter")} == ON_AIR


async def test_off_while_attached(link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """A phone whose link is used is not asked for it; afterwards it is again."""
    await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)
    air.connect_le()
    async with link.attach_gatt(lambda: None):
        await bluetoothd.until(lambda: bluetoothd.advertisements == [])
    await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)


@pytest.mark.usefixtures("link")
async def test_never_before_pairing(bluetoothd: FakeBluetoothd) -> None:
    """A phone that is not paired (any more) is not asked: it would make a second record of this computer."""
    await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)
    bluetoothd.set(DEVICE, "org.bluez.Device1", "Paired", "b", False)
    await bluetoothd.until(lambda: bluetoothd.advertisements == [])


async def test_nothing_is_asked_of_a_phone_without_notifications(
    air: FakeAir, bluetoothd: FakeBluetoothd
) -> None:
    """An Android has no ANCS: nothing is on air for it, while its other services are used."""
    async with open_bluez_link(BluezSpec(solicits=False), dial=air.dial) as link:
        with pytest.raises(PhoneUnreachable):
            await attach(link)
        assert bluetoothd.advertisements == []


async def test_off_the_air_at_the_end(air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """Closing the link takes the advertisement with it."""
    async with open_bluez_link(BluezSpec(), dial=air.dial):
        await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)
    await bluetoothd.until(lambda: bluetoothd.advertisements == [])


async def test_half_begun_is_ended_too(air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """Who leaves before bluetoothd has answered takes it off the air: it may outlive its program there."""
    bluetoothd.firmware.clear()
    async with open_bluez_link(BluezSpec(), dial=air.dial):
        await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)
    bluetoothd.firmware.set()
    assert bluetoothd.calls["UnregisterAdvertisement"] == 1


async def test_renewed_in_time(
    air: FakeAir, bluetoothd: FakeBluetoothd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is registered anew before bluetoothd's own limit."""
    monkeypatch.setattr(advertisement, "REARM_S", 0.02)
    async with open_bluez_link(BluezSpec(), dial=air.dial):
        await bluetoothd.until(lambda: bluetoothd.calls["RegisterAdvertisement"] >= 3)


@pytest.mark.usefixtures("link")
async def test_renewed_when_bluetoothd_ends_it(bluetoothd: FakeBluetoothd) -> None:
    """An advertisement that bluetoothd released is registered again."""
    await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)
    one = bluetoothd.advertisements.pop()
    await bluetoothd.call_program(one["owner"], one["path"], "org.bluez.LEAdvertisement1.Release", "", [])
    await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)


async def test_refused_and_tried_again(link: BluezLink, air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """A refusal is tried again until it works."""
    air.connect_le()
    bluetoothd.refusals["RegisterAdvertisement"] = [
        Refused("org.bluez.Error.NotPermitted", "Maximum advertisements reached"),
        Refused("org.bluez.Error.InvalidLength"),
        Refused("org.bluez.Error.Failed"),
    ]
    await attach(link)  # a link that is up needs no advertisement
    await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)


async def test_adapter_that_cannot(link: BluezLink, bluetoothd: FakeBluetoothd) -> None:
    """Where the adapter cannot ask the phone, that is why there are no notifications, not the phone."""
    bluetoothd.remove(ADAPTER, "org.bluez.LEAdvertisingManager1")
    async with asyncio.timeout(5):
        while "cannot advertise" not in await why_not(link):
            pass


async def why_not(link: BluezLink) -> str:
    """Why nothing can be attached."""
    try:
        await attach(link)
    except (BluetoothUnavailable, PhoneUnreachable) as error:
        return error.message
    return ""
