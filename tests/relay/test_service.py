"""The relay as a whole behind its interface: commands and their outcomes, sessions, readers, the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import pytest
from attrs import evolve

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.call import Call, CallKind
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import (
    CallChanged,
    CommandChanged,
    CommandState,
    ContactsChanged,
    Event,
    GapChanged,
    LinkChanged,
    MessageChanged,
    MessageGone,
    NotificationChanged,
    NotificationRemoved,
    Progress,
    Stamped,
    ThreadChanged,
    ThreadGone,
)
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import Audience, DeliveryState, MessageId
from phonelink_tui.domain.notification import NotificationAction, NotificationId
from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange, NotificationGone
from phonelink_tui.domain.phone import (
    ANDROID_TRAITS,
    IPHONE_TRAITS,
    Capability,
    LinkPhase,
    PhoneTraits,
)
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import AncsRefused, ObexRefused, UnknownThread
from phonelink_tui.relay import outbox, sessions
from phonelink_tui.relay.api import (
    MESSAGES_PAGE,
    SEARCH_HITS,
    ActOnNotification,
    Ask,
    CancelText,
    Command,
    MarkRead,
    RetryNow,
    RetryText,
    SendText,
    Snapshot,
    StartThread,
    follow,
)
from phonelink_tui.relay.service import Relay, RelaySettings
from phonelink_tui.relay.stream import Stream
from tests.relay.desk import ALICE, BOB, body, notice, row
from tests.relay.fakes import START, FakeClock
from tests.relay.scripted import ScriptedBackend, ScriptedPhonebook
from tests.relay.test_supervisor import NoWait

SURE = frozenset(Ask)


class Bench:
    """A relay on a scripted phone, and somebody who reads all its events."""

    def __init__(
        self,
        traits: PhoneTraits = IPHONE_TRAITS,
        *,
        hold_s: float = 0,
        region: str | None = None,
        rng: Random | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.backend = ScriptedBackend(traits)
        settings = RelaySettings(b"secret", region=region, hold_s=hold_s)
        self.relay = Relay(self.backend, settings, now=self.clock, rng=rng or NoWait())
        self.snapshots: list[Snapshot] = []
        self.stamped: list[Stamped] = []

    @asynccontextmanager
    async def running(self, *, settled: bool = True) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(follow(self.relay, self.snapshots.append, self.stamped.append))
            await asyncio.sleep(0)
            run = tasks.create_task(self.relay.run())
            try:
                if settled:
                    await self.quiet()
                yield
            finally:
                run.cancel()
            async with asyncio.timeout(5):
                await reading

    async def quiet(self) -> None:
        for _ in range(80):
            await asyncio.sleep(0)

    @property
    def events(self) -> list[Event]:
        return [s.event for s in self.stamped]

    async def do(self, command: Command) -> CommandChanged:
        """Execute a command; its outcome."""
        before = len(self.stamped)
        assert await self.relay.execute(command) == command.id
        return await self.outcome(command.id, before)

    async def outcome(self, id_: str, since: int = 0) -> CommandChanged:
        async with asyncio.timeout(5):
            while True:
                for stamped in self.stamped[since:]:
                    if isinstance(stamped.event, CommandChanged) and stamped.event.id == id_:
                        return stamped.event
                await asyncio.sleep(0)

    async def state_of(self, id_: MessageId | None, *states: DeliveryState) -> DeliveryState:
        async with asyncio.timeout(5):
            while (found := self._state(id_)) not in states:
                await asyncio.sleep(0)
        assert found is not None
        return found

    def _state(self, id_: MessageId | None) -> DeliveryState | None:
        ladder = [
            e.message.state for e in self.events if isinstance(e, MessageChanged) and e.message.id == id_
        ]
        return ladder[-1] if ladder else None

    async def thread(self, title: str = ALICE) -> ThreadId:
        return next(t.id for t in (await self.relay.snapshot()).threads if t.title == title)

    def arrive(self, handle: str = "A1", text: str = "hello", **facts: str) -> None:
        """A text lies on the phone before the session opens."""
        self.backend.folders.add(row(handle, text, **facts), body(handle, text))  # type: ignore[arg-type]


def private(uid: int = 1, text: str = "hello") -> Callable[[Bench], None]:
    return lambda bench: bench.backend.notifications[-1].tell(notice(uid, text))


# Sending


async def test_a_text_to_a_new_person_asks_and_then_goes_out() -> None:
    """Once asked it is not asked again, and the form that is sent is the one that was written."""
    bench = Bench()
    async with bench.running():
        asked = await bench.do(SendText("c1", "hi", ALICE))
        assert (asked.state, asked.reasons) == (CommandState.ASKS, ("new_recipient",))
        assert bench.backend.folders.pushed == []
        done = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        assert done.state is CommandState.DONE
        await bench.state_of(done.message, DeliveryState.ACCEPTED)
        again = await bench.do(SendText("c2", "and", ALICE, thread=await bench.thread()))
        assert again.state is CommandState.DONE
        await bench.state_of(again.message, DeliveryState.ACCEPTED)
    assert [(p.recipient, p.text) for p in bench.backend.folders.pushed] == [(ALICE, "hi"), (ALICE, "and")]


async def test_a_command_that_comes_again_is_answered_again_and_not_sent_again() -> None:
    """Whoever lost the answer asks with the same id."""
    bench = Bench()
    async with bench.running():
        first = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        again = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        tried = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE, dry_run=True))
        await bench.state_of(first.message, DeliveryState.ACCEPTED)
        await bench.quiet()
    assert again == first
    assert (tried.message, tried.sentence) == (None, f"Would be sent to {ALICE} alone.")
    assert len(bench.backend.folders.pushed) == 1


async def test_what_was_taken_up_is_remembered_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest ids go first."""
    monkeypatch.setattr("phonelink_tui.relay.commands.COMMANDS_REMEMBERED", 2)
    bench = Bench()
    async with bench.running():
        for id_ in ("c1", "c2", "c3", "c1"):
            await bench.do(SendText(id_, "hi", ALICE, confirmed=SURE))
        await bench.quiet()
    assert len(bench.backend.folders.pushed) == 4


