"""What goes wrong on a phone, when, and how often? Planned, and the same for the same seed.

A plan is written as faults with commas between: `NAME`, `NAME:NUMBER` or `NAME:LOW-HIGH`, each with `*TIMES`
where it is not to happen as often as it usually does:

    fragment:1           bytes travel in pieces of this size (or of a random size from a range), both ways
    delay:0.05-0.2       seconds before each piece, both ways
    drop:2000            the link breaks after so many bytes from the phone, once
    drop_up:300          the same, counting bytes to the phone
    stall:2000           after so many bytes the phone says nothing more and keeps the link, once
    garble:40            the byte at this place of a connection is changed on its way from the phone, once
    refuse:3             so many attempts to connect are refused
    lose_push            the phone takes a text and the link breaks before its answer, once
    refuse_push          the phone refuses to take a text (Service Unavailable)
    no_call_back         the phone never connects back to tell of new texts
    flood:500            so many event reports at once after registration, so many notifications after attaching
    odd                  odd but legal encodings of everything
"""

from __future__ import annotations

import random
import re
from enum import StrEnum
from typing import Final

from attrs import frozen

from phonelink_tui.errors import UsageError


class FaultKind(StrEnum):
    """The names above."""

    FRAGMENT = "fragment"
    DELAY = "delay"
    DROP = "drop"
    DROP_UP = "drop_up"
    STALL = "stall"
    GARBLE = "garble"
    REFUSE = "refuse"
    LOSE_PUSH = "lose_push"
    REFUSE_PUSH = "refuse_push"
    NO_CALL_BACK = "no_call_back"
    FLOOD = "flood"
    ODD = "odd"


@frozen
class Fault:
    """One fault of a plan."""

    kind: FaultKind
    low: float = 0
    high: float = 0
    times: int | None = None
    """How often it happens; None is always."""


@frozen
class FaultPlan:
    """Everything that is to go wrong."""

    faults: tuple[Fault, ...] = ()


NO_FAULTS: Final = FaultPlan()

_SPELLING: Final = re.compile(r"([a-z_]+)(?::(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?)?(?:\*(\d+))?")
_BARE: Final = frozenset({FaultKind.LOSE_PUSH, FaultKind.REFUSE_PUSH, FaultKind.NO_CALL_BACK, FaultKind.ODD})
_ONCE: Final = frozenset(
    {FaultKind.DROP, FaultKind.DROP_UP, FaultKind.STALL, FaultKind.GARBLE, FaultKind.LOSE_PUSH}
)
_MOST: Final = {FaultKind.DELAY: 60.0, FaultKind.FLOOD: 100_000.0}
_DEFAULT_MOST: Final = 1e9


def parse_faults(text: str) -> FaultPlan:
    """Read a plan as it is written on a command line or in a scenario.

    Raises:
        UsageError: It names no fault, or a number is missing, not wanted or out of range.
    """
    return FaultPlan(tuple(_parse_fault(part.strip()) for part in text.split(",") if part.strip()))


def _parse_fault(text: str) -> Fault:
    match = _SPELLING.fullmatch(text)
    known = ", ".join(FaultKind)
    if match is None:
        raise UsageError(
            f"“{text[:40]}” is not a fault.", f"Write NAME, NAME:NUMBER or NAME:LOW-HIGH of: {known}."
        )
    name, low_text, high_text, times_text = match.groups()
    if name not in FaultKind.__members__.values():
        raise UsageError(f"There is no fault “{name[:40]}”.", f"Known: {known}.")
    kind = FaultKind(name)
    if (low_text is None) != (kind in _BARE):
        wants = "takes no number" if kind in _BARE else "needs a number"
        raise UsageError(f"The fault “{kind}” {wants}.", f"For example: {_EXAMPLES[kind]}.")
    low = float(low_text or 0)
    high = float(high_text or low)
    if not low <= high <= _MOST.get(kind, _DEFAULT_MOST) or (kind is FaultKind.FRAGMENT and low < 1):
        raise UsageError(
            f"The fault “{text[:40]}” has a number out of range.", f"For example: {_EXAMPLES[kind]}."
        )
    times = int(times_text) if times_text else (1 if kind in _ONCE else None)
    if kind is FaultKind.REFUSE:
        times = int(low)
    return Fault(kind, low, high, times)


_EXAMPLES: Final = {
    FaultKind.FRAGMENT: "fragment:1-7",
    FaultKind.DELAY: "delay:0.05-0.2",
    FaultKind.DROP: "drop:2000",
    FaultKind.DROP_UP: "drop_up:300",
    FaultKind.STALL: "stall:2000",
    FaultKind.GARBLE: "garble:40",
    FaultKind.REFUSE: "refuse:3",
    FaultKind.LOSE_PUSH: "lose_push",
    FaultKind.REFUSE_PUSH: "refuse_push*1",
    FaultKind.NO_CALL_BACK: "no_call_back",
    FaultKind.FLOOD: "flood:500",
    FaultKind.ODD: "odd",
}


class Faults:
    """A plan under way: what has still to happen.

    Args:
        plan: What is to go wrong.
        seed: Equal seeds make equal faults.
    """

    def __init__(self, plan: FaultPlan, seed: int) -> None:
        self._chance = random.Random(f"faults:{seed}")
        self._left: list[tuple[Fault, int | None]] = []
        self.add(plan)

    def add(self, plan: FaultPlan) -> None:
        """Let more go wrong from now on."""
        self._left += [(fault, fault.times) for fault in plan.faults]

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._left.clear()

    def has(self, kind: FaultKind) -> bool:
        """Whether this fault may still happen."""
        return self._find(kind) is not None

    def draw(self, kind: FaultKind) -> float | None:
        """The number of a fault that may still happen, from its range; None where there is none."""
        at = self._find(kind)
        if at is None:
            return None
        fault, _ = self._left[at]
        if kind is FaultKind.DELAY:
            return self._chance.uniform(fault.low, fault.high)
        return self._chance.randint(int(fault.low), int(fault.high))

    def happened(self, kind: FaultKind) -> bool:
        """Count one happening; False where the fault is not planned (any more)."""
        at = self._find(kind)
        if at is None:
            return False
        fault, left = self._left[at]
        if left is not None:
            self._left[at] = (fault, left - 1)
        return True

    def _find(self, kind: FaultKind) -> int | None:
        return next(
            (at for at, (fault, left) in enumerate(self._left) if fault.kind is kind and left != 0), None
        )
