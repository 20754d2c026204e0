"""Does one look at the buses see bluetoothd and obexd as they are, and start nothing?"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from phonelink_tui.config.paths import Paths
from phonelink_tui.diagnostics.bluez import bluez_facts
from phonelink_tui.diagnostics.collect import collect
from phonelink_tui.diagnostics.facts import Bluez, DaemonState, NotKnown, Obexd, Source
from phonelink_tui.diagnostics.here import collectors
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.transport.bluez import survey
from phonelink_tui.transport.bluez.survey import survey_bluez, survey_obexd
from tests.fast_time import START
from tests.transport.bluez.fake_air import DEVICE, PHONE_ADDRESS, FakeAir
from tests.transport.bluez.fake_bluetoothd import ADAPTER, FakeBluetoothd, Refused

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")


@pytest.fixture
def session_bus(bus_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The private bus is the session's."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus_address)
    return bus_address


@asynccontextmanager
async def program(address: str, name: str, answer: str = "") -> AsyncIterator[None]:
    """Somebody owns a name, and answers every call with one word, or not at all."""
    bus = await MessageBus(bus_address=address).connect()

    def on_message(message: Message) -> Message | bool:
        if message.message_type is MessageType.METHOD_CALL and message.destination == name:
            return Message.new_method_return(message, "s", [answer]) if answer else True
        return False

    bus.add_message_handler(on_message)
    await bus.request_name(name)
    try:
        yield
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def bluez_now() -> Bluez:
    """What the collector of this machine says."""
    facts = await collect(collectors(Paths(None, None, None)), lambda: START, only={Source.BLUEZ})
    assert isinstance(facts.bluez, Bluez)
    return facts.bluez


async def test_a_paired_phone_is_seen(air: FakeAir, bluetoothd: FakeBluetoothd) -> None:
    """Adapter, phone, what both offer, and the bearers of an experimental bluetoothd."""
    adapter = {"Class": 0x7C0408, "UUIDs": ["0000110B-0000-1000-8000-00805F9B34FB", "odd"]}
    bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Class", "u", adapter["Class"])
    bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "UUIDs", "as", adapter["UUIDs"])
    bluetoothd.set(ADAPTER, "org.bluez.LEAdvertisingManager1", "SupportedInstances", "y", 4)
    bluetoothd.set(DEVICE, "org.bluez.Device1", "Modalias", "s", "bluetooth:v004Cp7805d1A50")
    bluetoothd.add(DEVICE, "org.bluez.Bearer.LE1", {"Bonded": ("b", False), "Connected": ("b", False)})
    bluetoothd.add(ADAPTER, "org.bluez.AdvertisementMonitorManager1", {})
    found = await bluez_now()
    assert (found.state, found.experimental, found.bearer_api) == (DaemonState.RUNNING, True, True)
    (hci0,), (phone,) = found.adapters, found.devices
    assert (hci0.name, hci0.powered, hci0.class_of_device) == ("hci0", True, 0x7C0408)
    assert (hci0.services, hci0.can_advertise, hci0.free_advertisements) == (
        frozenset({"a2dp sink"}),
        True,
        4,
    )
    assert (phone.address, phone.adapter, phone.paired) == (PHONE_ADDRESS, "hci0", True)
    assert (phone.kind, phone.le_bonded, phone.connected) == (PhoneKind.IPHONE, False, False)


async def test_strangers_are_not_our_business(bluetoothd: FakeBluetoothd, air: FakeAir) -> None:
    """What was heard in passing is not kept; a paired keyboard is, as no phone."""
    stranger = {"Address": ("s", "11:22:33:44:55:66"), "Paired": ("b", False), "Alias": ("s", "Next door")}
    bluetoothd.add(f"{ADAPTER}/dev_1", "org.bluez.Device1", stranger)
    keyboard = {"Address": ("s", "11:22:33:44:55:77"), "Paired": ("b", True)}
    bluetoothd.add(f"{ADAPTER}/dev_2", "org.bluez.Device1", keyboard)
    devices = (await bluez_now()).devices
    assert {(device.address, device.is_phone) for device in devices} == {
        (PHONE_ADDRESS, True),
        ("11:22:33:44:55:77", False),
    }


async def test_no_bluetoothd_is_not_started(system_bus: str) -> None:
    """Nobody owns the name, and nobody is asked to."""
    assert (await survey_bluez()).answer == "absent"


async def test_denied(bluetoothd: FakeBluetoothd) -> None:
    """A bus that denies is told from a bluetoothd that does not answer."""
    bluetoothd.refusals["GetManagedObjects"] = [Refused("org.freedesktop.DBus.Error.AccessDenied")]
    assert (await bluez_now()).state is DaemonState.DENIED


async def test_silent(system_bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner that never answers."""
    monkeypatch.setattr(survey, "LOOK_S", 1.0)
    async with program(system_bus, "org.bluez"):
        assert (await survey_bluez()).answer == "silent"


