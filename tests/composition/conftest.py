"""A private system bus, a fake bluetoothd on it, and a phone that is to be paired."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from phonelink_tui.config.paths import Paths, find_paths
from phonelink_tui.transport.bluez import gatt_backend, gatt_link, pairing_radio
from phonelink_tui.virtual.phone import VirtualPhone
from tests.composition.pairing_phone import PairingPhone
from tests.transport.bluez.conftest import bluetoothd, bus_address, logind, phone, system_bus
from tests.transport.bluez.fake_air import FakeAir
from tests.transport.bluez.fake_bluetoothd import FakeBluetoothd

__all__ = ["bluetoothd", "bus_address", "logind", "phone", "system_bus"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatt_link, "LINK_S", 0.5)
    monkeypatch.setattr(gatt_link, "LOOK_S", 0.02)
    monkeypatch.setattr(gatt_backend, "RETRY_S", 0.01)
    monkeypatch.setattr(pairing_radio, "PAUSE_S", 0.01)


@pytest.fixture
def paths() -> Paths:
    """Of nobody."""
    return find_paths()


@pytest.fixture
async def near(bluetoothd: FakeBluetoothd, phone: VirtualPhone) -> AsyncIterator[FakeAir]:
    """The phone, in range and not paired."""
    async with FakeAir.in_range(bluetoothd, phone, paired=False) as air:
        yield air


@pytest.fixture
def pairing_phone(bluetoothd: FakeBluetoothd, near: FakeAir) -> PairingPhone:
    """How that phone pairs."""
    return PairingPhone(bluetoothd)
