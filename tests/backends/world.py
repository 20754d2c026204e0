"""Which phone do the tests of the contract talk to, and how is it reached?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta, timezone
from itertools import cycle
from typing import Final, Protocol, TypeVar

from attrs import evolve, frozen

from phonelink_tui.domain.call import CallKind
from phonelink_tui.domain.phone import TRAITS, Capability
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import UsageError
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.ports import PhoneBackend
from phonelink_tui.transport.link import PhoneLink
from phonelink_tui.transport.tasks_beside import tasks_beside
from phonelink_tui.transport.tcp import LOOPBACK, Endpoint, TcpLink, listen_tcp
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.faults import parse_faults
from phonelink_tui.virtual.personas import Persona
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink
from phonelink_tui.virtual.serve import Ports, serve_phone
from phonelink_tui.virtual.services import PhoneServices
from tests.fast_time import START, now
from tests.profiles.obexd.bench import beside_the_phone, through_obexd

ALICE: Final = "+15550100"
BOB: Final = "+15550101"
STRANGER: Final = "+15550142"

ZONE_HOURS: Final = 1

DEADLINE_S: Final = 300.0
"""By the loop's clock; no test of the contract needs more."""

LONG: Final = "A long text, with ümlauts and 🍲. " * 40
TEXTS: Final[tuple[tuple[str, str, dict[str, bool]], ...]] = (
    (ALICE, "Dinner at eight?", {"read": True}),
    (BOB, "Two lines:\nthe second one 🎉", {}),
    (ALICE, LONG, {}),
    (STRANGER, 'Quotes " and <angles> & END:MSG\nEND:MSG', {}),
    (BOB, "", {"photo": True}),
)
"""The inbox, oldest first, a minute apart; the newest came a minute before the test."""

FLOOD = 300
"""Notifications at once."""

BOOK = 501
"""Cards of a book that does not fit in one page."""

SLOW_WAY = "obexd"
"""Too slow for a fault at every place."""

PLACES = 12
"""Of a fault in a conversation on a slow way."""

PUSH_STRIDES = {"drop_up": 31, "drop": 3, "stall": 3}
"""Bytes from one place of a fault in a push to the next, on a slow way."""

OBEXD_KEEPS: Final = {
    "test_changes_are_told_in_order": "obexd takes ReadStatusChanged for a new text",
}
"""Tests of the contract that obexd cannot fulfil, each with what obexd does not give."""

ANY: Final = Endpoint(LOOPBACK, 0)


@frozen
class World:
    """A phone and a way to it."""

    phone: VirtualPhone
    backend: PhoneBackend
    other: PhoneBackend
    """Another computer's."""


def make_phone(persona: Persona, faults: str = "") -> VirtualPhone:
    """A phone an hour east of UTC, with people, an inbox, a text of its owner and two calls."""
    phone = VirtualPhone(
        persona, clock=now, seed=7, zone=timezone(timedelta(hours=ZONE_HOURS)), faults=parse_faults(faults)
    )
    phone.add_contact(StoredContact("Alice Moreau", (ALICE, "alice@example.com")))
    phone.add_contact(StoredContact("Bob Tan; and, Sons", (BOB,)))
    for minutes, (sender, text, more) in zip(range(len(TEXTS), 0, -1), TEXTS, strict=True):
        at = START - timedelta(minutes=minutes)
        phone.receive_text(sender, text, at=at, read=bool(more.get("read")), photo=bool(more.get("photo")))
    phone.write_text([ALICE], "Written on the phone", at=START - timedelta(hours=1))
    phone.call_log.record(BOB, CallKind.DIALLED, at=START - timedelta(hours=3))
    phone.call_log.record(ALICE, CallKind.MISSED, at=START - timedelta(hours=2))
    return phone


@asynccontextmanager
async def reach(phone: VirtualPhone, way: str) -> AsyncIterator[World]:
    """The phone reached in memory (`virtual`), over `tcp`, or through an `obexd` that reaches it in memory."""
    async with asyncio.timeout(DEADLINE_S):
        if way == "virtual":
            async with tasks_beside() as tasks:
                with closing(PhoneServices(phone, tasks)) as services:
                    near, far = (VirtualLink(phone, services) for _ in range(2))
                    yield World(phone, backend_over(near, phone), backend_over(far, phone))
        elif way == "obexd":
            async with tasks_beside() as tasks:
                with closing(PhoneServices(phone, tasks)) as services, beside_the_phone(ZONE_HOURS):
                    near, far = (VirtualLink(phone, services) for _ in range(2))
                    async with through_obexd(near, phone.persona) as bench:
                        yield World(phone, bench.backend, backend_over(far, phone))
        else:
            ports = [await free_port() for _ in range(2)]
            async with serve_phone(phone, Ports(ANY, mns=ports[0])) as at:
                here, there = (TcpLink(at.mas, at.pbap, port) for port in ports)
                yield World(phone, backend_over(here, phone), backend_over(there, phone))


def backend_over(link: PhoneLink, phone: VirtualPhone) -> LinkBackend:
    """A backend of the phone behind a link."""
    kind = phone.persona.kind
    return LinkBackend(
        link, "virtual:test", clean_line("A phone"), TRAITS[kind], frozenset(Capability), PhoneClock()
    )


def with_link(world: World, change: Callable[[PhoneLink], PhoneLink]) -> LinkBackend:
    """The same backend over a changed link."""
    assert isinstance(world.backend, LinkBackend), "obexd has a link of its own"
    return evolve(world.backend, link=change(world.backend.link))


_PORTS: Final = cycle(range(20_000 + os.getpid() * 997 % 8_000, 32_000))
"""Below those a connection takes for itself: a port is asked for again and again here, and must stay free.

The workers of one run have process ids side by side: a port that one found free must not be the next of another.
"""


async def free_port() -> Endpoint:
    """A port nobody listens at."""
    for port in _PORTS:
        try:
            async with listen_tcp(Endpoint(LOOPBACK, port), lambda _: None) as where:
                return where
        except UsageError:
            continue
    raise AssertionError("no port is free")


class _Session(Protocol):
    async def run(self) -> None: ...
    async def aclose(self) -> None: ...


SomeSession = TypeVar("SomeSession", bound=_Session)


@asynccontextmanager
async def opened(opening: Awaitable[SomeSession]) -> AsyncIterator[SomeSession]:
    """A session that runs while inside, as the relay has it. What ends it ends the block."""
    session = await opening
    try:
        async with beside(session.run()):
            yield session
    finally:
        await session.aclose()


def soon(act: Callable[[], object]) -> None:
    """Do this in a second, while the test waits."""
    asyncio.get_running_loop().call_later(1, act)


async def lived(opening: Awaitable[SomeSession], work: Callable[[SomeSession], Awaitable[object]]) -> None:
    """Open a session, do `work` in it, close it."""
    async with opened(opening) as session:
        await work(session)