@pytest.mark.parametrize(
    ("text", "recipient", "reason"),
    [
        ("  ", ALICE, "empty"),
        ("\u200b\u2060", ALICE, "empty"),
        ("x" * 5000, ALICE, "too_long"),
        ("hi", "", "no_recipient"),
        ("hi", f"{ALICE}, {BOB}", "several_recipients"),
        ("hi", "DHL", "bad_recipient"),
    ],
)
async def test_what_the_guard_refuses_is_refused_whatever_is_confirmed(
    text: str, recipient: str, reason: str
) -> None:
    """With its word, a sentence and a hint; what would arrive empty counts as empty."""
    bench = Bench()
    async with bench.running():
        outcome = await bench.do(SendText("c1", text, recipient, confirmed=SURE))
    assert (outcome.state, outcome.reasons) == (CommandState.REFUSED, (reason,))
    assert outcome.sentence
    assert outcome.hint
    assert bench.backend.folders.pushed == []


async def test_a_text_into_a_thread_goes_to_the_address_the_phone_used() -> None:
    """Asked for what is not known; refused for somebody else, and for a thread that is not there."""
    bench = Bench(region="US")
    bench.arrive("A1", "hello", sender="+12125552368")
    async with bench.running():
        thread = await bench.thread("+12125552368")
        asked = await bench.do(SendText("c1", "hi", "(212) 555-2368", thread))
        assert asked.reasons == ("group_unknown", "first_to_sender")
        wrong = await bench.do(SendText("c2", "hi", BOB, thread, confirmed=SURE))
        assert wrong.reasons == ("other_recipient",)
        nowhere = await bench.do(SendText("c3", "hi", ALICE, ThreadId("0" * 16), confirmed=SURE))
        assert nowhere.reasons == ("unknown_thread",)
        done = await bench.do(SendText("c4", "hi", "(212) 555-2368", thread, confirmed=SURE))
        await bench.state_of(done.message, DeliveryState.ACCEPTED)
    assert [p.recipient for p in bench.backend.folders.pushed] == ["+12125552368"]


async def test_a_draft_into_what_turned_out_a_group_is_refused() -> None:
    """The thread's id is the one the draft was begun in."""
    bench = Bench()
    bench.arrive()
    async with bench.running():
        thread = await bench.thread()
        bench.backend.notifications[-1].tell(notice(1, "hello", subtitle="Family"))
        await bench.quiet()
        outcome = await bench.do(SendText("c1", "hi", ALICE, thread, confirmed=SURE))
    assert outcome.reasons == ("group",)


