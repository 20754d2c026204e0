"""`phonelink pair`, `phones`, `forget` and commands over Bluetooth, as processes beside a fake bluetoothd."""

from __future__ import annotations

import asyncio
import json
import signal

import pytest

from phonelink_tui.archive.files import held
from phonelink_tui.composition.keeping import files_of
from phonelink_tui.config.known_phones import KnownPhones, bluetooth_id
from phonelink_tui.config.paths import Paths
from phonelink_tui.config.secret import install_secret
from phonelink_tui.diagnostics.kept import LAST_GOOD
from phonelink_tui.diagnostics.recorder import history_path
from tests.composition.pairing_phone import DEVICE1, PairingPhone
from tests.composition.terminal_process import on_terminal, run
from tests.composition.test_pairing import assert_nothing_left
from tests.transport.bluez.fake_air import DEVICE, PHONE_ADDRESS, FakeAir
from tests.transport.bluez.fake_bluetoothd import ADAPTER, COMPUTER, FakeBluetoothd

pytestmark = [pytest.mark.needs("dbus-daemon", "dbus-daemon"), pytest.mark.timeout(240)]
"""Up to a dozen processes one after another: a minute on a busy machine would be too near."""

OTHER = f"{ADAPTER}/dev_00_AA_01_01_00_02"


@pytest.mark.parametrize("columns", [60, 100])
@pytest.mark.usefixtures("pairing_phone", "near")
async def test_pair_on_a_terminal(columns: int, bluetoothd: FakeBluetoothd, paths: Paths) -> None:
    """A phone is chosen by its number, its digits are confirmed, and it stays paired though its switches are off."""
    async with on_terminal("pair", columns=columns) as terminal:
        await terminal.until("1 Robin's iPhone")
        assert "Settings → Bluetooth" in terminal.written
        terminal.type("1")
        await terminal.until("012 345")
        terminal.type("maybe")
        terminal.type("y")
        await terminal.until("[x] Remember the phone")
        await terminal.until("s later")
        if columns == 60:  # its sockets lead nowhere here: why each switch is not on is said
            await terminal.until("[ ] Show Message Notifications:")
        terminal.type("s")
        assert await terminal.ended() == 0
    assert "is paired." in terminal.written
    assert "\x1b" not in terminal.written
    assert [line for line in terminal.written.splitlines() if len(line) > columns] == []
    assert [phone.address for phone in KnownPhones(paths.state_dir).all()] == [PHONE_ADDRESS]
    await assert_nothing_left(bluetoothd, device=True)


@pytest.mark.parametrize("stop", ["q", "n", "ctrl+c", "sigterm", "sighup"])
@pytest.mark.usefixtures("pairing_phone", "near")
async def test_pair_stopped_on_a_terminal(stop: str, bluetoothd: FakeBluetoothd, paths: Paths) -> None:
    """By a word, by Ctrl+C, by a signal: exit code, everything undone, no traceback."""
    code = {"q": 130, "n": 4, "ctrl+c": 130, "sigterm": 143, "sighup": 129}[stop]
    async with on_terminal("pair") as terminal:
        await terminal.until("1 Robin's iPhone")
        terminal.type("1")
        await terminal.until("012 345")
        match stop:
            case "ctrl+c":
                terminal.interrupt()
            case "sigterm" | "sighup":
                terminal.signal(signal.SIGTERM if stop == "sigterm" else signal.SIGHUP)
            case word:
                terminal.type(word)
        assert await terminal.ended() == code
        if stop != "sighup":  # that is the terminal's own end
            await terminal.until("Nothing was kept." if stop == "n" else "nothing was kept.")
    assert "Traceback" not in terminal.written
    await assert_nothing_left(bluetoothd, device=False)
    assert KnownPhones(paths.state_dir).all() == ()


@pytest.mark.usefixtures("pairing_phone", "near")
async def test_ctrl_c_after_trust_says_that_the_phone_is_paired(
    bluetoothd: FakeBluetoothd, paths: Paths
) -> None:
    """Not that all was undone: the pairing is whole by then, and kept."""
    async with on_terminal("pair") as terminal:
        await terminal.until("1 Robin's iPhone")
        terminal.type("1")
        await terminal.until("012 345")
        terminal.type("y")
        await terminal.until("s later")
        terminal.interrupt()
        assert await terminal.ended() == 130
        await terminal.until("Stopping… Robin's iPhone is paired.")
    assert "undone" not in terminal.written
    assert [phone.address for phone in KnownPhones(paths.state_dir).all()] == [PHONE_ADDRESS]
    await assert_nothing_left(bluetoothd, device=True)


@pytest.mark.usefixtures("near")
async def test_pair_names_the_command_for_the_class(bluetoothd: FakeBluetoothd) -> None:
    """And goes on by itself when it was run."""
    bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Class", "u", COMPUTER)
    async with on_terminal("pair") as terminal:
        await terminal.until("sudo btmgmt --index 0 class 4 8")
        await terminal.until("r look again")
        bluetoothd.set(ADAPTER, "org.bluez.Adapter1", "Class", "u", 0x7C0408)
        await terminal.until("1 Robin's iPhone")
        terminal.type("q")
        assert await terminal.ended() == 130


async def test_pair_on_a_computer_without_bluetooth() -> None:
    """At once, with one line and a hint."""
    async with on_terminal("pair") as terminal:
        assert await terminal.ended() == 3
    assert "system bus cannot be reached" in terminal.written


