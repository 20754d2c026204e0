"""Is a relay over a socket the same as one in process? One suite over both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest

from phonelink_tui.domain.events import CommandChanged, MessageChanged, Resync, Stamped
from phonelink_tui.domain.message import DeliveryState
from phonelink_tui.domain.notification import NotificationAction, NotificationId
from phonelink_tui.domain.phone import Capability
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.domain.week import DayStrip, Mark
from phonelink_tui.errors import ObexRefused, PhonelinkError, SendRefused, UnknownThread
from phonelink_tui.relay.api import ActOnNotification, MarkRead, Place, RelayApi, SendText, Snapshot, follow
from tests.ipc import samples
from tests.ipc.conftest import DEADLINE_S, private_client
from tests.ipc.fake_relay import FakeRelay


@pytest.fixture(params=["in process", "socket"])
async def api(request: pytest.FixtureRequest, fake: FakeRelay) -> AsyncIterator[RelayApi]:
    """The same fake relay, near and far."""
    if request.param == "in process":
        yield fake
    else:
        async with private_client(fake) as client:
            yield client


async def test_snapshot_is_whole(api: RelayApi, fake: FakeRelay) -> None:
    """A snapshot holds all that the relay knows."""
    assert await api.snapshot() == fake.current


async def test_pages_lead_back_to_the_start(api: RelayApi, fake: FakeRelay) -> None:
    """`before` of each page gets the one before, and the first says that it is the first."""
    last = await api.messages(samples.ALICE_THREAD, limit=2)
    first = await api.messages(samples.ALICE_THREAD, before=last.before, limit=2)
    assert first.before is None
    assert [*first.messages, *last.messages] == fake.texts[samples.ALICE_THREAD]


async def test_search_finds_newest_first(api: RelayApi) -> None:
    """Hits come newest first, no more than asked for."""
    hits = await api.search("text", limit=2)
    assert len(hits) == 2
    assert hits[0].at >= hits[1].at


async def test_the_week_is_told_day_by_day(api: RelayApi, fake: FakeRelay) -> None:
    """As it was put together, days and marks; empty where nothing is remembered."""
    assert await api.week() == {}
    strip = DayStrip(date(2026, 11, 22), (Mark.UP, Mark.REFUSED, Mark.UNKNOWN))
    fake.last_week = {Capability.MESSAGES: (strip, strip), Capability.CONTACTS: (strip, strip)}
    assert await api.week() == fake.last_week


async def test_commands_arrive_and_their_outcome_is_an_event(api: RelayApi, fake: FakeRelay) -> None:
    """A command is executed once and its outcome comes on the stream, in order."""
    command = SendText("c1", "on my way", "+15550100", samples.ALICE_THREAD)
    async with asyncio.timeout(DEADLINE_S), api.events() as events:
        assert await api.execute(command) == "c1"
        seen = [await anext(events) for _ in range(4)]
    assert fake.commands == [command]
    assert isinstance(seen[0].event, CommandChanged)
    states = [stamped.event.message.state for stamped in seen if isinstance(stamped.event, MessageChanged)]
    assert states == [DeliveryState.QUEUED, DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED]
    assert [stamped.rev for stamped in seen] == [1, 2, 3, 4]


async def test_other_commands_cross_too(api: RelayApi, fake: FakeRelay) -> None:
    """Marking read and pressing a button arrive as they were written."""
    read = MarkRead("c2", samples.ALICE_THREAD)
    press = ActOnNotification("c3", NotificationId("1-1"), NotificationAction.POSITIVE)
    await api.execute(read)
    await api.execute(press)
    assert fake.commands == [read, press]


async def test_unknown_thread_is_said(api: RelayApi) -> None:
    """A wrong id is an UnknownThread, not an empty page."""
    with pytest.raises(UnknownThread):
        await api.messages(ThreadId("nowhere"))


@pytest.mark.parametrize(
    "error", [SendRefused("group", "Not into a group.", "hint"), ObexRefused(0xC3, "Forbidden")], ids=repr
)
async def test_errors_are_the_same_class(api: RelayApi, fake: FakeRelay, error: PhonelinkError) -> None:
    """What the relay raises, the caller catches, and the relay can be used afterwards."""
    fake.failure = error
    with pytest.raises(type(error)) as caught:
        await api.execute(MarkRead("c1", samples.ALICE_THREAD))
    assert vars(caught.value) == vars(error)
    fake.failure = None
    assert (await api.snapshot()).rev == fake.current.rev


async def test_iterator_ends_with_the_relay(api: RelayApi, fake: FakeRelay) -> None:
    """When the relay stops, the events that were made still arrive and then the iterator ends."""
    async with asyncio.timeout(DEADLINE_S), api.events() as events:
        fake.emit(Resync())
        fake.end()
        assert [stamped.event async for stamped in events] == [Resync()]


async def test_follow_sees_each_event_once(api: RelayApi, fake: FakeRelay) -> None:
    """`follow` starts from a snapshot, applies what comes later, and renews it at a Resync."""
    snapshots: list[Snapshot] = []
    seen: list[Stamped] = []

    def take(snapshot: Snapshot) -> None:
        snapshots.append(snapshot)
        if len(snapshots) == 1:
            fake.emit(MessageChanged(samples.text(5)))
            fake.emit(Resync())
        else:
            fake.emit(MessageChanged(samples.text(6)))
            fake.end()

    async with asyncio.timeout(DEADLINE_S):
        await follow(api, take, seen.append)
    assert [snapshot.rev for snapshot in snapshots] == [0, 2]
    assert [stamped.rev for stamped in seen] == [1, 3]


async def test_reader_goes_on_where_it_was(api: RelayApi, fake: FakeRelay) -> None:
    """With a place a reader gets exactly what it missed, then what comes; at the newest place nothing twice."""
    for number in range(5):
        fake.emit(MessageChanged(samples.text(number)))
    async with asyncio.timeout(DEADLINE_S), api.events(Place(2)) as events:
        fake.emit(MessageChanged(samples.text(5)))
        assert [(await anext(events)).rev for _ in range(4)] == [3, 4, 5, 6]
        fake.emit(Resync())
        assert (await anext(events)).rev == 7


@pytest.mark.parametrize("place", [Place(1, "another run"), Place(99), Place(5, "another run")], ids=repr)
async def test_place_that_is_not_known_is_one_resync(api: RelayApi, fake: FakeRelay, place: Place) -> None:
    """A place of another run of the relay, or of its future, is answered by one Resync and what follows."""
    for number in range(5):
        fake.emit(MessageChanged(samples.text(number)))
    async with asyncio.timeout(DEADLINE_S), api.events(place) as events:
        first = await anext(events)
        fake.emit(MessageChanged(samples.text(6)))
        assert (first.rev, first.event) == (5, Resync())
        assert (await anext(events)).rev == 6


async def test_newest_place_misses_nothing(api: RelayApi, fake: FakeRelay) -> None:
    """Whoever saw everything gets what comes, and no Resync."""
    fake.emit(MessageChanged(samples.text(1)))
    async with asyncio.timeout(DEADLINE_S), api.events(Place(1)) as events:
        fake.emit(MessageChanged(samples.text(2)))
        assert (await anext(events)).rev == 2
