"""A phone over Bluetooth behind a relay: which one is meant, its name, and what is said while it is not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve

from phonelink_tui.composition import bluetooth, sole_use
from phonelink_tui.composition.attaching import NO_SHARED, Wish, open_relay
from phonelink_tui.composition.bluetooth import bluetooth_backend
from phonelink_tui.composition.choosing import choose_phone
from phonelink_tui.composition.hosting import build_relay
from phonelink_tui.config.known_phones import KnownPhone, KnownPhones
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.phone_spec import BluetoothSpec
from phonelink_tui.domain.bond import Bond
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.phone import Capability, LinkPhase, Phone, PhoneKind
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import BluetoothUnavailable, BondRefused, NoPhoneKnown, PhoneInUse, SeveralPhones
from phonelink_tui.relay.api import RelayApi, Snapshot
from phonelink_tui.transport.bluez import link
from phonelink_tui.virtual.phone import VirtualPhone
from tests.composition.pairing_phone import DEVICE1
from tests.transport.bluez.fake_air import DEVICE, PHONE_ADDRESS, FakeAir
from tests.transport.bluez.fake_bluetoothd import ADAPTER, ADAPTER_ADDRESS, FakeBluetoothd

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

OTHER = f"{ADAPTER}/dev_00_AA_01_01_00_02"
ADAPTER1 = "org.bluez.Adapter1"
RECORD = KnownPhone(
    PHONE_ADDRESS,
    clean_line("Robin's"),
    PhoneKind.IPHONE,
    ADAPTER_ADDRESS,
    datetime(2026, 11, 1, tzinfo=UTC),
    True,
    Bond(True, bonded=True, le=True),
)


@pytest.fixture
async def air(
    bluetoothd: FakeBluetoothd, phone: VirtualPhone, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FakeAir]:
    """The phone, paired and in range; sockets lead to it."""
    async with FakeAir.in_range(bluetoothd, phone) as air:
        monkeypatch.setattr(bluetooth, "open_bluez_link", dialling(air))
        yield air


def dialling(air: FakeAir) -> Callable[..., object]:
    """`open_bluez_link` with the fake air's sockets."""

    def opened(spec: link.BluezSpec, *, admit: link.Admit) -> object:
        return link.open_bluez_link(spec, dial=air.dial, admit=admit)

    return opened


@asynccontextmanager
async def snapshots(api: RelayApi) -> AsyncIterator[AsyncIterator[Snapshot]]:
    """What is known now, and after each event."""

    async def each() -> AsyncIterator[Snapshot]:
        yield await api.snapshot()
        async for _ in events:
            yield await api.snapshot()

    async with asyncio.timeout(10), api.events() as events:
        yield each()


async def limited(api: RelayApi, kind: LimitKind) -> Phone:
    """The phone, once this limit is in force."""
    async with snapshots(api) as all_of_them:
        async for snapshot in all_of_them:
            if any(limit.kind is kind for limit in snapshot.limitations):
                return snapshot.phone
    raise AssertionError


async def ready(api: RelayApi, capability: Capability) -> Phone:
    """The phone, once this is ready."""
    async with snapshots(api) as all_of_them:
        async for snapshot in all_of_them:
            if snapshot.phone.phase(capability) is LinkPhase.READY:
                return snapshot.phone
    raise AssertionError


async def test_messages_and_contacts_of_the_only_paired_phone(air: FakeAir, paths: Paths) -> None:
    """Without an address; its id is the address, its name what BlueZ calls it, and it is known from then on."""
    async with build_relay(BluetoothSpec()) as api:
        await ready(api, Capability.MESSAGES)
        phone = await ready(api, Capability.CONTACTS)
    assert (phone.id, phone.name) == (f"bluetooth:{PHONE_ADDRESS}", "Robin's iPhone")
    assert phone.traits.kind is PhoneKind.IPHONE
    (known,) = KnownPhones(paths.state_dir).all()
    assert (known.address, known.adapter, known.paired_here) == (PHONE_ADDRESS, ADAPTER_ADDRESS, False)


