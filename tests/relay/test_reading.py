"""Long reading can be stopped and gone on with: what was read stays, what was not is said, and nothing is lost."""

from __future__ import annotations

import asyncio

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import CommandState, ContactsChanged, Progress
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.limitations import Limitation, LimitKind
from phonelink_tui.domain.observed import Folder
from phonelink_tui.domain.phone import ANDROID_TRAITS, IPHONE_TRAITS, Capability, PhoneTraits
from phonelink_tui.domain.text import clean
from phonelink_tui.relay import listing_pages, sync
from phonelink_tui.relay.api import ReadOn, SendText, StopReading
from phonelink_tui.relay.listing_pages import PAGE_ROWS
from phonelink_tui.relay.sync import CATCH_UP_ROWS
from tests.relay.desk import ALICE
from tests.relay.relay_bench import SURE
from tests.relay.relay_bench import Bench as RelayBench
from tests.relay.scripted import ScriptedPhonebook
from tests.relay.sync_bench import Bench, names


def said(bench: Bench) -> list[Limitation]:
    """What is told of reading that was stopped."""
    return list(bench.desk.store.snapshot(1).limitations)


async def test_a_first_sync_that_is_stopped_keeps_what_was_read_and_says_how_much() -> None:
    """And goes on from there when asked, once."""
    bench = Bench()
    bench.fill(*range(1, 1301))
    bench.stop_at = [1]
    async with bench.session():
        await bench.quiet()
        assert bench.texts() == names(*range(801, 1301))
        (limit,) = [x for x in said(bench) if x.kind is LimitKind.TEXTS_STOPPED]
        assert f"after {PAGE_ROWS}" in limit.sentence
        assert bench.caught_up_at == [PAGE_ROWS]
        bench.folders.listed.clear()
        assert bench.reading.read_on()
        await bench.settle(lambda: len(bench.texts()) == 1300)
        await bench.quiet()
        assert not [x for x in said(bench) if x.kind is LimitKind.TEXTS_STOPPED]
        assert not bench.reading.read_on()
    inbox = [offset for folder, _, offset in bench.folders.listed if folder is Folder.INBOX]
    assert inbox[:2] == [0, PAGE_ROWS], "from the oldest that was read, not from the newest"
    assert len(inbox) <= 4


async def test_a_catch_up_that_is_stopped_leaves_out_what_lies_between() -> None:
    """The next session finds its newest text known, and what was left out stays said until it is read."""
    bench = Bench()
    bench.fill(1, 2)
    async with bench.session():
        await bench.quiet()
    bench.fill(*range(3, 803))
    bench.stop_at = [CATCH_UP_ROWS + 1]
    async with bench.session():
        await bench.quiet()
    read = CATCH_UP_ROWS + PAGE_ROWS
    assert bench.texts() == names(1, 2, *range(803 - read, 803))
    bench.fill(900)
    async with bench.session():
        await bench.quiet()
        assert len(bench.texts()) == 2 + read + 1
        assert any(x.kind is LimitKind.TEXTS_STOPPED and f"{read}" in x.sentence for x in said(bench))
        bench.reading.read_on()
        await bench.settle(lambda: len(bench.texts()) == 803)
        await bench.quiet()
    assert not [x for x in said(bench) if x.kind is LimitKind.TEXTS_STOPPED]
    assert bench.live() == []


async def test_a_wish_to_stop_outlives_a_session_that_breaks() -> None:
    """The next one reads a page, so that the newest are there, and stops."""
    bench = Bench()
    bench.fill(*range(1, 1301))
    bench.stop_at = [1]
    bench.folders.breaks_at = 0
    async with bench.session():
        bench.reading.stop(None)
        await bench.settle(lambda: bench.ended is not None)
    bench.folders.breaks_at = None
    async with bench.session():
        await bench.quiet()
    assert bench.texts() == names(*range(801, 1301))


