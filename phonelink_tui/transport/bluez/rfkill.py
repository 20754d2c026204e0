"""Which switches hold Bluetooth radios down? Read from sysfs, without any rights. (kernel: sysfs-class-rfkill)"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from attrs import frozen

CLASS: Final = Path("/sys/class/rfkill")
MOST: Final = 16
"""Switches looked at."""


@frozen
class Switch:
    """One switch of a Bluetooth radio."""

    name: str
    soft: bool
    """A program set it: `rfkill unblock` undoes it."""
    hard: bool
    """A key, a slider or firmware did."""


def switches(directory: Path = CLASS) -> tuple[Switch, ...]:
    """Every switch of a Bluetooth radio, set or not; none where that cannot be read."""
    found = [path for path in sorted(directory.glob("rfkill*")) if word(path / "type") == "bluetooth"]
    return tuple(
        Switch(word(path / "name"), word(path / "soft") == "1", word(path / "hard") == "1")
        for path in found[:MOST]
    )


def blocked_by(found: tuple[Switch, ...]) -> str | None:
    """`hard` or `soft` where one of them holds a radio down; None: none does."""
    if any(switch.hard for switch in found):
        return "hard"
    return "soft" if any(switch.soft for switch in found) else None


def word(path: Path) -> str:
    """What a file of sysfs says; "" where it cannot be read."""
    try:
        return path.read_text(errors="replace").strip()[:64]
    except OSError:
        return ""
