"""What is too old goes from the disk by itself, in batches, and what is shown of it stays true."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from phonelink_tui.archive.retention import Keep, Retention
from phonelink_tui.config.archive_settings import ArchiveSettings, KeepRule
from phonelink_tui.domain.address import identify
from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay import retaining
from phonelink_tui.relay.retaining import retention_of
from phonelink_tui.relay.store import Store
from phonelink_tui.virtual.personas import ANDROID
from tests.relay import desk
from tests.relay.test_restarts import ALICE, BOB, make_phone, now, running


async def test_old_texts_go_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By age for all, by number for one; the row and its beginning tell what is left after the next start."""
    monkeypatch.setattr(retaining, "START_S", 0.0)
    phone = make_phone(ANDROID)
    for n in range(450):
        phone.receive_text(BOB, f"old {n}", at=now() - timedelta(days=60, seconds=450 - n))
    phone.receive_text(BOB, "new", at=now() - timedelta(days=1))
    for n in range(5):
        phone.receive_text(ALICE, f"Alice {n}", at=now() - timedelta(days=90, seconds=-n))
    async with running(phone, tmp_path) as run:
        await run.until(lambda s: sum(t.total for t in s.threads) == 456)
        assert (await run.archive.info()).messages == 456
    rules = ArchiveSettings(keep=KeepRule(days=30), threads={ALICE: KeepRule(count=3)})
    phone = make_phone(ANDROID)
    async with running(phone, tmp_path, rules=rules) as run:
        async with asyncio.timeout(20):
            while (await run.archive.info()).messages > 4:
                await asyncio.sleep(0.01)
        await run.ready()
    async with running(phone, tmp_path, rules=rules) as run:
        rows = {str(t.address.value): t for t in (await run.relay.snapshot()).threads}
        assert {value: row.total for value, row in rows.items()} == {BOB: 1, ALICE: 3}
        assert rows[BOB].first_at > now() - timedelta(days=2)


async def test_the_day_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that runs on looks again once a day has passed."""
    monkeypatch.setattr(retaining, "START_S", 0.0)
    monkeypatch.setattr(retaining, "LOOK_S", 0.01)
    monkeypatch.setattr(retaining, "EVERY", timedelta(seconds=0.05))
    phone = make_phone(ANDROID)
    async with running(phone, tmp_path, rules=ArchiveSettings(keep=KeepRule(count=2))) as run:
        await run.ready()
        for n in range(6):
            phone.receive_text(BOB, f"text {n}", at=now() - timedelta(minutes=60 - n))
        await run.until(lambda s: s.threads and s.threads[0].total == 6)
        async with asyncio.timeout(20):
            while (await run.archive.info()).messages > 2:
                await asyncio.sleep(0.01)
        assert [m.text for m in (await run.relay.search("text"))] == ["text 5", "text 4"]


def test_a_name_means_every_conversation_with_a_person() -> None:
    """By its number, however spelled, or by its id."""
    store = Store(desk.make_phone(), now)
    for number, audience in (
        ("+15550100", Audience.PRIVATE),
        ("+15550100", Audience.UNKNOWN),
        (BOB, Audience.PRIVATE),
    ):
        store.start_thread(ThreadId(f"{audience}{number}"), audience, identify(number))
    rows = store.snapshot(0).threads
    settings = ArchiveSettings(threads={"+1 555 0100": KeepRule(1), f"private{BOB}": KeepRule(count=2)})
    assert retention_of(settings, rows, identify).threads == {
        "private+15550100": Keep(1),
        "unknown+15550100": Keep(1),
        f"private{BOB}": Keep(count=2),
    }
    assert retention_of(settings, [], identify) == Retention()
