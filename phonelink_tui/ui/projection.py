"""What is on the screen, as plain values? The snapshot and the events of the relay, and nothing else.

Never the truth: it is thrown away and built anew whenever the relay says so. No Textual, no clock, no I/O.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from enum import Flag, auto
from typing import Final

from attrs import define, field

from phonelink_tui.domain.call import Call
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import (
    WORK_OF,
    CallChanged,
    CommandChanged,
    ContactsChanged,
    Event,
    GapChanged,
    LimitationChanged,
    LinkChanged,
    MessageChanged,
    MessageGone,
    NotificationChanged,
    NotificationRemoved,
    Progress,
    Resync,
    Stamped,
    ThreadChanged,
    ThreadGone,
)
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.limitations import Limitation, LimitKind
from phonelink_tui.domain.message import UNSETTLED, MessageId, TextMessage
from phonelink_tui.domain.notification import NotificationId, PhoneNotification
from phonelink_tui.domain.phone import LinkPhase, Phone
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.domain.week import Week
from phonelink_tui.relay.api import MessagePage, Snapshot
from phonelink_tui.ui.arrived import ArrivedTexts
from phonelink_tui.ui.settings import Sort
from phonelink_tui.ui.window import Window, is_news

ANNOUNCED: Final = 512
"""Texts remembered as announced: a change of one of these is not news again."""


CATCH_UP: Final = timedelta(minutes=2)
"""So long after a gap ended, a text of that time is one that was missed: slow phones list for half a minute."""


class Touched(Flag):
    """Which parts of the screen are out of date."""

    NOTHING = 0
    THREADS = auto()
    WINDOW = auto()
    QUEUE = auto()
    STATUS = auto()
    OUTCOMES = auto()
    ARRIVALS = auto()
    ALL = THREADS | WINDOW | QUEUE | STATUS | OUTCOMES | ARRIVALS


@define
class Projection:
    """The state of the relay as far as one screen shows it."""

    phone: Phone | None = None
    threads: dict[ThreadId, Thread] = field(factory=dict)
    notifications: dict[NotificationId, PhoneNotification] = field(factory=dict)
    gaps: dict[str, Gap] = field(factory=dict)
    limitations: dict[tuple[LimitKind, str], Limitation] = field(factory=dict)
    contacts: tuple[Contact, ...] = ()
    calls: tuple[Call, ...] = ()
    looked_at: datetime | None = None
    """When a person looked last before this screen was opened."""
    arrived: ArrivedTexts = field(factory=ArrivedTexts)
    """What came since then."""
    unsettled: dict[MessageId, TextMessage] = field(factory=dict)
    epoch: str = ""
    """Of which run of the relay all this is."""
    progress: Progress | None = None
    """Long work under way; None when none is."""
    relay_gone: str = ""
    """Why the relay ended; empty while it is there."""
    attach_at: datetime | None = None
    """When the relay that is gone is looked for again; None where it is not."""
    week: Week = field(factory=dict)
    """How the last week was, as far as it was asked for."""
    window: Window | None = None
    """The open conversation."""
    _outcomes: list[CommandChanged] = field(factory=list, init=False)
    _arrivals: list[TextMessage] = field(factory=list, init=False)
    _missed: list[TextMessage] = field(factory=list, init=False)
    _last_gap: Gap | None = field(default=None, init=False)
    """The gap that ended last while somebody was here."""
    _kept_unread: bool = field(default=False, init=False)
    _announced: deque[MessageId] = field(factory=lambda: deque(maxlen=ANNOUNCED), init=False)
    _left: set[ThreadId] = field(factory=set, init=False)
    """Conversations that were open before."""
    _moves: dict[ThreadId, ThreadId] = field(factory=dict, init=False)

    # what comes from the relay

    def reset(self, snapshot: Snapshot) -> Touched:
        """Begin anew from a snapshot. The open conversation stays open and asks for its page again."""
        self.arrived.begin(snapshot, first=self.phone is None)
        if self.phone is None:
            self.looked_at = snapshot.looked_at
        self.phone = snapshot.phone
        self.threads = {t.id: t for t in snapshot.threads}
        self.notifications = {n.id: n for n in snapshot.notifications}
        self.gaps = {g.id: g for g in snapshot.gaps}
        self.limitations = {(x.kind, x.target): x for x in snapshot.limitations}
        self.contacts = snapshot.contacts
        self.unsettled = {m.id: m for m in snapshot.unsettled}
        self.calls = snapshot.calls
        self.epoch = snapshot.epoch
        self.progress = None
        if self.window is not None:
            self.window.start_over()
        return Touched.ALL

    def apply(self, stamped: Stamped) -> Touched:
        """Take one event; returns what it put out of date. Unknown events change nothing."""
        if isinstance(stamped.event, MessageChanged):
            return self._message_changed(stamped.event, stamped.at)
        if isinstance(stamped.event, MessageGone):
            self.arrived.drop(stamped.event.id)
        return self._apply(stamped.event)

    def take_outcomes(self) -> list[CommandChanged]:
        """The outcomes of commands since the last time, oldest first."""
        taken, self._outcomes = self._outcomes, []
        return taken

    def take_arrivals(self) -> list[TextMessage]:
        """The live incoming texts since the last time, oldest first."""
        taken, self._arrivals = self._arrivals, []
        return taken

    def take_missed(self) -> list[TextMessage]:
        """The incoming texts since the last time that came while not connected; never those of a first sync."""
        taken, self._missed = self._missed, []
        return taken

    @property
    def last_gap(self) -> str:
        """The gap that the missed texts are of; empty where there was none."""
        return self._last_gap.id if self._last_gap else ""

    # the open conversation

    def open(self, thread: ThreadId) -> Window:
        """Open a conversation with an empty window; its first page is to be asked for."""
        row = self.threads.get(thread)
        if self.window is not None:
            self._left.add(self.window.thread)
        self.window = Window(
            thread,
            was_left=thread in self._left,
            left_at=self.looked_at,
            unread_at_open=row.unread if row else 0,
        )
        self._kept_unread = row is not None and self._ranks_unread(row)
        return self.window

    def close(self) -> None:
        """No conversation is open."""
        self.window, self._kept_unread = None, False

    def take_page(self, thread: ThreadId, page: MessagePage, *, before: MessageId | None = None) -> Touched:
        """A page came: the newest one replaces what is shown, one from `before` goes in front of it.

        A page for a conversation that was left meanwhile is dropped, and so is one whose place is gone.
        """
        window = self.window
        if window is None or window.thread != thread:
            return Touched.NOTHING
        if window.loaded and window.newer and window.newer[-1] == before:
            if not window.take_newer(page):
                window.start_over()
                return Touched.WINDOW | Touched.THREADS
        elif before is None:
            window.replace(page)
        elif window.loaded and window.older == before:
            window.take_page(page)
        return Touched.WINDOW

    def page_failed(self, thread: ThreadId) -> Touched:
        """The page did not come; it may be asked for again."""
        if self.window is None or self.window.thread != thread:
            return Touched.NOTHING
        self.window.page_failed()
        return Touched.WINDOW

    def note_outcome(self, outcome: CommandChanged) -> Touched:
        """A command failed on its way to the relay."""
        self._outcomes.append(outcome)
        return Touched.OUTCOMES

    @property
    def open_thread(self) -> Thread | None:
        """The row of the open conversation."""
        return self.threads.get(self.window.thread) if self.window else None

    def heir(self, gone: ThreadId) -> ThreadId | None:
        """Where the texts of a conversation went that is no more; None where it simply ended."""
        seen = {gone}
        heir = self._moves.get(gone)
        while heir is not None and heir not in self.threads and heir not in seen:
            seen.add(heir)
            heir = self._moves.get(heir)
        return heir if heir in self.threads else None

    # what the screen shows

    def conversations(
        self, sort: Sort = Sort.UNREAD, words: str = "", *, archived: bool | None = False
    ) -> list[Thread]:
        """The list: pinned ones, then unread ones first or all by time.

        With `words`, those that hold all of them, and first those whose name does: whoever types a name wants that
        person, and not whoever wrote last in a group.

        `archived`: only those that were put away, only the others, or (None) all of them. What is muted is not
        drawn to the top by being unread.

        The open conversation keeps the place it had when it was opened, so that reading it does not pull it
        away from under the cursor.
        """
        needles = words.casefold().split()
        listed = [t for t in self.threads.values() if archived is None or t.archived == archived]
        rows = [t for t in listed if all(n in _haystack(t) for n in needles)]
        rows.sort(key=lambda t: t.id)
        rows.sort(key=lambda t: t.last_at, reverse=True)
        if sort is Sort.UNREAD:
            rows.sort(key=lambda t: not self._ranks_unread(t))
        rows.sort(key=lambda t: not t.pinned)
        rows.sort(key=lambda t: any(n not in t.title.casefold() for n in needles))
        return rows

    def queue(self) -> list[PhoneNotification]:
        """The news among the notifications, newest first."""
        return self._listed(pre_existing=False)

    def digest(self) -> list[PhoneNotification]:
        """The notifications that were there when we connected, newest first."""
        return self._listed(pre_existing=True)

    def _listed(self, *, pre_existing: bool) -> list[PhoneNotification]:
        """Newest first. One that announces a text that is here is shown there, in its conversation."""
        shown = (
            n
            for n in self.notifications.values()
            if n.pre_existing == pre_existing and n.text_message is None
        )
        return sorted(shown, key=_age, reverse=True)

    @property
    def unread(self) -> int:
        """Unread texts in all conversations that are neither muted nor put away."""
        return sum(t.unread for t in self.threads.values() if not t.muted and not t.archived)

    def _ranks_unread(self, thread: Thread) -> bool:
        if (thread.unread and not thread.muted) or thread.marked_unread:
            return True
        return self._kept_unread and self.window is not None and self.window.thread == thread.id

    def _apply(self, event: Event) -> Touched:
        match event:
            case MessageGone(id=id_, thread=thread):
                self.unsettled.pop(id_, None)
                return self._drop_from_window(id_, thread) | Touched.STATUS
            case ThreadChanged(thread=row):
                self.threads[row.id] = row
                return self._thread_touched(row.id)
            case ThreadGone(id=gone):
                self.threads.pop(gone, None)
                return self._thread_touched(gone)
            case NotificationChanged(notification=notification):
                self.notifications[notification.id] = notification
                return Touched.QUEUE
            case NotificationRemoved(id=removed):
                self.notifications.pop(removed, None)
                return Touched.QUEUE
            case CommandChanged():
                return self.note_outcome(event)
            case CallChanged(calls=calls):
                self.calls = calls
                return Touched.STATUS
            case Resync():
                return Touched.NOTHING
            case _:
                return self._state_changed(event)

    def _state_changed(self, event: Event) -> Touched:
        match event:
            case LinkChanged(phone=phone):
                self.phone = phone
                needed = WORK_OF.get(self.progress.work) if self.progress else None
                if needed is not None and phone.phase(needed) is not LinkPhase.READY:
                    self.progress = None
                return Touched.STATUS
            case LimitationChanged(limitation=limit, active=active):
                key = (limit.kind, limit.target)
                if active:
                    self.limitations[key] = limit
                else:
                    self.limitations.pop(key, None)
                in_threads = limit.kind is LimitKind.TEXTS_STOPPED  # the first row of each says it, too
                return Touched.STATUS | (Touched.WINDOW if in_threads else Touched.NOTHING)
            case GapChanged(gap=gap):
                self.gaps[gap.id] = gap
                self._last_gap = gap if gap.ended_at else self._last_gap
                return Touched.WINDOW
            case ContactsChanged(contacts=contacts):
                self.contacts = contacts
                return Touched.STATUS
            case Progress(work=work, done=done, total=total):
                is_over = total is not None and done >= total
                if not is_over:
                    self.progress = event
                elif self.progress is not None and self.progress.work == work:
                    self.progress = None
                return Touched.STATUS
        return Touched.NOTHING

    def _message_changed(self, event: MessageChanged, at: datetime) -> Touched:
        message = event.message
        touched = Touched.NOTHING
        self.arrived.take(message)
        if message.state in UNSETTLED:
            self.unsettled[message.id] = message
            touched |= Touched.STATUS
        elif self.unsettled.pop(message.id, None) is not None:
            touched |= Touched.STATUS
        if event.moved_from is not None and event.moved_from != message.thread:
            self._moves[event.moved_from] = message.thread
            touched |= self._drop_from_window(message.id, event.moved_from)
        if self.window is not None and self.window.thread == message.thread and self.window.put(message):
            touched |= Touched.WINDOW
        if is_news(message) and message.id not in self._announced:
            news = self._arrivals if event.live else self._missed if self._was_missed(event, at) else None
            if news is not None:
                self._announced.append(message.id)
                news.append(message)
                touched |= Touched.ARRIVALS
        return touched

    def _was_missed(self, event: MessageChanged, at: datetime) -> bool:
        """Whether a text that is not live came while there was no connection, and is told of only now."""
        gap = self._last_gap
        if gap is None or gap.ended_at is None or event.moved_from is not None:
            return False
        # Phones tell times in whole seconds.
        since = gap.started_at.replace(microsecond=0)
        return at - gap.ended_at < CATCH_UP and event.message.at >= since

    def _drop_from_window(self, id_: MessageId, thread: ThreadId) -> Touched:
        if self.window is None or self.window.thread != thread:
            return Touched.NOTHING
        return Touched.WINDOW if self.window.remove(id_) else Touched.NOTHING

    def _thread_touched(self, thread: ThreadId) -> Touched:
        is_open = self.window is not None and self.window.thread == thread
        return Touched.THREADS | (Touched.WINDOW if is_open else Touched.NOTHING)


def _haystack(thread: Thread) -> str:
    words = (thread.title, thread.sender_name, thread.address.value, thread.last_text)
    return " ".join(words).casefold()


def _age(notification: PhoneNotification) -> tuple[object, str]:
    return (notification.at, notification.id)
