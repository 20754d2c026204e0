"""A phone is paired through bluetoothd's D-Bus side; whatever stops it, nothing is left half done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from phonelink_tui.composition.pairing import PairingPlace, open_pairing
from phonelink_tui.config.known_phones import KnownPhones
from phonelink_tui.config.paths import Paths
from phonelink_tui.domain.pairing import AnswerKind, PairAnswer, PairEnd, PairingView
from phonelink_tui.domain.phone import Capability
from phonelink_tui.errors import SettingsError
from phonelink_tui.relay.api import Pairing
from phonelink_tui.relay.pairing.words import DEADLINES_S, Stage
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.phone import VirtualPhone
from tests.composition.pairing_phone import DEVICE1, PairingPhone
from tests.transport.bluez.fake_air import DEVICE, PHONE_ADDRESS, FakeAir
from tests.transport.bluez.fake_bluetoothd import ADAPTER, COMPUTER, FakeBluetoothd, Refused

pytestmark = pytest.mark.needs("dbus-daemon", "dbus-daemon")

STOPS = {
    "digits": "numbers-differ",
    "cancel": "cancelled",
    "phone": "cancelled",
    "withdrawn": "withdrawn",
    "gone": "phone-gone",
    "off": "bluetooth-lost",
}
ADAPTER1 = "org.bluez.Adapter1"
YES, NO = PairAnswer(AnswerKind.YES), PairAnswer(AnswerKind.NO)
CANCEL, SKIP = PairAnswer(AnswerKind.CANCEL), PairAnswer(AnswerKind.SKIP)
CHOOSE = PairAnswer(AnswerKind.CHOOSE, DEVICE)


@asynccontextmanager
async def pairing(near: FakeAir, paths: Paths, *, settle_s: float = 0.0) -> AsyncIterator[Pairing]:
    """A pairing with quick pauses."""
    place = PairingPlace(None, paths, near.dial, settle_s=settle_s, look_s=0.05)
    async with asyncio.timeout(50), open_pairing(place) as going:
        yield going


async def until(going: Pairing, holds: Callable[[PairingView], bool]) -> PairingView:
    """The first view that holds."""
    async with asyncio.timeout(20):
        async for view in going.views():
            if holds(view):
                return view
            assert view.end is None, view
    raise AssertionError("it ended before")


def offers(kind: AnswerKind) -> Callable[[PairingView], bool]:
    """Views that can be answered so."""
    return lambda view: any(one is kind for one, _ in view.answers)


def ended(view: PairingView) -> bool:
    """Whether it is over."""
    return view.end is not None


async def to_the_digits(going: Pairing) -> PairingView:
    """Choose the phone and wait for its digits."""
    await until(going, lambda view: bool(view.phones))
    going.answer(CHOOSE)
    return await until(going, lambda view: bool(view.digits))


async def assert_nothing_left(bluetoothd: FakeBluetoothd, *, device: bool) -> None:
    """Everything as before, once bluetoothd has heard of it; the device there only if it is whole."""
    await bluetoothd.until(
        lambda: not (bluetoothd.agents or bluetoothd.advertisements or bluetoothd.profiles)
    )
    adapter = bluetoothd.objects[ADAPTER][ADAPTER1]
    assert [adapter[name].value for name in ("Discoverable", "Pairable", "Discovering")] == [False] * 3
    assert (adapter["DiscoverableTimeout"].value, adapter["PairableTimeout"].value) == (180, 0)
    assert (DEVICE in bluetoothd.objects) is device


@pytest.mark.usefixtures("pairing_phone")
async def test_from_nothing_to_a_test_message(
    near: FakeAir, bluetoothd: FakeBluetoothd, phone: VirtualPhone, paths: Paths
) -> None:
    """Digits, trust, three switches that are ticked as they are turned on, a message; the phone is known then."""
    for switch in Switch:
        phone.turn(switch, on=False)
    async with pairing(near, paths) as going:
        view = await to_the_digits(going)
        assert view.digits == "012345"
        adapter = bluetoothd.objects[ADAPTER][ADAPTER1]
        assert adapter["Discoverable"].value
        assert adapter["Pairable"].value
        assert bluetoothd.advertisements == []
        going.answer(YES)
        view = await until(going, lambda view: "Settings → Bluetooth → ⓘ" in view.headline)
        assert not adapter["Discoverable"].value
        assert bluetoothd.objects[DEVICE][DEVICE1]["Trusted"].value
        assert not any(switch.on for switch in view.switches)
        phone.turn(Switch.MESSAGES, on=True)
        view = await until(going, lambda view: view.switches[0].on)
        assert [switch.capability for switch in view.switches if switch.on] == [Capability.MESSAGES]
        await bluetoothd.until(lambda: bool(bluetoothd.advertisements))
        near.connect_le()
        phone.turn(Switch.CONTACTS, on=True)
        phone.turn(Switch.NOTIFICATIONS, on=True)
        await until(going, offers(AnswerKind.TEXT))
        going.answer(PairAnswer(AnswerKind.TEXT, "+15550199"))
        view = await until(going, ended)
    assert (view.end, view.details) == (PairEnd.PAIRED, ("The phone accepted the test message.",))
    assert [pushed.recipients for pushed in phone.pushed] == [("+15550199",)]
    (known,) = KnownPhones(paths.state_dir).all()
    assert (known.address, known.name, known.paired_here) == (PHONE_ADDRESS, "Robin's iPhone", True)
    assert (known.bond.paired, known.bond.bonded, known.bond.le) == (True, True, None)
    await assert_nothing_left(bluetoothd, device=True)


@pytest.mark.usefixtures("pairing_phone")
async def test_a_key_that_comes_after_the_pairing_is_known(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """The LE key is derived later; without it in the record, nobody would notice that it is gone one day."""
    async with pairing(near, paths) as going:
        await to_the_digits(going)
        for bearer in ("BREDR1", "LE1"):
            bluetoothd.add(DEVICE, f"org.bluez.Bearer.{bearer}", {"Bonded": ("b", bearer == "BREDR1")})
        going.answer(YES)
        await until(going, offers(AnswerKind.SKIP))
        (known,) = KnownPhones(paths.state_dir).all()
        assert (known.bond.bredr, known.bond.le) == (True, False)
        bluetoothd.set(DEVICE, "org.bluez.Bearer.LE1", "Bonded", "b", True)
        going.answer(CANCEL)
        await until(going, ended)
    (known,) = KnownPhones(paths.state_dir).all()
    assert (known.bond.bredr, known.bond.le) == (True, True)


async def test_the_phone_may_begin(
    near: FakeAir, bluetoothd: FakeBluetoothd, pairing_phone: PairingPhone, paths: Paths
) -> None:
    """Somebody chooses this computer on the phone; nothing has to be chosen here."""
    async with pairing(near, paths) as going, asyncio.TaskGroup() as tasks:
        await until(going, lambda view: bool(view.phones))
        await bluetoothd.until(lambda: bool(bluetoothd.calls["StartDiscovery"]))
        beginning = tasks.create_task(pairing_phone.begin())
        await until(going, lambda view: view.digits == "012345")
        going.answer(YES)
        await beginning
        await until(going, offers(AnswerKind.SKIP))
        going.answer(CANCEL)
        assert (await until(going, ended)).end is PairEnd.PAIRED
    await assert_nothing_left(bluetoothd, device=True)


@pytest.mark.parametrize("stop", [*STOPS, "leave"])
async def test_stopped_at_the_digits(
    stop: str, near: FakeAir, bluetoothd: FakeBluetoothd, pairing_phone: PairingPhone, paths: Paths
) -> None:
    """By whichever side, and by leaving without a word: the phone is removed, and everything as before."""
    pairing_phone.agrees = stop != "phone"
    async with pairing(near, paths) as going:
        await to_the_digits(going)
        match stop:
            case "digits":
                going.answer(NO)
            case "cancel":
                going.answer(CANCEL)
            case "phone":
                going.answer(YES)
            case "withdrawn":
                await bluetoothd.withdraw_question()
            case "gone":
                bluetoothd.remove(DEVICE)
            case "off":
                bluetoothd.set(ADAPTER, ADAPTER1, "Powered", "b", False)
                bluetoothd.set(ADAPTER, ADAPTER1, "Powered", "b", True)
        if stop in STOPS:
            view = await until(going, ended)
            assert (view.end is PairEnd.PAIRED, view.reason) == (False, STOPS[stop])
    await assert_nothing_left(bluetoothd, device=False)
    assert KnownPhones(paths.state_dir).all() == ()


@pytest.mark.usefixtures("pairing_phone")
async def test_left_by_an_interrupt(near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths) -> None:
    """Ctrl+C is a cancellation: everything is undone before it goes on."""
    reached = asyncio.Event()

    async def person() -> None:
        async with pairing(near, paths) as going:
            await to_the_digits(going)
            reached.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(person())
        await reached.wait()
        task.cancel()
    assert task.cancelled()
    await assert_nothing_left(bluetoothd, device=False)


@pytest.mark.usefixtures("pairing_phone")
@pytest.mark.parametrize("answered", [True, False], ids=["on-air", "half-begun"])
async def test_interrupted_at_the_switches(
    answered: bool, near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """The pairing is kept, and its advertisement ended by a call before the bus is left, also a half begun one."""
    if not answered:
        bluetoothd.firmware.clear()

    async def person() -> None:
        async with pairing(near, paths) as going:
            await to_the_digits(going)
            going.answer(YES)
            await until(going, offers(AnswerKind.SKIP))
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(person())
        await bluetoothd.until(lambda: len(bluetoothd.advertisements) == 1)
        task.cancel()
    bluetoothd.firmware.set()
    assert task.cancelled()
    assert bluetoothd.calls["RegisterAdvertisement"] == bluetoothd.calls["UnregisterAdvertisement"] == 1
    assert len(KnownPhones(paths.state_dir).all()) == 1
    await assert_nothing_left(bluetoothd, device=True)


@pytest.mark.usefixtures("pairing_phone")
async def test_bluetoothd_restarts_before_the_phone_is_paired(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """The new one keeps the open door of the old one, which is closed then too."""
    async with pairing(near, paths) as going:
        await until(going, lambda view: bool(view.phones))
        await bluetoothd.until(lambda: bool(bluetoothd.calls["StartDiscovery"]))
        async with bluetoothd.restarted():
            pass
        view = await until(going, ended)
    assert view.reason == "bluetooth-lost"
    bluetoothd.objects.pop(DEVICE, None)  # one that was never paired is not kept over a restart
    await assert_nothing_left(bluetoothd, device=False)


async def test_refused_connections_are_tried_again_then_the_other_way_is_offered(
    near: FakeAir, bluetoothd: FakeBluetoothd, pairing_phone: PairingPhone, paths: Paths
) -> None:
    """Two refusals are nothing; after three a person decides whether this computer begins."""
    refused = Refused("org.bluez.Error.Failed", "br-connection-refused")
    pairing_phone.refusals = [refused] * 3
    async with pairing(near, paths) as going:
        await until(going, lambda view: bool(view.phones))
        going.answer(CHOOSE)
        view = await until(going, offers(AnswerKind.YES))
        assert not view.digits
        assert bluetoothd.calls["Connect"] == 3
        assert bluetoothd.calls["Pair"] == 0
        going.answer(YES)
        await until(going, lambda view: bool(view.digits))
        assert bluetoothd.calls["Pair"] == 1
        going.answer(CANCEL)
        await until(going, ended)
    await assert_nothing_left(bluetoothd, device=False)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("InProgress", "busy"),
        ("AuthenticationFailed", "failed"),
        ("AuthenticationCanceled", "cancelled"),
        ("AuthenticationTimeout", "timeout"),
        ("ConnectionAttemptFailed", "away"),
    ],
)
async def test_what_pairing_ends_with_is_named(
    error: str,
    reason: str,
    near: FakeAir,
    bluetoothd: FakeBluetoothd,
    pairing_phone: PairingPhone,
    paths: Paths,
) -> None:
    """Each of bluetoothd's errors has a word and a remedy."""
    pairing_phone.refusals = [Refused("org.bluez.Error.Failed")] * 3
    bluetoothd.refusals["Pair"] = [Refused(f"org.bluez.Error.{error}")]
    async with pairing(near, paths) as going:
        await until(going, lambda view: bool(view.phones))
        going.answer(CHOOSE)
        await until(going, offers(AnswerKind.YES))
        going.answer(YES)
        view = await until(going, ended)
    assert (view.end, view.reason) == (PairEnd.FAILED, reason)
    assert view.details
    await assert_nothing_left(bluetoothd, device=False)


