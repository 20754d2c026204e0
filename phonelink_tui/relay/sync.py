"""How do the phone's texts get here? First listing, event reports, catch-up after a gap.

A deletion is followed when the phone reports it, and never concluded from a listing: an inbox is of unknown depth,
phones give handles anew and leave texts out, and what is kept would be gone for ever because a row is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from attrs import evolve

from phonelink_tui.domain.events import CATCH_UP, FIRST_SYNC, Event, MessageChanged, Progress
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange, ListedText
from phonelink_tui.domain.phone import Capability
from phonelink_tui.errors import ProfileError
from phonelink_tui.profiles.ports import MessageAccess
from phonelink_tui.relay.bodies import Bodies
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.listing_pages import PAGE_ROWS, Rows, read_pages, second_of
from phonelink_tui.relay.reading import Reading, Unread
from phonelink_tui.relay.renumbering import HandleCheck, before_last_second
from phonelink_tui.relay.store import Store
from phonelink_tui.transport.together import together

CATCH_UP_ROWS: Final = 50
"""Rows of the first page after a gap; more only where nothing in it is known."""

REFINE_ROWS: Final = 5
"""Rows listed after an event report: it names a text, the listing says when it was sent and by whom."""

PROBE_S: Final = 60.0
"""Between proofs of life on an idle session."""

_LADDER: Final[dict[ChangeKind, tuple[DeliveryState, str]]] = {
    ChangeKind.SENT: (DeliveryState.SENT, ""),
    ChangeKind.DELIVERED: (DeliveryState.DELIVERED, ""),
    ChangeKind.SENDING_FAILED: (DeliveryState.FAILED, "The phone could not send it."),
    ChangeKind.DELIVERY_FAILED: (DeliveryState.SENT, "The network could not deliver it."),
}
"""FAILED means certainly not sent, so that it may be sent again: a text that did not arrive was sent."""

_MESSAGES: Final = Capability.MESSAGES


class MessageSync:
    """Runs one message session after another; remembers what it has seen between them."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        publish: Callable[[Iterable[Event]], None],
        prove: Callable[[], None],
        caught_up: Callable[[], None],
        *,
        reading: Reading | None = None,
        probe_s: float = PROBE_S,
        recall: Callable[[Rows], Awaitable[None]] | None = None,
    ) -> None:
        """
        Args:
            store: Read only here.
            intake: Makes events of what is observed.
            publish: Publishes events while it iterates.
            prove: Told of each proof of life.
            caught_up: Told once a session, when all that was there at its begin is listed.
            reading: Says whether to go on with what takes long.
            probe_s: Between two looks at an idle session.
            recall: Brings back what is known from before of rows, before they are taken in.
        """
        self._store = store
        self._intake = intake
        self._publish = publish
        self._prove = prove
        self._tell_caught_up = caught_up
        self._probe_s = probe_s
        self._recall = recall
        self._reading = reading or Reading(store, publish)
        self._handles = HandleCheck(store, intake)
        self._bodies = Bodies(store, intake, publish, prove)
        self._synced_once = False
        self._caught_up = asyncio.Event()
        self._fresh: set[MessageId] = set()
        self._refine = asyncio.Event()
        self._asked = False
        self._unread: dict[Folder, Unread] = {}
        """What a person who stopped reading left out."""
        self._rows_read = 0
        self._left_out_after = 0

    async def run(self, access: MessageAccess) -> None:
        """Follow one session until it ends, with the error that ended it."""
        self._refine.clear()
        self._caught_up.clear()
        await together(
            access.run(),
            self._read_listings(access),
            self._follow_changes(access),
            self._refine_new(access),
            self._read_bodies(access),
            self._probe(access),
        )

    def want_bodies(self, ids: Iterable[MessageId]) -> None:
        """Somebody looks at these texts: read their bodies first."""
        self._bodies.want(ids)

    def look_now(self) -> None:
        """Somebody asks for what is new: let the phone look at its inbox, then list it."""
        self._asked = True
        self._refine.set()

    async def _read_bodies(self, access: MessageAccess) -> None:
        """Handles of an earlier session are sure again once the listing was compared."""
        if self._synced_once:
            await self._caught_up.wait()
        await self._bodies.run(access)

    # Listings

    async def _read_listings(self, access: MessageAccess) -> None:
        """What is new, then whatever is asked for of what was left out."""
        await self._refresh(access)
        before = self._begin_reading()
        with self._reading.under_way(_MESSAGES):
            await self._catch_up(access)
        self._synced_once = True
        self._caught_up.set()
        self._fresh.clear()
        self._end_reading(before)
        self._tell_caught_up()
        while True:
            await self._reading.wanted(_MESSAGES).wait()
            before = self._begin_reading()
            with self._reading.under_way(_MESSAGES):
                for folder, unread in tuple(self._unread.items()):
                    with suppress(ProfileError):
                        await self._list_all(access, folder, unread)
            self._reading.wanted(_MESSAGES).clear()
            self._end_reading(before)

    def _begin_reading(self) -> dict[Folder, Unread]:
        self._rows_read = 0
        return dict(self._unread)

    def _end_reading(self, unread_before: dict[Folder, Unread]) -> None:
        """Say what is left out. A catch-up that was not stopped does not change what was said before."""
        if not self._unread:
            self._left_out_after = 0
        elif self._unread != unread_before:
            self._left_out_after += self._rows_read
        self._reading.end(_MESSAGES, self._left_out_after if self._unread else None)

    async def _catch_up(self, access: MessageAccess) -> None:
        """Compare the folders with what is known; take what is new."""
        await self._list(access, Folder.INBOX)
        if self._store.phone.traits.reports_own_texts:
            await self._list(access, Folder.SENT)
        elif not self._synced_once:
            # iPhones were seen to have it empty, to list some of what was sent, and to refuse it: never relied on.
            with suppress(ProfileError):
                await self._list(access, Folder.SENT)
        if not self._synced_once:
            self._bodies.want_newest()

    async def _refresh(self, access: MessageAccess) -> None:
        """Let the phone look for new texts. One that will not has listings all the same."""
        with suppress(ProfileError):
            await access.refresh_inbox()
            self._prove()

    async def _list(self, access: MessageAccess, folder: Folder) -> None:
        if folder is Folder.SENT and self._reading.is_stopping(_MESSAGES):
            self._leave_out(folder, Unread(None, None))
        elif self._synced_once:
            await self._list_missed(access, folder)
        else:
            await self._list_all(access, folder, Unread(None, None))

    def _leave_out(self, folder: Folder, unread: Unread) -> None:
        self._unread[folder] = unread.join(self._unread.get(folder))

    async def _list_all(self, access: MessageAccess, folder: Folder, unread: Unread) -> None:
        """Page by page, each taken at once; what is not read in the end is left out."""
        done = 0
        later: Rows = ()
        left = unread
        work = FIRST_SYNC if unread.floor is None else CATCH_UP
        self._unread.pop(folder, None)

        def take(rows: Rows) -> bool:
            """Doubtful texts of the last second wait for the next page, for it may hold more of that second."""
            nonlocal done, later, left
            done += len(rows)
            left = unread.below(second_of(rows))
            self._rows_read += len(rows)
            known_below = any(self._is_below(row, unread.floor) and self._was_known(row) for row in rows)
            span = (*later, *rows)
            end = before_last_second(span)
            if not self._handles.doubts(span[end:]):
                end = len(span)
            self._handles.take(span[:end])
            self._take_rows(span[:end], live=False)
            later = span[end:]
            goes_on = self._reading.come_to(work, done)
            if not goes_on and not known_below:
                self._leave_out(folder, left)
            return goes_on and not known_below

        try:
            await self._read_pages(access, folder, PAGE_ROWS, take, unread.end)
        except BaseException:
            if self._synced_once:
                self._leave_out(folder, left)
            raise
        if folder not in self._unread:
            self._handles.take(later)
            self._take_rows(later, live=False)
        if done:
            self._publish([Progress(work, done, done)])

    def _is_below(self, row: ListedText, floor: datetime | None) -> bool:
        return floor is not None and row.at is not None and row.at < floor

    async def _list_missed(self, access: MessageAccess, folder: Folder, live: Rows = ()) -> None:
        """All of it or nothing: a catch-up cut short by the link must not hide what is older than its first page."""
        missed: list[ListedText] = []
        more, goes_on = True, True

        def take(rows: Rows) -> bool:
            nonlocal more, goes_on
            missed.extend(rows)
            self._rows_read += len(rows)
            # Of a doubtful last second there may be more on the next page.
            doubtful = self._handles.doubts(missed[before_last_second(missed) :])
            more = doubtful or not any(self._was_known(row) for row in rows)
            if len(missed) > CATCH_UP_ROWS:
                goes_on = self._reading.come_to(CATCH_UP, len(missed))
            return more and goes_on

        await self._read_pages(access, folder, CATCH_UP_ROWS, take)
        end = len(missed) if more and goes_on else before_last_second(missed)
        self._handles.take(missed[:end])
        taken = missed[:end] if self._handles.doubts(missed[end:]) else missed
        ringing = {row.handle for row in live}
        for rings in (False, True):
            self._take_rows([row for row in taken if (row.handle in ringing) is rings], live=rings)
        if more and not goes_on:
            oldest = second_of(missed)
            self._leave_out(folder, Unread(oldest, oldest).below(oldest))
        if len(missed) > CATCH_UP_ROWS:
            self._publish([Progress(CATCH_UP, len(missed), len(missed))])

    async def _look_again(self, access: MessageAccess) -> None:
        """The newest rows; more where none of them is known, for in a poll's time there may have come many."""
        newest: list[ListedText] = []

        def take(rows: Rows) -> bool:
            newest.extend(rows)
            return self._caught_up.is_set() and all(self._intake.find(row.handle) is None for row in rows)

        await self._read_pages(access, Folder.INBOX, REFINE_ROWS, take)
        await self._take_few(access, Folder.INBOX, newest)

    async def _read_pages(
        self,
        access: MessageAccess,
        folder: Folder,
        limit: int,
        take: Callable[[Rows], bool],
        end: datetime | None = None,
    ) -> None:
        async def come(rows: Rows) -> None:
            self._prove()
            await self._remember(rows)

        await read_pages(access, folder, limit, come, take, end)

    async def _remember(self, rows: Rows) -> None:
        if self._recall is not None:
            await self._recall(rows)

    async def _take_newest(self, access: MessageAccess, folder: Folder) -> None:
        rows = await access.list_texts(folder, limit=REFINE_ROWS)
        await self._remember(rows)
        await self._take_few(access, folder, rows)

    async def _take_few(self, access: MessageAccess, folder: Folder, rows: Sequence[ListedText]) -> None:
        """Rows of a look; what may be a known text under another handle is left to the catch-up, which sees more.

        After it such rows mean handles that were given anew in mid-session: then all is compared as after a gap.
        """
        sure = self._caught_up.is_set()
        if sure and self._handles.doubts(rows):
            await self._list_missed(access, folder, tuple(rows))
        else:
            self._take_rows([r for r in rows if sure or not self._handles.doubts([r])], live=True)

    def _take_rows(self, rows: Iterable[ListedText], *, live: bool) -> None:
        """Oldest first, so that arrival order and time agree."""
        for row in reversed(list(rows)):
            known = self._intake.find(row.handle)
            self._publish(self._intake.take_listed(row, live=live and not row.read and not row.outgoing))
            taken = self._intake.find(row.handle)
            if known is not None and known.partial:
                self._bodies.miss(known.id)  # of an earlier run, which ended before it was read
            if known is None and taken is not None:
                self._note_new(taken)
                if Source.OWN not in taken.sources:
                    self._bodies.miss(taken.id)
                    if self._synced_once:
                        self._bodies.want([taken.id])

    def _note_new(self, message: TextMessage) -> None:
        """Until the session has caught up, a text that came meanwhile proves nothing about older ones."""
        if not self._caught_up.is_set():
            self._fresh.add(message.id)

    def _was_known(self, row: ListedText) -> bool:
        message = self._intake.find(row.handle) if self._handles.knows(row) else None
        return message is not None and message.id not in self._fresh

    # Event reports

    async def _follow_changes(self, access: MessageAccess) -> None:
        while True:
            change = await access.next_change()
            self._prove()
            await self._take_change(access, change)

    async def _take_change(self, access: MessageAccess, change: FolderChange) -> None:
        known = self._intake.find(change.handle)
        match change.kind:
            case ChangeKind.NEW if change.folder in (Folder.INBOX, None):
                await self._fetch_new(access, change)
            case ChangeKind.DELETED:
                self._publish(self._intake.take_deleted(change.handle))
            case ChangeKind.SHIFTED if change.folder is Folder.DELETED:
                self._publish(self._intake.take_deleted(change.handle))
            case kind if kind in _LADDER and known is not None and known.direction is Direction.OUTGOING:
                self._climb(known, kind)
            case _ if change.folder is Folder.SENT and self._store.phone.traits.reports_own_texts:
                await self._take_newest(access, Folder.SENT)
            case ChangeKind.READ_CHANGED if known is not None and change.read is not None:
                self._publish([MessageChanged(evolve(known, read=change.read), live=False)])
            case ChangeKind.READ_CHANGED | ChangeKind.OTHER:
                self._refine.set()
            case _:
                pass

    def _climb(self, known: TextMessage, kind: ChangeKind) -> None:
        state, detail = _LADDER[kind]
        if known.state is not DeliveryState.DELIVERED:  # reports may overtake each other
            failure = Failure.BY_PHONE if state is DeliveryState.FAILED else None
            climbed = evolve(known, state=state, detail=detail, failure=failure)
            self._publish([MessageChanged(climbed, live=False)])

    async def _fetch_new(self, access: MessageAccess, change: FolderChange) -> None:
        self._refine.set()  # the listing tells what the report does not, or all of it
        if not change.handle or self._intake.find(change.handle) is not None:
            return
        try:
            text = await access.fetch_text(change.handle, change.folder or Folder.INBOX)
        except ProfileError:
            return
        if not text.sender.address:  # bMessages may leave it out for people in the book: the listing has it
            await self._take_newest(access, Folder.INBOX)
        self._publish(
            self._intake.take_fetched(text, live=True, at=change.at, sender_name=change.sender_name)
        )
        message = self._intake.find(change.handle)
        assert message is not None, "it was taken in just now"
        self._note_new(message)
        self._bodies.have(message.id)

    async def _refine_new(self, access: MessageAccess) -> None:
        while True:
            await self._refine.wait()
            self._refine.clear()
            if self._asked:
                self._asked = False
                await self._refresh(access)
            await self._look_again(access)

    async def _probe(self, access: MessageAccess) -> None:
        while True:
            await asyncio.sleep(self._probe_s)
            await self._look_again(access)
            if (
                self._store.phone.traits.reports_own_texts
            ):  # what is written on the phone makes no event report
                await self._take_newest(access, Folder.SENT)
