"""Which tests of the contract run over the air, how much of each, and why no more?

Everything else of `tests/backends` runs in memory, over TCP and through an obexd of the tests' own. What is left out
here is what a radio cannot change, or what this machine would wait for and not travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from phonelink_tui.virtual.personas import IPHONE

SUITE: Final = Path("tests/backends")
"""Seen from the root of this clone, where the guest begins."""

Kept = Mapping[str, tuple[tuple[Any, ...], str]]

OF_EVERY_WAY: Final[Kept] = {
    "shape": (
        ("whole",),
        "RFCOMM and L2CAP cut the bytes by themselves; the phone's odd ways are its own.",
    ),
    "persona": (
        (IPHONE,),
        "Which phone it is changes the bytes, not how they travel; `android` pairs with another.",
    ),
    "how": (("virtual",), "TCP has no air."),
    "some": ((IPHONE,), "A phone without notifications has none over the air either."),
    "fault": (
        ("drop", "drop_up", "stall:0"),
        "A link that breaks, either way, and a phone that falls silent. Late, cut and changed bytes are the same"
        " bytes over any way (the radio's own checksum throws changed ones away), and deadlines are our own clock's.",
    ),
}
"""What of each parameter of the tests runs over the air, and why no more."""

LEFT_OUT: Final[Mapping[str, str]] = {
    "test_faults.py": "a break at every byte: `test_sampled_faults` has the same at a few places",
    "test_phone_that_never_calls_back_is_looked_at": "nothing travels: 40 s of our own pauses are waited for",
    "test_ways_without_notifications": "a phone on TCP, and one without LE: neither has this air",
}
"""Files and tests of the suite that no way runs."""


@frozen
class Cases:
    """What runs one way."""

    way: str
    """The name that the tests know it by."""
    leaves_out: Mapping[str, str]
    """Files and tests, each with the reason."""

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files of the suite that run."""
        return tuple(sorted({path.name for path in SUITE.glob("test_*.py")} - set(self.leaves_out)))

    def keeps(self, test: str, parameters: Mapping[str, object]) -> bool:
        """Whether a test runs with these parameters."""
        if test in self.leaves_out:
            return False
        if parameters.get("way", self.way) != self.way:
            return False
        return all(
            parameters[name] in values for name, (values, _) in OF_EVERY_WAY.items() if name in parameters
        )


OUR_OWN: Final = Cases(
    "virtual",
    {
        **LEFT_OUT,
        "test_what_takes_too_long_has_a_deadline": "our own deadline, and our own socket closed: 10 s of waiting",
    },
)
OBEXD: Final = Cases(
    "obexd",
    {**LEFT_OUT, "test_notifications.py": "no notifications go through obexd: they are ours either way"},
)

FLOOD: Final = 60
"""Notifications at once: a quarter of a second each over the air, and more of the same."""

BOOK: Final = 120
"""Cards: 17 kB in one answer. Where the next page begins is counted on this side."""

PLACES: Final = 2
"""Of a conversation: in its opening or at its beginning, and in its middle."""

PUSH_STRIDES: Final = {"drop_up": 150, "drop": 20}
"""Bytes: at the beginning of a push, in its body and behind its last byte; before its answer and in it."""
