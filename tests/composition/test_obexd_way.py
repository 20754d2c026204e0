"""Is obexd used where it is asked for, and where it has the phone's reports already, and only there?"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from phonelink_tui.composition.bluetooth import bluetooth_backend
from phonelink_tui.config.known_phones import KnownPhones
from phonelink_tui.config.paths import private_dir
from phonelink_tui.config.phone_spec import BluetoothSpec
from phonelink_tui.domain.observed import Folder
from phonelink_tui.errors import BluetoothUnavailable, ObexdInTheWay
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import open_link
from tests.backends.world import opened
from tests.profiles.obexd.fake_obexd import FakeObexd
from tests.transport.bluez.fake_air import PHONE_ADDRESS, FakeAir
from tests.transport.bluez.fake_bluetoothd import ADAPTER_ADDRESS, FakeBluetoothd, Refused
from tests.transport.bluez.private_bus import private_bus

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

TAKEN = Refused("org.bluez.Error.NotPermitted", "UUID already registered")


@pytest.fixture(autouse=True)
def buses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system bus and a session bus."""
    with private_bus() as system, private_bus() as session:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", system)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session)
        yield


@pytest.fixture
async def bluetoothd(phone: VirtualPhone) -> AsyncIterator[FakeBluetoothd]:
    """bluetoothd, with the phone paired and in range."""
    async with FakeBluetoothd.running() as daemon, FakeAir.in_range(daemon, phone):
        yield daemon


@pytest.fixture
def phone() -> VirtualPhone:
    """An iPhone with a text."""
    phone = VirtualPhone(seed=7)
    phone.receive_text("+15550100", "Dinner?")
    return phone


@pytest.fixture
async def obexd(phone: VirtualPhone) -> AsyncIterator[FakeObexd]:
    """An obexd that reaches the phone."""
    async with open_link(phone) as link, FakeObexd.running(link) as obexd:
        yield obexd


def runtime_dir() -> Path | None:
    """As `find_paths` has it."""
    return private_dir(Path(os.environ["XDG_RUNTIME_DIR"]) / "phonelink-tui")


@pytest.mark.parametrize("word", ["bluez", "obexd"])
async def test_through_obexd(
    bluetoothd: FakeBluetoothd, obexd: FakeObexd, tmp_path: Path, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked for, or found to have the reports: messages come through obexd; the log says so where nobody asked."""
    bluetoothd.refusals["RegisterProfile"] = [TAKEN]
    spec = BluetoothSpec(through_obexd=word == "obexd")
    async with (
        bluetooth_backend(spec, KnownPhones(tmp_path), runtime_dir()) as backend,
        opened(backend.open_messages()) as access,
    ):
        assert [row.subject for row in await access.list_texts(Folder.INBOX, limit=5)] == ["Dinner?"]
        assert backend.phone_id == f"bluetooth:{PHONE_ADDRESS}"
    assert obexd.created == [(PHONE_ADDRESS, {"Target": "map", "Source": ADAPTER_ADDRESS})]
    said = [record.message for record in caplog.records]
    assert said == (["messages come through obexd"] if word == "bluez" else [])
    assert bluetoothd.calls["RegisterProfile"] == (word == "bluez")


async def test_something_else_has_the_reports(bluetoothd: FakeBluetoothd, tmp_path: Path) -> None:
    """Without an obexd on this login's bus there is no way; asked for by name, that is what is said."""
    bluetoothd.refusals["RegisterProfile"] = [TAKEN]
    for word, error in (("bluez", ObexdInTheWay), ("obexd", BluetoothUnavailable)):
        spec = BluetoothSpec(through_obexd=word == "obexd")
        async with bluetooth_backend(spec, KnownPhones(tmp_path), runtime_dir()) as backend:
            with pytest.raises(error) as caught:
                await backend.open_messages()
            assert type(caught.value) is error
