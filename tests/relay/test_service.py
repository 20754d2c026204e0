"""The relay as a whole behind its interface: sessions, readers, the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import Audience, DeliveryState, MessageId
from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange
from phonelink_tui.domain.phone import (
    ANDROID_TRAITS,
    IPHONE_TRAITS,
    Capability,
    LinkPhase,
)
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.domain.thread_limits import thread_limitations
from phonelink_tui.errors import AncsRefused, ObexRefused, UnknownThread
from phonelink_tui.relay import sessions
from phonelink_tui.relay.api import (
    MESSAGES_PAGE,
    SEARCH_HITS,
    MarkRead,
    Place,
    RetryNow,
    SendText,
    Snapshot,
    follow,
)
from phonelink_tui.relay.service import Relay, RelaySettings
from phonelink_tui.relay.stream import Stream
from tests.relay.desk import ALICE, BOB, body, notice, row
from tests.relay.fakes import START, FakeClock, NoWait
from tests.relay.relay_bench import SURE, Bench, message_of
from tests.relay.scripted import ScriptedBackend, ScriptedPhonebook

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
        async def events(self, since: Place | None = None) -> AsyncIterator[AsyncIterator[Stamped]]:
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
        assert await bench.state_of(await message_of(bench, "c1"), DeliveryState.FAILED)
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
    (outcome,) = [s.event for s in seen]
    assert isinstance(outcome, CommandChanged)
    assert (outcome.id, outcome.state, outcome.sentence) == (
        "c1",
        CommandState.FAILED,
        "The relay is ending.",
    )
    assert outcome.failure is Failure.NOT_CONNECTED
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


async def test_the_way_taken_and_what_it_tells_are_seen() -> None:
    """A session that comes another way says so while it is open, and its traits decide; nothing of it stays."""
    bench = Bench(ANDROID_TRAITS)
    bench.arrive()
    way = "Through obexd: it already receives this phone's reports."
    async with bench.running():
        for traits, sentence in ((evolve(ANDROID_TRAITS, reports_delivery=False), way), (ANDROID_TRAITS, "")):
            bench.backend.messages[-1].end()
            bench.backend.traits, bench.backend.way = traits, sentence
            await bench.quiet()
            await bench.do(RetryNow(f"c-{sentence}", Capability.MESSAGES))
            await bench.quiet()
            snapshot = await bench.relay.snapshot()
            state = snapshot.phone.capabilities[Capability.MESSAGES]
            assert (state.phase, state.detail) == (LinkPhase.READY, sentence)
            assert snapshot.phone.traits == traits
            (thread,) = snapshot.threads
            told = {limit.kind for limit in thread_limitations(thread, snapshot.phone, start="now")}
            assert (LimitKind.NO_RECEIPTS in told) is (sentence == way)
