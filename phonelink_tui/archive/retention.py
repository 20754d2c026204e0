"""What is too old to keep? Settings in, cuts out; pure. The archive carries them out in bounded batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from attrs import Factory, frozen

from phonelink_tui.domain.thread import ThreadId


@frozen
class Keep:
    """How much of a conversation is kept; both bounds hold. Without any, everything."""

    days: int | None = None
    """Texts not older than this, 1 or more."""
    count: int | None = None
    """The newest so many texts of each conversation, 0 or more."""

    @property
    def everything(self) -> bool:
        """Whether nothing is ever too old."""
        return self.days is None and self.count is None


@frozen
class Retention:
    """How much is kept. `memory`, keeping nothing on disk, is having no archive at all."""

    default: Keep = Keep()
    threads: Mapping[ThreadId, Keep] = Factory(dict)
    """Conversations that go by a rule of their own."""


@frozen
class Cut:
    """What goes from one conversation."""

    thread: ThreadId
    before: datetime | None
    """Everything older than this (UTC)."""
    keep_newest: int | None
    """Everything but so many."""


@frozen
class ThreadExtent:
    """What a conversation holds, as far as retention asks."""

    thread: ThreadId
    total: int
    first_at: datetime
    """UTC."""


def cuts(retention: Retention, now: datetime, threads: Iterable[ThreadExtent]) -> tuple[Cut, ...]:
    """What has to go now; nothing for conversations within their bounds.

    Texts of ours that still wait to be pushed are never cut, whatever this says.
    """
    found = []
    for extent in threads:
        keep = retention.threads.get(extent.thread, retention.default)
        before = _days_before(now, keep.days) if keep.days is not None else None
        too_old = before is not None and extent.first_at < before
        too_many = keep.count is not None and extent.total > keep.count
        if too_old or too_many:
            found.append(Cut(extent.thread, before if too_old else None, keep.count if too_many else None))
    return tuple(found)


def _days_before(now: datetime, days: int) -> datetime:
    try:
        return now - timedelta(days=days)
    except OverflowError:
        return datetime.min.replace(tzinfo=now.tzinfo)