async def test_a_queued_reply_goes_to_the_one_person_it_was_confirmed_for() -> None:
    """Its thread turned out to be a group while the phone was away: it moves to the private one, and leaves."""
    bench = Bench()
    bench.arrive()
    async with bench.running():
        thread = await bench.thread()
        bench.backend.away = True
        bench.backend.messages[-1].end()
        await bench.quiet()
        done = await bench.do(SendText("c1", "hi", ALICE, thread, confirmed=SURE))
        assert await bench.state_of(done.message, DeliveryState.QUEUED)
        bench.backend.notifications[-1].tell(notice(1, "hello", subtitle="Family"))
        await bench.quiet()
        bench.backend.away = False
        await bench.do(RetryNow("c2"))
        state = await bench.state_of(done.message, DeliveryState.FAILED, DeliveryState.ACCEPTED)
    assert state is DeliveryState.ACCEPTED
    moved = [
        e.message for e in bench.events if isinstance(e, MessageChanged) and e.message.id == done.message
    ]
    assert moved[-1].audience is Audience.PRIVATE


async def test_a_queued_text_survives_the_region() -> None:
    """Its recipient is identified differently by the time it leaves, and is the same person."""
    bench = Bench()
    bench.backend.away = True
    async with bench.running():
        done = await bench.do(SendText("c1", "hi", "(212) 555-2368", confirmed=SURE))
        owner = Contact(clean("Me"), (identify("+12125550000"),))
        bench.backend.phonebook = lambda: ScriptedPhonebook(owner)
        bench.backend.away = False
        await bench.do(RetryNow("c2"))
        await bench.state_of(done.message, DeliveryState.ACCEPTED)
        (thread,) = (await bench.relay.snapshot()).threads
    assert thread.address.key == "tel:+12125552368"
    assert [p.recipient for p in bench.backend.folders.pushed] == ["(212) 555-2368"]


async def test_too_many_waiting_texts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """None that waits is dropped for a new one."""
    monkeypatch.setattr(outbox, "WAITING", 2)
    bench = Bench()
    bench.backend.away = True
    async with bench.running():
        states = [(await bench.do(SendText(f"c{n}", "hi", ALICE, confirmed=SURE))).state for n in range(3)]
        failed = await bench.do(CancelText("x", await _message(bench, "c0")))
        assert failed.state is CommandState.DONE
        await bench.do(SendText("c9", "hi", ALICE, confirmed=SURE))
        full = await bench.do(RetryText("r", await _message(bench, "c0")))
    assert states == [CommandState.DONE, CommandState.DONE, CommandState.REFUSED]
    assert full.reasons == ("too_many",)


async def _message(bench: Bench, command: str) -> MessageId:
    message = (await bench.outcome(command)).message
    assert message is not None
    return message


async def test_a_held_text_can_be_taken_back_and_sent_after_all() -> None:
    """Within its hold window; then again as a new push with the same message."""
    bench = Bench(hold_s=3600)
    async with bench.running():
        done = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        message = await _message(bench, "c1")
        assert await bench.state_of(message, DeliveryState.HELD)
        assert [m.id for m in (await bench.relay.snapshot()).unsettled] == [message]
        early = await bench.do(RetryText("c2", message))
        assert early.state is CommandState.REFUSED
        assert (await bench.do(CancelText("c3", message))).state is CommandState.DONE
        assert await bench.state_of(message, DeliveryState.FAILED)
        assert (await bench.do(CancelText("c4", message))).state is CommandState.FAILED
        assert (await bench.do(RetryText("c5", message))).message == done.message
        assert await bench.state_of(message, DeliveryState.HELD)
        assert (await bench.do(RetryText("c6", MessageId("m99")))).state is CommandState.REFUSED
    assert bench.backend.folders.pushed == []


