"""How do the phone's texts get here? First listing, event reports, catch-up after a gap, bodies on demand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from attrs import evolve

from phonelink_tui.domain.events import Event, MessageChanged, Progress
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId
from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange, ListedText
from phonelink_tui.errors import ObexRefused
from phonelink_tui.profiles.ports import MessageAccess
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.store import Store
from phonelink_tui.transport.together import together

PAGE_ROWS: Final = 500
"""Rows asked for at once. iPhones were seen asked for 100 to 200; one listing of 500 rows is about 150 kB."""

CATCH_UP_ROWS: Final = 50
"""Rows of the first page after a gap; more only where nothing in it is known."""

FIRST_SYNC_ROWS: Final = 20_000
"""Rows read at the first connection. Offsets are 16 bits wide."""

BODIES: Final = 200
"""Newest texts whose bodies are read ahead; the others when somebody looks at them."""

REFINE_ROWS: Final = 5
"""Rows listed after an event report: it names a text, the listing says when it was sent and by whom."""

PROBE_S: Final = 60.0
"""Between proofs of life on an idle session."""

_LADDER: Final[dict[ChangeKind, tuple[DeliveryState, str]]] = {
    ChangeKind.SENT: (DeliveryState.SENT, ""),
    ChangeKind.DELIVERED: (DeliveryState.DELIVERED, ""),
    ChangeKind.SENDING_FAILED: (DeliveryState.FAILED, "The phone could not send it."),
    ChangeKind.DELIVERY_FAILED: (DeliveryState.FAILED, "It was sent and not delivered."),
}


class MessageSync:
    """Runs one message session after another; remembers what it has seen between them."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        publish: Callable[[Iterable[Event]], None],
        prove: Callable[[], None],
    ) -> None:
        """
        Args:
            store: Read only here.
            intake: Makes events of what is observed.
            publish: Publishes events while it iterates.
            prove: Told of each proof of life.
        """
        self._store = store
        self._intake = intake
        self._publish = publish
        self._prove = prove
        self._synced_once = False
        self._bodiless: set[MessageId] = set()
        self._to_fetch: deque[MessageId] = deque()
        self._wanted = asyncio.Event()
        self._refine = asyncio.Event()

    async def run(self, access: MessageAccess) -> None:
        """Follow one session until it ends, with the error that ended it."""
        self._refine.clear()
        await together(
            access.run(),
            self._catch_up(access),
            self._follow_changes(access),
            self._refine_new(access),
            self._fetch_bodies(access),
            self._probe(access),
        )

    def want_bodies(self, ids: Iterable[MessageId]) -> None:
        """Somebody looks at these texts: read their bodies first."""
        wanted = [id_ for id_ in ids if id_ in self._bodiless]
        if wanted:
            self._to_fetch.extendleft(wanted)
            self._wanted.set()

    async def _catch_up(self, access: MessageAccess) -> None:
        """Compare the inbox with what is known; read what is new."""
        first = not self._synced_once
        folders = [Folder.INBOX]
        if self._store.phone.traits.reports_own_texts:
            folders.append(Folder.SENT)
        for folder in folders:
            await self._list_until_known(access, folder, first=first)
        self._synced_once = True

    async def _list_until_known(self, access: MessageAccess, folder: Folder, *, first: bool) -> None:
        limit, offset, done = (PAGE_ROWS if first else CATCH_UP_ROWS), 0, 0
        while offset < FIRST_SYNC_ROWS:
            rows = await access.list_texts(folder, limit=limit, offset=offset)
            self._prove()
            known = [row for row in rows if self._intake.find(row.handle) is not None]
            self._take_rows(rows, live=not first)
            done += len(rows)
            if first and rows:
                self._publish([Progress("first sync", done, None)])
            if len(rows) < limit or (known and not first):
                break
            offset += limit
            limit = PAGE_ROWS
        if first and done:
            self._publish([Progress("first sync", done, done)])
            self.want_bodies(sorted(self._bodiless, key=self._at)[-BODIES:])

    def _take_rows(self, rows: Iterable[ListedText], *, live: bool) -> None:
        """Oldest first, so that arrival order and time agree."""
        for row in reversed(list(rows)):
            known = self._intake.find(row.handle)
            self._publish(self._intake.take_listed(row, live=live and not row.read and not row.outgoing))
            new = self._intake.find(row.handle)
            if known is None and new is not None:
                self._bodiless.add(new.id)
                if live:
                    self.want_bodies([new.id])

    async def _follow_changes(self, access: MessageAccess) -> None:
        while True:
            change = await access.next_change()
            self._prove()
            await self._take_change(access, change)

    async def _take_change(self, access: MessageAccess, change: FolderChange) -> None:
        known = self._intake.find(change.handle) if change.handle else None
        if change.kind is ChangeKind.NEW and change.folder in (Folder.INBOX, None):
            await self._fetch_new(access, change)
        elif change.kind is ChangeKind.DELETED:
            self._publish(self._intake.take_deleted(change.handle))
        elif change.kind in _LADDER and known is not None and known.direction is Direction.OUTGOING:
            state, detail = _LADDER[change.kind]
            self._publish([MessageChanged(evolve(known, state=state, detail=detail), live=False)])
        elif change.folder is Folder.SENT and self._store.phone.traits.reports_own_texts:
            self._take_rows(await access.list_texts(Folder.SENT, limit=REFINE_ROWS), live=True)
        elif change.kind is ChangeKind.READ_CHANGED:
            if known is not None and change.read is not None:
                self._publish([MessageChanged(evolve(known, read=change.read), live=False)])
            else:
                self._refine.set()
        elif change.kind is ChangeKind.OTHER:
            self._refine.set()

    async def _fetch_new(self, access: MessageAccess, change: FolderChange) -> None:
        if self._intake.find(change.handle) is not None:
            return
        try:
            text = await access.fetch_text(change.handle, change.folder or Folder.INBOX)
        except ObexRefused:
            self._refine.set()  # gone, or not ready yet: the listing will tell
            return
        if not text.sender.address:  # bMessages may leave it out for people in the book: the listing has it
            self._take_rows(await access.list_texts(Folder.INBOX, limit=REFINE_ROWS), live=True)
        self._publish(
            self._intake.take_fetched(text, live=True, at=change.at, sender_name=change.sender_name)
        )
        self._refine.set()

    async def _refine_new(self, access: MessageAccess) -> None:
        while True:
            await self._refine.wait()
            self._refine.clear()
            self._take_rows(await access.list_texts(Folder.INBOX, limit=REFINE_ROWS), live=True)

    async def _fetch_bodies(self, access: MessageAccess) -> None:
        """Read ahead for the newest texts, and for whatever somebody looks at."""
        while True:
            self._wanted.clear()
            while self._to_fetch:
                id_ = self._to_fetch.popleft()
                if id_ in self._bodiless:
                    await self._fetch_body(access, id_)
                    self._bodiless.discard(id_)
            await self._wanted.wait()

    async def _fetch_body(self, access: MessageAccess, id_: MessageId) -> None:
        message, handle = self._store.message(id_), self._intake.handle_of(id_)
        if message is None or handle is None:
            return
        folder = Folder.INBOX if message.direction is Direction.INCOMING else Folder.SENT
        try:
            text = await access.fetch_text(handle, folder)
        except ObexRefused:
            return  # deleted meanwhile: the subject stays
        self._prove()
        self._publish(self._intake.take_fetched(text, live=False))

    async def _probe(self, access: MessageAccess) -> None:
        while True:
            await asyncio.sleep(PROBE_S)
            self._take_rows(await access.list_texts(Folder.INBOX, limit=REFINE_ROWS), live=True)
            self._prove()

    def _at(self, id_: MessageId) -> float:
        message = self._store.message(id_)
        return message.at.timestamp() if message else 0.0
