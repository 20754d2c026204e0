"""A private system bus, a bluetoothd and a logind on it, a phone in its range, and a link to that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.virtual.phone import VirtualPhone
from tests.transport.bluez.fake_air import PHONE_ADDRESS, FakeAir
from tests.transport.bluez.fake_bluetoothd import FakeBluetoothd
from tests.transport.bluez.fake_logind import FakeLogind
from tests.transport.bluez.private_bus import private_bus


@pytest.fixture(scope="session")
def bus_address() -> Iterator[str]:
    """A dbus-daemon for this session's tests."""
    with private_bus() as address:
        yield address


@pytest.fixture
def system_bus(bus_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The private bus is the system's."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address)
    return bus_address


@pytest.fixture
async def bluetoothd(system_bus: str) -> AsyncIterator[FakeBluetoothd]:
    """bluetoothd with an adapter that is on."""
    async with FakeBluetoothd.running() as daemon:
        yield daemon


@pytest.fixture
async def logind(system_bus: str) -> AsyncIterator[FakeLogind]:
    """logind, on the same bus."""
    async with FakeLogind.running() as logind:
        yield logind


@pytest.fixture
def phone() -> VirtualPhone:
    """An iPhone."""
    return VirtualPhone(seed=7)


@pytest.fixture
async def air(bluetoothd: FakeBluetoothd, phone: VirtualPhone) -> AsyncIterator[FakeAir]:
    """The phone, paired and in range."""
    async with FakeAir.in_range(bluetoothd, phone) as air:
        yield air


@pytest.fixture
async def link(air: FakeAir) -> AsyncIterator[BluezLink]:
    """A link to the phone."""
    async with open_bluez_link(BluezSpec(address=PHONE_ADDRESS), dial=air.dial) as link:
        yield link