async def test_name_of_the_phone_cannot_act_on_a_terminal(
    air: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """It is remote text."""
    bluetoothd.set(DEVICE, DEVICE1, "Alias", "s", "\x1b]0;x\x07Robin\u202e")
    chosen = await choose_phone(BluetoothSpec(), KnownPhones(paths.state_dir))
    assert chosen.name == clean_line("\x1b]0;x\x07Robin\u202e")


async def test_known_phone_waits_for_an_adapter_that_is_off(
    air: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """The limit says so, and when it is switched on the messages come by themselves."""
    bluetoothd.set(ADAPTER, ADAPTER1, "Powered", "b", False)
    async with build_relay(BluetoothSpec(address=PHONE_ADDRESS)) as api:
        await limited(api, LimitKind.ADAPTER_OFF)
        bluetoothd.set(ADAPTER, ADAPTER1, "Powered", "b", True)
        await ready(api, Capability.MESSAGES)


async def test_without_a_bus_the_only_known_phone_is_meant(paths: Paths) -> None:
    """It is named, and why it is not there; an unknown one has no name yet."""
    KnownPhones(paths.state_dir).put(RECORD)
    async with build_relay(BluetoothSpec()) as api:
        phone = await limited(api, LimitKind.BLUETOOTH_MISSING)
    assert (phone.id, phone.name) == (f"bluetooth:{PHONE_ADDRESS}", "Robin's")
    named = await choose_phone(BluetoothSpec(address="00:00:00:00:00:09"), KnownPhones(paths.state_dir))
    assert named.name == "00:00:00:00:00:09"


async def test_without_a_bus_and_without_a_known_phone(paths: Paths) -> None:
    """The reason is raised at once."""
    with pytest.raises(BluetoothUnavailable):
        await choose_phone(BluetoothSpec(), KnownPhones(paths.state_dir))


async def test_no_phone_and_several_phones(air: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths) -> None:
    """Neither is guessed; a computer that is paired is no phone; the adapter narrows the choice."""
    known = KnownPhones(paths.state_dir)
    air.pair(OTHER, "00:AA:01:01:00:02")
    with pytest.raises(SeveralPhones, match="00:AA:01:01:00:02"):
        await choose_phone(BluetoothSpec(), known)
    assert (await choose_phone(BluetoothSpec(address="00:AA:01:01:00:02"), known)).address[-1] == "2"
    bluetoothd.set(OTHER, DEVICE1, "Class", "u", 0x1C010C)
    assert (await choose_phone(BluetoothSpec(), known)).address == PHONE_ADDRESS
    with pytest.raises(NoPhoneKnown):
        await choose_phone(BluetoothSpec(adapter="hci7"), known)


async def test_no_relay_starts_for_a_phone_that_nobody_can_name(
    air: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """None, or several: it is said before a relay's process begins, whatever it would have said."""
    air.pair(OTHER, "00:AA:01:01:00:02")
    with pytest.raises(SeveralPhones, match="00:AA:01:01:00:02"):
        async with open_relay(None, paths):
            pass
    for device in (DEVICE, OTHER):
        bluetoothd.set(device, DEVICE1, "Class", "u", 0x1C010C)
    for spec in (None, BluetoothSpec(), BluetoothSpec(adapter="hci7")):
        with pytest.raises(NoPhoneKnown) as caught:
            async with open_relay(spec, paths):
                pass
        assert "phonelink pair" in caught.value.hint
    assert paths.state_dir is not None
    assert not (paths.state_dir / "relay-stderr.log").exists()


@pytest.mark.usefixtures("air")
@pytest.mark.parametrize("spec", [None, BluetoothSpec(address=PHONE_ADDRESS)])
async def test_a_relay_of_ones_own_is_said(paths: Paths, spec: BluetoothSpec | None) -> None:
    """In one line, whether or not the phone was named."""
    said: list[str] = []
    async with open_relay(spec, paths, Wish(say=said.append)):
        pass
    assert said == [NO_SHARED]


async def test_without_a_bus_no_relay_starts(paths: Paths) -> None:
    """Without a phone in mind it begins with a pairing; with one, the bus is what is missing."""
    with pytest.raises(NoPhoneKnown, match="system bus"):
        async with open_relay(None, paths):
            pass
    with pytest.raises(BluetoothUnavailable):
        async with open_relay(BluetoothSpec(), paths):
            pass
    assert paths.state_dir is not None
    assert not (paths.state_dir / "relay-stderr.log").exists()


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (evolve(RECORD, adapter="00:AA:01:00:00:99"), "another Bluetooth adapter"),
        (RECORD, "messages alone"),
        (RECORD, "temporary"),
    ],
)
async def test_a_known_phone_with_another_pairing_is_refused(
    record: KnownPhone, words: str, air: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """As far as it can be seen: nothing is opened, and the limit names what to do."""
    KnownPhones(paths.state_dir).put(record)
    if "alone" in words:
        bluetoothd.add(DEVICE, "org.bluez.Bearer.LE1", {"Bonded": ("b", False)})
    if "temporary" in words:
        bluetoothd.set(DEVICE, DEVICE1, "Bonded", "b", False)
    async with build_relay(BluetoothSpec()) as api:
        phone = await limited(api, LimitKind.BOND_CHANGED)
    assert words in phone.capabilities[Capability.MESSAGES].detail
    assert not air.dialled


@pytest.mark.usefixtures("air", "paths")
async def test_a_second_program_of_the_same_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told who has the phone, not that obexd is in the way; when the first has left, it may begin."""
    monkeypatch.setattr(sole_use, "WAIT_S", 0.3)
    async with build_relay(BluetoothSpec()):
        with pytest.raises(PhoneInUse, match="Another phonelink") as refused:
            async with build_relay(BluetoothSpec()):
                pass
        assert "relay stop" in refused.value.hint
    async with build_relay(BluetoothSpec()) as api:
        assert (await api.snapshot()).phone.name


async def test_one_that_is_just_leaving_is_waited_for(tmp_path: Path) -> None:
    """A relay that finishes what is on its way keeps nobody out."""
    entered = asyncio.Event()

    async def follow() -> None:
        async with sole_use.sole_use(tmp_path):
            entered.set()

    async with asyncio.TaskGroup() as tasks:
        async with sole_use.sole_use(tmp_path):
            tasks.create_task(follow())
            await asyncio.sleep(0.2)
            assert not entered.is_set()
        await entered.wait()


async def test_a_place_without_room_for_a_lock(tmp_path: Path) -> None:
    """It goes on without."""
    async with sole_use.sole_use(tmp_path / "nowhere"), sole_use.sole_use(None):
        pass


async def test_a_pairing_that_was_removed_is_said(
    air: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """Of a named phone."""
    bluetoothd.set(DEVICE, DEVICE1, "Paired", "b", False)
    spec = BluetoothSpec(address=PHONE_ADDRESS)
    async with bluetooth_backend(spec, KnownPhones(paths.state_dir), None) as backend:
        with pytest.raises(BondRefused, match="not paired"):
            await backend.open_messages()


async def test_android_is_told_from_an_iphone(air: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths) -> None:
    """By what it says of itself; it brings no notifications."""
    bluetoothd.set(DEVICE, DEVICE1, "Modalias", "s", "bluetooth:v00E0p1200d1436")
    async with bluetooth_backend(BluetoothSpec(), KnownPhones(paths.state_dir), None) as backend:
        assert backend.traits.kind is PhoneKind.ANDROID
        assert Capability.NOTIFICATIONS not in backend.offers


async def test_state_that_cannot_be_kept_is_no_failure(air: FakeAir, tmp_path: Path) -> None:
    """A home that is read-only."""
    known = KnownPhones(tmp_path / "nowhere")
    assert (await choose_phone(BluetoothSpec(), known)).address == PHONE_ADDRESS
