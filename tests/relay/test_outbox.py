"""At most one push, whatever breaks: the outbox against a phone that counts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.message import DeliveryState, MessageId, TextMessage
from phonelink_tui.relay.outbox import ATTEMPTS, EXPIRED, Outbox
from tests.relay.fakes import (
    ARRIVES,
    START,
    FakeClock,
    FakeMessages,
    FakePhone,
    Fate,
    NoJournal,
    own_text,
)

SETTLED = {DeliveryState.ACCEPTED, DeliveryState.FAILED, DeliveryState.UNKNOWN}


class Bench:
    """An outbox with everything it talks to."""

    def __init__(self) -> None:
        self.phone = FakePhone()
        self.states: dict[MessageId, list[TextMessage]] = {}
        self.handles: dict[MessageId, str] = {}
        self.stop: str | None = None
        self.clock = FakeClock()
        self.settled = asyncio.Event()
        self.journal = NoJournal()
        self.outbox = Outbox(
            self.note, lambda _m: self.stop, self.handles.__setitem__, self.clock, self.journal
        )

    def note(self, message: TextMessage) -> None:
        self.states.setdefault(message.id, []).append(message)
        self.settled.set()

    def ladder(self, number: int) -> list[DeliveryState]:
        return [m.state for m in self.states[MessageId(f"m{number}")]]

    def last(self, number: int) -> TextMessage:
        return self.states[MessageId(f"m{number}")][-1]

    async def until(self, number: int, *states: DeliveryState) -> None:
        async with asyncio.timeout(30):
            while self.last(number).state not in states:
                self.settled.clear()
                await self.settled.wait()


async def test_a_text_climbs_the_ladder() -> None:
    """Queued, handed over, accepted, with the phone's handle bound to it."""
    bench = Bench()
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.add(own_text(1))
        bench.outbox.use(FakeMessages(bench.phone))
        await bench.until(1, DeliveryState.ACCEPTED)
        run.cancel()
    assert bench.ladder(1) == [DeliveryState.QUEUED, DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED]
    assert bench.handles == {"m1": "1"}
    assert bench.phone.arrived == {"text 1": 1}


@given(st.lists(st.lists(st.sampled_from(Fate), max_size=ATTEMPTS + 2), min_size=1, max_size=4))
def test_never_twice_never_lost(plans: list[list[Fate]]) -> None:
    """Whatever the fates: each text ends settled, reached the phone at most once, and says the truth about it."""

    async def scenario() -> None:
        bench = Bench()
        bench.phone.fates = [fate for plan in plans for fate in plan]
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(bench.outbox.run())
            for number in range(len(plans)):
                bench.outbox.add(own_text(number))
            for number in range(len(plans)):
                while bench.last(number).state not in SETTLED:
                    bench.settled.clear()
                    bench.outbox.use(FakeMessages(bench.phone))
                    async with asyncio.timeout(30):
                        await bench.settled.wait()
            run.cancel()
        for number in range(len(plans)):
            arrived = bench.phone.arrived[f"text {number}"]
            state = bench.last(number).state
            assert arrived <= 1
            assert state is not DeliveryState.ACCEPTED or arrived == 1
            assert state is not DeliveryState.FAILED or arrived == 0
            assert bench.ladder(number).count(DeliveryState.HANDED_OVER) <= ATTEMPTS

    asyncio.run(scenario())


