"""Nobody but the chosen phone is paired, and no known phone by less than it was known by, unless a person says so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from attrs import evolve

from phonelink_tui.composition import sole_use
from phonelink_tui.config.known_phones import KnownPhone, KnownPhones
from phonelink_tui.config.paths import Paths
from phonelink_tui.domain.bond import SENTENCES, Bond, BondChange
from phonelink_tui.domain.pairing import AnswerKind, PairAnswer, PairEnd
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import PhoneInUse
from tests.composition.pairing_phone import DEVICE1
from tests.composition.terminal_process import on_terminal
from tests.composition.test_pairing import (
    CANCEL,
    CHOOSE,
    NO,
    YES,
    assert_nothing_left,
    ended,
    offers,
    pairing,
    to_the_digits,
    until,
)
from tests.transport.bluez.fake_air import DEVICE, PHONE_ADDRESS, FakeAir
from tests.transport.bluez.fake_bluetoothd import ADAPTER, FakeBluetoothd, Refused

pytestmark = [pytest.mark.needs("dbus-daemon", "dbus-daemon"), pytest.mark.usefixtures("pairing_phone")]

STRANGER = f"{ADAPTER}/dev_00_AA_01_09_09_09"


def know(bluetoothd: FakeBluetoothd, paths: Paths, **changes: object) -> KnownPhone:
    """Record the phone as it was once: paired for both, kept."""
    address = str(bluetoothd.objects[ADAPTER]["org.bluez.Adapter1"]["Address"].value)
    since = datetime(2026, 1, 1, tzinfo=UTC)
    bond = Bond(paired=True, bonded=True, bredr=True, le=True)
    record = KnownPhone(
        PHONE_ADDRESS, clean_line("Robin's iPhone"), PhoneKind.IPHONE, address, since, True, bond
    )
    record = evolve(record, **changes)  # type: ignore[arg-type]
    assert KnownPhones(paths.state_dir).put(record)
    return record


def show_paired(bluetoothd: FakeBluetoothd, *, le: bool) -> None:
    """BlueZ shows the phone as paired, and for which of the two links."""
    for bearer, bonded in (("BREDR1", True), ("LE1", le)):
        bluetoothd.add(DEVICE, f"org.bluez.Bearer.{bearer}", {"Bonded": ("b", bonded)})
    for name in ("Bonded", "Paired"):
        bluetoothd.set(DEVICE, DEVICE1, name, "b", True)


async def test_another_phonelink_has_bluetooth(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A running relay serves the phone's messages and advertises: it is named before anything is touched."""
    monkeypatch.setattr(sole_use, "WAIT_S", 0.3)
    async with sole_use.sole_use(paths.runtime_dir):
        with pytest.raises(PhoneInUse) as refused:
            async with pairing(near, paths):
                pass
    assert "relay stop" in refused.value.hint
    assert (bluetoothd.agents, bluetoothd.advertisements) == ([], [])
    async with pairing(near, paths) as going:
        await until(going, lambda view: bool(view.phones))
        going.answer(CANCEL)


