"""Every reader gets the same events; one that is behind gets a single Resync and holds up nobody."""

from __future__ import annotations

import asyncio

import hypothesis.strategies as st
import pytest
from hypothesis import given

from phonelink_tui.domain.events import MessageChanged, Progress, Resync, Stamped
from phonelink_tui.relay.api import Place
from phonelink_tui.relay.stream import KEPT_BYTES, KEPT_EVENTS, Reader, Stream
from tests.ipc import samples
from tests.relay.fakes import START, FakeClock


def event(number: int) -> Progress:
    return Progress("work", number, None)


async def all_of(reader: Reader) -> list[Stamped]:
    return [stamped async for stamped in reader]


async def test_readers_get_what_is_published_after_they_came() -> None:
    """In order, numbered without a gap, at the clock's time; then the end."""
    stream = Stream(FakeClock())
    stream.publish(event(0))
    with stream.subscribe() as first:
        stream.publish(event(1))
        with stream.subscribe() as second:
            stream.publish(event(2))
            stream.end()
            assert [s.event for s in await all_of(second)] == [event(2)]
        got = await all_of(first)
    assert [(s.rev, s.at, s.event) for s in got] == [(2, START, event(1)), (3, START, event(2))]
    assert stream.rev == 3


async def test_a_reader_waits_for_what_comes() -> None:
    """And is woken by an event, and by the end."""
    stream = Stream(FakeClock())
    with stream.subscribe() as reader:
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(all_of(reader))
            await asyncio.sleep(0)
            stream.publish(event(1))
            await asyncio.sleep(0)
            stream.end()
            async with asyncio.timeout(30):
                assert [s.event for s in await waiting] == [event(1)]


async def test_whoever_comes_after_the_end_is_told_so() -> None:
    """Nobody waits for a relay that is gone."""
    stream = Stream(FakeClock())
    stream.end()
    with stream.subscribe() as reader:
        assert await all_of(reader) == []


async def test_a_reader_that_left_gets_nothing_more() -> None:
    """Its queue does not grow behind it."""
    stream = Stream(FakeClock(), bound=2)
    with stream.subscribe() as reader:
        pass
    for n in range(5):
        stream.publish(event(n))
    reader.end()
    assert await all_of(reader) == []


@given(st.integers(1, 6), st.lists(st.one_of(st.none(), st.integers(1, 9)), max_size=30))
def test_overflow_is_one_resync_and_then_what_came_after(bound: int, steps: list[int | None]) -> None:
    """Against a naive reader: None takes one event, a number publishes so many."""

    async def scenario() -> None:
        stream = Stream(FakeClock(), bound=bound)
        model: list[int | None] = []
        published = 0
        with stream.subscribe() as reader:
            for step in steps:
                if step is None:
                    if model:
                        got = (await anext(reader)).event
                        expected = model.pop(0)
                        assert got == (Resync() if expected is None else event(expected))
                    continue
                for _ in range(step):
                    published += 1
                    stream.publish(event(published))
                    model = [None] if len(model) >= bound else [*model, published]
            stream.end()
            rest = [s.event for s in await all_of(reader)]
        assert rest == [Resync() if n is None else event(n) for n in model]
        assert rest.count(Resync()) <= 1

    asyncio.run(scenario())


@given(st.integers(0, 60), st.integers(1, 60))
async def test_a_reader_that_comes_back_misses_nothing(published: int, since: int) -> None:
    """Whatever was its place: all that came after it in order, or one Resync where that is unknown."""
    stream = Stream(FakeClock(), epoch="this")
    for number in range(published):
        stream.publish(event(number))
    with stream.subscribe(Place(since, "this")) as reader:
        stream.publish(event(99))
        stream.end()
        got = await all_of(reader)
    if since <= published:
        assert [s.rev for s in got] == list(range(since + 1, published + 2))
        assert not any(isinstance(s.event, Resync) for s in got)
    else:
        assert [s.rev for s in got] == [published, published + 1]
        assert isinstance(got[0].event, Resync)


@pytest.mark.parametrize(
    ("events", "text", "kept"),
    [(KEPT_EVENTS + 50, "hello", KEPT_EVENTS), (600, "x" * 20_000, KEPT_BYTES // 81_000)],
    ids=["count", "bytes"],
)
async def test_the_past_is_bounded(events: int, text: str, kept: int) -> None:
    """By count and by size: so many events back is still known, and one more is a Resync."""
    stream = Stream(FakeClock(), epoch="this")
    for number in range(events):
        stream.publish(MessageChanged(samples.text(number, words=text)))
    first: list[object] = []
    for back in (kept, kept + 1):
        with stream.subscribe(Place(events - back)) as reader:
            stamped = await anext(aiter(reader))
            first.append((stamped.rev, isinstance(stamped.event, Resync)))
    assert first == [(events - kept + 1, False), (events, True)]


async def test_another_run_is_another_stream() -> None:
    """The same revision of another run of the relay means nothing here."""
    stream = Stream(FakeClock(), epoch="this")
    stream.publish(event(1))
    with stream.subscribe(Place(1, "that")) as reader:
        stream.end()
        assert [(s.rev, s.event) for s in await all_of(reader)] == [(1, Resync())]