@pytest.mark.usefixtures("pairing_phone")
async def test_already_paired_is_no_failure(near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths) -> None:
    """A phone that is paired is looked at: its switches, no new bond; nothing of it is removed."""
    bluetoothd.set(DEVICE, DEVICE1, "Paired", "b", True)
    async with pairing(near, paths) as going:
        await until(going, lambda view: bool(view.phones) and view.phones[0].paired)
        going.answer(CHOOSE)
        await until(going, offers(AnswerKind.SKIP))
        going.answer(CANCEL)
        assert (await until(going, ended)).end is PairEnd.PAIRED
    assert bluetoothd.calls["Pair"] + bluetoothd.calls["Connect"] == 0
    await assert_nothing_left(bluetoothd, device=True)


@pytest.mark.usefixtures("pairing_phone")
async def test_nobody_answers(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Digits that nobody compares are given up in time, with everything undone."""
    monkeypatch.setitem(DEADLINES_S, Stage.COMPARING, 0.5)  # the digits must be seen before
    async with pairing(near, paths) as going:
        await to_the_digits(going)
        view = await until(going, ended)
    assert (view.end, view.reason) == (PairEnd.FAILED, "timeout")
    await assert_nothing_left(bluetoothd, device=False)


@pytest.mark.usefixtures("pairing_phone")
async def test_the_class_is_asked_about_and_looked_at_again(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """With the command; once it is set, it goes on by itself."""
    bluetoothd.set(ADAPTER, ADAPTER1, "Class", "u", COMPUTER)
    async with pairing(near, paths) as going:
        view = await until(going, offers(AnswerKind.RETRY))
        assert any("sudo btmgmt --index 0 class 4 8" in line for line in view.details)
        bluetoothd.set(ADAPTER, ADAPTER1, "Class", "u", 0x7C0408)
        await until(going, lambda view: bool(view.phones))
    await assert_nothing_left(bluetoothd, device=True)


@pytest.mark.usefixtures("pairing_phone")
async def test_adapter_off_stops_at_once(near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths) -> None:
    """It cannot be gone on all the same."""
    bluetoothd.set(ADAPTER, ADAPTER1, "Powered", "b", False)
    async with pairing(near, paths) as going:
        view = await until(going, offers(AnswerKind.RETRY))
        assert view.details[0] == "Bluetooth is off."
        assert not offers(AnswerKind.SKIP)(view)
        going.answer(CANCEL)
        assert (await until(going, ended)).end is PairEnd.CANCELLED


@pytest.mark.parametrize("broken", ["config.toml", "phones.json"])
@pytest.mark.usefixtures("pairing_phone")
async def test_a_broken_file_is_found_before_anything_is_asked(
    broken: str, near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """Nobody compares digits for a pairing that could not be gone on with."""
    assert paths.config_file is not None
    assert paths.state_dir is not None
    file = {"config.toml": paths.config_file, "phones.json": paths.state_dir / "phones.json"}[broken]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("= broken")
    with pytest.raises(SettingsError, match=broken):
        async with pairing(near, paths):
            pytest.fail("it began")
    assert sum(bluetoothd.calls.values()) == 0


async def test_no_bus_at_all(paths: Paths) -> None:
    """One sentence at once, and a way out."""
    async with asyncio.timeout(5), open_pairing(PairingPlace(None, paths)) as going:
        view = await until(going, offers(AnswerKind.RETRY))
        assert "system bus" in view.details[0]
        going.answer(SKIP)
        going.answer(CANCEL)
        assert (await until(going, ended)).end is PairEnd.CANCELLED
