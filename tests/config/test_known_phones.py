"""The list of known phones: whole or not at all, private, and never guessed at when it is broken."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from phonelink_tui.config.known_phones import PHONES, KnownPhone, KnownPhones
from phonelink_tui.domain.bond import Bond, BondChange, bond_change
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import SettingsError

ROBIN = KnownPhone(
    "00:AA:01:01:00:01",
    clean_line("Robin’s 📱"),
    PhoneKind.IPHONE,
    "00:AA:01:00:00:00",
    datetime(2026, 11, 1, 10, tzinfo=UTC),
    True,
    Bond(True, bonded=True, le=True),
)
KIM = evolve(ROBIN, address="00:AA:01:01:00:02", name=clean_line("Kim"), bond=Bond(True))


def test_what_is_put_is_read_again(tmp_path: Path) -> None:
    """In the order of coming; a second time replaces; the file is this user's alone."""
    known = KnownPhones(tmp_path)
    assert known.all() == ()
    assert known.put(ROBIN)
    assert known.put(KIM)
    assert known.all() == (ROBIN, KIM)
    assert known.put(evolve(ROBIN, name=clean_line("New")))
    assert [phone.name for phone in known.all()] == ["Kim", "New"]
    assert known.get(KIM.address) == KIM
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_forgotten_is_gone(tmp_path: Path) -> None:
    """Once; the others stay."""
    known = KnownPhones(tmp_path)
    known.put(ROBIN)
    known.put(KIM)
    assert known.forget(ROBIN.address)
    assert not known.forget(ROBIN.address)
    assert known.all() == (KIM,)
    assert ROBIN.address not in next(tmp_path.iterdir()).read_text()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"v":2,"phones":[]}',
        '{"v":1,"phones":[{}]}',
        '{"v":1,"phones":[7]}',
        '{"v":1,"phones":{"a":1}}',
        "[" * 5000,
        '"' + "x" * 300_000 + '"',
    ],
)
def test_a_file_that_is_not_ours_is_not_overwritten(content: str, tmp_path: Path) -> None:
    """It is named, and left as it is."""
    file = tmp_path / "phones.json"
    file.write_text(content)
    known = KnownPhones(tmp_path)
    with pytest.raises(SettingsError, match=r"phones\.json"):
        known.all()
    with pytest.raises(SettingsError):
        known.put(ROBIN)
    with pytest.raises(SettingsError):
        known.forget(ROBIN.address)
    assert file.read_text() == content


@pytest.mark.parametrize(
    "change",
    [
        {"address": "x"},
        {"address": "00:aa:01:01:00:01"},
        {"since": "2026-11-01T10:00:00"},
        {"since": 1},
        {"kind": "toaster"},
        {"bond": None},
        {"bond": {"paired": "yes"}},
    ],
)
def test_wrong_values_are_refused(change: dict[str, Any], tmp_path: Path) -> None:
    """Each on its own."""
    KnownPhones(tmp_path).put(ROBIN)
    file = tmp_path / "phones.json"
    content = json.loads(file.read_text())
    content["phones"][0].update(change)
    file.write_text(json.dumps(content))
    with pytest.raises(SettingsError):
        KnownPhones(tmp_path).all()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Nobody makes us read another file."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text('{"v":1,"phones":[]}')
    (tmp_path / "phones.json").symlink_to(elsewhere)
    with pytest.raises(SettingsError):
        KnownPhones(tmp_path).all()


def test_names_are_cleaned_when_they_are_read(tmp_path: Path) -> None:
    """The file may have been edited."""
    KnownPhones(tmp_path).put(ROBIN)
    file = tmp_path / "phones.json"
    content = json.loads(file.read_text())
    content["phones"][0]["name"] = "a\x1b[31m"
    file.write_text(json.dumps(content))
    assert "\x1b" not in KnownPhones(tmp_path).all()[0].name


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """Keeping is tried; forgetting is not pretended."""
    KnownPhones(tmp_path).put(ROBIN)
    tmp_path.chmod(0o500)
    try:
        assert not KnownPhones(tmp_path).put(KIM)
        with pytest.raises(SettingsError):
            KnownPhones(tmp_path).forget(ROBIN.address)
    finally:
        tmp_path.chmod(0o700)


def test_no_place_at_all() -> None:
    """Nothing known, nothing kept."""
    assert not KnownPhones(None).put(ROBIN)
    assert KnownPhones(None).all() == ()


def test_there_is_a_bound(tmp_path: Path) -> None:
    """More are refused, and those there stay."""
    known = KnownPhones(tmp_path)
    many = [evolve(ROBIN, address=f"00:AA:01:01:01:{n:02X}") for n in range(PHONES)]
    for phone in many:
        known.put(phone)
    with pytest.raises(SettingsError):
        known.put(ROBIN)
    assert known.put(evolve(many[0], name=clean_line("again")))
    assert len(known.all()) == PHONES


@pytest.mark.parametrize(
    ("seen", "adapter", "change"),
    [
        (Bond(True, bonded=True), "A", None),
        (Bond(True), "A", None),
        (Bond(True), "", None),
        (Bond(False), "A", BondChange.GONE),
        (Bond(True), "B", BondChange.OTHER_ADAPTER),
        (Bond(True, bonded=True, le=True, bredr=True), "A", None),
        (Bond(True, bonded=False), "A", BondChange.NOT_KEPT),
        (Bond(True, le=False), "A", BondChange.LE_GONE),
    ],
)
def test_what_counts_as_another_pairing(seen: Bond, adapter: str, change: BondChange | None) -> None:
    """What is worse, or elsewhere; what BlueZ does not show proves nothing."""
    assert bond_change(ROBIN.bond, "A", seen, adapter) is change


def test_a_weak_pairing_that_was_known_as_such_is_not_refused() -> None:
    """It is no worse than before."""
    weak = Bond(True, bonded=False, le=False)
    assert bond_change(weak, "A", weak, "A") is None
