"""Why did something that was asked of the phone certainly not happen? A few words that scripts can rely on."""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """The cause of a command or a text that failed; the sentence beside it says more."""

    NOT_CONNECTED = "not_connected"
    """No session with the phone, or none long enough."""
    TIMED_OUT = "timed_out"
    """The phone did not answer in its time."""
    BY_PHONE = "by_phone"
    """The phone said no, or answered with what cannot be read."""
    HERE = "here"
    """Stopped on this side: by the guard, or taken back."""
    GONE = "gone"
    """What it was about does not exist any more."""
    BUG = "bug"
