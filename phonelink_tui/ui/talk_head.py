"""What does the line above a conversation say? Who it is, and what kind of conversation."""

from __future__ import annotations

from typing import Final

from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.thread import Thread
from phonelink_tui.ui.status_line import Span

_AUDIENCE: Final = {
    Audience.PRIVATE: "private",
    Audience.GROUP: "group, read only",
    Audience.UNKNOWN: "private or group: not known",
}


def talk_head(thread: Thread | None, new_below: int) -> tuple[list[Span], list[Span]]:
    """The left and the right end of the line."""
    if thread is None:
        return [], []
    left = [(f" {thread.title or thread.address.value}", "name"), (f"  {_AUDIENCE[thread.audience]}", "dim")]
    right = [(f"↓ {new_below} new below ", "warn")] if new_below else []
    return left, right
