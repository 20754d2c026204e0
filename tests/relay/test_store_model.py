"""The store against a naive model that knows only messages: rows, pages, search, events, whatever happens."""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
from attrs import evolve
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import (
    ContactsChanged,
    Event,
    MessageChanged,
    MessageGone,
    ThreadChanged,
    ThreadGone,
)
from phonelink_tui.domain.message import (
    Audience,
    DeliveryState,
    Direction,
    MessageId,
    Source,
    TextMessage,
)
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import Reply, Thread, ThreadId
from phonelink_tui.relay.api import Ask
from phonelink_tui.relay.store import Store
from tests.relay.desk import ALICE, BOB, make_phone
from tests.relay.fakes import START, FakeClock

THREADS = {
    ThreadId("u-alice"): (Audience.UNKNOWN, ALICE),
    ThreadId("p-alice"): (Audience.PRIVATE, ALICE),
    ThreadId("g-alice"): (Audience.GROUP, ALICE),
    ThreadId("p-bob"): (Audience.PRIVATE, BOB),
    ThreadId("p-dhl"): (Audience.PRIVATE, "DHL"),
}
thread_ids = st.sampled_from(sorted(THREADS))
words = st.sampled_from(["Hello", "hello there", "STRASSE", "", "on my way"])
minutes = st.integers(0, 5)
OUT_STATES = (DeliveryState.QUEUED, DeliveryState.FAILED, DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)


