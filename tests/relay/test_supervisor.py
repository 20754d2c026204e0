"""One capability kept connected: what is reported when, how long it waits, what it survives and what it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from random import Random
from typing import Final

import pytest

from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase
from phonelink_tui.errors import (
    DeadlineExceeded,
    LinkLost,
    ObexRefused,
    PhonelinkError,
    PhoneUnreachable,
    RemoteProtocolError,
)
from phonelink_tui.relay.supervisor import STEADY_S, Supervisor
from phonelink_tui.transport.together import together
from tests.fast_time import FastLoop, now
from tests.relay.fakes import START, FakeClock, NoWait


class Exactly(Random):
    """Chance without jitter."""

    def uniform(self, a: float, b: float) -> float:
        return 1.0


class Session:
    """A session that may fail to close."""

    def __init__(self, fail: Callable[[], Exception] | None = None, *, hang: bool = False) -> None:
        self.closed = False
        self.fail = fail
        self.hang = hang

    async def aclose(self) -> None:
        self.closed = True
        if self.hang:
            await asyncio.Event().wait()
        if self.fail is not None:
            raise self.fail()


class Enough(Exception):
    """Ends a test."""


class Bench:
    """A supervisor with a plan: each attempt opens or fails, runs, and ends with an error."""

    def __init__(
        self,
        *plan: Exception | Session,
        ends: Exception | None = None,
        lasts_s: float = 0,
        rng: Random | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.plan = list(plan)
        self.ends = ends
        self.lasts_s = lasts_s
        self.states: list[CapabilityState] = []
        self.reported = asyncio.Event()
        self.supervisor = Supervisor(
            Capability.MESSAGES,
            self.open,
            self.run,
            self.report,
            now=self.clock,
            rng=rng or NoWait(),
            open_s=0.01,
            close_s=0.01,
        )

    async def open(self) -> Session:
        if not self.plan:
            raise Enough
        step = self.plan.pop(0)
        if isinstance(step, Exception):
            raise step
        assert isinstance(step, Session)
        return step

    async def run(self, _session: Session) -> None:
        self.clock.move(self.lasts_s)
        if self.ends is not None:
            raise self.ends

    def report(self, state: CapabilityState) -> None:
        self.states.append(state)
        self.reported.set()

    async def play(self) -> list[LinkPhase]:
        with pytest.raises(Enough):
            await self.supervisor.run()
        return [s.phase for s in self.states]


async def test_connecting_ready_waiting_and_again() -> None:
    """A session that ends is told with its cause, and the next attempt follows."""
    session = Session()
    bench = Bench(session, ends=LinkLost("gone"))
    phases = await bench.play()
    assert phases == [LinkPhase.CONNECTING, LinkPhase.READY, LinkPhase.WAITING, LinkPhase.CONNECTING]
    waiting, again = bench.states[2:]
    assert (waiting.reason, waiting.detail, waiting.next_attempt_at) == (DownReason.LINK_LOST, "gone", START)
    assert (again.reason, again.detail, again.next_attempt_at) == (DownReason.LINK_LOST, "gone", None)
    assert bench.states[1].proof_at == START
    assert session.closed


@pytest.mark.parametrize(
    "error",
    [
        PhonelinkError("x"),
        ObexRefused(0xC3, "x"),
        PhoneUnreachable("x"),
        RemoteProtocolError("x"),
        DeadlineExceeded("x"),
    ],
)
async def test_every_expected_error_is_survived(error: PhonelinkError) -> None:
    """Whether it comes from opening, running or closing."""
    bench = Bench(error, Session(lambda: error), ends=error)
    phases = await bench.play()
    assert phases.count(LinkPhase.WAITING) == 2


async def test_a_session_that_ends_without_an_error_is_over_all_the_same() -> None:
    """It is not started again in place."""
    bench = Bench(Session())
    await bench.play()
    assert bench.states[2].reason is DownReason.LINK_LOST


async def test_a_bug_surfaces_and_the_session_is_closed() -> None:
    """What is no expected failure is not retried away."""
    session = Session()
    bench = Bench(session, ends=ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await bench.supervisor.run()
    assert session.closed


async def test_opening_and_closing_have_deadlines() -> None:
    """A phone that answers neither is left behind."""
    never = Bench()

    async def hang() -> Session:
        if never.states[-1].reason is not None:
            raise Enough
        await asyncio.Event().wait()
        return Session()

    supervisor = Supervisor(
        Capability.MESSAGES, hang, never.run, never.report, now=never.clock, rng=NoWait(), open_s=0.01
    )
    with pytest.raises(Enough):
        await supervisor.run()
    assert never.states[1].reason is DownReason.TIMEOUT
    stuck = Session(hang=True)
    assert LinkPhase.WAITING in await Bench(stuck, ends=LinkLost("gone")).play()
    assert stuck.closed


@pytest.mark.parametrize("opening_s", [0, STEADY_S + 5])
def test_pauses_grow_while_it_does_not_get_better(opening_s: float) -> None:
    """However long each failed attempt took: only a session that lived counts as a good one."""
    pauses: list[float] = []

    async def fail() -> Session:
        await asyncio.sleep(opening_s)
        if len(pauses) == 4:
            raise Enough
        raise DeadlineExceeded("late")

    assert played(fail, None, pauses) == [2, 5, 15, 30]


@pytest.mark.parametrize(("lasts_s", "pauses"), [(STEADY_S - 1, [0.5, 1, 2]), (STEADY_S, [0.5, 0.5, 0.5])])
def test_a_session_that_lived_makes_the_next_failure_the_first(lasts_s: float, pauses: list[float]) -> None:
    """A phone that comes and goes is met soon again."""
    seen: list[float] = []

    async def open_session() -> Session:
        if len(seen) == 3:
            raise Enough
        return Session()

    assert played(open_session, lasts_s, seen) == pauses


def played(
    open_session: Callable[[], Awaitable[Session]], lasts_s: float | None, pauses: list[float]
) -> list[float]:
    """The pauses between attempts, by the loop's clock, until `Enough`."""

    async def run(_session: Session) -> None:
        await asyncio.sleep(lasts_s or 0)
        raise LinkLost("gone")

    def report(state: CapabilityState) -> None:
        if state.next_attempt_at is not None:
            pauses.append((state.next_attempt_at - now()).total_seconds())

    async def main() -> None:
        supervisor = Supervisor(
            Capability.MESSAGES, open_session, run, report, now=now, rng=Exactly(), open_s=100
        )
        with pytest.raises(Enough):
            await supervisor.run()

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        runner.run(main())
    return pauses


