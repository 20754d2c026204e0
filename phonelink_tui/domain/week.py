"""How did each capability stand in the last week, and how is that written in lines?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import frozen

from phonelink_tui.domain.phone import Capability


class Mark(StrEnum):
    """How a capability stood."""

    UP = "up"
    GAP = "gap"
    REFUSED = "refused"
    """The phone answered, and took no session: a switch, or another computer."""
    UNKNOWN = "unknown"
    """Nobody looked."""


GLYPHS: Final = {Mark.UP: "█", Mark.GAP: "▁", Mark.REFUSED: "×", Mark.UNKNOWN: "·"}


@frozen
class DayStrip:
    """One day of one capability."""

    day: date
    cells: tuple[Mark, ...]
    """From midnight to midnight, of equal length."""

    def __str__(self) -> str:
        return "".join(GLYPHS[mark] for mark in self.cells)


Week: TypeAlias = dict[Capability, tuple[DayStrip, ...]]
"""Strips, the oldest day first, of what the phone has; empty where nothing is remembered."""


def week_lines(week: Week) -> Iterator[str]:
    """A heading, a line a day, and what the signs mean."""
    if not week:
        return
    yield " " * 10 + "  ".join(f"{capability.value:<13}" for capability in week).rstrip()
    for days in zip(*week.values(), strict=True):
        yield f"  {days[0].day:%a %d}  " + "  ".join(f"{strip!s:<13}" for strip in days).rstrip()
    yield "  " + ", ".join(f"{glyph} {mark.value}" for mark, glyph in GLYPHS.items()) + "; two hours each"
