"""What does a row of the conversation list say? Values only; how wide it may be is decided when it is drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, tzinfo
from typing import Final

from attrs import frozen

from phonelink_tui.domain.message import Audience, Direction
from phonelink_tui.domain.text import preview
from phonelink_tui.domain.thread import Reply, Thread, ThreadId
from phonelink_tui.ui.when import DAYS, MONTHS, clock

PREVIEW_CHARS: Final = 160
"""More than any list is wide."""

NO_WORDS: Final = "no text"


@frozen
class ListRow:
    """One conversation in the list."""

    id: ThreadId
    name: str
    mark: str
    """Words such as `group`, `group?` where that is not known, `no reply`, `muted`; or nothing."""
    when: str
    text: str
    unread: int
    draft: bool
    open: bool
    is_unread: bool = False
    """By its texts or by hand."""
    pinned: bool = False
    muted: bool = False


def list_rows(
    threads: Iterable[Thread],
    now: datetime,
    zone: tzinfo | None,
    *,
    drafts: Collection[ThreadId] = (),
    open_thread: ThreadId | None = None,
    mixed: bool = False,
) -> list[ListRow]:
    """The rows of the list, in the order of `threads`; `mixed`: what was put away is among the rest, and says so."""
    return [
        ListRow(
            thread.id,
            thread.title or thread.address.value or "?",
            _mark(thread, mixed=mixed),
            age(thread.last_at, now, zone) if thread.total else "",
            _last(thread),
            thread.unread,
            thread.id in drafts,
            thread.id == open_thread,
            thread.unread > 0 or thread.marked_unread,
            thread.pinned,
            thread.muted,
        )
        for thread in threads
    ]


def age(at: datetime, now: datetime, zone: tzinfo | None) -> str:
    """When, in at most eight cells, and standing still: `09:05` today, `Sun`, `3 Aug`, `Aug 2024`."""
    here, today = at.astimezone(zone), now.astimezone(zone)
    days = (today.date() - here.date()).days
    month = MONTHS[here.month - 1][:3]
    if days == 0:
        return clock(at, zone)
    if 0 < days < 7:
        return DAYS[here.weekday()][:3]
    return f"{here.day} {month}" if here.year == today.year else f"{month} {here.year}"


def _mark(thread: Thread, *, mixed: bool) -> str:
    said = ((thread.archived and mixed, "put away"), (thread.muted, "muted"))
    words = [word for is_so, word in said if is_so] + [_audience(thread)]
    return " · ".join(word for word in words if word)


def _audience(thread: Thread) -> str:
    if thread.audience is Audience.GROUP:
        return "group"
    if thread.reply is Reply.CLOSED:
        return "no reply"
    return "group?" if thread.audience is Audience.UNKNOWN else ""


def _last(thread: Thread) -> str:
    text = preview(thread.last_text, limit=PREVIEW_CHARS) or (NO_WORDS if thread.total else "nothing yet")
    if thread.last_direction is Direction.OUTGOING and thread.total:
        return f"You: {text}"
    if thread.audience is Audience.GROUP:
        return f"{thread.sender_name}: {text}"
    return text