async def test_a_text_the_phone_refuses_has_failed_and_may_be_sent_again() -> None:
    """With the phone's reason, and by the person's wish only."""
    bench = Bench()
    bench.backend.folders.refuse_push = 0xC3
    async with bench.running():
        await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        message = await _message(bench, "c1")
        assert await bench.state_of(message, DeliveryState.FAILED)
        bench.backend.folders.refuse_push = None
        await bench.do(RetryText("c2", message))
        assert await bench.state_of(message, DeliveryState.ACCEPTED)
    assert len(bench.backend.folders.pushed) == 1


# Threads, reading, notifications


async def test_starting_a_thread_makes_it_exist() -> None:
    """Its id is the outcome; what cannot be answered is refused; twice is the same."""
    bench = Bench()
    async with bench.running():
        started = await bench.do(StartThread("c1", ALICE))
        again = await bench.do(StartThread("c2", "+1 555 0100"))
        refused = await bench.do(StartThread("c3", "DHL"))
        page = await bench.relay.messages(ThreadId(started.sentence))
        asked = await bench.do(SendText("c4", "hi", ALICE, ThreadId(started.sentence)))
    assert started.sentence == again.sentence
    assert refused.reasons == ("bad_recipient",)
    assert page.messages == ()
    assert asked.reasons == ("new_recipient",)


async def test_reading_is_told_to_the_phone() -> None:
    """All unread ones; one that is gone there is no failure; without a session it is read here."""
    bench = Bench()
    bench.arrive("A1", "one")
    bench.arrive("A2", "two")
    async with bench.running():
        thread = await bench.thread()
        assert (await bench.do(MarkRead("c1", thread))).state is CommandState.DONE
        assert sorted(bench.backend.folders.marked) == [("A1", True), ("A2", True)]
        assert (await bench.do(MarkRead("c2", thread, read=False))).state is CommandState.DONE
        assert bench.backend.folders.marked[2:] == [("A2", False)]
        bench.backend.folders.refuse_mark = 0xC4
        assert (await bench.do(MarkRead("c3", thread))).state is CommandState.DONE
        bench.backend.away = True
        bench.backend.messages[-1].end()
        await bench.quiet()
        assert (await bench.do(MarkRead("c4", thread, read=False))).state is CommandState.DONE
        nowhere = await bench.do(MarkRead("c5", ThreadId("0" * 16)))
        empty = await bench.do(StartThread("c6", BOB))
        unread = await bench.do(MarkRead("c7", ThreadId(empty.sentence), read=False))
        (row_,) = [t for t in (await bench.relay.snapshot()).threads if t.id == thread]
    assert nowhere.state is CommandState.FAILED
    assert unread.state is CommandState.DONE
    assert row_.unread == 1


async def test_an_action_reaches_its_notification_or_says_why_not() -> None:
    """Pressed; refused by the phone; of one that is gone; of a session that is over."""
    bench = Bench()
    async with bench.running():
        phone = bench.backend.notifications[-1]
        phone.tell(notice(7, app="org.example.mail"))
        await bench.quiet()
        (shown,) = (await bench.relay.snapshot()).notifications
        press = ActOnNotification("c1", shown.id, NotificationAction.NEGATIVE)
        assert (await bench.do(press)).state is CommandState.DONE
        assert phone.performed == [(7, NotificationAction.NEGATIVE)]
        phone.refuse = AncsRefused(0xA2, "It is gone.", "Look again.")
        refused = await bench.do(evolve(press, id="c2"))
        assert (refused.state, refused.sentence, refused.hint) == (
            CommandState.FAILED,
            "It is gone.",
            "Look again.",
        )
        gone = await bench.do(ActOnNotification("c3", NotificationId("9-9"), NotificationAction.NEGATIVE))
        assert gone.state is CommandState.FAILED
        phone.tell(notice(8, app="org.example.mail"))
        phone.tell(NotificationGone(8))
        await bench.quiet()
        assert len((await bench.relay.snapshot()).notifications) == 1
        bench.backend.away = True
        phone.end()
        await bench.quiet()
        assert [n.stale for n in (await bench.relay.snapshot()).notifications] == [True]
        stale = await bench.do(evolve(press, id="c4"))
        assert stale.state is CommandState.FAILED


# Sessions


