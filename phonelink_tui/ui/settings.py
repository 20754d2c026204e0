"""What may a person set about the screen? Plain values; the command line fills them from the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Final

from attrs import Factory, frozen


class Start(StrEnum):
    """Where the keys go when the app opens."""

    COMPOSER = "composer"
    LIST = "list"


class Sort(StrEnum):
    """Order of the conversation list."""

    UNREAD = "unread"
    TIME = "time"


class EnterKey(StrEnum):
    """What Enter does in the composer; the other thing is on Ctrl+J or Alt+S."""

    SEND = "send"
    NEWLINE = "newline"


THEMES: Final = ("dark", "light", "contrast", "terminal")
"""Names a person may give; `terminal` is the terminal's own sixteen colours."""


QUICK_REPLIES: Final = ("OK.", "On my way.", "Yes.", "No.", "I will call you later.", "Thank you!")


@frozen
class UiSettings:
    """The settings of one terminal. Nothing here changes what the relay does."""

    start: Start = Start.COMPOSER
    enter: EnterKey = EnterKey.SEND
    sort: Sort = Sort.UNREAD
    theme: str | None = None
    """One of `THEMES`; None chooses by `NO_COLOR`."""
    keys: Mapping[str, str] = Factory(dict)
    """The `[keys]` table: action id to keys, comma-separated."""
    quick_replies: tuple[str, ...] = QUICK_REPLIES
    """The first nine are chosen by a digit; they are put into the composer, never sent by themselves."""
    mouse: bool = False
    """Off, the terminal's own selection works and no mouse report crosses an SSH link."""
    bell: bool = True
    """Ring once for a conversation until it is read."""
    relay_outlives: bool = False
    """A shared relay keeps sending after this screen is closed."""
    zone: tzinfo | None = None
    """The zone times are shown in; None is this computer's."""


def utc_now() -> datetime:
    """The clock of the screen; tests give their own."""
    return datetime.now(UTC)