@pytest.mark.parametrize("fate", [f for f in Fate if f not in ARRIVES])
async def test_each_fate_has_its_end(fate: Fate) -> None:
    """What certainly did not leave is tried again; what may have left is unknown; a refusal is final."""
    bench = Bench()
    bench.phone.fates = [fate]
    expected = {
        Fate.REFUSED: DeliveryState.FAILED,
        Fate.UNWRITABLE: DeliveryState.FAILED,
        Fate.LOST_ON_THE_WAY: DeliveryState.UNKNOWN,
    }.get(fate, DeliveryState.ACCEPTED)
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.use(FakeMessages(bench.phone))
        bench.outbox.add(own_text(1))
        await bench.until(1, DeliveryState.QUEUED, *SETTLED)
        if expected is DeliveryState.ACCEPTED:
            await bench.until(1, DeliveryState.QUEUED)
            while bench.last(1).state is not DeliveryState.ACCEPTED:
                bench.settled.clear()
                bench.outbox.use(FakeMessages(bench.phone))
                await bench.settled.wait()
        else:
            await bench.until(1, *SETTLED)
        run.cancel()
    assert bench.last(1).state is expected
    assert bench.last(1).detail or expected is DeliveryState.ACCEPTED


async def test_the_end_of_the_program_leaves_a_push_unknown() -> None:
    """A push that is cut off may have arrived, and nobody claims otherwise."""
    bench = Bench()
    access = FakeMessages(bench.phone, asyncio.Event())
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.use(access)
        bench.outbox.add(own_text(1))
        await access.began.wait()
        run.cancel()
    assert bench.last(1).state is DeliveryState.UNKNOWN


async def test_closing_finishes_the_push_in_flight_and_drops_the_rest() -> None:
    """At the end one push may finish; what waits is said to be not sent."""
    bench = Bench()
    gate = asyncio.Event()
    access = FakeMessages(bench.phone, gate)
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.use(access)
        bench.outbox.add(own_text(1))
        bench.outbox.add(own_text(2))
        await access.began.wait()
        closing = tasks.create_task(bench.outbox.close())
        gate.set()
        assert await closing == 1
        run.cancel()
    assert bench.last(1).state is DeliveryState.ACCEPTED
    assert bench.last(2).state is DeliveryState.FAILED
    assert bench.phone.arrived == {"text 1": 1}


async def test_what_is_kept_for_the_next_run_is_not_what_could_be_taken_back() -> None:
    """A queued text stays queued in the journal; one in its hold window was not confirmed, and is dropped."""
    bench = Bench()
    bench.outbox.add(own_text(1), hold_until=START + timedelta(hours=1))
    bench.outbox.add(own_text(2))
    assert await bench.outbox.close(keep_queued=True) == 1
    assert bench.last(1).state is DeliveryState.FAILED
    assert bench.last(2).state is DeliveryState.QUEUED


async def test_held_texts_can_be_taken_back() -> None:
    """Within the hold window nothing leaves, and taking it back is certain."""
    bench = Bench()
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.use(FakeMessages(bench.phone))
        bench.outbox.add(own_text(1), hold_until=START + timedelta(hours=1))
        bench.outbox.add(own_text(2))
        await bench.until(2, DeliveryState.ACCEPTED)
        assert bench.last(1).state is DeliveryState.HELD
        assert bench.outbox.cancel(MessageId("m1"))
        assert not bench.outbox.cancel(MessageId("m2"))
        run.cancel()
    assert bench.last(1).state is DeliveryState.FAILED
    assert bench.phone.arrived == {"text 2": 1}


async def test_the_guard_looks_again_before_the_push() -> None:
    """What the guard would refuse by then is not pushed."""
    bench = Bench()
    bench.stop = "It turned out to be a group."
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.add(own_text(1))
        bench.outbox.use(FakeMessages(bench.phone))
        await bench.until(1, DeliveryState.FAILED)
        run.cancel()
    assert bench.last(1).detail == bench.stop
    assert not bench.phone.arrived


async def test_the_guard_looks_again_behind_the_disk() -> None:
    """Writing it down takes its time: what came up meanwhile stops the push, too."""
    bench = Bench()

    async def commit() -> None:
        bench.stop = "It turned out to be a group."

    bench.journal.commit = commit  # type: ignore[method-assign]
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.add(own_text(1))
        bench.outbox.use(FakeMessages(bench.phone))
        await bench.until(1, DeliveryState.FAILED, DeliveryState.ACCEPTED)
        run.cancel()
    assert bench.last(1).detail == bench.stop
    assert not bench.phone.arrived


