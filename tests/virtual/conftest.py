"""Phones, links and clocks for the tests of the embedded phone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone

import pytest

from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.faults import NO_FAULTS, FaultPlan
from phonelink_tui.virtual.personas import IPHONE, Persona
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink, open_link
from tests.virtual.client import MapClient

ALICE = "+15550100"
BOB = "+15550101"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved; every look moves it by a second."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


MakePhone = Callable[..., VirtualPhone]
OpenClient = Callable[[VirtualLink], AbstractAsyncContextManager[MapClient]]


@pytest.fixture
def make_phone() -> MakePhone:
    """Makes a phone with Alice and Bob in its book, an hour east of UTC."""

    def make(persona: Persona = IPHONE, faults: FaultPlan = NO_FAULTS) -> VirtualPhone:
        phone = VirtualPhone(persona, clock=Clock(), seed=7, zone=timezone(timedelta(hours=1)), faults=faults)
        phone.add_contact(StoredContact("Alice Moreau", (ALICE, "alice@example.com")))
        phone.add_contact(StoredContact("Bob Tan", (BOB,)))
        return phone

    return make


@pytest.fixture
def phone(make_phone: MakePhone) -> VirtualPhone:
    """An iPhone."""
    return make_phone()


@pytest.fixture
async def link(phone: VirtualPhone) -> AsyncIterator[VirtualLink]:
    """A link to `phone`."""
    async with open_link(phone) as link:
        yield link


@asynccontextmanager
async def messages(link: VirtualLink) -> AsyncIterator[MapClient]:
    """A message session in telecom/msg."""
    async with MapClient(await link.open_stream(Service.MAS)) as client:
        await client.open()
        yield client


async def no_sleep(_seconds: float) -> None:
    """Pauses of the phone take one turn of the loop."""
    await asyncio.sleep(0)
