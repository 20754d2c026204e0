"""What is on the screen? As many panes as fit beside each other, and of what stands around them what fits too."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen

WIDE_FROM: Final = 100
"""Columns from which the list stands beside the conversation."""

BROAD_FROM: Final = 140
"""Columns from which the notifications stay open at the right."""

COMPOSER_LINES: Final = 6
QUESTION_LINES: Final = 6
BANNER_LINES: Final = 5
"""The most of each, however high the terminal is."""

READ_LINES: Final = 8
"""Of banners while one of them is read: it may say why."""

PANE_LINES: Final = 2
"""Of the conversation that are kept free; only one of them where a question or a banner is read in its place."""


class Pane(StrEnum):
    """The three things to look at."""

    LIST = "list"
    TALK = "talk"
    """The conversation and its composer."""
    QUEUE = "queue"


def panes(width: int, looked_at: Pane, *, alone: bool = False) -> frozenset[Pane]:
    """The panes on the screen.

    Args:
        width: Of the terminal, in columns.
        looked_at: Where the keys go; always shown.
        alone: Only the conversation is wanted.
    """
    if alone and looked_at is Pane.TALK:
        return frozenset({Pane.TALK})
    if width >= BROAD_FROM:
        return frozenset(Pane)
    if width >= WIDE_FROM:
        return frozenset({Pane.LIST, Pane.QUEUE if looked_at is Pane.QUEUE else Pane.TALK})
    return frozenset({looked_at})


@frozen
class Room:
    """How many lines each part may take. With a line for `To:` and one of the conversation they fit every height
    from five lines on, and without a question from four."""

    composer: int
    question: int
    read: int
    """For the stack of banners that has the keys."""
    app_banners: int
    composer_banners: int
    head: bool
    hints: bool
    status: bool


def room(height: int, *, asking: int = 0, reading: bool = False, due: int = 0) -> Room:
    """Who gives way on a low screen: banners first, then the hints, the head and the status; never the composer.

    Args:
        height: Of the terminal, in lines.
        asking: Lines an open question needs, 0 without one; what limits the answer is in it.
        reading: A banner has the keys.
        due: Lines of the banner that the administrator wants seen; it gives way after the others.
    """
    composer = max(1, min(COMPOSER_LINES, height // 3))
    left = height - 2 - composer
    question = max(1, min(asking, QUESTION_LINES, left - reading)) if asking else 0
    left -= question
    read = max(1, min(READ_LINES, left)) if reading else 0
    left -= read + PANE_LINES - 1
    due = max(0, min(due, BANNER_LINES, left))
    left -= due
    banners = max(0, left - 3)
    app = max(due, min(BANNER_LINES, due + banners // 2))
    return Room(
        composer,
        question,
        read,
        app,
        0 if asking else max(0, min(BANNER_LINES, banners + due - app)),
        head=left >= 2,
        hints=left >= 3,
        status=left >= 1,
    )
