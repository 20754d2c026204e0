"""What is a signature, and what is a verdict? A symptom in the facts, its cause, and the one remedy to try first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum, StrEnum
from typing import TypeAlias

from attrs import field, frozen

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import Facts, Source


class Layer(StrEnum):
    """Where a cause lies."""

    KERNEL = "kernel"
    ADAPTER = "adapter"
    BLUETOOTHD = "bluetoothd"
    OBEXD = "obexd"
    PHONE = "phone"
    PERMISSION = "permission"
    US = "us"


class Weight(IntEnum):
    """What a cause costs; what costs most is told first."""

    BLOCKS = 0
    """Nothing reaches the phone, or no texts do."""
    HINDERS = 1
    """Something does not work."""
    NOTE = 2
    """Nothing is broken; good to know."""


class Confidence(IntEnum):
    """How sure a verdict is."""

    CERTAIN = 0
    """The facts say it."""
    LIKELY = 1
    """Phones were seen to behave like this for this cause."""
    POSSIBLE = 2
    """One of several causes that fit."""


@frozen
class Finding:
    """A signature that was found."""

    confidence: Confidence
    evidence: tuple[str, ...]
    """One line each, in our own words."""
    words: Mapping[str, str] = field(factory=dict)
    """Fill `{…}` in the signature's sentence and remedy."""


@frozen
class Remedy:
    """The least destructive thing that helps."""

    sentence: str
    command: str = ""
    """To be typed as it stands."""
    switch: str = ""
    """Where to tap on the phone."""


Find: TypeAlias = Callable[[Facts, LastGood | None], Iterable[Finding]]
"""The findings in facts, most often none. Pure; where facts are not known, none."""


@frozen
class Signature:
    """One row of the table."""

    code: str
    """Stable for ever."""
    layer: Layer
    weight: Weight
    sentence: str
    remedy: Remedy
    retest: frozenset[Source]
    """What to collect again to see whether the remedy helped."""
    find: Find


@frozen
class Verdict:
    """What is wrong, and what to do about it."""

    code: str
    layer: Layer
    weight: Weight
    confidence: Confidence
    sentence: str
    evidence: tuple[str, ...]
    remedy: Remedy
    retest: frozenset[Source]