async def test_without_a_terminal() -> None:
    """A question is exit 4, and says so; whatever needs Bluetooth says what is missing, exit 3."""
    commands: tuple[list[str], ...] = (
        ["pair"],
        ["phones"],
        ["forget", "--yes"],
        ["--phone", "bluez", "threads"],
        ["threads"],
        [],
    )
    results = await asyncio.gather(*(run(*words) for words in commands[:3]))
    results += await asyncio.gather(*(run(*words) for words in commands[3:]))
    for words, (code, out, error) in zip(commands, results, strict=True):
        assert (code, out) == (4 if words == ["pair"] else 3, ""), words
        assert 1 <= len(error.splitlines()) <= 2, words
    assert "terminal" in results[0][2]


async def test_print_class_unit() -> None:
    """A whole unit, on stdout, without a terminal."""
    code, out, _ = await run("pair", "--print-class-unit")
    assert code == 0
    assert "PartOf=bluetooth.service" in out
    assert "echo | btmgmt --index 0 class 4 8" in out
    code, out, _ = await run("pair", "--adapter", "hci1", "--print-class-unit")
    assert (code, "btmgmt --index 1 class 4 8" in out) == (0, True)
    code, out, error = await run("pair", "--adapter", "hci0; reboot", "--print-class-unit")
    assert (code, out, "is no adapter" in error) == (2, "", True)


async def test_phones_and_forget(bluetoothd: FakeBluetoothd, near: FakeAir, paths: Paths) -> None:
    """Listed as paired; used, and known from then on; forgotten, with its pairing only when that is said."""
    for name in ("Paired", "Bonded"):
        bluetoothd.set(DEVICE, DEVICE1, name, "b", True)
    code, out, _ = await run("phones", "--json")
    phone = json.loads(out)
    assert (code, phone["address"], phone["known_since"], phone["paired"]) == (0, PHONE_ADDRESS, None, True)
    code, _, error = await run("status", "--json")
    assert "Several" not in error
    (known,) = KnownPhones(paths.state_dir).all()
    assert (known.address, known.paired_here) == (PHONE_ADDRESS, False)
    code, out, _ = await run("phones", "--json")
    assert json.loads(out)["known_since"] == known.since.isoformat()
    code, _, error = await run("forget")
    assert (code, "--yes" in error) == (4, True)
    code, _, error = await run("forget", "nobody", "--yes")
    assert code == 3
    files = files_of(bluetooth_id(PHONE_ADDRESS), paths)
    assert files is not None
    files.key.parent.mkdir(parents=True, exist_ok=True)
    files.key.write_bytes(b"a key")
    assert json.loads((await run("phones", "--json"))[1])["history"]
    with held(files):
        code, _, error = await run("forget", "--unpair", "--yes")
        assert (code, len(error.splitlines())) == (8, 2)
    assert files.key.exists()
    assert (DEVICE in bluetoothd.objects, KnownPhones(paths.state_dir).all()) == (True, (known,))
    assert paths.state_dir is not None
    week = history_path(paths.state_dir, bluetooth_id(PHONE_ADDRESS), install_secret(paths.state_dir))
    assert week is not None
    for path in (week, paths.state_dir / LAST_GOOD):
        path.write_text("{}")
    code, out, _ = await run("forget", "robin's iphone", "--yes")
    assert not files.key.exists()
    assert not week.exists()
    assert not (paths.state_dir / LAST_GOOD).exists()
    assert (code, "is kept" in out) == (0, True)
    assert KnownPhones(paths.state_dir).all() == ()
    assert DEVICE in bluetoothd.objects
    code, out, _ = await run("forget", PHONE_ADDRESS, "--unpair", "--yes")
    assert (code, DEVICE in bluetoothd.objects) == (0, False)
    code, _, error = await run("phones")
    assert (code, "phonelink pair" in error) == (3, True)


async def test_forget_asks_for_both(
    bluetoothd: FakeBluetoothd, near: FakeAir, pairing_phone: PairingPhone
) -> None:
    """On a terminal: first the phone, then its pairing."""
    bluetoothd.set(DEVICE, DEVICE1, "Paired", "b", True)
    async with on_terminal("forget") as terminal:
        await terminal.until("Forget Robin's iPhone")
        terminal.type("y")
        await terminal.until("Remove its pairing")
        terminal.type("y")
        assert await terminal.ended() == 0
    assert DEVICE not in bluetoothd.objects


async def test_several_phones(bluetoothd: FakeBluetoothd, near: FakeAir) -> None:
    """Exit 6 with all of them, and how to name one."""
    near.pair(OTHER, "00:AA:01:01:00:02")
    bluetoothd.set(DEVICE, DEVICE1, "Paired", "b", True)
    code, _, error = await run("threads")
    assert code == 6
    assert PHONE_ADDRESS in error
    assert "00:AA:01:01:00:02" in error
    assert "--phone bluez/" in error


async def test_start_screen_on_a_terminal(near: FakeAir) -> None:
    """No phone is paired: pair and demo are offered, and Escape leaves the terminal as it was."""
    async with on_terminal() as terminal:
        await terminal.until("Pair a phone")
        assert "Demo" in terminal.written
        terminal.type("q")
        assert await terminal.ended() == 0
    assert terminal.written.count("\x1b[?1049h") == terminal.written.count("\x1b[?1049l") == 1
