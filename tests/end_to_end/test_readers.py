"""Do readers of one relay, in its process and over its socket, agree on everything?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.domain.events import Stamped
from phonelink_tui.ipc.shared import listening, serve_shared, shared_relay
from phonelink_tui.relay.api import Place, RelayApi, Snapshot, follow
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


@pytest.mark.parametrize("story", ["first-day", "flaky-train"])
async def test_readers_agree(tmp_path: Path, story: str) -> None:
    """Two clients of the socket that came at different times, and one in the process, tell the same events.

    Also over a phone whose link comes and goes.
    """
    phone, scenario = phone_of(VirtualSpec(story), clock=now)
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


async def test_reader_that_comes_back_goes_on(tmp_path: Path) -> None:
    """A script that ends and starts again with the last place it saw has every event once, whatever the link did."""
    phone, scenario = phone_of(VirtualSpec("flaky-train"), clock=now)
    runner = ScenarioRunner(scenario, phone)
    path = tmp_path / "run" / "relay.sock"
    seen: list[Stamped] = []
    async with living(phone) as house:
        with listening(path) as listener:
            async with beside(serve_shared(house.relay, listener)), beside(runner.run()):
                place = Place(0, (await house.relay.snapshot()).epoch)
                while not runner.ended.is_set():
                    async with shared_relay(path) as client, client.events(place) as events:
                        for _ in range(5):
                            seen.append(await anext(events))
                    place = Place(seen[-1].rev, place.epoch)
                    await asyncio.sleep(5)
    told = {stamped.rev: stamped for stamped in house.watch.events}
    assert len(seen) > 30
    assert [stamped.rev for stamped in seen] == list(range(1, len(seen) + 1))
    assert all(told[stamped.rev] == stamped for stamped in seen)
