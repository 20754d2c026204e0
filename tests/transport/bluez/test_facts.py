"""What is found out about this computer before a phone is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from dbus_fast import Variant

from phonelink_tui.domain.pairing import FindingKind, Weight
from phonelink_tui.relay.pairing.checks import find_obstacles
from phonelink_tui.transport.bluez.facts import read_facts
from phonelink_tui.transport.bluez.objects import ObjectTree
from phonelink_tui.transport.bluez.rfkill import blocked_by, switches

GOOD: dict[str, tuple[str, object]] = {
    "Alias": ("s", "desk"),
    "Class": ("u", 0x580408),
    "Modalias": ("s", "usb:v1D6Bp0246d0557"),
    "Powered": ("b", True),
}


def tree(
    *, interfaces: tuple[str, ...] = ("LEAdvertisingManager1",), **changed: tuple[str, object]
) -> ObjectTree:
    """BlueZ with one adapter."""
    values = {name: Variant(signature, value) for name, (signature, value) in {**GOOD, **changed}.items()}
    made = ObjectTree()
    made.replace(
        {
            "/org/bluez/hci0": {
                "org.bluez.Adapter1": values,
                **{f"org.bluez.{name}": {} for name in interfaces},
            }
        }
    )
    return made


def test_a_good_computer(tmp_path: Path) -> None:
    """Its version is told by its Modalias; nothing stands in the way."""
    both = ("LEAdvertisingManager1", "AdvertisementMonitorManager1")
    facts = read_facts(tree(interfaces=both), None, obexd=False, rfkill=tmp_path)
    assert (facts.adapter, facts.name, facts.bluez) == ("hci0", "desk", (5, 87))
    assert facts.hands_free
    assert find_obstacles(facts) == ()


@pytest.mark.parametrize(
    ("changed", "kind", "weight"),
    [
        ({"Class": ("u", 0x7C010C)}, FindingKind.CLASS_OF_DEVICE, Weight.ASKS),
        ({"Class": ("u", 0x240404)}, FindingKind.CLASS_OF_DEVICE, Weight.ASKS),
        ({"Powered": ("b", False)}, FindingKind.ADAPTER_OFF, Weight.STOPS),
        ({"Modalias": ("s", "usb:v1D6Bp0246d0532")}, FindingKind.BLUEZ_OLD, Weight.ASKS),
        ({"interfaces": ()}, FindingKind.NO_ADVERTISING, Weight.NOTES),
        ({}, FindingKind.NOT_EXPERIMENTAL, Weight.NOTES),
    ],
)
def test_each_obstacle_has_its_weight_and_a_remedy(
    changed: dict[str, object], kind: FindingKind, weight: Weight, tmp_path: Path
) -> None:
    """Found from what BlueZ shows alone."""
    found = find_obstacles(read_facts(tree(**changed), None, obexd=None, rfkill=tmp_path))  # type: ignore[arg-type]
    (one,) = [finding for finding in found if finding.kind is kind]
    assert one.weight is weight
    assert one.sentence.endswith(".")
    assert one.remedy


def test_no_adapter_of_that_name(tmp_path: Path) -> None:
    """Another one is not taken instead."""
    (finding,) = find_obstacles(read_facts(tree(), "hci7", obexd=None, rfkill=tmp_path))
    assert (finding.kind, finding.weight) == (FindingKind.NO_ADAPTER, Weight.STOPS)


@pytest.mark.parametrize(
    ("radios", "blocked"),
    [
        ([("wlan", "1", "1")], None),
        ([("bluetooth", "0", "0")], None),
        ([("bluetooth", "1", "0")], "soft"),
        ([("bluetooth", "1", "0"), ("bluetooth", "1", "1")], "hard"),
    ],
)
def test_rfkill(radios: list[tuple[str, str, str]], blocked: str | None, tmp_path: Path) -> None:
    """A switch of the case outweighs one of software; other radios do not count."""
    for number, (kind, soft, hard) in enumerate(radios):
        radio = tmp_path / f"rfkill{number}"
        radio.mkdir()
        for name, value in (("type", kind), ("soft", soft), ("hard", hard)):
            (radio / name).write_text(value + "\n")
    assert blocked_by(switches(tmp_path)) == blocked
    off = tree(Powered=("b", False))
    findings = find_obstacles(read_facts(off, None, obexd=None, rfkill=tmp_path))
    assert findings[0].kind is (FindingKind.BLOCKED if blocked else FindingKind.ADAPTER_OFF)


def test_no_rfkill_at_all(tmp_path: Path) -> None:
    """A kernel without it blocks nothing."""
    assert blocked_by(switches(tmp_path / "none")) is None