async def test_no_bus() -> None:
    """The socket is not there."""
    assert (await bluez_now()).state is DaemonState.NO_BUS


async def test_a_bus_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A socket that takes the connection and stays silent costs a deadline, and leaves nothing open."""
    path = str(tmp_path / "bus")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={path}")
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={path}")
        before = len(os.listdir("/proc/self/fd"))
        monkeypatch.setattr(survey, "LOOK_S", 0.05)
        both = {Source.BLUEZ, Source.OBEXD}
        facts = await collect(collectors(Paths(None, None, None)), lambda: START, only=both)
        assert isinstance(facts.obexd, NotKnown)
        assert isinstance(facts.bluez, NotKnown) or facts.bluez.state is DaemonState.NO_BUS
        assert len(os.listdir("/proc/self/fd")) <= before


async def test_obexd_is_seen(session_bus: str) -> None:
    """Its owner, and systemd's word on its unit."""
    async with (
        program(session_bus, "org.bluez.obex"),
        program(session_bus, "org.freedesktop.systemd1", "masked"),
    ):
        seen = await survey_obexd(session_bus)
    assert (seen.is_running, seen.unit) == (True, "masked")


async def test_no_obexd(session_bus: str) -> None:
    """Neither running nor startable, on a bus without systemd."""
    facts = await collect(collectors(Paths(None, None, None)), lambda: START, only={Source.OBEXD})
    assert facts.obexd == Obexd(is_running=False, can_be_started=False, unit="")


def test_odd_objects_are_not_believed() -> None:
    """Values of unexpected types count as not told; odd paths and addresses as not there."""
    facts = bluez_facts(
        {
            "/org/bluez/hci0": {"org.bluez.Adapter1": {"Powered": "yes", "Class": True, "UUIDs": "abc"}},
            "/org/bluez/hci0;rm": {"org.bluez.Adapter1": {"Powered": True}},
            "/org/bluez/hci0/dev_1": {"org.bluez.Device1": {"Paired": True, "Address": "$(reboot)"}},
            "/org/bluez/hci0/dev_2": {
                "org.bluez.Device1": {
                    "Paired": True,
                    "Address": "aa:bb:cc:dd:ee:ff",
                    "Alias": "\x1b[31mred",
                    "UUIDs": [7, "x"],
                }
            },
        }
    )
    (hci0,), (device,) = facts.adapters, facts.devices
    assert (hci0.powered, hci0.class_of_device, hci0.services) == (False, None, frozenset())
    assert (device.address, device.is_phone) == ("AA:BB:CC:DD:EE:FF", False)
    assert "\x1b" not in device.name


def test_all_looks_run_together(system_bus: str, session_bus: str) -> None:
    """All of this machine's sources at once, for real: every one answers or says why not."""
    facts = asyncio.run(collect(collectors(Paths(None, None, None)), lambda: START))
    for source in set(Source) - {Source.SESSIONS}:
        group = getattr(facts, source.value)
        assert not isinstance(group, NotKnown) or "bug" not in group.because
