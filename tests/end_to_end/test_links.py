"""What does a relay do when the phone leaves, refuses, is held by another computer or by its own switches?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from phonelink_tui.domain.events import GapChanged, LimitationChanged
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import Audience, DeliveryState
from phonelink_tui.domain.observed import Folder
from phonelink_tui.domain.phone import Capability, DownReason, LinkPhase
from phonelink_tui.relay.api import MarkRead, RetryNow, Snapshot
from phonelink_tui.relay.sync import PROBE_S
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.personas import ANDROID, IPHONE, Persona
from tests.backends.world import opened
from tests.end_to_end.house import ALICE, BOB, limits_of, living, make_phone, thread_with, without_limit
from tests.fast_time import now


@pytest.mark.parametrize("persona", [IPHONE, ANDROID], ids=["iphone", "android"])
async def test_gap_is_told_closed_and_filled(persona: Persona) -> None:
    """Out of range and back: a gap with begin and end, and every text that came meanwhile, none of them live."""
    async with living(make_phone(persona)) as house:
        await house.watch.ready()
        house.phone.receive_text(ALICE, "Before")
        await house.watch.settle()
        left = now()
        house.phone.walk_away()
        snapshot = await house.watch.until(lambda s: LimitKind.PHONE_AWAY in limits_of(s))
        (gap,) = snapshot.gaps
        assert timedelta(0) <= left - gap.started_at <= timedelta(seconds=PROBE_S)
        assert gap.ended_at is None
        assert snapshot.phone.complete_since is None
        for number in range(70):
            house.phone.receive_text(BOB, f"Meanwhile {number}")
        await asyncio.sleep(600)
        back = now()
        house.phone.come_back()
        snapshot = await house.watch.until(lambda s: without_limit(s, LimitKind.PHONE_AWAY), within_s=60)
        snapshot = await house.watch.settle()
        (gap,) = snapshot.gaps
        assert gap.ended_at is not None
        assert timedelta(0) <= gap.ended_at - back <= timedelta(seconds=40)
        assert snapshot.phone.complete_since == gap.ended_at
        texts = [text.text for text in await house.watch.all_texts()]
        assert sorted(texts) == sorted(["Before", *(f"Meanwhile {n}" for n in range(70))])
        assert {text.text for text in house.watch.live_texts()} == {"Before"}
        house.phone.receive_text(ALICE, "After")
        await house.watch.until(lambda s: any(t.last_text == "After" for t in s.threads))


@pytest.mark.parametrize("persona", [IPHONE, ANDROID], ids=["iphone", "android"])
async def test_read_marks_reach_the_phone_after_it_renumbered(persona: Persona) -> None:
    """Its texts got other handles while it was away: each is there once, and reading it reaches it."""
    async with living(make_phone(persona)) as house:
        await house.watch.ready()
        for text in ("ok", "ok", "Dinner?"):
            house.phone.receive_text(ALICE, text)
        await house.watch.settle()
        house.phone.walk_away()
        await asyncio.sleep(300)
        assert house.phone.renumber() == 3
        house.phone.come_back()
        await house.watch.ready()
        texts = await house.watch.all_texts()
        assert sorted(text.text for text in texts) == ["Dinner?", "ok", "ok"]
        snapshot = await house.relay.snapshot()
        for thread in snapshot.threads:
            await house.watch.do(MarkRead(f"read-{thread.id}", thread.id))
        await house.watch.settle()
        assert [text.read for text in house.phone.folder(Folder.INBOX)] == [True] * 3


async def test_text_written_while_away_leaves_once_it_is_back() -> None:
    """A text waits for the phone, certainly unsent, and is pushed exactly once."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        house.phone.walk_away()
        await house.watch.until(lambda s: LimitKind.PHONE_AWAY in limits_of(s))
        await house.watch.send(ALICE, "Where are you?")
        await asyncio.sleep(300)
        (waiting,) = (await house.relay.snapshot()).unsettled
        assert waiting.state is DeliveryState.QUEUED
        house.phone.come_back()
        await house.watch.until(lambda s: not s.unsettled)
        assert [push.text for push in house.phone.pushed] == ["Where are you?"]


SWITCHES = [
    (Switch.MESSAGES, Capability.MESSAGES, LimitKind.MESSAGES_OFF),
    (Switch.CONTACTS, Capability.CONTACTS, LimitKind.CONTACTS_OFF),
    (Switch.NOTIFICATIONS, Capability.NOTIFICATIONS, LimitKind.NOTIFICATIONS_OFF),
]


