"""What does a text the phone told of become? Observed values in, events out; synchronous.

Keeps which handle is which message, files every text under its thread, and moves it when later evidence says
who else reads it. Whoever iterates publishes each event before asking for the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from attrs import evolve

from phonelink_tui.domain.events import Event, MessageChanged, MessageGone, NotificationChanged
from phonelink_tui.domain.message import (
    Audience,
    DeliveryState,
    Direction,
    MessageId,
    Placeholder,
    Source,
    TextMessage,
    UnknownReason,
)
from phonelink_tui.domain.notification import NotificationId
from phonelink_tui.domain.observed import FetchedText, ListedText, Party
from phonelink_tui.domain.phone import Capability, LinkPhase
from phonelink_tui.domain.text import NO_TEXT, RemoteText, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.correlation import Correlator, NoticeFacts, TextFacts, Verdict, flatten
from phonelink_tui.relay.filing import Filing, group_of
from phonelink_tui.relay.handles import Handles, Numbers
from phonelink_tui.relay.own_rows import comes_back
from phonelink_tui.relay.placeholders import placeholder_of
from phonelink_tui.relay.store import Store


class Intake:
    """Makes messages of what was observed."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        secret: bytes,
        region: str | None,
        run: int = 0,
        on_bound: Callable[[MessageId, str], None] = lambda _id, _handle: None,
    ) -> None:
        """`run` is that of the archive, 0 without one; `on_bound` is told which handle names which message."""
        self.filing = Filing(store.phone.id, secret, region)
        self._store = store
        self._now = now
        self._correlator = Correlator()
        self._handles = Handles()
        self._live: set[MessageId] = set()
        self._numbers = Numbers(run)
        self._on_bound = on_bound
        self._decided: set[MessageId] = set()

    # Texts

    def next_id(self) -> MessageId:
        """A message id never given before."""
        return self._numbers.next()

    def handle_of(self, id_: MessageId) -> str | None:
        """The handle under which the phone knows a message."""
        return self._handles.handle_of(id_)

    def find(self, handle: str) -> TextMessage | None:
        """The message behind a handle of the phone."""
        id_ = self._handles.id_of(handle)
        return self._store.message(id_) if id_ else None

    def bind(self, id_: MessageId, handle: str) -> None:
        """The phone gave one of our texts this handle."""
        self._handles.bind(id_, handle)
        self._on_bound(id_, handle)

    def unbind(self, id_: MessageId) -> None:
        """The handle of this text names another one now, or none."""
        self._handles.forget(id_)

    def bind_again(self, id_: MessageId, handle: str) -> None:
        """A listing shows that a handle of an earlier run still names this text."""
        self._handles.bind(id_, handle)

    def remember(self, message: TextMessage) -> None:
        """A text of an earlier run, back in the store: what was decided then about who reads it stays decided.

        It goes on competing for notifications, so that one of those does not vouch for another text.
        """
        if message.direction is Direction.INCOMING:
            self._note(message, message.at)
            if message.audience is not Audience.UNKNOWN:
                self._decided.add(message.id)

    def take_listed(self, row: ListedText, *, live: bool) -> Iterator[Event]:
        """A row of a listing: a new text (with its subject for a body), or news of a known one."""
        known = self.find(row.handle)
        if known is not None:
            yield from self._refresh(known, row)
            return
        if row.outgoing and self._bind_own(row):
            return
        message = self._message(
            row.handle,
            incoming=not row.outgoing,
            sender=row.sender,
            recipients=row.recipients,
            text=row.subject,
            at=row.at,
            read=row.read or row.outgoing,
            has_attachment=row.has_attachment,
            live=live,
            partial=True,
        )
        yield from self._judge_all(self._note(message, row.at), MessageChanged(message, live=live))

    def take_fetched(
        self,
        text: FetchedText,
        *,
        live: bool,
        at: datetime | None = None,
        outgoing: bool = False,
        sender_name: RemoteText = NO_TEXT,
    ) -> Iterator[Event]:
        """A text with its body: new, or the body of one that was listed."""
        known = self.find(text.handle)
        if known is not None:
            yield from self._complete(known, text)
            return
        sender = (
            evolve(text.sender, name=sender_name) if sender_name and not text.sender.name else text.sender
        )
        message = self._message(
            text.handle,
            incoming=not outgoing,
            sender=sender,
            recipients=text.recipients,
            text=text.text,
            at=at,
            read=text.read or outgoing,
            has_attachment=text.has_attachment,
            live=live,
        )
        yield from self._judge_all(self._note(message, at), MessageChanged(message, live=live))

    def take_deleted(self, handle: str) -> Iterator[Event]:
        """A text is no longer on the phone."""
        known = self.find(handle)
        if known is None:
            return
        self._handles.forget(known.id)
        self._live.discard(known.id)
        self._decided.discard(known.id)
        akin = self._correlator.forget_text(known.id)
        yield MessageGone(known.id, known.thread)
        yield from self._judge_all(akin)

    def learn_names(self, names: Iterable[tuple[str, str]]) -> None:
        """(name, `Address.key`) pairs of the phone's book."""
        for name, key in names:
            self._correlator.people.learn(name, key)

    def use_region(self, region: str) -> Iterator[Event]:
        """The phone's own country is known now: national numbers get their whole identity, threads follow."""
        filing = self.filing
        if region == filing.region:
            return
        filing.region = region
        self._correlator.identify_titles(lambda title: filing.identify(title).key)
        for message in self._store.all_messages():
            sender = message.sender and filing.complete(message.sender)
            recipient = message.recipient and filing.complete(message.recipient)
            other = sender or recipient
            if other is None or (sender, recipient) == (message.sender, message.recipient):
                continue
            thread = filing.thread_of(message.audience, other, message.group)
            moved = evolve(message, sender=sender, recipient=recipient, thread=thread)
            facts = self._correlator.text(message.id)
            if facts is not None:
                self._correlator.note_text(evolve(facts, sender_key=other.key))
            yield MessageChanged(moved, moved_from=_moved(message, moved), live=False)
        for thread, audience, address in self._store.empty_threads():
            completed = filing.complete(address)
            if completed != address:
                to = filing.file_under(audience, completed.key)
                yield from self._store.move_empty_thread(thread, to, completed)

    def judge_again(self) -> Iterator[Event]:
        """Reconsider every text that is still unknown, after the book or the state of notifications changed."""
        for facts in self._correlator.texts():
            message = self._store.message(facts.id)
            if message is not None and message.audience is Audience.UNKNOWN:
                names = facts.sender_names | self._names(facts.sender_key, NO_TEXT)
                self._correlator.note_text(evolve(facts, sender_names=names))
                yield from self._judge(facts.id)

    def newest_spoken(self, limit: int) -> Iterator[TextFacts]:
        """The newest incoming texts that are words and nothing else."""
        for facts in self._correlator.newest_texts(limit):
            message = self._store.message(facts.id)
            if facts.text and message is not None and message.placeholder is None:
                yield facts

    def take_notice(self, facts: NoticeFacts, *, instead_of: NotificationId | None = None) -> Iterator[Event]:
        """The notification of a text: it may tell who else reads it.

        Args:
            facts: What it shows.
            instead_of: The one of an earlier session that this one repeats: no second piece of evidence.
        """
        touched = self._correlator.note_notice(facts)
        if instead_of is not None:
            touched = (*touched, *self._correlator.forget_notice(instead_of))
        yield from self._judge_all(dict.fromkeys(touched))

    # How

    def _message(
        self,
        handle: str,
        *,
        incoming: bool,
        sender: Party,
        recipients: tuple[Party, ...],
        text: RemoteText,
        at: datetime | None,
        read: bool,
        has_attachment: bool,
        live: bool,
        partial: bool = False,
    ) -> TextMessage:
        other = sender if incoming else (recipients[0] if recipients else Party(NO_TEXT))
        address = self.filing.identify_party(other)
        audience, group = self._listed_audience(recipients, sender)
        id_ = self.next_id()
        self.bind(id_, handle)
        if live:
            self._live.add(id_)
        return TextMessage(
            id=id_,
            thread=self.filing.thread_of(audience, address, group),
            direction=Direction.INCOMING if incoming else Direction.OUTGOING,
            sender=address if incoming else None,
            sender_name=(self._store.name_of(address.key) or other.name) if incoming else NO_TEXT,
            recipient=None if incoming else address,
            text=text,
            at=at or self._now(),
            read=read,
            state=DeliveryState.RECEIVED if incoming else DeliveryState.SENT,
            sources=frozenset({Source.MAP}),
            audience=audience,
            unknown_reason=self._why_unknown(id_) if audience is Audience.UNKNOWN else None,
            group=group,
            placeholder=placeholder_of(text, has_attachment=has_attachment),
            partial=partial,
        )

    def _listed_audience(
        self, recipients: tuple[Party, ...], sender: Party
    ) -> tuple[Audience, RemoteText | None]:
        """What the text itself says: phones that list all recipients need no notification."""
        if not self._store.phone.traits.groups_in_messages:
            return Audience.UNKNOWN, None
        group = group_of(sender, recipients)
        return (Audience.PRIVATE, None) if group is None else (Audience.GROUP, group)

    def _note(self, message: TextMessage, at: datetime | None) -> tuple[MessageId, ...]:
        if message.sender is None or self._store.phone.traits.groups_in_messages:
            return ()
        return self._correlator.note_text(
            TextFacts(
                id=message.id,
                sender_key=message.sender.key,
                sender_names=self._names(message.sender.key, message.sender_name)
                | {message.sender.value.casefold()},
                text=flatten(message.text),
                at=at,
                arrived_at=self._now(),
            )
        )

    def _names(self, key: str, name: RemoteText) -> frozenset[str]:
        names = (self._store.name_of(key) or NO_TEXT, name)
        return frozenset(n.casefold() for n in names if n)

    def _refresh(self, known: TextMessage, row: ListedText) -> Iterator[Event]:
        """What a listing adds to a text that is known already: its time, the sender's name, whether it is read."""
        changed = evolve(
            known,
            at=row.at or known.at,
            sender_name=known.sender_name or row.sender.name,
            read=known.read or row.read,
            placeholder=known.placeholder or placeholder_of(known.text, has_attachment=row.has_attachment),
        )
        if changed == known:
            return
        facts = self._correlator.text(known.id)
        akin: tuple[MessageId, ...] = ()
        if facts is not None:
            names = facts.sender_names | self._names(facts.sender_key, row.sender.name)
            akin = self._correlator.note_text(evolve(facts, at=row.at or facts.at, sender_names=names))
        yield from self._judge_all(akin, MessageChanged(changed, live=False))

    def _complete(self, known: TextMessage, text: FetchedText) -> Iterator[Event]:
        """The body of a text that so far had its flattened subject only."""
        body = text.text or known.text
        attached = text.has_attachment or known.placeholder is Placeholder.MEDIA
        placeholder = placeholder_of(body, has_attachment=attached)
        changed = evolve(known, text=body, placeholder=placeholder, partial=False)
        if changed == known:
            return
        facts = self._correlator.text(known.id)
        akin = self._correlator.note_text(evolve(facts, text=flatten(body))) if facts else ()
        yield from self._judge_all(akin, MessageChanged(changed, live=False))

    def _bind_own(self, row: ListedText) -> bool:
        """Whether a row of the sent folder is a text of ours; then it is bound to its handle."""
        recipient = self.filing.identify_party(row.other_end).key
        for message in self._store.own_messages():
            if message.id not in self._handles and comes_back(message, row, recipient):
                self.bind(message.id, row.handle)
                return True
        return False

    def _judge_all(self, ids: Iterable[MessageId], first: MessageChanged | None = None) -> Iterator[Event]:
        """Publish `first`, already judged where it can be, then all others whose verdict changed."""
        if first is not None:
            yield from self._move(evolve(first, message=self._judged(first.message)))
        for id_ in ids:
            if first is None or id_ != first.message.id:
                yield from self._judge(id_)

    def _judge(self, id_: MessageId) -> Iterator[Event]:
        message = self._store.message(id_)
        assert message is not None, "a text that goes is forgotten by both"
        judged = self._judged(message)
        if judged != message:
            yield from self._move(MessageChanged(judged, live=False))
        else:
            yield from self._link_notice(id_)

    def _move(self, change: MessageChanged) -> Iterator[Event]:
        """Publish a change with where the text was before, and what follows from its move."""
        left = _moved(self._store.message(change.message.id), change.message)
        yield evolve(change, moved_from=left)
        if left is not None:
            yield from self._take_own_along(left)
        yield from self._link_notice(change.message.id)

    def _take_own_along(self, left: ThreadId) -> Iterator[Event]:
        """Answers of ours do not stay behind alone: they went to one person, so they are private."""
        for own in self._store.own_left_alone(left):
            if own.recipient and own.audience is not Audience.PRIVATE and Source.OWN in own.sources:
                private = self.filing.file_under(Audience.PRIVATE, own.recipient.key)
                moved = evolve(own, thread=private, audience=Audience.PRIVATE, unknown_reason=None)
                yield MessageChanged(moved, moved_from=left, live=False)

    def _judged(self, message: TextMessage) -> TextMessage:
        if message.sender is None or self._correlator.text(message.id) is None:
            return message
        verdict = self._correlator.verdict(message.id)
        if message.id in self._decided and _unknown(verdict):
            return message
        group = clean_line(verdict.group) if verdict.group else None
        sources = message.sources | {Source.ANCS} if verdict.notice else message.sources
        return evolve(
            message,
            audience=verdict.audience,
            unknown_reason=self._why_unknown(message.id, verdict) if _unknown(verdict) else None,
            group=group,
            sources=sources,
            thread=self.filing.thread_of(verdict.audience, message.sender, group),
        )

    def _why_unknown(self, id_: MessageId, verdict: Verdict | None = None) -> UnknownReason:
        if verdict is not None and verdict.reason is UnknownReason.AMBIGUOUS:
            return UnknownReason.AMBIGUOUS
        if self._store.phone.phase(Capability.NOTIFICATIONS) is not LinkPhase.READY:
            return UnknownReason.NOTIFICATIONS_OFF
        return UnknownReason.NO_MATCH if id_ in self._live else UnknownReason.BEFORE_CONNECTION

    def _link_notice(self, id_: MessageId) -> Iterator[Event]:
        """Tell the notification of a text which text it announces."""
        notice = self._correlator.verdict(id_).notice
        notification = self._store.notification(notice) if notice else None
        if notification is not None and notification.text_message is None:
            yield NotificationChanged(evolve(notification, text_message=id_), live=False)


def _unknown(verdict: Verdict) -> bool:
    return verdict.audience is Audience.UNKNOWN


def _moved(before: TextMessage | None, after: TextMessage) -> ThreadId | None:
    return before.thread if before is not None and before.thread != after.thread else None