async def test_since_lasts_through_attempts() -> None:
    """A banner shows the whole age of a failure, not that of the last attempt."""
    bench = Bench(Session(), LinkLost("still"), LinkLost("still"), ends=LinkLost("gone"), lasts_s=5)

    def report(state: CapabilityState) -> None:
        bench.states.append(state)
        bench.clock.move(100)

    supervisor = Supervisor(Capability.MESSAGES, bench.open, bench.run, report, now=bench.clock, rng=NoWait())
    with pytest.raises(Enough):
        await supervisor.run()
    since = [s.since for s in bench.states]
    assert len(set(since[2:])) == 1
    assert since[2] > since[1]


async def test_cancelling_closes_the_session() -> None:
    """At the end of the relay nothing stays open."""
    session = Session()
    bench = Bench(session)
    running = asyncio.Event()

    async def run(_session: Session) -> None:
        running.set()
        await asyncio.Event().wait()

    supervisor = Supervisor(Capability.MESSAGES, bench.open, run, bench.report, now=bench.clock, rng=NoWait())
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(supervisor.run())
        await running.wait()
        task.cancel()
    assert session.closed


async def test_cancelled_in_the_turn_of_a_loss_it_begins_no_other_session() -> None:
    """The loss is survived, the cancellation is not, whichever of them comes first."""
    for steps in (["loss", "cancel"], ["cancel", "loss"]):
        bench = Bench(Session(), Session())
        lost, running = asyncio.Event(), asyncio.Event()

        async def lose(lost: asyncio.Event = lost) -> None:
            await lost.wait()
            raise LinkLost("gone")

        async def follow(running: asyncio.Event = running) -> None:
            running.set()
            await asyncio.Event().wait()

        async def run(_session: Session, follow: Loop = follow, lose: Loop = lose) -> None:
            await together(follow(), lose())

        supervisor = Supervisor(
            Capability.MESSAGES, bench.open, run, bench.report, now=bench.clock, rng=NoWait()
        )
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            task = tasks.create_task(supervisor.run())
            await running.wait()
            for step in steps:
                if step == "loss":
                    lost.set()
                else:
                    task.cancel()
        assert task.cancelled()
        assert len(bench.plan) == 1, "it began another"


Loop = Callable[[], Coroutine[object, object, None]]