class StoreMachine(RuleBasedStateMachine):
    """Messages come, change, move and go."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.store = Store(make_phone(), self.clock)
        self.messages: dict[MessageId, TextMessage] = {}
        self.started: set[ThreadId] = set()
        self.written: set[str] = set()
        self.names: dict[str, str] = {}
        self.confirmed: dict[ThreadId, set[Ask]] = {}
        self.rows: dict[ThreadId, Thread] = {}
        self.count = 0

    def publish(self, event: Event) -> None:
        self.read(self.store.apply(event))

    def read(self, derived: tuple[Event, ...]) -> None:
        for event in derived:
            if isinstance(event, ThreadChanged):
                self.rows[event.thread.id] = event.thread
            elif isinstance(event, ThreadGone):
                del self.rows[event.id]

    @initialize()
    def begin(self) -> None:
        self.read(self.store.apply_limits())

    @rule(
        thread=thread_ids,
        text=words,
        minute=minutes,
        incoming=st.booleans(),
        read=st.booleans(),
        state=st.sampled_from(OUT_STATES),
    )
    def arrive(
        self, thread: ThreadId, text: str, minute: int, incoming: bool, read: bool, state: DeliveryState
    ) -> None:
        audience, who = THREADS[thread]
        address = identify(who)
        self.count += 1
        message = TextMessage(
            id=MessageId(f"m{self.count}"),
            thread=thread,
            direction=Direction.INCOMING if incoming else Direction.OUTGOING,
            sender=address if incoming else None,
            sender_name=clean("Somebody" if incoming else ""),
            recipient=None if incoming else address,
            text=clean(text),
            at=START + timedelta(minutes=minute),
            read=read or not incoming,
            state=DeliveryState.RECEIVED if incoming else state,
            sources=frozenset({Source.MAP if incoming else Source.OWN}),
            audience=audience,
        )
        self.put(message)

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), thread=thread_ids, minute=minutes, read=st.booleans())
    def change(self, data: st.DataObject, thread: ThreadId, minute: int, read: bool) -> None:
        message = self.messages[data.draw(st.sampled_from(sorted(self.messages)))]
        audience, who = THREADS[thread]
        other = identify(who)
        changed = evolve(
            message,
            thread=thread,
            audience=audience,
            sender=message.sender and other,
            recipient=message.recipient and other,
            at=START + timedelta(minutes=minute),
            read=read or message.sender is None,
        )
        if changed.thread != message.thread and changed.audience is message.audience:
            answered = self.confirmed.get(message.thread, set())
            self.confirmed.setdefault(changed.thread, set()).update(answered)
        self.put(changed)

    def put(self, message: TextMessage) -> None:
        before = self.messages.get(message.id)
        self.messages[message.id] = message
        self.started.add(message.thread)
        if message.recipient and message.state in (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN):
            self.written.add(message.recipient.key)
        self.publish(MessageChanged(message))
        if before is not None:
            self.leave(before.thread)

    def leave(self, thread: ThreadId) -> None:
        if not any(m.thread == thread for m in self.messages.values()):
            self.started.discard(thread)

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        message = self.messages.pop(data.draw(st.sampled_from(sorted(self.messages))))
        self.publish(MessageGone(message.id, message.thread))
        self.leave(message.thread)

    @rule()
    def go_unknown(self) -> None:
        assert self.store.apply(MessageGone(MessageId("m0"), ThreadId("x"))) == ()

    @rule(thread=thread_ids)
    def start(self, thread: ThreadId) -> None:
        audience, who = THREADS[thread]
        known = thread in self.started
        derived = self.store.start_thread(thread, audience, identify(who))
        assert bool(derived) != known
        self.started.add(thread)
        self.read(derived)

    @rule(thread=thread_ids, ask=st.sampled_from(Ask))
    def confirm(self, thread: ThreadId, ask: Ask) -> None:
        known = thread in self.started
        news = known and ask not in self.confirmed.get(thread, set())
        derived = self.store.confirm(thread, frozenset({ask}))
        assert bool(derived) == news
        if known:
            self.confirmed.setdefault(thread, set()).add(ask)
        self.read(derived)

    @rule(names=st.dictionaries(st.sampled_from([ALICE, BOB]), st.sampled_from(["Alice", "Bob", ""])))
    def book(self, names: dict[str, str]) -> None:
        cards = tuple(Contact(clean(name), (identify(who),)) for who, name in names.items())
        self.names = {identify(who).key: name for who, name in names.items() if name}
        self.publish(ContactsChanged(cards))

    @invariant()
    def rows_agree(self) -> None:
        """The events tell the whole list; the list is right."""
        snapshot = self.store.snapshot(0)
        assert {t.id: t for t in snapshot.threads} == self.rows
        assert set(self.rows) == self.started
        times = [t.last_at for t in snapshot.threads]
        assert times == sorted(times, reverse=True)
        for id_, row in self.rows.items():
            inside = [m for m in self.messages.values() if m.thread == id_]
            incoming = [m for m in inside if m.direction is Direction.INCOMING]
            assert row.total == len(inside)
            assert row.unread == sum(not m.read for m in incoming)
            assert len(self.store.unread(id_)) == row.unread
            assert self.store.has_incoming(id_) == bool(incoming)
            if inside:
                assert row.last_at == max(m.at for m in inside)
                assert row.first_at == min(m.at for m in inside)
            name = self.names.get(row.address.key)
            if row.audience is not Audience.GROUP:
                assert row.title == (name or ("Somebody" if incoming else row.address.value))
            if row.audience is Audience.GROUP or not row.address.answerable:
                assert row.reply is Reply.CLOSED
            else:
                done = self.confirmed.get(id_, set())
                unknown = row.audience is Audience.UNKNOWN and Ask.GROUP_UNKNOWN not in done
                ask = Ask.FIRST_TO_SENDER if incoming else Ask.NEW_RECIPIENT
                stranger = not name and row.address.key not in self.written and ask not in done
                assert (row.reply is Reply.ASKS) == (unknown or stranger)

    @invariant()
    def pages_are_the_thread(self) -> None:
        """Pages of any size, joined, hold each message once, in order."""
        for id_ in self.rows:
            for limit in (1, 3):
                joined: list[TextMessage] = []
                page = self.store.page(id_, None, limit)
                joined = [*page.messages]
                while page.before is not None:
                    page = self.store.page(id_, page.before, limit)
                    joined = [*page.messages, *joined]
                assert joined == self.store.messages_of(id_)
                assert [m.at for m in joined] == sorted(m.at for m in joined)
                assert {m.id for m in joined} == {m.id for m in self.messages.values() if m.thread == id_}

    @invariant()
    def own_texts_are_all_there(self) -> None:
        """And those not settled are in the snapshot."""
        own = [m for m in self.messages.values() if Source.OWN in m.sources]
        assert {m.id for m in self.store.own_messages()} == {m.id for m in own}
        unsettled = {m.id for m in own if m.state in (DeliveryState.QUEUED, DeliveryState.UNKNOWN)}
        assert {m.id for m in self.store.snapshot(0).unsettled} == unsettled


StoreMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestStore = StoreMachine.TestCase