@pytest.mark.parametrize(("switch", "capability", "kind"), SWITCHES)
async def test_switch_that_is_off_is_named_and_ticks_itself(
    switch: Switch, capability: Capability, kind: LimitKind
) -> None:
    """The limit of a switch appears with the connection, goes by itself once granted, and comes again."""
    phone = make_phone()
    phone.turn(switch, on=False)
    async with living(phone) as house:
        snapshot = await house.watch.until(lambda s: kind in limits_of(s), within_s=5)
        assert snapshot.phone.capabilities[capability].reason is DownReason.FORBIDDEN
        others = [c for c in Capability if c is not capability]
        await house.watch.until(lambda s: all(s.phone.phase(c) is LinkPhase.READY for c in others))
        await asyncio.sleep(500)
        phone.turn(switch, on=True)
        await house.watch.until(lambda s: without_limit(s, kind), within_s=80)
        await house.watch.until(lambda s: s.phone.phase(capability) is LinkPhase.READY)
        phone.turn(switch, on=False)
        await house.watch.until(lambda s: kind in limits_of(s), within_s=80)
        phone.turn(switch, on=True)
        await house.watch.do(RetryNow("now", capability))
        await house.watch.until(lambda s: s.phone.phase(capability) is LinkPhase.READY, within_s=5)
        told = [
            e.event.active
            for e in house.watch.events
            if isinstance(e.event, LimitationChanged) and e.event.limitation.kind is kind
        ]
        assert told == [True, False] * (len(told) // 2)


async def test_evidence_comes_with_the_switch() -> None:
    """Texts from before notifications were granted are judged again when the replay names them."""
    phone = make_phone()
    phone.turn(Switch.NOTIFICATIONS, on=False)
    async with living(phone) as house:
        await house.watch.until(lambda s: LimitKind.NOTIFICATIONS_OFF in limits_of(s))
        phone.receive_text(ALICE, "Private?")
        snapshot = await house.watch.until(lambda s: s.threads)
        assert snapshot.threads[0].audience is Audience.UNKNOWN
        phone.turn(Switch.NOTIFICATIONS, on=True)
        await house.watch.until(
            lambda s: s.threads and s.threads[0].audience is Audience.PRIVATE, within_s=90
        )
        assert len(await house.watch.all_texts()) == 1


async def test_phone_held_by_another_computer() -> None:
    """A second computer has the message session: said so with its age, tried again, and served once it lets go."""
    phone = make_phone()
    async with living(phone) as first:
        await first.watch.ready()
        phone.walk_away()
        await first.watch.until(lambda s: LimitKind.PHONE_AWAY in limits_of(s))
        phone.come_back()
        async with opened(first.other.open_messages()) as theirs:
            snapshot = await first.watch.until(lambda s: LimitKind.HELD_ELSEWHERE in limits_of(s))
            (limit,) = [one for one in snapshot.limitations if one.kind is LimitKind.HELD_ELSEWHERE]
            assert limit.since is not None
            outcome = await first.watch.send(ALICE, "Waits")
            assert outcome.message is not None
            phone.receive_text(ALICE, "Goes to them")
            await theirs.next_change()
            await asyncio.sleep(100)
            assert phone.pushed == []
        await first.watch.until(lambda s: without_limit(s, LimitKind.HELD_ELSEWHERE), within_s=60)
        snapshot = await first.watch.until(lambda s: not s.unsettled)
        await first.watch.settle()
        assert [push.text for push in phone.pushed] == ["Waits"]
        texts = await first.watch.texts(thread_with(await first.relay.snapshot(), ALICE, "private"))
        assert {text.text for text in texts} == {"Waits", "Goes to them"}


@pytest.mark.parametrize(
    "faults", ["refuse:3", "drop:900", "stall:700", "garble:300", "drop_up:200", "delay:0.2-3"]
)
async def test_bad_beginning_ends_well(faults: str) -> None:
    """However the first connection fails, all of the phone is here within minutes, once."""
    phone = make_phone(IPHONE, faults)
    for number in range(20):
        phone.receive_text(ALICE, f"text {number}")
    async with living(phone) as house:
        await house.watch.ready()
        await house.watch.until(lambda s: s.threads and s.threads[0].total == 20, within_s=240)
        texts = await house.watch.all_texts()
        assert [text.text for text in texts] == [f"text {number}" for number in range(20)]


def has_texts(number: int, snapshot: Snapshot) -> bool:
    """Whether so many texts are known."""
    return sum(thread.total for thread in snapshot.threads) == number


async def test_phone_without_event_reports() -> None:
    """A phone that never calls back is looked at: new texts arrive within the time of a poll."""
    async with living(make_phone(IPHONE, "no_call_back")) as house:
        await house.watch.ready()
        for number in range(3):
            house.phone.receive_text(ALICE, f"text {number}")
            await house.watch.until(partial(has_texts, number + 1), within_s=20)
        assert {text.audience for text in await house.watch.all_texts()} == {Audience.PRIVATE}


@pytest.mark.parametrize("faults", ["flood:1200*2", "flood:300*2,odd,fragment:50-200"])
async def test_flood(faults: str) -> None:
    """Event reports of texts that do not exist and hundreds of notifications do not hold up a real text."""
    async with living(make_phone(IPHONE, faults)) as house:
        await asyncio.sleep(1)
        house.phone.receive_text(ALICE, "Real")
        await asyncio.sleep(1)
        await house.watch.send(ALICE, "Answer")
        snapshot = await house.watch.settle()
        assert [text.text for text in await house.watch.all_texts()] == ["Real", "Answer"]
        assert len(house.phone.pushed) == 1
        assert 300 < len(snapshot.notifications) <= 1000
        assert "Alice Moreau" in {note.title for note in snapshot.notifications}


async def test_every_gap_is_told_with_begin_and_end() -> None:
    """Coming and going many times: as many gaps, in order, none open at the end, none overlapping."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        for number in range(8):
            house.phone.walk_away()
            await house.watch.until(lambda s: LimitKind.PHONE_AWAY in limits_of(s))
            house.phone.receive_text(ALICE, f"text {number}")
            house.phone.come_back()
            await house.watch.until(lambda s: s.phone.phase(Capability.MESSAGES) is LinkPhase.READY)
        snapshot = await house.watch.settle()
        assert len(snapshot.gaps) == 8
        for gap, later in zip(snapshot.gaps, (*snapshot.gaps[1:], None), strict=True):
            assert gap.ended_at is not None
            assert gap.started_at <= gap.ended_at
            assert later is None or gap.ended_at <= later.started_at
        told = [e.event.gap for e in house.watch.events if isinstance(e.event, GapChanged)]
        assert len(told) == 16
        assert len(await house.watch.all_texts()) == 8