async def test_reading_on_that_breaks_is_gone_on_with() -> None:
    """What was wanted is wanted still in the next session."""
    bench = Bench()
    bench.fill(*range(1, 1301))
    bench.stop_at = [1]
    async with bench.session():
        await bench.quiet()
        bench.folders.breaks_at = len(bench.folders.listed) + 1
        bench.reading.read_on()
        await bench.settle(lambda: bench.ended is not None)
    bench.folders.breaks_at = None
    async with bench.session():
        await bench.settle(lambda: len(bench.texts()) == 1300)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([IPHONE_TRAITS, ANDROID_TRAITS]),
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.lists(st.integers(1, 40), max_size=2).map(sorted),
            st.booleans(),
            st.none() | st.integers(0, 3),
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_whatever_is_stopped_all_is_there_in_the_end(
    traits: PhoneTraits, sessions: list[tuple[int, list[int], bool, int | None]]
) -> None:
    """Texts, stops, wishes and broken links in any order: nothing twice, and what is missing is said."""

    async def story() -> None:
        bench = Bench(traits)
        count = 0
        for came, bench.stop_at, on, breaks in sessions:
            bench.fill(*range(count + 1, count + came + 1))
            count += came
            bench.folders.breaks_at = None if breaks is None else len(bench.folders.listed) + breaks
            async with bench.session():
                await bench.quiet()
                if on:
                    bench.reading.read_on()
                    await bench.quiet()
            whole = bench.ended is None and breaks is None
            texts = bench.texts()
            assert len(set(texts)) == len(texts)
            is_said = any(x.kind is LimitKind.TEXTS_STOPPED for x in said(bench))
            assert not whole or is_said or len(texts) == count
        bench.stop_at, bench.folders.breaks_at = [], None
        for _ in range(2):
            async with bench.session():
                await bench.quiet()
                bench.reading.read_on()
                await bench.quiet()
        assert bench.texts() == names(*range(1, count + 1))
        assert not any(x.kind is LimitKind.TEXTS_STOPPED for x in said(bench))

    with pytest.MonkeyPatch.context() as patch:
        for module in (listing_pages, sync):
            patch.setattr(module, "PAGE_ROWS", 6)
        patch.setattr(sync, "CATCH_UP_ROWS", 3)
        asyncio.run(story())


async def test_the_book_can_be_stopped_and_what_was_known_of_it_stays() -> None:
    """Names of an earlier reading are not lost to a shorter one."""
    bench = RelayBench()
    people = [Contact(clean(f"P{n}"), (identify(f"+155501{n:02}"),)) for n in range(8)]
    bench.backend.phonebook = lambda: ScriptedPhonebook(None, tuple(people))
    async with bench.running(settled=False):
        async with asyncio.timeout(5):
            while not any(
                isinstance(e, Progress) and e.work == "contacts" and e.done == 2 for e in bench.events
            ):
                await asyncio.sleep(0)
        assert (await bench.do(StopReading("c1", Capability.CONTACTS))).state is CommandState.DONE
        await bench.quiet()
        snapshot = await bench.relay.snapshot()
        assert 2 <= len(snapshot.contacts) < 8
        assert any(x.kind is LimitKind.CONTACTS_STOPPED for x in snapshot.limitations)
        assert (await bench.do(ReadOn("c2"))).state is CommandState.DONE
        await bench.quiet()
        snapshot = await bench.relay.snapshot()
        assert len(snapshot.contacts) == 8
        assert not any(x.kind is LimitKind.CONTACTS_STOPPED for x in snapshot.limitations)
    books = [len(e.contacts) for e in bench.events if isinstance(e, ContactsChanged)]
    assert books == sorted(books)


async def test_nothing_to_stop_or_to_go_on_with_is_said() -> None:
    """And a text that goes out is never stopped by it."""
    bench = RelayBench()
    bench.arrive()
    async with bench.running():
        sent = await bench.do(SendText("c0", "hi", ALICE, confirmed=SURE))
        for command in (StopReading("c1"), ReadOn("c2")):
            outcome = await bench.do(command)
            assert (outcome.state, outcome.failure) == (CommandState.FAILED, Failure.GONE)
            assert outcome.sentence
        assert sent.state is CommandState.DONE
        await bench.quiet()
    assert [text.text for text in bench.backend.folders.pushed] == ["hi"]