@pytest.mark.parametrize("answer", [YES, NO, CANCEL])
async def test_a_weaker_pairing_is_recorded_only_with_a_yes(
    answer: PairAnswer, near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """The same comparison that refuses the phone when it returns is put to the person who pairs it."""
    record = know(bluetoothd, paths)
    show_paired(bluetoothd, le=False)
    async with pairing(near, paths) as going:
        await until(going, lambda view: bool(view.phones) and view.phones[0].paired)
        going.answer(CHOOSE)
        view = await until(going, offers(AnswerKind.YES))
        assert SENTENCES[BondChange.LE_GONE] in view.details
        assert KnownPhones(paths.state_dir).all() == (record,)
        going.answer(answer)
        if answer is YES:
            await until(going, offers(AnswerKind.SKIP))
            going.answer(CANCEL)
        view = await until(going, ended)
    assert (view.end is PairEnd.PAIRED) is (answer is YES)
    (known,) = KnownPhones(paths.state_dir).all()
    if answer is YES:
        assert (known.bond.le, known.since > record.since) == (False, True)
    else:
        assert known == record
        assert not bluetoothd.objects[DEVICE][DEVICE1]["Trusted"].value
    await assert_nothing_left(bluetoothd, device=True)


async def test_another_adapter_is_asked_about_too(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """A new dongle costs a question and no history; that it is weaker besides is not hidden by it."""
    know(bluetoothd, paths, adapter="00:AA:01:00:00:99")
    show_paired(bluetoothd, le=False)
    async with pairing(near, paths) as going:
        await until(going, lambda view: bool(view.phones) and view.phones[0].paired)
        going.answer(CHOOSE)
        view = await until(going, offers(AnswerKind.YES))
        assert view.details[:2] == (SENTENCES[BondChange.OTHER_ADAPTER], SENTENCES[BondChange.LE_GONE])


async def test_a_key_that_comes_a_moment_later_is_waited_for(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """A phone that is paired anew has its LE key after the pairing is said to be there: nothing is asked then."""
    know(bluetoothd, paths)
    show_paired(bluetoothd, le=False)
    async with pairing(near, paths, settle_s=5) as going:
        await until(going, lambda view: bool(view.phones) and view.phones[0].paired)
        going.answer(CHOOSE)
        await until(going, lambda view: "Looking at the pairing" in view.headline)
        bluetoothd.set(DEVICE, "org.bluez.Bearer.LE1", "Bonded", "b", True)
        view = await until(going, lambda view: "Looking at the pairing" not in view.headline)
        assert not offers(AnswerKind.YES)(view)


async def test_a_key_that_goes_while_the_switches_are_watched_is_not_forgotten(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """What is recorded at the end is never weaker than what was; the phone is refused, and asked about, next time."""
    show_paired(bluetoothd, le=True)
    async with pairing(near, paths) as going:
        await until(going, lambda view: bool(view.phones) and view.phones[0].paired)
        going.answer(CHOOSE)
        await until(going, offers(AnswerKind.SKIP))
        bluetoothd.set(DEVICE, "org.bluez.Bearer.LE1", "Bonded", "b", False)
        await bluetoothd.until(lambda: bool(bluetoothd.advertisements))
        going.answer(CANCEL)
        await until(going, ended)
    (known,) = KnownPhones(paths.state_dir).all()
    assert known.bond.le


async def test_another_device_that_asks_does_not_take_the_answer(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """It is turned away while the digits are on screen; the person's yes is for the phone they belong to."""
    async with pairing(near, paths) as going:
        await to_the_digits(going)
        with pytest.raises(Refused):
            await bluetoothd.ask_agent(STRANGER, 999999)
        assert going.view.digits == "012345"
        going.answer(YES)
        await until(going, offers(AnswerKind.SKIP))
    await assert_nothing_left(bluetoothd, device=True)


async def test_only_phones_may_ask_and_only_the_chosen_one_is_served(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """While phones are searched, a speaker that asks is turned away unseen, and nobody may use a service."""
    speaker = {"Address": ("s", "00:AA:01:09:09:09"), "Class": ("u", 0x240404), "Alias": ("s", "Speaker")}
    bluetoothd.add(STRANGER, DEVICE1, speaker)
    async with pairing(near, paths) as going:
        await until(going, lambda view: bool(view.phones))
        await bluetoothd.until(lambda: bool(bluetoothd.calls["StartDiscovery"]))
        with pytest.raises(Refused):
            async with asyncio.timeout(5):
                await bluetoothd.ask_agent(STRANGER, 999999)
        for device in (STRANGER, DEVICE):
            with pytest.raises(Refused):
                await authorize(bluetoothd, device)
        await to_the_digits(going)
        await authorize(bluetoothd, DEVICE)
        with pytest.raises(Refused):
            await authorize(bluetoothd, STRANGER)
        assert going.view.digits == "012345"


async def authorize(bluetoothd: FakeBluetoothd, device: str) -> None:
    """bluetoothd asks whether a device may use a service of this computer."""
    owner, path, _ = bluetoothd.agents[-1]
    await bluetoothd.call_program(owner, path, "org.bluez.Agent1.AuthorizeService", "os", [device, "1133"])


async def test_on_a_terminal_enter_alone_leaves_the_record(
    near: FakeAir, bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """Refused here, exit 4, and it says what stays."""
    record = know(bluetoothd, paths, adapter="00:AA:01:00:00:99")
    show_paired(bluetoothd, le=True)
    async with on_terminal("pair") as terminal:
        await terminal.until("1 Robin's iPhone")
        terminal.type("1")
        await terminal.until("Shall it be from now on?")
        await terminal.until("(Enter)")
        terminal.type("")
        assert await terminal.ended() == 4
    assert SENTENCES[BondChange.OTHER_ADAPTER] in terminal.written
    assert "as it was" in terminal.written
    assert KnownPhones(paths.state_dir).all() == (record,)
