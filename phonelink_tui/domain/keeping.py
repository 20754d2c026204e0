"""Why is nothing kept, and what is said of it? A banner of each cause names the remedy where there is one command."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class NotKept(StrEnum):
    """Why what a relay hears is not written to disk."""

    NO_KEY = "no-key"
    NO_KEY_YET = "no-key-yet"
    """Of a relay that takes a passphrase while it runs."""
    LOCKED = "locked"
    """There is an archive, and its passphrase cannot be given to this relay."""
    LOCKED_YET = "locked-yet"
    """The same, and it can."""
    NOT_WANTED = "not-wanted"
    ELSEWHERE = "elsewhere"
    NO_PLACE = "no-place"
    DISK = "disk"
    """An archive is open, and the disk refuses just now."""


NOT_KEPT: Final[dict[NotKept, tuple[str, str]]] = {
    NotKept.NO_KEY: ("Nothing is kept after you quit.", "no archive is open"),
    NotKept.NO_KEY_YET: (
        "Nothing is kept: `phonelink archive unlock` changes that.",
        "no key for an archive was given",
    ),
    NotKept.LOCKED: ("History is locked; nothing is kept after you quit.", "no passphrase was given"),
    NotKept.LOCKED_YET: (
        "History is locked: `phonelink archive unlock` opens it.",
        "no passphrase was given since the relay began",
    ),
    NotKept.NOT_WANTED: (
        "Nothing is kept after you quit, as was asked for.",
        "--no-history, or the settings",
    ),
    NotKept.ELSEWHERE: (
        "Another phonelink keeps the history; this one does not.",
        "the archive is open in another relay",
    ),
    NotKept.NO_PLACE: (
        "Nothing is kept: there is no place to write.",
        "the state directory cannot be written",
    ),
    NotKept.DISK: (
        "The disk takes no history just now; it is tried again.",
        "the archive could not be written",
    ),
}
"""For each cause one plain sentence of at most 57 columns, and what it rests on.

A banner on a screen of 60 columns has that much room beside its sign.
"""
