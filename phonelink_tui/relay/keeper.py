"""What of the stream is written to disk? Every event passes here once, where the relay publishes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from phonelink_tui.archive import facts
from phonelink_tui.archive.archive import Archive
from phonelink_tui.config.policy import PolicyAction, Refused
from phonelink_tui.domain import events
from phonelink_tui.domain.events import Event
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import ArchiveError
from phonelink_tui.relay.marks import Marks
from phonelink_tui.relay.store import Store

OUTCOMES: Final = frozenset({events.CommandState.FAILED, events.CommandState.REFUSED})

_log = logging.getLogger(__name__)


class Keeper:
    """Turns events into facts for the archive. Without an archive it does nothing."""

    def __init__(
        self,
        archive: Archive | None,
        store: Store,
        now: Callable[[], datetime],
        refused: Callable[[PolicyAction], Refused | None],
    ) -> None:
        """
        Args:
            archive: Where to; None: nothing is kept.
            store: Asked what a person set on a conversation.
            now: The clock (UTC).
            refused: The administrator's word on an action.
        """
        self._archive = archive
        self._store = store
        self._now = now
        self._refused = refused
        self._journaled: set[MessageId] = set()
        self._left_out: set[str] = set()
        self._marks: dict[ThreadId, Marks] = {}
        self._handles: dict[MessageId, str] = {}

    @property
    def keeps(self) -> bool:
        """Whether what is published is written, as far as is known."""
        return self._archive is not None and self._archive.failure is None

    def take(self, event: Event) -> None:
        """Write what an event tells; should the disk refuse, it waits and is tried again."""
        if self._archive is not None and self._may_keep(event):
            self._put(self._facts(event))

    @property
    def may_keep(self) -> bool:
        """Whether the administrator lets anything new be written at this moment."""
        return self._refused(PolicyAction.STORE) is None

    def bind(self, id_: MessageId, handle: str) -> None:
        """A handle of the phone names this message from now on."""
        if self._archive is None:
            return
        if self._store.message(id_) is None:
            self._handles[id_] = handle  # it is told before the message is: written with it
        else:
            self._put(iter([facts.HandleGiven(id_, handle)]))

    def expect(self, gap: Gap) -> None:
        """A gap that begins here, should this be the end: read at the next start, unless it is overwritten."""
        if self._archive is not None:
            self._put(iter([gap]))

    def note(self, row: facts.OutboxRow) -> None:
        """How far a text of ours got."""
        if self._archive is not None and (row.id in self._journaled or self.may_keep):
            self._journaled.add(row.id)
            self._archive.put([row])

    def note_action(self, action: facts.Action) -> None:
        """A line of the audit."""
        self._put(iter([action]))

    def note_looked(self, at: datetime) -> None:
        """A person sat in front of a terminal."""
        if self._archive is not None:
            self._put(iter([facts.LookedAt(at)]))

    async def commit(self) -> None:
        """Return when everything taken before is on the disk. Raises ArchiveError, DeadlineExceeded."""
        if self._archive is not None:
            await self._archive.commit()

    def _may_keep(self, event: Event) -> bool:
        """What is gone is always written, and how a text fares that waits on the disk: it must not go out twice.

        What was not written when it came is not written in this run when it changes.
        """
        match event:
            case events.MessageGone() | events.ThreadGone() | events.NotificationRemoved():
                return True
            case events.MessageChanged(message=message):
                return message.id in self._journaled or self._takes(message.id, PolicyAction.STORE)
            case events.NotificationChanged(notification=it):
                return self._takes(it.id, PolicyAction.STORE, PolicyAction.NOTIFICATIONS)
            case _:
                return self.may_keep

    def _takes(self, id_: str, *needed: PolicyAction) -> bool:
        if any(self._refused(action) is not None for action in needed):
            self._left_out.add(id_)
        return id_ not in self._left_out

    def _put(self, new: Iterator[facts.Fact]) -> None:
        assert self._archive is not None, "looked at by the callers"
        try:
            self._archive.put(new)
        except ArchiveError as error:
            _log.error("an event could not be kept: %s", type(error).__name__)

    def _facts(self, event: Event) -> Iterator[facts.Fact]:
        match event:
            case events.MessageChanged(message=message):
                yield message
                if (handle := self._handles.pop(message.id, None)) is not None:
                    yield facts.HandleGiven(message.id, handle)
            case events.MessageGone(id=id_):
                yield facts.MessageGone(id_)
            case events.ThreadChanged(thread=thread):
                if thread.total == 0:
                    yield facts.ThreadStarted(thread.id, thread.audience, thread.address, thread.last_at)
                yield from self._changed_marks(thread.id)
            case events.ThreadGone(id=id_):
                yield facts.ThreadGone(id_)
                yield from self._changed_marks(id_)
            case events.NotificationChanged(notification=notification):
                yield notification
            case events.NotificationRemoved(id=id_):
                yield facts.NotificationGone(id_)
            case events.GapChanged(gap=gap):
                yield gap
            case events.ContactsChanged(contacts=contacts):
                yield facts.Contacts(contacts)
            case events.CallChanged(calls=calls):
                yield facts.Calls(calls)
            case _:
                pass

    def _changed_marks(self, thread: ThreadId) -> Iterator[facts.Fact]:
        """Marks have no event of their own: they are part of the conversation's row."""
        marks = self._store.marks_of(thread)
        before = self._marks.get(thread)
        if marks == (before or Marks()):
            return
        self._marks[thread] = marks
        yield facts.ThreadMarks(
            thread,
            marks.pinned,
            marks.muted,
            marks.archived,
            marks.unread,
            frozenset(ask.value for ask in marks.confirmed),
        )
        if marks.draft != (before.draft if before else ""):
            yield facts.Draft(thread, marks.draft, self._now())

    def begin_with(self, kept: facts.Kept) -> None:
        """These marks and texts on their way are written already."""
        self._journaled.update(row.id for row, _ in kept.outbox)
        for thread in (*(m.thread for m in kept.marks), *(d.thread for d in kept.drafts)):
            self._marks[thread] = self._store.marks_of(thread)
