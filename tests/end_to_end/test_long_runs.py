"""Does a relay stay truthful, small and in step over a long time and a great many texts?"""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from random import Random
from time import process_time

import pytest
from attrs import evolve

from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.domain.events import (
    GapChanged,
    MessageChanged,
    MessageGone,
    NotificationChanged,
    NotificationRemoved,
    Resync,
    Stamped,
    ThreadChanged,
    ThreadGone,
)
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, TextMessage
from phonelink_tui.domain.observed import Folder
from phonelink_tui.domain.phone import LinkPhase
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.ipc.events import decode_event, encode_event
from phonelink_tui.ipc.values import from_json, to_json
from phonelink_tui.ipc.wire import decode_line, encode_line
from phonelink_tui.relay.api import RetryNow, Snapshot
from phonelink_tui.relay.stream import KEPT_EVENTS
from phonelink_tui.virtual.embed import make_phone as phone_of
from phonelink_tui.virtual.scenario import load_scenario
from phonelink_tui.virtual.scenario_runner import ScenarioRunner
from tests.end_to_end.house import ALICE, BOB, House, living
from tests.fast_time import now

ARRIVED = {DeliveryState.ACCEPTED, DeliveryState.SENT, DeliveryState.DELIVERED}


def check_stream(events: list[Stamped], snapshot: Snapshot, texts: list[TextMessage]) -> None:
    """What the events tell one after another is what the snapshot and its pages tell at the end."""
    assert [stamped.rev for stamped in events] == list(range(1, len(events) + 1))
    assert not any(isinstance(stamped.event, Resync) for stamped in events)
    threads, messages, notes, gaps = {}, {}, {}, {}
    for stamped in events:
        match stamped.event:
            case ThreadChanged(thread):
                threads[thread.id] = thread
            case ThreadGone(id_):
                del threads[id_]
            case MessageChanged(message):
                messages[message.id] = message
            case MessageGone(gone, _):
                del messages[gone]
            case NotificationChanged(note):
                notes[note.id] = note
            case NotificationRemoved(note_id):
                notes.pop(note_id)
            case GapChanged(gap):
                gaps[gap.id] = gap
            case _:
                pass
    assert threads == {thread.id: thread for thread in snapshot.threads}
    assert messages == {text.id: text for text in texts}
    assert notes == {note.id: note for note in snapshot.notifications}
    assert tuple(gaps.values()) == snapshot.gaps


def check_json(events: list[Stamped], snapshot: Snapshot) -> None:
    """Every event and the snapshot are the same after a journey as JSON."""
    for stamped in events:
        assert decode_event(decode_line(encode_line(encode_event(stamped)))) == stamped
    assert from_json(decode_line(encode_line({"v": 1, "it": to_json(snapshot)}))["it"], Snapshot) == snapshot


def check_gaps(snapshot: Snapshot) -> None:
    """Gaps are in order, do not overlap, and only the last may be open."""
    ends = [gap.ended_at for gap in snapshot.gaps]
    assert None not in ends[:-1]
    for gap, later in zip(snapshot.gaps, snapshot.gaps[1:], strict=False):
        assert gap.started_at <= (gap.ended_at or gap.started_at) <= later.started_at


@pytest.mark.timeout(240)
async def test_long_inbox() -> None:
    """Ten thousand texts of a year: all listed, in bounded time, with no task more than for an empty phone."""
    phone, _ = phone_of(VirtualSpec("long-inbox", seed=3), clock=now)
    began = process_time()
    async with living(phone) as house:
        tasks = set()
        while (
            not (snapshot := await house.relay.snapshot()).threads
            or sum(thread.total for thread in snapshot.threads) < 10_000
        ):
            await asyncio.sleep(0.001)
            tasks.add(len(asyncio.all_tasks()))
        snapshot = await house.watch.settle()
        took_s = process_time() - began
        assert sum(thread.total for thread in snapshot.threads) == 10_000
        assert len(snapshot.threads) == 80
        assert max(tasks) <= 30
        assert took_s < 15  # measured: 2 to 3 s
        assert house.watch.live_texts() == []
        newest = (await house.relay.messages(snapshot.threads[0].id, limit=5)).messages[-1]
        phone.receive_text(ALICE, "This one is new")
        await house.watch.until(lambda s: s.threads[0].last_text == "This one is new", within_s=5)
        assert newest.text


async def ride(
    house: House, runner: ScenarioRunner, simulated_s: float, speed: float
) -> dict[MessageId, str]:
    """The scenario again and again, while somebody writes to both people now and then."""
    chance = Random(5)
    written: dict[MessageId, str] = {}
    async with asyncio.TaskGroup() as tasks:
        life = tasks.create_task(runner.run())
        until = asyncio.get_running_loop().time() + simulated_s / speed
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(chance.uniform(1, 12) / speed)
            if chance.random() < 0.2:  # the owner clears what has been read
                for entry in house.phone.centre.entries:
                    house.phone.centre.clear(entry.key)
            if speed > 1:  # pauses between attempts are not faster than life
                await house.watch.do(RetryNow(f"r{asyncio.get_running_loop().time()}"))
            text = f"own {len(written)}"
            outcome = await house.watch.send(chance.choice([ALICE, BOB]), text)
            if outcome.message is None:
                assert outcome.reasons == ("too_many",)
            else:
                written[outcome.message] = text
        life.cancel()
    return written