async def test_a_text_that_never_gets_out_is_given_up() -> None:
    """After so many links that broke before it left: failed, and certainly not sent."""
    bench = Bench()
    bench.phone.fates = [Fate.LOST_BEFORE] * ATTEMPTS
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.add(own_text(1))
        for _ in range(ATTEMPTS):
            bench.outbox.use(FakeMessages(bench.phone))
            bench.settled.clear()
            async with asyncio.timeout(30):
                while bench.last(1).state is DeliveryState.QUEUED and not bench.settled.is_set():
                    await asyncio.sleep(0)
                await bench.until(1, DeliveryState.QUEUED, DeliveryState.FAILED)
        run.cancel()
    assert bench.last(1).state is DeliveryState.FAILED
    assert bench.ladder(1).count(DeliveryState.HANDED_OVER) == ATTEMPTS
    assert not bench.phone.arrived


async def test_a_hold_window_ends_by_itself() -> None:
    """Nobody has to do anything for the text to leave."""
    bench = Bench()
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.use(FakeMessages(bench.phone))
        bench.outbox.add(own_text(1), hold_until=START + timedelta(seconds=0.001))
        await asyncio.sleep(0)
        bench.clock.move(1)
        await bench.until(1, DeliveryState.ACCEPTED)
        run.cancel()
    assert bench.ladder(1)[0] is DeliveryState.HELD


async def test_a_push_that_does_not_end_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing waits so long and no longer; what became of the push stays unknown."""
    monkeypatch.setattr("phonelink_tui.relay.outbox.LAST_PUSH_S", 0.001)
    bench = Bench()
    access = FakeMessages(bench.phone, asyncio.Event())
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        bench.outbox.use(access)
        bench.outbox.add(own_text(1))
        await access.began.wait()
        assert await bench.outbox.close() == 0
        bench.outbox.add(own_text(2))
        run.cancel()
    assert bench.last(1).state is DeliveryState.UNKNOWN
    assert bench.last(2).state is DeliveryState.FAILED


@pytest.mark.parametrize("connected", [True, False])
async def test_an_expired_text_is_not_pushed(connected: bool) -> None:
    """Waiting for a phone or in its hold window: from its time on it fails, certainly not sent, by itself."""
    bench = Bench()
    async with asyncio.TaskGroup() as tasks:
        if connected:
            bench.outbox.use(FakeMessages(bench.phone))
        soon, later = START + timedelta(milliseconds=30), START + timedelta(hours=1)
        bench.outbox.add(own_text(1), hold_until=later if connected else None, expires_at=soon)
        bench.outbox.add(own_text(2), hold_until=later if connected else None, expires_at=later)
        run = tasks.create_task(bench.outbox.run())
        await asyncio.sleep(0)
        bench.clock.move(0.03)
        await bench.until(1, DeliveryState.FAILED)
        bench.outbox.use(FakeMessages(bench.phone))
        await asyncio.sleep(0)
        run.cancel()
    assert (bench.last(1).failure, bench.last(1).detail) == (Failure.TIMED_OUT, EXPIRED)
    assert "text 1" not in bench.phone.arrived
    assert bench.last(2).state is not DeliveryState.FAILED


async def test_a_text_that_expired_while_nobody_looked_is_not_pushed() -> None:
    """A computer that slept past the time and wakes with a phone: it is too late."""
    bench = Bench()
    bench.outbox.add(own_text(1), expires_at=START + timedelta(seconds=10))
    bench.clock.move(11)
    bench.outbox.use(FakeMessages(bench.phone))
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(bench.outbox.run())
        await bench.until(1, DeliveryState.FAILED)
        run.cancel()
    assert bench.phone.arrived == {}
