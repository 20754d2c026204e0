"""What does a relay leave behind for the doctor? Its week, and what the machine was like when it worked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

from attrs import evolve

from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.paths import Paths
from phonelink_tui.diagnostics.changes import good_facts
from phonelink_tui.diagnostics.collect import collect
from phonelink_tui.diagnostics.facts import Sessions
from phonelink_tui.diagnostics.here import collectors
from phonelink_tui.diagnostics.history import BEAT_S
from phonelink_tui.diagnostics.kept import keep_last_good
from phonelink_tui.diagnostics.recorder import Recorder, history_path
from phonelink_tui.domain.events import LinkChanged, Stamped
from phonelink_tui.domain.phone import Capability, LinkPhase, Phone
from phonelink_tui.relay.api import RelayApi, Snapshot, follow
from phonelink_tui.transport.together import beside


@asynccontextmanager
async def remembering(relay: RelayApi, phone_id: str, paths: Paths, secret: bytes) -> AsyncIterator[None]:
    """While inside, how the phone's capabilities stand is written into a file of its own."""
    path = history_path(paths.state_dir, phone_id, secret)
    if path is None:
        yield
        return
    recorder = Recorder(path, utc_now)
    try:
        async with beside(_record(relay, recorder)):
            yield
    finally:
        recorder.end()


@asynccontextmanager
async def remembering_good(relay: RelayApi, way: str, paths: Paths) -> AsyncIterator[None]:
    """While inside, once messages work, what this machine is like is kept as the last good time."""
    async with beside(_keep_good(relay, way, paths)):
        yield


async def _record(relay: RelayApi, recorder: Recorder) -> None:
    async with beside(_beat(recorder)):
        await _follow_phone(relay, recorder.take)


async def _beat(recorder: Recorder) -> NoReturn:
    while True:
        await asyncio.sleep(BEAT_S)
        recorder.beat()


async def _keep_good(relay: RelayApi, way: str, paths: Paths) -> None:
    worked: asyncio.Future[Phone] = asyncio.get_running_loop().create_future()

    def take(phone: Phone) -> None:
        if phone.phase(Capability.MESSAGES) is LinkPhase.READY and not worked.done():
            worked.set_result(phone)

    async with beside(_follow_phone(relay, take)):
        phone = await worked
    facts = await collect(collectors(paths), utc_now)
    sessions = Sessions(way, phone.traits.kind, tuple(phone.capabilities.values()))
    good = good_facts(evolve(facts, sessions=sessions))
    if good is not None:
        keep_last_good(paths.state_dir, good)


async def _follow_phone(relay: RelayApi, take: Callable[[Phone], None]) -> None:
    def on_snapshot(snapshot: Snapshot) -> None:
        take(snapshot.phone)

    def on_event(stamped: Stamped) -> None:
        if isinstance(stamped.event, LinkChanged):
            take(stamped.event.phone)

    await follow(relay, on_snapshot, on_event)
