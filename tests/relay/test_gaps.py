"""Every disconnection is a row that lasts over restarts, and what arrived meanwhile is there afterwards."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from phonelink_tui.domain.message import Direction
from phonelink_tui.domain.phone import DownReason
from phonelink_tui.relay import links
from phonelink_tui.relay.api import Snapshot
from phonelink_tui.virtual.personas import ANDROID, IPHONE, Persona
from tests.relay.test_restarts import BOB, NO_NOTICES, NOTHING, Run, make_phone, now, running

PERSONAS = pytest.mark.parametrize("persona", [IPHONE, ANDROID], ids=["iphone", "android"])


def closed(snapshot: Snapshot) -> list[DownReason]:
    """Why messages were not connected, as far as that is over."""
    return [gap.reason for gap in snapshot.gaps if gap.ended_at is not None]


def are_closed(count: int, snapshot: Snapshot) -> bool:
    """Whether so many gaps are over."""
    return len(closed(snapshot)) == count


async def came_meanwhile(run: Run, snapshot: Snapshot, text: str) -> None:
    """The newest text is this one, whole and unread, and its time is inside of the newest gap's."""
    (*_, gap) = snapshot.gaps
    (thread,) = snapshot.threads
    *_, newest = await run.texts(thread)
    assert (newest.text, newest.read, newest.direction) == (text, False, Direction.INCOMING)
    assert thread.unread >= 1
    assert gap.ended_at is not None
    second = timedelta(seconds=1)  # the phone tells no fractions
    assert gap.started_at - second <= newest.at <= gap.ended_at


@PERSONAS
async def test_the_relay_did_not_run(persona: Persona, tmp_path: Path) -> None:
    """Killed, and started again later: the time between is a gap that began when it was last alive."""
    phone = make_phone(persona)
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.ready()
        phone.receive_text(BOB, "before")
        await run.until(lambda s: s.threads)
    killed_at = now()
    phone.receive_text(BOB, "while nobody listened")
    async with running(phone, tmp_path, NOTHING) as run:
        (gap,) = (await run.relay.snapshot()).gaps
        assert (gap.ended_at, gap.reason) == (None, DownReason.NOT_RUNNING)
        assert gap.started_at <= killed_at
        assert killed_at - gap.started_at < links.BEAT
    async with running(phone, tmp_path, NO_NOTICES) as run:
        seen = await run.until(lambda s: closed(s) and s.threads[0].total == 2)
        (gap,) = seen.gaps
        assert gap.started_at <= killed_at <= (gap.ended_at or killed_at)
        assert [m.text for m in await run.texts(seen.threads[0])] == ["before", "while nobody listened"]
        await came_meanwhile(run, seen, "while nobody listened")
    async with running(phone, tmp_path, NOTHING) as run:
        gaps = (await run.relay.snapshot()).gaps
        assert [gap.ended_at is None for gap in gaps] == [False, True]


@PERSONAS
async def test_out_of_range(persona: Persona, tmp_path: Path) -> None:
    """The phone leaves and comes back: one row, its texts of that time, and the row is there after a restart."""
    phone = make_phone(persona)
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.ready()
        phone.walk_away()
        await run.until(lambda s: s.gaps and s.gaps[-1].ended_at is None)
        phone.receive_text(BOB, "out there")
        phone.come_back()
        back = await run.until(lambda s: closed(s) and s.threads and s.threads[0].total == 1)
        assert len(back.gaps) == 1
        await came_meanwhile(run, back, "out there")
        lasted = back.gaps[0]
    async with running(phone, tmp_path, NOTHING) as run:
        assert (await run.relay.snapshot()).gaps[0] == lasted


@PERSONAS
async def test_suspend(persona: Persona, tmp_path: Path) -> None:
    """This computer sleeps: the gap says so, and what came meanwhile is read at the resume."""
    phone = make_phone(persona)
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.ready()
        await run.relay.sleep()
        await run.until(lambda s: s.gaps)
        asked = dict(phone.counts)
        phone.receive_text(BOB, "while it slept")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await run.until(lambda s: s.gaps[-1].ended_at is not None)
        assert dict(phone.counts) == asked, "a phone is asked for nothing while this computer sleeps"
        run.relay.wake()
        awake = await run.until(lambda s: closed(s) and s.threads and s.threads[0].total == 1)
        assert closed(awake) == [DownReason.ASLEEP]
        await came_meanwhile(run, awake, "while it slept")
        (lasted,) = awake.gaps
    async with running(phone, tmp_path, NOTHING) as run:
        assert (await run.relay.snapshot()).gaps[0] == lasted


@PERSONAS
async def test_the_phone_restarts(persona: Persona, tmp_path: Path) -> None:
    """It goes without a word and comes back with new sessions; a text that came at its start is there once."""
    phone = make_phone(persona)
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.ready()
        phone.receive_text(BOB, "before")
        await run.until(lambda s: s.threads and s.threads[0].total == 1)
        for _ in range(2):
            phone.walk_away()
            await run.until(lambda s: s.gaps and s.gaps[-1].ended_at is None)
            phone.come_back()
            phone.receive_text(BOB, "just up")
            count = len((await run.relay.snapshot()).gaps)
            await run.until(partial(are_closed, count))
        seen = await run.until(lambda s: s.threads[0].total == 3)
        assert [m.text for m in await run.texts(seen.threads[0])] == ["before", "just up", "just up"]
        assert set(closed(seen)) <= {DownReason.LINK_LOST, DownReason.OUT_OF_RANGE}
        assert len(closed(seen)) == 2
