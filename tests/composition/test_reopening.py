"""A relay that kept nothing begins to keep, and those who read it stay; whatever is wrong, it goes on as it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from attrs import evolve

from phonelink_tui.composition.keeping import Start
from phonelink_tui.composition.reopening import reopening
from phonelink_tui.domain.events import MessageChanged, Resync
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.message import DeliveryState, Direction, Source
from phonelink_tui.errors import ArchiveBusy, ArchiveLocked, BluetoothUnavailable, PhonelinkError, RelayError
from phonelink_tui.relay.api import RelayApi, Snapshot
from tests.ipc import samples
from tests.ipc.fake_relay import FakeRelay

NOT_KEPT = make_limitation(LimitKind.NOT_KEPT, evidence="no archive is open")
OWN = samples.text(
    7, direction=Direction.OUTGOING, sender=None, recipient=samples.ALICE, sources=frozenset({Source.OWN})
)


class House:
    """Opens one fake relay after another, and remembers how."""

    def __init__(self) -> None:
        self.starts: list[Start] = []
        self.relays: list[FakeRelay] = []
        self.refusals: dict[int, PhonelinkError] = {}

    @asynccontextmanager
    async def open(self, start: Start) -> AsyncIterator[RelayApi]:
        number = len(self.starts)
        self.starts.append(start)
        if number in self.refusals:
            raise self.refusals[number]
        fake = FakeRelay()
        limits = () if start.passphrase else (NOT_KEPT,)
        fake.current = evolve(fake.current, limitations=limits)
        fake.texts[samples.ALICE_THREAD].append(OWN)
        self.relays.append(fake)
        yield fake
        fake.end()


def prove(_snapshot: Snapshot, passphrase: str) -> None:
    """Only one is right."""
    if passphrase != "right":
        raise ArchiveLocked("This key does not open the archive.")


async def test_readers_stay() -> None:
    """They get one Resync, then what the new relay tells; what was written here is handed on; then it is open."""
    house = House()
    async with asyncio.timeout(5), reopening(house.open, prove) as relay, relay.events() as events:
        house.relays[0].emit(MessageChanged(samples.text(1)))
        assert isinstance((await anext(events)).event, MessageChanged)
        with pytest.raises(ArchiveLocked):
            await relay.unlock("wrong")
        assert len(house.starts) == 1
        await relay.unlock("right")
        assert isinstance((await anext(events)).event, Resync)
        house.relays[1].emit(MessageChanged(samples.text(2)))
        assert (await anext(events)).event == MessageChanged(samples.text(2))
        with pytest.raises(RelayError, match="open already"):
            await relay.unlock("right")
    assert [(start.passphrase, start.texts) for start in house.starts] == [(None, ()), ("right", (OWN,))]
    assert "right" not in repr(house.starts)


async def test_waiting_texts_are_not_dropped() -> None:
    """While one waits to go out nothing is exchanged."""
    house = House()
    async with reopening(house.open, prove) as relay:
        waits = evolve(OWN, state=DeliveryState.QUEUED)
        house.relays[0].current = evolve(house.relays[0].current, unsettled=(waits,))
        with pytest.raises(RelayError, match="wait to go out"):
            await relay.unlock("right")
        house.relays[0].current = evolve(house.relays[0].current, unsettled=())
        await relay.unlock("right")
    assert len(house.starts) == 2


async def test_an_archive_that_cannot_be_opened_after_all() -> None:
    """Whoever unlocked is told, and a relay that keeps nothing goes on."""
    house = House()
    house.refusals[1] = ArchiveBusy("Another process has the archive.")
    async with asyncio.timeout(5), reopening(house.open, prove) as relay:
        with pytest.raises(ArchiveBusy):
            await relay.unlock("right")
        assert (await relay.snapshot()).limitations == (NOT_KEPT,)
        await relay.unlock("right")
        assert (await relay.snapshot()).limitations == ()
    assert [start.passphrase for start in house.starts] == [None, "right", None, "right"]


async def test_what_the_first_one_says_is_said() -> None:
    """A relay that cannot open at all raises what it raised."""
    house = House()
    house.refusals[0] = BluetoothUnavailable("There is no adapter.")
    with pytest.raises(BluetoothUnavailable, match="no adapter"):
        async with reopening(house.open, prove):
            pass