async def test_contacts_give_names_a_region_and_calls() -> None:
    """National numbers of the book are completed before they name anybody."""
    bench = Bench()
    bench.arrive("A1", "hello", sender="+12125552368")
    owner = Contact(clean("Me"), (identify("+12125550000"),))
    alice = Contact(clean("Alice"), (identify("(212) 555-2368"),))
    call = Call(CallKind.MISSED, identify("(212) 555-2368"), clean(""), START)
    bench.backend.phonebook = lambda: ScriptedPhonebook(owner, (alice,), (call,))
    async with bench.running():
        snapshot = await bench.relay.snapshot()
    assert [t.title for t in snapshot.threads] == ["Alice"]
    assert snapshot.contacts[0].addresses[0].key == "tel:+12125552368"
    assert snapshot.calls[0].address.key == "tel:+12125552368"


async def test_calls_kept_back_do_not_cost_the_book() -> None:
    """They have a switch of their own."""
    bench = Bench()
    alice = Contact(clean("Alice"), (identify(ALICE),))
    bench.backend.phonebook = lambda: ScriptedPhonebook(None, (alice,), ObexRefused(0xC3, "no"))
    async with bench.running():
        snapshot = await bench.relay.snapshot()
    assert snapshot.contacts == (alice,)
    assert snapshot.phone.phase(Capability.CONTACTS) is LinkPhase.READY


async def test_calls_and_battery_are_read_again_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """And idle notification sessions are probed; a probe that is refused ends the session."""
    for name in ("PROBE_S", "BATTERY_S", "CALLS_S"):
        monkeypatch.setattr(sessions, name, 0.001)
    bench = Bench()
    reads = 0

    def phonebook() -> ScriptedPhonebook:
        nonlocal reads
        reads += 1
        return ScriptedPhonebook()

    bench.backend.phonebook = phonebook
    async with bench.running():
        phone = bench.backend.notifications[-1]
        phone.battery = 12
        async with asyncio.timeout(5):
            while (await bench.relay.snapshot()).phone.battery_percent != 12 or not phone.probes:
                await asyncio.sleep(0.001)
            while sum(isinstance(e, CallChanged) for e in bench.events) < 3:
                await asyncio.sleep(0.001)
        bench.backend.away = True
        phone.refuse = AncsRefused(0x03, "not allowed")
        async with asyncio.timeout(5):
            while (await bench.relay.snapshot()).phone.phase(Capability.NOTIFICATIONS) is LinkPhase.READY:
                await asyncio.sleep(0.001)
    assert reads == 1


async def test_each_capability_comes_and_goes_on_its_own() -> None:
    """Losing one leaves the others; retrying one is enough."""
    bench = Bench()
    async with bench.running():
        bench.backend.away = True
        bench.backend.messages[-1].end()
        await bench.quiet()
        phone = (await bench.relay.snapshot()).phone
        assert phone.phase(Capability.MESSAGES) is not LinkPhase.READY
        assert phone.phase(Capability.NOTIFICATIONS) is LinkPhase.READY
        bench.backend.away = False
        await bench.do(RetryNow("c1", Capability.MESSAGES))
        await bench.quiet()
        assert (await bench.relay.snapshot()).phone.phase(Capability.MESSAGES) is LinkPhase.READY
    gaps = [e.gap for e in bench.events if isinstance(e, GapChanged)]
    assert len({g.id for g in gaps}) == 1
    assert gaps[-1].ended_at is not None


async def test_what_a_phone_does_not_offer_is_absent() -> None:
    """An Android has no notifications; nobody tries, and nothing is missing."""
    bench = Bench(ANDROID_TRAITS)
    bench.arrive()
    async with bench.running():
        snapshot = await bench.relay.snapshot()
    assert snapshot.phone.phase(Capability.NOTIFICATIONS) is LinkPhase.ABSENT
    assert snapshot.threads[0].audience is Audience.PRIVATE
    assert {limit.kind for limit in snapshot.limitations} == {LimitKind.NOT_KEPT}


async def test_a_bug_in_a_session_ends_the_relay_loudly() -> None:
    """What is no expected failure is not retried away."""
    bench = Bench()

    def broken() -> ScriptedPhonebook:
        raise ZeroDivisionError

    bench.backend.phonebook = broken
    with pytest.raises(ExceptionGroup):
        await bench.relay.run()


# Readers


