"""What can a relay ask of its archive? Put facts, know them durable, read pages, search, prune."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

import apsw

from phonelink_tui.archive import reading, searching
from phonelink_tui.archive.facts import (
    Action,
    ArchiveInfo,
    Fact,
    Kept,
    KeptMessage,
    KeptPage,
    MessageGone,
    NotificationGone,
)
from phonelink_tui.archive.pruning import cut_some, sweep
from phonelink_tui.archive.query import Query
from phonelink_tui.archive.reader import Reader
from phonelink_tui.archive.retention import Retention, ThreadExtent, cuts
from phonelink_tui.archive.sqlite_errors import OnDamage
from phonelink_tui.archive.writer import Writer
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import ArchiveError, DeadlineExceeded

T = TypeVar("T")

COMMIT_S: Final = 10.0
"""How long a commit may take; a disk that spins up takes 5 s."""

READ_S: Final = 5.0

LOAD_S: Final = 30.0
"""At the start, once: all rows of conversations."""

SEARCH_S: Final = 2.0

JOB_S: Final = 60.0

CLOSE_S: Final = 10.0

IsKept = Callable[[TextMessage | PhoneNotification], bool]
"""Whether a text or notification may be written to disk at all; a one-time code may not."""


ToldGone = Callable[[ThreadId, tuple[MessageId, ...]], None]
"""Told which texts of a conversation are no longer kept."""


def keep_everything(_value: TextMessage | PhoneNotification) -> bool:
    """The predicate of an archive that nothing is kept from."""
    return True


class Archive:
    """An open archive. Belongs to one event loop; made by `opening.open_archive`."""

    def __init__(
        self,
        connect: Callable[[bool], apsw.Connection],
        run: int,
        is_kept: IsKept,
        on_damage: OnDamage,
    ) -> None:
        """
        Args:
            connect: Opens a connection; the argument says whether it writes.
            run: How many times this archive was opened; makes ids of this run unique over all runs.
            is_kept: See `IsKept`.
            on_damage: See `OnDamage`.
        """
        self.run = run
        self._is_kept = is_kept
        self._writer = Writer(lambda: connect(True), on_damage)
        self._reader = Reader("archive-reader", lambda: connect(False), on_damage)
        self._searcher = Reader("archive-search", lambda: connect(False), on_damage)
        for thread in (self._writer, self._reader, self._searcher):
            thread.start()

    # In

    def put(self, facts: Iterable[Fact]) -> None:
        """Take facts; they are on disk within a moment, and for certain after `commit`.

        Raises:
            ArchiveError: The queue is full and the disk refuses (see `writer`); from that fact on nothing was taken.
        """
        for fact in facts:
            self._writer.put(self._as_written(fact))

    def _as_written(self, fact: Fact) -> Fact:
        """In place of what may not be written: an earlier look at it, less whole, may have been."""
        if not isinstance(fact, TextMessage | PhoneNotification) or self._is_kept(fact):
            return fact
        return MessageGone(fact.id) if isinstance(fact, TextMessage) else NotificationGone(fact.id)

    async def commit(self) -> None:
        """Return when everything put before is durable: it survives kill -9 and a power cut.

        Raises:
            ArchiveError: The disk refused. What was put waits on, and is tried again.
            DeadlineExceeded: Neither within `COMMIT_S`.
        """
        await _within(self._writer.commit(), COMMIT_S)

    async def room(self) -> None:
        """Return when the queue has room: for producers that can wait, such as a first sync."""
        if not self._writer.has_room:
            await self.commit()

    @property
    def failure(self) -> ArchiveError | None:
        """Why nothing can be written just now; None while everything is."""
        return self._writer.failure

    # Out. A read sees everything put before it, as far as the disk takes it.

    async def load(self) -> Kept:
        """What a relay begins with."""
        return await self._read(reading.load, LOAD_S)

    async def page(self, thread: ThreadId, *, before: MessageId | None = None, limit: int = 100) -> KeptPage:
        """Some texts of a conversation, in O(limit)."""
        return await self._read(lambda db: reading.page(db, thread, before, limit))

    async def messages(self, ids: Sequence[MessageId]) -> tuple[KeptMessage, ...]:
        """The texts of these ids that are kept, in no order."""
        return await self._read(lambda db: reading.by_ids(db, ids))

    async def by_handles(self, handles: Sequence[str]) -> tuple[KeptMessage, ...]:
        """The texts that these handles name, in no order."""
        return await self._read(lambda db: reading.by_handles(db, handles))

    async def of_seconds(self, moments: Sequence[datetime]) -> tuple[KeptMessage, ...]:
        """The texts of the same seconds as these times, in no order."""
        return await self._read(lambda db: reading.of_seconds(db, moments))

    async def newest(self, limit: int) -> tuple[KeptMessage, ...]:
        """The newest texts of all conversations, oldest first."""
        return await self._read(lambda db: reading.newest(db, limit))

    async def not_sent(self, limit: int) -> tuple[KeptMessage, ...]:
        """The newest texts of ours that failed, or may have been sent, oldest first."""
        return await self._read(lambda db: reading.not_sent(db, limit))

    async def unread(self, thread: ThreadId, limit: int) -> tuple[TextMessage, ...]:
        """Incoming texts of a conversation not read yet, newest first."""
        return await self._read(lambda db: reading.unread(db, thread, limit))

    async def actions(self, limit: int) -> tuple[Action, ...]:
        """The newest lines of the audit, newest first."""
        return await self._read(lambda db: reading.actions(db, limit))

    async def info(self) -> ArchiveInfo:
        """How the archive stands."""
        return await self._read(reading.info)

    async def search(self, query: Query, *, limit: int) -> tuple[TextMessage, ...]:
        """The newest texts that fulfil a query. Cancelling it, for the next key, interrupts it.

        What was put within the last moment may be missing: a search does not wait for the disk.

        Raises:
            DeadlineExceeded: It took longer than `SEARCH_S`.
        """
        return await self._searcher.read(lambda db: searching.search(db, query, limit), within_s=SEARCH_S)

    # Upkeep

    async def extents(self) -> tuple[ThreadExtent, ...]:
        """What each conversation that holds texts spans."""
        return await self._read(reading.extents)

    async def prune(self, retention: Retention, now: datetime, *, told: ToldGone) -> int:
        """Remove what is too old, in bounded batches between which everything else is written.

        Args:
            retention: What to keep.
            now: UTC.
            told: Called after each batch. Cancelling stops between two.

        Returns:
            The number of texts removed.
        """
        removed = 0
        for cut in cuts(retention, now, await self._read(reading.extents)):
            while gone := await _within(self._writer.run(partial(cut_some, cut)), JOB_S):
                removed += len(gone)
                told(cut.thread, gone)
        if removed:
            await _within(self._writer.run(sweep), JOB_S)
        return removed

    async def aclose(self) -> None:
        """Write what waits and end the threads; what cannot be written within `CLOSE_S` is lost.

        Raises:
            ArchiveError: The disk refused what waited.
        """
        threads = (self._reader, self._searcher, self._writer)
        for thread in threads:
            thread.close()
        await asyncio.get_running_loop().run_in_executor(None, _join, threads)
        if self._writer.waiting and self._writer.failure is not None:
            raise self._writer.failure

    async def _read(self, look: Callable[[apsw.Connection], T], within_s: float = READ_S) -> T:
        if self._writer.waiting and self._writer.failure is None:
            await self.commit()
        return await self._reader.read(look, within_s=within_s)


def _join(threads: Iterable[Reader | Writer]) -> None:
    for thread in threads:
        thread.join(CLOSE_S)


async def _within(future: Future[T], seconds: float) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(future)
    except TimeoutError:
        raise DeadlineExceeded("The disk takes too long.", "It may be failing, or very busy.") from None
