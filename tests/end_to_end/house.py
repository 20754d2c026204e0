"""A relay over an embedded phone in one process, and somebody who watches it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from random import Random
from typing import Final

from attrs import define, field

from phonelink_tui.domain.events import CommandChanged, MessageChanged, Stamped
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.phone import TRAITS, Capability, LinkPhase
from phonelink_tui.domain.text import clean_line
from phonelink_tui.domain.thread import Thread
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.ports import PhoneBackend
from phonelink_tui.relay.api import Ask, Command, SendText, Snapshot
from phonelink_tui.relay.service import Relay
from phonelink_tui.relay.settings import RelaySettings
from phonelink_tui.transport.link import PhoneLink
from phonelink_tui.transport.tasks_beside import tasks_beside
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.faults import parse_faults
from phonelink_tui.virtual.personas import IPHONE, Persona
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink
from phonelink_tui.virtual.services import PhoneServices
from tests.fast_time import now

ALICE: Final = "+15550100"
BOB: Final = "+15550101"
CAROL: Final = "+15550102"
EVERYTHING: Final = frozenset(Ask)


def make_phone(persona: Persona = IPHONE, faults: str = "", seed: int = 7) -> VirtualPhone:
    """A phone with three people in its book."""
    phone = VirtualPhone(persona, clock=now, seed=seed, faults=parse_faults(faults))
    for name, address in (("Alice Moreau", ALICE), ("Bob Tan", BOB), ("Carol Diaz", CAROL)):
        phone.add_contact(StoredContact(name, (address,)))
    return phone


@define
class Watch:
    """Somebody who reads a relay's stream from its begin."""

    relay: Relay
    events: list[Stamped] = field(factory=list)
    _news: asyncio.Event = field(factory=asyncio.Event)
    _commands: int = 0

    async def read(self) -> None:
        """Read for ever."""
        async with self.relay.events() as events:
            async for stamped in events:
                self.events.append(stamped)
                self._news.set()

    async def until(self, holds: Callable[[Snapshot], object], within_s: float = 120) -> Snapshot:
        """The first snapshot of which this holds; looked at after each event."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    self._news.clear()
                    snapshot = await self.relay.snapshot()
                    if holds(snapshot):
                        return snapshot
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"never so within {within_s} s: {await self.relay.snapshot()}") from None

    async def settle(self, quiet_s: float = 3) -> Snapshot:
        """The snapshot once nothing has happened for so long."""
        while True:
            self._news.clear()
            try:
                async with asyncio.timeout(quiet_s):
                    await self._news.wait()
            except TimeoutError:
                return await self.relay.snapshot()

    async def ready(self) -> Snapshot:
        """Once everything the phone has is connected and read."""
        await self.until(
            lambda s: all(
                state.phase in (LinkPhase.READY, LinkPhase.ABSENT) for state in s.phone.capabilities.values()
            )
        )
        return await self.settle()

    async def texts(self, thread: Thread) -> list[TextMessage]:
        """All texts of a conversation, oldest first."""
        page = await self.relay.messages(thread.id, limit=200)
        texts = [*page.messages]
        while page.before is not None:
            page = await self.relay.messages(thread.id, before=page.before, limit=200)
            texts = [*page.messages, *texts]
        return texts

    async def all_texts(self) -> list[TextMessage]:
        """All texts of all conversations."""
        return [text for thread in (await self.relay.snapshot()).threads for text in await self.texts(thread)]

    async def do(self, command: Command) -> CommandChanged:
        """Carry out a command; its outcome."""
        seen = len(self.events)

        def outcome() -> CommandChanged | None:
            return next(
                (
                    stamped.event
                    for stamped in self.events[seen:]
                    if isinstance(stamped.event, CommandChanged) and stamped.event.id == command.id
                ),
                None,
            )

        await self.relay.execute(command)
        await self.until(lambda _: outcome())
        found = outcome()
        assert found is not None
        return found

    async def send(
        self, to: str, text: str, *, thread: Thread | None = None, confirmed: frozenset[Ask] = EVERYTHING
    ) -> CommandChanged:
        """Send a text."""
        self._commands += 1
        return await self.do(
            SendText(f"c{self._commands}", text, to, thread.id if thread else None, confirmed)
        )

    def live_texts(self) -> list[TextMessage]:
        """What rang a bell."""
        return [e.event.message for e in self.events if isinstance(e.event, MessageChanged) and e.event.live]


@define
class House:
    """A phone, a relay that owns it, and who watches."""

    phone: VirtualPhone
    relay: Relay
    watch: Watch
    backend: LinkBackend
    other: LinkBackend
    """Another computer's."""


@asynccontextmanager
async def living(
    phone: VirtualPhone,
    *,
    hold_s: float = 0.0,
    seed: int = 1,
    change: Callable[[PhoneLink], PhoneLink] = lambda link: link,
) -> AsyncIterator[House]:
    """A relay that owns the phone while inside; leaving finishes the push in flight, as the program does."""
    async with tasks_beside() as tasks:
        with closing(PhoneServices(phone, tasks)) as services:
            near, far = (
                LinkBackend(
                    change(VirtualLink(phone, services)),
                    "virtual:test",
                    clean_line("A phone"),
                    TRAITS[phone.persona.kind],
                    offers_of(phone),
                    PhoneClock(),
                )
                for _ in range(2)
            )
            async with relay_over(near, hold_s=hold_s, seed=seed) as (relay, watch):
                yield House(phone, relay, watch, near, far)


@asynccontextmanager
async def relay_over(
    backend: PhoneBackend, *, hold_s: float = 0.0, seed: int = 1
) -> AsyncIterator[tuple[Relay, Watch]]:
    """A relay over a backend, with somebody who watches."""
    relay = Relay(backend, RelaySettings(b"test", hold_s=hold_s), now=now, rng=Random(seed))
    watch = Watch(relay)
    async with tasks_beside() as tasks:
        tasks.create_task(watch.read())
        await asyncio.sleep(0)  # it subscribes before anything happens, and reads to the end
        life = tasks.create_task(relay.run())
        try:
            yield relay, watch
        finally:
            await relay.close()
            life.cancel()


def offers_of(phone: VirtualPhone) -> frozenset[Capability]:
    """What a phone of this sort gives."""
    everything = frozenset(Capability)
    return everything if phone.persona.has_notifications else everything - {Capability.NOTIFICATIONS}


def thread_with(snapshot: Snapshot, address: str, audience: str) -> Thread:
    """The conversation with somebody."""
    (thread,) = [t for t in snapshot.threads if t.address.value == address and t.audience == audience]
    return thread


def limits_of(snapshot: Snapshot) -> set[LimitKind]:
    """The kinds of the limits in force."""
    return {limit.kind for limit in snapshot.limitations}


def without_limit(snapshot: Snapshot, kind: LimitKind) -> bool:
    """Whether this limit is not in force."""
    return kind not in limits_of(snapshot)
