"""Is bluetoothd's coming, going and changing seen, and nobody else believed?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from dbus_fast import Message, Variant
from dbus_fast.aio import MessageBus

from phonelink_tui.errors import BluetoothUnavailable
from phonelink_tui.transport.bluez import daemon as daemon_module
from phonelink_tui.transport.bluez.daemon import Daemon
from phonelink_tui.transport.together import beside
from tests.transport.bluez.fake_bluetoothd import ADAPTER, PROPERTIES, FakeBluetoothd, Refused
from tests.transport.bluez.private_bus import private_bus

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")


@pytest.fixture
async def daemon(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Daemon]:
    """Our view of bluetoothd, quick to try again."""
    monkeypatch.setattr(daemon_module, "RETRY_S", 0.01)
    monkeypatch.setattr(daemon_module, "RELOAD_S", 0.05)
    daemon = Daemon()
    async with beside(daemon.run()):
        yield daemon


async def until_alias(daemon: Daemon, alias: str) -> None:
    """Wait for the adapter to have this name."""

    def named() -> bool | None:
        return daemon.tree.value(ADAPTER, "org.bluez.Adapter1", "Alias") == alias or None

    async with asyncio.timeout(5):
        await daemon.tree.wait_for(named)


async def test_no_bus(daemon: Daemon) -> None:
    """Without a system bus it is said at once that there is none."""
    async with asyncio.timeout(5):
        with pytest.raises(BluetoothUnavailable, match="system bus"):
            await daemon.ready()
    assert not daemon.is_ready


async def test_bus_comes_later(monkeypatch: pytest.MonkeyPatch, daemon: Daemon) -> None:
    """A system bus that starts after us is found, and so is the one after it."""
    with pytest.raises(BluetoothUnavailable):
        await daemon.ready()
    for _ in range(2):
        with private_bus() as address:
            monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
            async with FakeBluetoothd.running():
                async with asyncio.timeout(5):
                    await daemon.tree.wait_for(lambda: daemon.is_ready or None)
                assert daemon.tree.get(ADAPTER, "org.bluez.Adapter1") is not None
        async with asyncio.timeout(5):
            await daemon.tree.wait_for(lambda: not daemon.is_ready or None)


@pytest.mark.usefixtures("system_bus")
async def test_bluetoothd_comes_goes_and_comes(daemon: Daemon) -> None:
    """Without bluetoothd its objects are gone and that is said; with it they are there again."""
    with pytest.raises(BluetoothUnavailable, match="not running") as refused:
        await daemon.ready()
    assert "systemctl" in refused.value.hint
    for _ in range(2):
        async with FakeBluetoothd.running():
            async with asyncio.timeout(5):
                await daemon.tree.wait_for(lambda: daemon.is_ready or None)
            await daemon.ready()
            assert daemon.tree.get(ADAPTER, "org.bluez.Adapter1") is not None
        async with asyncio.timeout(5):
            await daemon.tree.wait_for(lambda: not daemon.is_ready or None)
        assert list(daemon.tree.having("org.bluez.Adapter1")) == []


async def test_changes_are_seen(bluetoothd: FakeBluetoothd, daemon: Daemon) -> None:
    """Objects and properties that come, change and go are mirrored."""
    await daemon.ready()
    bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Alias", "s", "one")
    await until_alias(daemon, "one")
    bluetoothd.add(f"{ADAPTER}/dev_x", "org.bluez.Device1", {"Paired": ("b", True)})
    bluetoothd.remove(f"{ADAPTER}/dev_x")
    bluetoothd.remove(ADAPTER, "org.bluez.LEAdvertisingManager1")
    bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Alias", "s", "two")
    await until_alias(daemon, "two")
    assert list(daemon.tree.having("org.bluez.Device1")) == []
    assert daemon.tree.get(ADAPTER, "org.bluez.LEAdvertisingManager1") is None


async def test_change_during_the_first_look(bluetoothd: FakeBluetoothd, daemon: Daemon) -> None:
    """What changes while all objects are being read is not lost, and an older state does not win."""
    await bluetoothd.until(lambda: bluetoothd.calls["GetManagedObjects"] > 0)
    for number in range(50):
        bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Alias", "s", str(number))
    await until_alias(daemon, "49")


async def test_first_look_is_repeated(bluetoothd: FakeBluetoothd, daemon: Daemon) -> None:
    """A bluetoothd that is there but refuses at first is asked again."""
    bluetoothd.refusals["GetManagedObjects"] = [Refused("org.freedesktop.DBus.Error.NoReply")] * 2
    async with asyncio.timeout(5):
        await daemon.tree.wait_for(lambda: daemon.is_ready or None)


async def test_others_are_not_believed(bluetoothd: FakeBluetoothd, system_bus: str, daemon: Daemon) -> None:
    """A signal that another program sends us directly in bluetoothd's words changes nothing."""
    await daemon.ready()
    liar = await MessageBus(bus_address=system_bus).connect()
    names = await liar.call(
        Message("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames")
    )
    assert names is not None
    for name in names.body[0]:
        if name.startswith(":"):
            lie = Message.new_signal(
                ADAPTER, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                ["org.bluez.Adapter1", {"Address": Variant("s", "66:66:66:66:66:66")}, []],
            )  # fmt: skip
            lie.destination = name
            await liar.send(lie)
    await liar.call(Message("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId"))
    bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Alias", "s", "after the lie")
    await until_alias(daemon, "after the lie")
    assert daemon.tree.value(ADAPTER, "org.bluez.Adapter1", "Address") == "00:AA:01:00:00:00"
    liar.disconnect()
    await liar.wait_for_disconnect()  # type: ignore[no-untyped-call]
