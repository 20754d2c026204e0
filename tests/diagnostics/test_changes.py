"""Is the last good time remembered, and is what changed since then said?"""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from phonelink_tui.diagnostics.changes import Change, LastGood, changes, good_facts
from phonelink_tui.diagnostics.facts import Facts
from phonelink_tui.diagnostics.kept import LAST_GOOD, keep_last_good, load_last_good
from tests.diagnostics.arbitrary import any_facts, any_last_good
from tests.diagnostics.records import healthy
from tests.fast_time import START


def good() -> LastGood:
    found = good_facts(healthy())
    assert found is not None
    return found


def test_only_working_messages_over_bluetooth_are_good() -> None:
    """The embedded phone and a phone that is away say nothing of this machine's Bluetooth."""
    assert good().bluez == "5.87"
    assert good().class_of_device == "0x7c0408"
    assert good().phone_system == "1A50"
    assert good_facts(healthy(sessions={"way": "virtual"})) is None
    assert good_facts(healthy(sessions={"states": [{"phase": "waiting"}]})) is None
    assert good_facts(healthy(sessions={"not_known": "not asked"})) is None


def test_what_changed_is_said_likeliest_first() -> None:
    """An update of BlueZ, of the phone and a class set back are each one line; an unchanged kernel is none."""
    now = healthy(
        bluez_version={"version": "5.88"},
        bluez={
            "adapters": [{"class_of_device": 0x6C010C}],
            "devices": [{"device_id": "bluetooth:v004Cp7805d1A60"}],
        },
        machine={"os": "Debian GNU/Linux 14"},
    )
    assert changes(good(), now) == (
        Change("BlueZ", "5.87", "5.88"),
        Change("class of device", "0x7c0408", "0x6c010c"),
        Change("the phone's own version number", "1A50", "1A60"),
        Change("operating system", "Debian GNU/Linux 13 (trixie)", "Debian GNU/Linux 14"),
    )


def test_not_known_is_no_change() -> None:
    """An adapter that is off has no class, and a bluetoothctl that is gone is no new version."""
    now = healthy(bluez_version={"not_known": "gone"}, bluez={"adapters": [{"powered": False}]})
    assert changes(good(), now) == ()
    assert changes(None, now) == ()


@given(facts=any_facts(), before=any_last_good())
def test_any_facts_compare(facts: Facts, before: LastGood) -> None:
    """No facts make it raise."""
    for change in changes(before, facts):
        assert change.before != change.now
    good_facts(facts)


def test_kept_and_loaded(tmp_path: Path) -> None:
    """One file, 0600, replaced whole."""
    keep_last_good(tmp_path, LastGood(START, bluez="5.66"))
    keep_last_good(tmp_path, good())
    assert load_last_good(tmp_path) == good()
    assert [path.name for path in tmp_path.iterdir()] == [LAST_GOOD]
    assert stat.S_IMODE((tmp_path / LAST_GOOD).stat().st_mode) == 0o600


def test_nothing_kept_is_nothing_wrong(tmp_path: Path) -> None:
    """No directory, a read-only one, no file: there is no last time."""
    keep_last_good(None, good())
    keep_last_good(tmp_path / "missing", good())
    assert load_last_good(None) is None
    assert load_last_good(tmp_path) is None


@given(text=st.binary(max_size=60))
def test_damaged_file_is_no_last_time(text: bytes) -> None:
    """Whatever is in the file, the doctor comes."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, LAST_GOOD).write_bytes(text)
        assert load_last_good(Path(directory)) is None
