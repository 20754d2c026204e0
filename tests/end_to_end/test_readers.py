"""Do readers of one relay, in its process and over its socket, agree on everything?"""

from __future__ import annotations

import asyncio
from pathlib import Path

from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.domain.events import Stamped
from phonelink_tui.ipc.shared import listening, serve_shared, shared_relay
from phonelink_tui.relay.api import RelayApi, Snapshot, follow
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.embed import make_phone as phone_of
from phonelink_tui.virtual.scenario_runner import ScenarioRunner
from tests.end_to_end.house import living
from tests.fast_time import now


class Reader:
    """What one reader was told."""

    def __init__(self) -> None:
        self.snapshots: list[Snapshot] = []
        self.events: list[Stamped] = []

    async def follow(self, api: RelayApi) -> None:
        await follow(api, self.snapshots.append, self.events.append)


async def test_readers_agree(tmp_path: Path) -> None:
    """Two clients of the socket that came at different times, and one in the process, tell the same events."""
    phone, scenario = phone_of(VirtualSpec("first-day"), clock=now)
    runner = ScenarioRunner(scenario, phone)
    early, late = Reader(), Reader()
    async with living(phone) as house:
        with listening(tmp_path / "run" / "relay.sock") as listener:
            async with (
                beside(serve_shared(house.relay, listener)),
                beside(runner.run()),
                shared_relay(tmp_path / "run" / "relay.sock") as one,
                beside(early.follow(one)),
            ):
                await asyncio.sleep(30)
                async with shared_relay(tmp_path / "run" / "relay.sock") as two, beside(late.follow(two)):
                    await runner.ended.wait()
                    snapshot = await house.watch.settle()
                    assert await one.snapshot() == await two.snapshot() == snapshot
    told = {stamped.rev: stamped for stamped in house.watch.events}
    for reader in (early, late):
        assert len(reader.snapshots) == 1
        assert [stamped.rev for stamped in reader.events[: snapshot.rev - reader.snapshots[0].rev]] == list(
            range(reader.snapshots[0].rev + 1, snapshot.rev + 1)
        )
        assert all(told[stamped.rev] == stamped for stamped in reader.events)
    assert late.snapshots[0].rev > early.snapshots[0].rev
