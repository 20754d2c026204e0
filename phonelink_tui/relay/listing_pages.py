"""How is a folder of any length read in listings of a bounded one? Newest first, while more is wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from phonelink_tui.domain.observed import Folder, ListedText, handle_key
from phonelink_tui.profiles.ports import MessageAccess

PAGE_ROWS: Final = 500
"""Rows asked for at once. iPhones were seen asked for 100 to 200; one listing of 500 rows is about 150 kB."""

SLICE_ROWS: Final = 20_000
"""Rows read by offset, which is 16 bits wide; what is older is asked for by FilterPeriodEnd (MAP 1.4, 6.3.1)."""

FOLDER_ROWS: Final = 100_000
"""Rows read of one folder."""

SAME_SECOND: Final = timedelta(seconds=1)
"""Periods end in whole seconds: the rows of the last one are listed again."""

Rows = tuple[ListedText, ...]


async def read_pages(
    access: MessageAccess,
    folder: Folder,
    limit: int,
    come: Callable[[Rows], Awaitable[None]],
    take: Callable[[Rows], bool],
    end: datetime | None = None,
) -> None:
    """Read pages while `take` wants more and the phone has more.

    A page may be shorter than was asked for without being the last; one without a new row is.

    Args:
        access: The session.
        folder: Which.
        limit: Rows of the first page.
        come: Awaited with each page as it came.
        take: Gets the rows of a page that no page before had; whether to go on.
        end: Only what was sent before.
    """
    offset, seen = 0, set[str]()
    while len(seen) < FOLDER_ROWS:
        rows = await access.list_texts(folder, limit=limit, offset=offset, end=end)
        await come(rows)
        new = tuple(row for row in rows if handle_key(row.handle) not in seen)
        if not new or not take(new):
            return
        seen.update(handle_key(row.handle) for row in new)
        offset += len(rows)
        limit = PAGE_ROWS
        if offset >= SLICE_ROWS:
            oldest = second_of(rows)
            if oldest is None:
                return
            offset, end = 0, oldest


def second_of(rows: Iterable[ListedText]) -> datetime | None:
    """The end of the period that holds the oldest of these and all before it; None where no time is told."""
    oldest = min((row.at for row in rows if row.at is not None), default=None)
    return None if oldest is None else oldest + SAME_SECOND