class Projection:
    """What somebody knows who took a snapshot and read the events since."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None

    def on_snapshot(self, snapshot: Snapshot) -> None:
        self.phone = snapshot.phone
        self.threads = {t.id: t for t in snapshot.threads}
        self.notifications = {n.id: n for n in snapshot.notifications}
        self.gaps = {g.id: g for g in snapshot.gaps}
        self.limits = {limit.kind: limit for limit in snapshot.limitations}
        self.contacts, self.calls = snapshot.contacts, snapshot.calls
        self.messages: dict[MessageId, str] = {}
        self.snapshot = snapshot

    def on_event(self, stamped: Stamped) -> None:
        match stamped.event:
            case LinkChanged(phone=phone):
                self.phone = phone
            case ThreadChanged(thread=thread):
                self.threads[thread.id] = thread
            case ThreadGone(id=id_):
                del self.threads[id_]
            case NotificationChanged(notification=notification):
                self.notifications[notification.id] = notification
            case NotificationRemoved(id=id_):
                self.notifications.pop(id_, None)
            case GapChanged(gap=gap):
                self.gaps[gap.id] = gap
            case ContactsChanged(contacts=contacts):
                self.contacts = contacts
            case CallChanged(calls=calls):
                self.calls = calls
            case MessageChanged(message=message):
                self.messages[message.id] = message.thread
            case MessageGone(id=id_):
                self.messages.pop(id_, None)
            case other if hasattr(other, "limitation"):
                self._limit(other)
            case _:
                pass

    def _limit(self, event: object) -> None:
        limitation = event.limitation  # type: ignore[attr-defined]
        if event.active:  # type: ignore[attr-defined]
            self.limits[limitation.kind] = limitation
        else:
            del self.limits[limitation.kind]

    def agrees_with(self, snapshot: Snapshot) -> None:
        assert self.phone == snapshot.phone
        assert self.threads == {t.id: t for t in snapshot.threads}
        assert self.notifications == {n.id: n for n in snapshot.notifications}
        assert tuple(self.gaps.values()) == snapshot.gaps
        assert self.limits == {limit.kind: limit for limit in snapshot.limitations}
        assert (self.contacts, self.calls) == (snapshot.contacts, snapshot.calls)


@pytest.mark.parametrize("seed", range(6))
async def test_whoever_follows_a_busy_relay_knows_what_it_knows(seed: int) -> None:
    """Readers that come at any time end with the relay's own last snapshot."""
    rng = Random(seed)
    bench = Bench(rng=NoWait())
    projections: list[Projection] = []
    async with asyncio.TaskGroup() as readers:
        async with bench.running(settled=False):
            for n in range(120):
                if n % 20 == 3:
                    projections.append(Projection())
                    readers.create_task(
                        follow(bench.relay, projections[-1].on_snapshot, projections[-1].on_event)
                    )
                await _something(bench, n, rng)
                if rng.random() < 0.5:
                    await asyncio.sleep(0)
            await bench.quiet()
        last = await bench.relay.snapshot()
    assert len(projections) == 6
    for projection in projections:
        projection.agrees_with(last)


async def _something(bench: Bench, n: int, rng: Random) -> None:
    text = rng.choice(["ok", "See you at 7", "on my way"])
    sender = rng.choice([ALICE, BOB, "(212) 555-2368", "+12125552368"])
    match rng.randrange(8):
        case 0 | 1:
            bench.backend.folders.add(
                row(f"{n + 1:X}", text, sender=sender, at_s=n), body(f"{n + 1:X}", text)
            )
            if bench.backend.messages:
                bench.backend.messages[-1].report(FolderChange(ChangeKind.NEW, f"{n + 1:X}", Folder.INBOX))
        case 2 | 3 if bench.backend.notifications:
            subtitle = rng.choice(["", "Family"])
            bench.backend.notifications[-1].tell(notice(n % 9, text, title=sender, subtitle=subtitle, at_s=n))
        case 4 if bench.backend.messages and rng.random() < 0.3:
            bench.backend.messages[-1].end()
        case 5 if bench.backend.notifications and rng.random() < 0.3:
            bench.backend.notifications[-1].end()
        case 6:
            await bench.relay.execute(SendText(f"c{n}", text, sender, confirmed=SURE))
        case _:
            threads = (await bench.relay.snapshot()).threads
            if threads:
                await bench.relay.execute(MarkRead(f"c{n}", rng.choice(threads).id))
    bench.clock.move(1)


