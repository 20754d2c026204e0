"""Which tests of the contract run over the air, how much of each, and why no more?

Everything else of `tests/backends` runs in memory, over TCP and through an obexd of the tests' own. What is left out
here is what a radio cannot change, or what this machine would wait for and not travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from phonelink_tui.domain.notification import NotificationAction
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
    "action": ((NotificationAction.POSITIVE,), "The other button is another byte."),
}
"""What of each parameter of the tests runs over the air, and why no more."""

FAULTS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "test_break_at_many_places": (("drop",), "The kernel tells a broken link whoever was talking."),
    "test_break_in_a_push": (("drop_up",), "Here it matters what had left; the answer is lost in the next."),
    "test_phonebook_under_faults": (("drop",), "As the first."),
    "test_what_takes_too_long_has_a_deadline": (
        ("stall:0",),
        "A phone that falls silent leaves a session to be given up; one that is late, only later.",
    ),
    "test_what_only_takes_longer_changes_nothing": (
        (),
        "Late, cut, flooding and oddly written: the same bytes over any way.",
    ),
}
"""Which faults run over the air, and why no more."""

LEFT_OUT: Final[Mapping[str, str]] = {
    "test_faults.py": "a break at every byte: `test_sampled_faults` has the same at a few places",
    "test_phone_that_never_calls_back_is_looked_at": "nothing travels: 40 s of our own pauses are waited for",
    "test_hidden_previews": "what the phone writes, and nothing of how it travels",
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
        if "fault" in parameters and parameters["fault"] not in FAULTS.get(test, ((), ""))[0]:
            return False
        return all(
            parameters[name] in values for name, (values, _) in OF_EVERY_WAY.items() if name in parameters
        )


OUR_OWN: Final = Cases(
    "virtual",
    {
        **LEFT_OUT,
        **dict.fromkeys(
            ("test_pages_hold_every_row_once", "test_times_filter", "test_own_texts_are_listed_as_own"),
            "a listing asked for with other parameters: bytes of ours, where obexd's are its own",
        ),
        **dict.fromkeys(
            (
                "test_inbox_is_listed_newest_first",
                "test_text_that_is_not_there_is_refused",
                "test_read_state_is_written",
                "test_phones_that_cannot_refresh_are_no_error",
                "test_changes_are_told_in_order",
                "test_requests_of_several_callers_wait_their_turn",
                "test_owner_is_the_phone_itself",
                "test_contacts_are_all_there",
                "test_calls_are_newest_first",
            ),
            "what the phone says, of which a radio changes nothing; the conversations under faults ask for all of it",
        ),
        "test_closed_session_answers_nothing": "nothing travels",
        "test_what_was_there_is_replayed": "each other test of notifications begins with this replay",
        "test_what_takes_too_long_has_a_deadline": "our own deadline, and our own socket closed: 10 s of waiting",
    },
)
OBEXD: Final = Cases(
    "obexd",
    {
        **LEFT_OUT,
        "test_notifications.py": "no notifications go through obexd: they are ours either way",
        "test_what_takes_too_long_has_a_deadline": (
            "does not hold: obexd waits 10 s for an answer to CONNECT, and 10 s more for one to the DISCONNECT it"
            " then sends. Meanwhile it keeps the channel; a new session finds that busy, which obexd calls `Unable to"
            " find service record`. [obexd 5.87, read, and seen in its log]"
        ),
    },
)

FLOOD: Final = 20
"""Notifications at once: a quarter of a second each over the air, and more of the same."""

BOOK: Final = 120
"""Cards: 17 kB in one answer. Where the next page begins is counted on this side."""

PLACES: Final = 2
"""Of a conversation: in its opening or at its beginning, and in its middle."""

PUSH_STRIDES: Final = {"drop_up": 300}
"""Bytes: at the beginning of a push, and in its body."""
