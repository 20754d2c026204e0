"""Which panes are on the screen? As many as fit beside each other; the same keys whatever the width."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

WIDE_FROM: Final = 100
"""Columns from which the list stands beside the conversation."""

BROAD_FROM: Final = 140
"""Columns from which the notifications stay open at the right."""


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
