"""What may a person set about the screen? Plain values; the command line fills them from the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

from attrs import Factory, frozen

from phonelink_tui.config.settings import QUICK_REPLIES, EnterKey, Settings, Sort, Start, Theme

__all__ = ["THEMES", "EnterKey", "Sort", "Start", "UiSettings", "ui_settings"]


THEMES: Final = tuple(theme.value for theme in Theme)
"""Names a person may give; `terminal` is the terminal's own sixteen colours."""


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


def ui_settings(settings: Settings) -> UiSettings:
    """What of a person's settings concerns the screen."""
    return UiSettings(
        start=settings.start,
        enter=settings.enter,
        sort=settings.sort,
        theme=settings.theme,
        keys=settings.keys,
        quick_replies=settings.quick_replies,
        mouse=settings.mouse,
        bell=settings.bell,
    )
