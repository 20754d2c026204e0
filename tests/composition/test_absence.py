"""Is somebody who comes back told what came meanwhile, and nothing else? A shared relay, two screens in turn."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta
from pathlib import Path

from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.shared import listening, serve_shared, shared_relay
from phonelink_tui.relay.api import Looked, Snapshot
from phonelink_tui.ui.absence import absence_words
from phonelink_tui.ui.bridge import Bridge
from phonelink_tui.ui.projection import Projection, Touched
from phonelink_tui.virtual.personas import ANDROID
from tests.relay.test_restarts import ALICE, BOB, make_phone, now, running


async def test_what_came_while_nobody_looked(tmp_path: Path) -> None:
    """Old unread texts of the same person do not count, what is read meanwhile neither; what comes later does."""
    phone = make_phone(ANDROID)
    for n in range(3):
        phone.receive_text(BOB, f"old {n}", at=now() - timedelta(hours=2, seconds=-n))
    path = tmp_path / "run" / "relay.sock"
    async with asyncio.timeout(50), running(phone, tmp_path) as run:
        with listening(path) as listener:
            async with background(serve_shared(run.relay, listener)):
                await run.until(lambda s: sum(t.unread for t in s.threads) == 3)
                async with shared_relay(path) as first:
                    await first.execute(Looked("1"))
                left = (await run.relay.snapshot()).looked_at
                assert left is not None
                later = left + timedelta(seconds=5)
                phone.receive_text(BOB, "new", at=later)
                phone.receive_text(ALICE, "also new", at=later)
                await run.until(lambda s: sum(t.unread for t in s.threads) == 5)
                async with shared_relay(path) as second:
                    projection, changed = Projection(), asyncio.Event()

                    def on_change(_touched: Touched) -> None:
                        changed.set()

                    def words() -> str:
                        return absence_words(projection, left, now(), UTC)

                    async with background(Bridge(second, projection, on_change).run()):
                        while "2 unread texts in 2 conversations" not in words():
                            changed.clear()
                            await changed.wait()
                        phone.receive_text(BOB, "newer", at=later + timedelta(seconds=1))
                        while "3 unread texts in 2 conversations" not in words():
                            changed.clear()
                            await changed.wait()
                counted = await run.relay.snapshot()
    assert unseen_of(counted) == 3


def unseen_of(snapshot: Snapshot) -> int:
    """How many texts the relay tells of."""
    return len(snapshot.unseen)
