"""What is known just now? Primary events in, derived events out; synchronous, in memory.

The relay publishes facts; the store keeps what follows from them: rows of the conversation list, limits of
the app. Whatever is derived comes back as events, so that every reader sees the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import count

from attrs import evolve

from phonelink_tui.archive.facts import Kept, KeptMessage
from phonelink_tui.domain.address import Address
from phonelink_tui.domain.call import Call
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import (
    CallChanged,
    ContactsChanged,
    Event,
    GapChanged,
    LinkChanged,
    MessageChanged,
    MessageGone,
    NotificationChanged,
    NotificationRemoved,
    ThreadChanged,
    ThreadGone,
)
from phonelink_tui.domain.keeping import NotKept
from phonelink_tui.domain.message import UNSETTLED, Audience, Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.notification import NotificationId, PhoneNotification
from phonelink_tui.domain.phone import Capability, Phone
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.errors import UnknownThread
from phonelink_tui.relay.api import Ask, MessagePage, Snapshot
from phonelink_tui.relay.conversation import Conversation
from phonelink_tui.relay.gap_book import GapBook
from phonelink_tui.relay.guard import SendFacts, reply_rule
from phonelink_tui.relay.limit_book import LimitBook
from phonelink_tui.relay.marks import MarkBook, Marks
from phonelink_tui.relay.moves import Moves
from phonelink_tui.relay.notification_book import NotificationBook
from phonelink_tui.relay.people import People
from phonelink_tui.relay.searching import newest_failed


class Store:
    """The relay's memory. `apply` is the only way to change it."""

    def __init__(self, phone: Phone, now: Callable[[], datetime], limits: LimitBook | None = None) -> None:
        self.phone = phone
        self._now = now
        self._conversations: dict[ThreadId, Conversation] = {}
        self._where: dict[MessageId, ThreadId] = {}
        self._messages: dict[MessageId, TextMessage] = {}
        self._arrivals: dict[MessageId, int] = {}
        self._numbers = count()
        self._moves = Moves()
        self._marks = MarkBook()
        self._people = People()
        self._own: dict[MessageId, None] = {}
        self._notifications = NotificationBook()
        self._gaps = GapBook()
        self._calls: tuple[Call, ...] = ()
        self.looked_at: datetime | None = None
        self._limits = limits or LimitBook(now)

    # Facts in

    def apply(self, event: Event) -> tuple[Event, ...]:
        """Take in a fact; returns what follows from it, in the order to publish. Unrelated events do nothing."""
        match event:
            case MessageChanged(message=message):
                return tuple(self._put_message(message))
            case MessageGone(id=id_):
                return tuple(self._drop_message(id_))
            case LinkChanged(phone=phone):
                self.phone = phone
                return tuple(self._limits.compare(self.phone))
            case NotificationChanged(notification=notification):
                self._notifications.put(notification)
            case NotificationRemoved(id=id_):
                self._notifications.drop(id_)
            case GapChanged(gap=gap):
                self._gaps.put(gap)
            case ContactsChanged(contacts=contacts):
                return tuple(self._put_contacts(contacts))
            case CallChanged(calls=calls):
                self._calls = calls
            case _:
                pass
        return ()

    def begin_with(self, kept: Kept) -> None:
        """What the archive holds, before anything is published: rows of conversations, and all but the texts."""
        self._numbers = count(kept.arrivals)
        self._people.were_written_to(kept.written_to)
        for row in kept.threads:
            conversation = Conversation(row.id, row.audience, row.address, row.created_at)
            conversation.rest_on(row.total, row.unread, row.first_at)
            self._conversations[row.id] = conversation
        self._marks.begin_with(kept)
        self.looked_at = kept.looked_at
        for gap in kept.gaps:
            self.apply(GapChanged(gap))
        for notification in kept.notifications:
            self._notifications.put(evolve(notification, stale=True))
        self.apply(ContactsChanged(kept.contacts))
        self._calls = kept.calls

    def recall(self, kept: KeptMessage) -> bool:
        """Take a text from the archive into memory, too; False where it is there, or its conversation is not."""
        message = kept.message
        conversation = self._conversations.get(message.thread)
        if message.id in self._messages or conversation is None or conversation.is_whole:
            return False
        conversation.recall(message, kept.arrival)
        self._arrivals[message.id] = kept.arrival
        self._messages[message.id] = message
        self._where[message.id] = message.thread
        if Source.OWN in message.sources:
            self._own[message.id] = None
        return True

    def let_go(self, id_: ThreadId, gone: Iterable[MessageId]) -> None:
        """These texts of a conversation are in the archive no more; those in memory stay."""
        if id_ in self._conversations:
            self._conversations[id_].let_go(gone)

    def begins_at(self, id_: ThreadId, first_at: datetime | None) -> None:
        """The oldest text of a conversation in the archive is of that time; None: there are none."""
        if id_ in self._conversations:
            self._conversations[id_].begins_at(first_at)

    def is_bare(self, id_: ThreadId) -> bool:
        """Whether a conversation goes on in the archive, and what its row shows is not in memory any more."""
        conversation = self._conversations.get(id_)
        return conversation is not None and not conversation.is_whole and not conversation.has_incoming

    def is_whole(self, id_: ThreadId) -> bool:
        """Whether all texts of a conversation are in memory. Raises UnknownThread."""
        return self._conversation(id_).is_whole

    def apply_limits(self) -> tuple[Event, ...]:
        """Find the limits in force as things stand; `apply` does it whenever the phone's state changes."""
        return tuple(self._limits.compare(self.phone))

    def start_thread(self, id_: ThreadId, audience: Audience, address: Address) -> tuple[Event, ...]:
        """Make a conversation exist though nothing was said in it yet."""
        if id_ in self._conversations:
            return ()
        self._conversations[id_] = Conversation(id_, audience, address, self._now())
        return (ThreadChanged(self.thread(id_)),)

    def move_empty_thread(self, id_: ThreadId, to: ThreadId, address: Address) -> tuple[Event, ...]:
        """An empty conversation is filed differently: its address is identified differently now."""
        audience = self._conversations.pop(id_).audience
        self._moves.rename(id_, to)
        return (*self.start_thread(to, audience, address), ThreadGone(id_))

    def confirm(self, id_: ThreadId, asks: frozenset[Ask]) -> tuple[Event, ...]:
        """A person answered what the guard asked about this thread: it is not asked again."""
        if id_ not in self._conversations or not self._marks.confirm(id_, asks):
            return ()
        return (ThreadChanged(self.thread(id_)),)

    def mark(self, id_: ThreadId, marks: Marks) -> tuple[Event, ...]:
        """A person set this on a conversation. Raises UnknownThread."""
        self._conversation(id_)
        if marks == self._marks.of(id_):
            return ()
        self._marks.set(id_, marks)
        return (ThreadChanged(self.thread(id_)),)

    def marks_of(self, id_: ThreadId) -> Marks:
        """What a person set on a conversation."""
        return self._marks.of(id_)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The phone's book."""
        return self._people.contacts

    @property
    def is_kept(self) -> bool:
        """Whether what is published counts as written to disk."""
        return self._limits.kept is None

    def say_kept(self, kept: NotKept | None) -> tuple[Event, ...]:
        """Why what is published is not written to disk, from now on; None: it is."""
        if kept == self._limits.kept:
            return ()
        self._limits.kept = kept
        return tuple(self._limits.compare(self.phone))

    def hide_previews(self, *, hidden: bool) -> tuple[Event, ...]:
        """Notifications come without their text, or with it again."""
        return tuple(self._limits.compare(self.phone)) if self._limits.hide_previews(hidden=hidden) else ()

    def stop_reading(self, capability: Capability, read: int | None) -> tuple[Event, ...]:
        """A person stopped reading after so many; None: it goes on."""
        self._limits.stop_reading(capability, read)
        return tuple(self._limits.compare(self.phone))

    # What is known

    def snapshot(self, rev: int) -> Snapshot:
        """Everything a reader needs to begin."""
        threads = sorted((self.thread(t) for t in self._conversations), key=lambda t: t.last_at, reverse=True)
        return Snapshot(
            rev=rev,
            phone=self.phone,
            threads=tuple(threads),
            notifications=self._notifications.newest_first(),
            gaps=self._gaps.all(),
            limitations=self._limits.in_force(),
            contacts=self._people.contacts,
            calls=self._calls,
            unsettled=tuple(m for m in self._messages.values() if m.state in UNSETTLED),
            failed=newest_failed(map(self._messages.__getitem__, self._own)),
            looked_at=self.looked_at,
        )

    def page(self, id_: ThreadId, before: MessageId | None, limit: int) -> MessagePage:
        """See `RelayApi.messages`.

        Should `before` have moved to another thread meanwhile, its time tells where to go on; should it be gone,
        the page is empty.
        """
        conversation = self._conversation(id_)
        message = self._messages.get(before) if before is not None else None
        if before is not None and message is None:
            return MessagePage(())
        messages, earlier = conversation.page(message, limit)
        return MessagePage(messages, earlier)

    def thread(self, id_: ThreadId) -> Thread:
        """The row of a conversation. Raises UnknownThread."""
        conversation = self._conversation(id_)
        reply, reason = reply_rule(self.send_facts(id_, "x", conversation.address))
        return conversation.summary(
            contact_name=self._people.name_of(conversation.address.key),
            reply=reply,
            reply_reason=reason,
            marks=self._marks.of(id_),
        )

    def message(self, id_: MessageId) -> TextMessage | None:
        """A message by its id."""
        return self._messages.get(id_)

    def all_messages(self) -> list[TextMessage]:
        """All messages, in the order they came."""
        return list(self._messages.values())

    def messages_of(self, id_: ThreadId) -> list[TextMessage]:
        """All messages of a thread, oldest first. Raises UnknownThread."""
        return self._conversation(id_).messages()

    def own_messages(self) -> list[TextMessage]:
        """The texts written here, in the order they were written."""
        return [self._messages[id_] for id_ in self._own]

    def own_left_alone(self, id_: ThreadId) -> list[TextMessage]:
        """What a thread holds, should it exist and all of it be texts of our own."""
        conversation = self._conversations.get(id_)
        return conversation.messages() if conversation and not conversation.has_incoming else []

    def empty_threads(self) -> list[tuple[ThreadId, Audience, Address]]:
        """Conversations in which nothing was said."""
        return [(c.id, c.audience, c.address) for c in self._conversations.values() if c.is_empty]

    def unread(self, id_: ThreadId) -> list[TextMessage]:
        """Unread messages of a thread, oldest first. Raises UnknownThread."""
        return self._conversation(id_).unread()

    def notification(self, id_: NotificationId) -> PhoneNotification | None:
        """A notification by its id."""
        return self._notifications.get(id_)

    def notifications(self) -> tuple[PhoneNotification, ...]:
        """All notifications, in the order they came."""
        return self._notifications.all()

    def name_of(self, key: str) -> RemoteText | None:
        """The name the phone's book has for an `Address.key`."""
        return self._people.name_of(key)

    def current(self, id_: ThreadId) -> ThreadId:
        """The thread that took over the messages of `id_`, should later evidence have moved them all."""
        return self._moves.end_of(id_, self.has_incoming)

    def has_incoming(self, id_: ThreadId) -> bool:
        """Whether a thread exists and holds a text of somebody else."""
        conversation = self._conversations.get(id_)
        return conversation is not None and conversation.has_incoming

    def send_facts(
        self, id_: ThreadId | None, text: str, recipient: Address, confirmed: frozenset[Ask] = frozenset()
    ) -> SendFacts:
        """What the guard needs to know of a text for `recipient`, written into thread `id_`."""
        conversation = self._conversations.get(id_) if id_ is not None else None
        return SendFacts(
            text=text,
            recipient=recipient,
            thread_known=id_ is None or conversation is not None,
            thread_address=conversation.address if conversation else None,
            audience=conversation.audience if conversation else None,
            heard_from=conversation is not None and conversation.has_incoming,
            in_contacts=self._people.name_of(recipient.key) is not None,
            written_before=self._people.was_written_to(recipient.key),
            confirmed=confirmed | (self._marks.of(id_).confirmed if id_ else frozenset()),
        )

    # How it follows

    def _put_message(self, message: TextMessage) -> Iterator[Event]:
        before = self._where.get(message.id)
        self._take_answers_along(message)
        if Source.OWN in message.sources:
            self._own[message.id] = None
        conversation = self._conversations.get(message.thread)
        if conversation is None:
            other = message.sender if message.direction is Direction.INCOMING else message.recipient
            assert other is not None, "a message has another end"
            conversation = Conversation(message.thread, message.audience, other, message.at)
            self._conversations[message.thread] = conversation
        conversation.put(message, self._arrivals.setdefault(message.id, next(self._numbers)))
        self._messages[message.id] = message
        self._where[message.id] = message.thread
        if before is None and message.direction is Direction.INCOMING and not message.read:
            self._marks.text_came(message.thread)
        asked_less = self._asked_less(message)
        yield ThreadChanged(self.thread(message.thread))
        for other_thread in asked_less:
            yield ThreadChanged(self.thread(other_thread))
        if before != message.thread and message.direction is Direction.INCOMING:
            self._moves.stay(message.thread)
        if before is not None and before != message.thread:
            self._moves.follow(before, message)
            yield from self._take_out(message.id, before)

    def _asked_less(self, message: TextMessage) -> list[ThreadId]:
        """The other threads with this recipient, should this be the first text to them: a reply asks less there."""
        key = self._people.note_written_to(message)
        if key is None:
            return []
        return [c.id for c in self._conversations.values() if c.address.key == key and c.id != message.thread]

    def _take_answers_along(self, message: TextMessage) -> None:
        """What was answered about a thread holds for the one that its texts are filed under now.

        A number gets its whole identity, and the thread another id: it is not asked about again. A text that moves
        because of evidence of its audience takes no answer along.
        """
        before = self._messages.get(message.id)
        if before is not None and before.thread != message.thread and before.audience is message.audience:
            self._marks.confirm(message.thread, self._marks.of(before.thread).confirmed)

    def _drop_message(self, id_: MessageId) -> Iterator[Event]:
        thread = self._where.pop(id_, None)
        if thread is not None:
            del self._messages[id_]
            del self._arrivals[id_]
            self._own.pop(id_, None)
            yield from self._take_out(id_, thread)

    def _take_out(self, id_: MessageId, thread: ThreadId) -> Iterator[Event]:
        conversation = self._conversations[thread]
        conversation.remove(id_)
        if conversation.is_empty:
            del self._conversations[thread]
            yield ThreadGone(thread)
            to = self.current(thread)
            if to in self._conversations and self._marks.move(thread, to):
                yield ThreadChanged(self.thread(to))
        else:
            yield ThreadChanged(self.thread(thread))

    def _put_contacts(self, contacts: tuple[Contact, ...]) -> Iterator[Event]:
        before = {id_: self.thread(id_) for id_ in self._conversations}
        self._people.take_book(contacts)
        for id_, row in before.items():
            if (now := self.thread(id_)) != row:
                yield ThreadChanged(now)

    def _conversation(self, id_: ThreadId) -> Conversation:
        try:
            return self._conversations[id_]
        except KeyError:
            raise UnknownThread(
                "This conversation does not exist.", "`phonelink threads` lists them."
            ) from None
