"""What is known from before, and how does it come back? Memory first, the archive behind it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.facts import Kept, KeptMessage
from phonelink_tui.archive.query import parse_query
from phonelink_tui.domain.message import Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.observed import ListedText, handle_key
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import MessagePage
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.own_rows import same_text
from phonelink_tui.relay.renumbering import SAME_TIME
from phonelink_tui.relay.searching import MemorySearch
from phonelink_tui.relay.store import Store

RECENT: Final = 1000
"""Newest texts taken into memory at the start: what the phone still lists is mostly among them."""

FAILED: Final = 200
"""Texts of ours that failed or may have been sent, taken into memory at the start wherever they lie: a person has to
decide about each."""

REFILLED: Final = 50
"""Texts taken into memory when all that a conversation had there are gone from the phone."""

UNREAD: Final = 1000
"""Unread texts of one conversation taken into memory to mark them read."""


class History:
    """Reads for a relay whose memory holds the newest part only.

    A handle of an earlier run counts once a listing has shown that it still names the same text: until then
    nothing on the phone is changed by it.
    """

    def __init__(self, archive: Archive | None, store: Store, intake: Intake) -> None:
        self._archive = archive
        self._store = store
        self._intake = intake
        self._memory = MemorySearch()

    async def begin(self) -> Kept:
        """Fill the store with what a relay begins with; call once, before anything is published."""
        if self._archive is None:
            return Kept()
        kept = await self._archive.load()
        self._store.begin_with(kept)
        newest = await self._archive.newest(RECENT)
        shown = (k for row in kept.threads for k in (row.last, row.last_incoming) if k is not None)
        self._take(newest)
        self._take(await self._archive.not_sent(FAILED))
        self._take(shown)
        await self.recall_ids([message.id for message in kept.stranded])
        await self.recall_ids([row.id for row, _ in kept.outbox])
        return kept

    async def page(self, thread: ThreadId, before: MessageId | None, limit: int) -> MessagePage:
        """See `RelayApi.messages`. Memory is newer than the disk: where both have a text, memory counts."""
        if self._archive is None or self._store.is_whole(thread):
            return self._store.page(thread, before, limit)
        page = await self._archive.page(thread, before=before, limit=limit)
        if before is None and not page.messages:  # all of it was too old to keep, or may not be written
            return self._store.page(thread, before, limit)
        ids = {kept.message.id for kept in page.messages}
        there = [self._store.message(kept.message.id) or kept.message for kept in page.messages]
        there = [message for message in there if message.thread == thread]
        if before is None and there:
            there += [
                m
                for m in self._store.page(thread, None, limit).messages
                if m.id not in ids and m.at >= there[-1].at
            ]
        messages = tuple(there[-limit:])
        earlier = page.earlier or len(there) > limit
        return MessagePage(messages, messages[0].id if messages and earlier else None)

    async def search(self, query: str, limit: int) -> tuple[TextMessage, ...]:
        """See `RelayApi.search`."""
        zone = datetime.now().astimezone().tzinfo or UTC
        if self._archive is None:
            return await self._memory.search(self._store.all_messages(), query, limit, zone)
        found = await self._archive.search(parse_query(query, zone), limit=limit)
        return tuple(self._store.message(m.id) or m for m in found)

    async def recall_ids(self, ids: Iterable[MessageId]) -> None:
        """Take these texts into memory, should they be kept."""
        missing = [id_ for id_ in ids if self._store.message(id_) is None]
        if self._archive is not None and missing:
            self._take(await self._archive.messages(missing))

    async def recall_unread(self, thread: ThreadId) -> None:
        """Take the unread texts of a conversation into memory."""
        thread = self._store.current(thread)
        if self._archive is not None and not self._store.is_whole(thread):
            unread = await self._archive.unread(thread, UNREAD)
            await self.recall_ids([message.id for message in unread])

    async def refill(self, thread: ThreadId) -> bool:
        """Take the newest texts of a conversation into memory again; whether its row may say more now."""
        if self._archive is None or not self._store.is_bare(thread):
            return False
        page = await self._archive.page(thread, limit=REFILLED)
        self._take(page.messages)
        return bool(page.messages)

    async def recall_rows(self, rows: Iterable[ListedText]) -> None:
        """Take the texts into memory that rows of a listing tell of, so that they are known and not new.

        A handle names the text it named before, should their words or times agree: phones need not keep handles
        over sessions. For a row whose handle says nothing the texts of its second that it can be are taken, too:
        which of them it is, if any, the whole listing says (`HandleCheck`).
        """
        unknown = [row for row in rows if self._intake.find(row.handle) is None]
        if self._archive is None or not unknown:
            return
        by_key = {handle_key(row.handle): row for row in unknown}
        for kept in await self._archive.by_handles([row.handle for row in unknown]):
            if kept.handle and _agree(by_key[handle_key(kept.handle)], kept.message):
                self._take([kept])
                if self._store.message(kept.message.id) is not None:
                    self._intake.bind_again(kept.message.id, kept.handle)
        rest: dict[datetime, list[ListedText]] = {}
        for row in unknown:
            if row.at is not None and self._intake.find(row.handle) is None:
                rest.setdefault(row.at.replace(microsecond=0), []).append(row)
        for kept in await self._archive.of_seconds(list(rest)) if rest else ():
            if any(_agree(row, kept.message) for row in rest.get(kept.message.at.replace(microsecond=0), [])):
                self._take([kept])

    def _take(self, kept: Iterable[KeptMessage]) -> None:
        for each in kept:
            if self._store.recall(each):
                self._intake.remember(each.message)


def _agree(row: ListedText, message: TextMessage) -> bool:
    """Whether a row can be the same text: its direction, its words, and its time where the phone gave both.

    The time of a text that was written here is ours, not the phone's.
    """
    outgoing = message.direction is Direction.OUTGOING
    if row.outgoing != outgoing:
        return False
    if row.at is not None and abs(row.at - message.at) >= SAME_TIME and Source.OWN not in message.sources:
        return False
    return same_text(message, row) or not row.subject.strip() or message.placeholder is not None