class Away:
    """A phone that takes its time to be found away, until it is back; by the loop's clock."""

    FOUND_S: Final = 10.0

    def __init__(self, *, back_at_s: float) -> None:
        self.back_at_s = back_at_s
        self.attempts: list[float] = []
        self.ready_at_s: float | None = None

    async def open(self) -> Session:
        began = asyncio.get_running_loop().time()
        self.attempts.append(began)
        if began < self.back_at_s:
            await asyncio.sleep(self.FOUND_S)
            raise PhoneUnreachable("away")
        return Session()

    async def run(self, _session: Session) -> None:
        self.ready_at_s = asyncio.get_running_loop().time()
        await asyncio.Event().wait()

    def play(self, *wishes_s: float, until_s: float = 300) -> None:
        """Keep it connected for so long, with somebody who asks for it at these times."""

        async def main() -> None:
            loop = asyncio.get_running_loop()
            supervisor = Supervisor(
                Capability.CONTACTS, self.open, self.run, lambda _: None, now=now, rng=Exactly()
            )
            for at in wishes_s:
                loop.call_at(at, supervisor.retry_now)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until_s):
                    await supervisor.run()

        with asyncio.Runner(loop_factory=FastLoop) as runner:
            runner.run(main())


def test_pauses_are_those_of_the_cause() -> None:
    """Ten seconds to find out, then 2, 3, 5, 10, 20, 30 s, over and over."""
    phone = Away(back_at_s=1000)
    phone.play(until_s=150)
    assert phone.attempts == [0, 12, 25, 40, 60, 90, 130]


def test_a_wish_while_waiting_is_an_attempt_at_once() -> None:
    """And pauses start short again: whoever asks knows of a change."""
    phone = Away(back_at_s=1000)
    phone.play(105, until_s=145)
    assert phone.attempts == [0, 12, 25, 40, 60, 90, 105, 117, 130]


def test_a_wish_during_an_attempt_that_fails_is_not_lost() -> None:
    """The attempt began before the phone was back: the next one follows at once."""
    phone = Away(back_at_s=93)
    phone.play(95)
    assert phone.attempts == [0, 12, 25, 40, 60, 90, 100]
    assert phone.ready_at_s == 100


def test_a_wish_while_connected_is_forgotten() -> None:
    """It says nothing of a loss an hour later."""
    session_s = 3600.0
    attempts: list[float] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()

        async def open_session() -> Session:
            attempts.append(loop.time())
            return Session()

        async def run(_session: Session) -> None:
            await asyncio.sleep(session_s)
            raise LinkLost("gone")

        supervisor = Supervisor(
            Capability.MESSAGES, open_session, run, lambda _: None, now=now, rng=Exactly()
        )
        loop.call_at(10, supervisor.retry_now)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(session_s + 100):
                await supervisor.run()

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        runner.run(main())
    assert attempts == [0, session_s + 0.5]


async def test_sleep_ends_the_session_in_order_and_wake_connects_at_once() -> None:
    """Whatever pause it stood in; the state says that the computer slept, and `sleep` returns when all is closed."""
    first, second = Session(), Session()
    bench = Bench(first, second)
    lives = asyncio.Event()

    async def live(_session: Session) -> None:
        lives.set()
        await asyncio.Event().wait()

    supervisor = Supervisor(
        Capability.MESSAGES, bench.open, live, bench.report, now=bench.clock, rng=Exactly(), close_s=1
    )
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(supervisor.run())
        await lives.wait()
        await supervisor.sleep()
        assert first.closed
        assert (bench.states[-1].phase, bench.states[-1].reason) == (LinkPhase.WAITING, DownReason.ASLEEP)
        lives.clear()
        supervisor.wake()
        await lives.wait()
        assert bench.states[-1].phase is LinkPhase.READY
        running.cancel()
    assert second.closed


async def test_sleep_is_reached_from_a_long_pause_too() -> None:
    """A computer that sleeps while the phone is away is not asked to wait for the phone."""
    bench = Bench(*[PhoneUnreachable("away")] * 3, rng=Exactly())
    waits = asyncio.Event()

    def report(state: CapabilityState) -> None:
        bench.report(state)
        if state.phase is LinkPhase.WAITING:
            waits.set()

    supervisor = Supervisor(
        Capability.MESSAGES, bench.open, bench.run, report, now=bench.clock, rng=Exactly(), close_s=1
    )
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(supervisor.run())
        await waits.wait()
        await supervisor.sleep()
        assert bench.states[-1].reason is DownReason.ASLEEP
        attempts = len(bench.plan)
        await asyncio.sleep(0.01)
        assert len(bench.plan) == attempts
        running.cancel()