async def test_a_reader_that_is_far_behind_begins_again() -> None:
    """A Resync is answered with a new snapshot; what that holds already is not told again."""
    stream = Stream(FakeClock(), bound=4)

    class Busy(Relay):
        """A relay on which much happens while somebody takes a snapshot."""

        taken = 0

        @asynccontextmanager
        async def events(self) -> AsyncIterator[AsyncIterator[Stamped]]:
            with stream.subscribe() as reader:
                yield reader

        async def snapshot(self) -> Snapshot:
            self.taken += 1
            for n in range(6 if self.taken == 1 else 1):
                stream.publish(Progress("before", n, None))
            snapshot = evolve(await super().snapshot(), rev=stream.rev)
            if self.taken == 2:
                stream.publish(Progress("after", 1, None))
                stream.end()
            return snapshot

    relay = Busy(ScriptedBackend(IPHONE_TRAITS), RelaySettings(b"s"), now=FakeClock(), rng=NoWait())
    snapshots: list[Snapshot] = []
    events: list[Stamped] = []
    async with asyncio.timeout(5):
        await follow(relay, snapshots.append, events.append)
    assert [s.rev for s in snapshots] == [6, 7]
    assert [e.event for e in events] == [Progress("after", 1, None)]


async def test_pages_and_hits_are_clamped() -> None:
    """Whatever a reader asks for."""
    bench = Bench()
    for n in range(1, MESSAGES_PAGE + 51):
        bench.arrive(f"{n:X}", f"text {n}")
    async with bench.running():
        async with asyncio.timeout(5):
            while (
                not (await bench.relay.search("text"))
                or len(await bench.relay.search("text", limit=10_000)) < SEARCH_HITS
            ):
                await asyncio.sleep(0)
        thread = await bench.thread()
        sizes = [len((await bench.relay.messages(thread, limit=n)).messages) for n in (-5, 0, 3, 10_000)]
        hits = [len(await bench.relay.search("text", limit=n)) for n in (-5, 0, 3, 10_000)]
        page = await bench.relay.messages(thread, limit=2)
        older = await bench.relay.messages(thread, before=page.before, limit=2)
        with pytest.raises(UnknownThread):
            await bench.relay.messages(ThreadId("0" * 16))
    assert sizes == [1, 1, 3, MESSAGES_PAGE]
    assert hits == [1, 1, 3, SEARCH_HITS]
    assert older.messages[-1].at <= page.messages[0].at
    assert not {m.id for m in older.messages} & {m.id for m in page.messages}


# The end


async def test_closing_drops_what_waits_and_says_so() -> None:
    """Also what is written after that; nothing leaves any more."""
    bench = Bench()
    bench.backend.away = True
    async with bench.running():
        await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        assert await bench.relay.close() == 1
        late = await bench.do(SendText("c2", "late", ALICE, confirmed=SURE))
        assert await bench.state_of(late.message, DeliveryState.FAILED)
        assert await bench.state_of(await _message(bench, "c1"), DeliveryState.FAILED)
    assert bench.backend.folders.pushed == []


async def test_commands_of_a_relay_that_is_not_running_fail_politely() -> None:
    """Those that need the phone; and readers are told that it has ended."""
    bench = Bench()
    bench.arrive()
    async with bench.running():
        thread = await bench.thread()
    seen: list[Stamped] = []
    async with bench.relay.events() as events:
        await bench.relay.execute(MarkRead("c1", thread))
        seen = [e async for e in events]
    assert [s.event for s in seen] == [
        CommandChanged("c1", CommandState.FAILED, sentence="The relay is ending.")
    ]
    fresh = Bench()
    async with fresh.relay.events() as events:
        await fresh.relay.execute(MarkRead("c1", thread))
        outcome = (await anext(aiter(events))).event
    assert isinstance(outcome, CommandChanged)
    assert outcome.state is CommandState.FAILED


async def test_cancelling_the_relay_closes_every_session() -> None:
    """Nothing stays open on the phone."""
    bench = Bench()
    async with bench.running():
        opened = [*bench.backend.messages, *bench.backend.notifications]
        assert len(opened) == 2
    assert all(s.closed for s in opened)