@pytest.mark.parametrize(("speed", "minutes", "seed"), [(1.0, 20, 1), (60.0, 20, 2), (7.0, 12, 3)])
async def test_flaky_train(speed: float, minutes: int, seed: int) -> None:
    """Tunnel after tunnel: no push twice, every own text settles, every text arrives, gaps are in order."""
    phone, scenario = phone_of(VirtualSpec("flaky-train", seed=seed), clock=now)
    runner = ScenarioRunner(evolve(scenario, repeat=True), phone, seed=seed, speed=speed)
    async with living(phone, seed=seed) as house:
        written = await ride(house, runner, minutes * 60, speed)
        phone.faults.clear()
        phone.come_back()
        await house.watch.until(
            lambda s: (
                all(text.state is DeliveryState.UNKNOWN for text in s.unsettled)
                and all(c.phase in (LinkPhase.READY, LinkPhase.ABSENT) for c in s.phone.capabilities.values())
            ),
            within_s=600,
        )
        snapshot = await house.watch.settle()
        texts = await house.watch.all_texts()
        counts = Counter(push.text for push in phone.pushed)
        own = {text.id: text for text in texts if text.direction is Direction.OUTGOING}
        assert set(own) == set(written)
        for id_, words in written.items():
            state = own[id_].state
            assert counts[words] == 1 if state in ARRIVED else counts[words] <= 1, (words, state)
            assert state is not DeliveryState.FAILED or counts[words] == 0
        incoming = Counter(text.text for text in texts if text.direction is Direction.INCOMING)
        assert incoming == Counter(text.text for text in phone.folder(Folder.INBOX))
        check_gaps(snapshot)
        assert len(snapshot.gaps) > 2
        check_stream(house.watch.events, snapshot, texts)
        check_json(house.watch.events[-200:], snapshot)


async def test_nothing_grows_but_what_is_kept() -> None:
    """Hours of comings and goings leave as many tasks and, texts aside, as many objects as a few minutes."""
    phone, scenario = phone_of(VirtualSpec("flaky-train", seed=1), clock=now)
    quiet = evolve(
        scenario, acts=tuple(a for a in scenario.acts if a.act.NAME != "text"), people=(), repeat=True
    )
    runner = ScenarioRunner(quiet, phone, seed=1, speed=1.0)
    async with living(phone) as house, asyncio.TaskGroup() as tasks:
        life = tasks.create_task(runner.run())
        sizes: list[tuple[int, int]] = []
        while house.watch.events[-1:] == [] or house.watch.events[-1].rev <= KEPT_EVENTS:
            await asyncio.sleep(1200)  # the stream's memory of events fills up first
        for _ in range(4):
            await asyncio.sleep(1200 + 20)
            house.watch.events.clear()
            gc.collect()
            sizes.append((len(asyncio.all_tasks()), len(gc.get_objects())))
            await asyncio.sleep(120 * 3 - 20)
        life.cancel()
    # A gap and its session's traces are kept for each coming and going: some 30 rounds between two looks.
    # With all three sessions up, both sides together are 26 tasks; without any, 8.
    assert max(tasks for tasks, _ in sizes) <= 28, sizes
    assert sizes[-1][1] - sizes[1][1] < 4000, sizes


async def test_hostile_scenario() -> None:
    """Everything a terminal must not obey arrives as harmless text, whole, and survives JSON."""
    phone, scenario = phone_of(VirtualSpec("hostile"), clock=now)
    runner = ScenarioRunner(load_scenario("hostile"), phone)
    async with living(phone) as house, asyncio.TaskGroup() as tasks:
        life = tasks.create_task(runner.run())
        await runner.ended.wait()
        snapshot = await house.watch.settle()
        texts = await house.watch.all_texts()
        events = [*house.watch.events]
        life.cancel()
    stored = phone.folder(Folder.INBOX)
    assert len(texts) == len(stored) == sum(thread.total for thread in snapshot.threads)
    assert Counter(note.title[:100] for note in snapshot.notifications) == Counter(
        clean_line(entry.title)[:100] for entry in phone.centre.entries
    )
    for text in texts:
        assert text.text == clean(text.text)
        assert text.sender_name == clean_line(text.sender_name)
    for thread in snapshot.threads:
        assert thread.title == clean_line(thread.title)
    check_stream(events, snapshot, texts)
    check_json(events, snapshot)
    assert len(snapshot.contacts) >= len(scenario.people)
