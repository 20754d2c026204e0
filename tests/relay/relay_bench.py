"""A relay on a scripted phone, and somebody who reads all its events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from phonelink_tui.domain.events import (
    CommandChanged,
    Event,
    MessageChanged,
    Stamped,
)
from phonelink_tui.domain.message import DeliveryState, MessageId
from phonelink_tui.domain.phone import (
    IPHONE_TRAITS,
    PhoneTraits,
)
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import (
    Ask,
    Command,
    Snapshot,
    follow,
)
from phonelink_tui.relay.service import Relay, RelaySettings
from tests.relay.desk import ALICE, body, row
from tests.relay.fakes import FakeClock, NoWait
from tests.relay.scripted import ScriptedBackend

SURE = frozenset(Ask)


class Bench:
    """A relay on a scripted phone, and somebody who reads all its events."""

    def __init__(
        self,
        traits: PhoneTraits = IPHONE_TRAITS,
        *,
        hold_s: float = 0,
        region: str | None = None,
        rng: Random | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.backend = ScriptedBackend(traits)
        settings = RelaySettings(b"secret", region=region, hold_s=hold_s)
        self.relay = Relay(self.backend, settings, now=self.clock, rng=rng or NoWait())
        self.snapshots: list[Snapshot] = []
        self.stamped: list[Stamped] = []

    @asynccontextmanager
    async def running(self, *, settled: bool = True) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(follow(self.relay, self.snapshots.append, self.stamped.append))
            await asyncio.sleep(0)
            run = tasks.create_task(self.relay.run())
            try:
                if settled:
                    await self.quiet()
                yield
            finally:
                run.cancel()
            async with asyncio.timeout(30):
                await reading

    async def quiet(self) -> None:
        for _ in range(80):
            await asyncio.sleep(0)

    @property
    def events(self) -> list[Event]:
        return [s.event for s in self.stamped]

    async def do(self, command: Command) -> CommandChanged:
        """Execute a command; its outcome."""
        before = len(self.stamped)
        assert await self.relay.execute(command) == command.id
        return await self.outcome(command.id, before)

    async def outcome(self, id_: str, since: int = 0) -> CommandChanged:
        async with asyncio.timeout(30):
            while True:
                for stamped in self.stamped[since:]:
                    if isinstance(stamped.event, CommandChanged) and stamped.event.id == id_:
                        return stamped.event
                await asyncio.sleep(0)

    async def state_of(self, id_: MessageId | None, *states: DeliveryState) -> DeliveryState:
        async with asyncio.timeout(30):
            while (found := self._state(id_)) not in states:
                await asyncio.sleep(0)
        assert found is not None
        return found

    def _state(self, id_: MessageId | None) -> DeliveryState | None:
        ladder = [
            e.message.state for e in self.events if isinstance(e, MessageChanged) and e.message.id == id_
        ]
        return ladder[-1] if ladder else None

    async def thread(self, title: str = ALICE) -> ThreadId:
        return next(t.id for t in (await self.relay.snapshot()).threads if t.title == title)

    def arrive(self, handle: str = "A1", text: str = "hello", **facts: str) -> None:
        """A text lies on the phone before the session opens."""
        self.backend.folders.add(row(handle, text, **facts), body(handle, text))  # type: ignore[arg-type]


async def message_of(bench: Bench, command: str) -> MessageId:
    message = (await bench.outcome(command)).message
    assert message is not None
    return message
