"""Bodies: read ahead, on demand, within bounds, and never for ever."""

from __future__ import annotations

import pytest

from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange
from phonelink_tui.errors import (
    DeadlineExceeded,
    LinkLost,
    ObexRefused,
    PhonelinkError,
    ProfileError,
    RemoteProtocolError,
)
from phonelink_tui.relay.bodies import READ_AHEAD, WANTED
from tests.relay.sync_bench import Bench

# Bodies


async def test_the_newest_bodies_are_read_ahead_and_others_on_demand() -> None:
    """Newest first; a page somebody looks at comes before the rest."""
    bench = Bench()
    bench.fill(*range(1, READ_AHEAD + 51), whole=True)
    async with bench.session():
        await bench.settle(lambda: len(bench.folders.fetched) == READ_AHEAD)
        await bench.quiet()
        assert bench.folders.fetched[0] == f"{READ_AHEAD + 50:X}"
        assert len(bench.folders.fetched) == READ_AHEAD
        page = [bench.desk.message(f"{n:X}").id for n in (1, 2, 3)]
        bench.sync.want_bodies(page)
        bench.sync.want_bodies(page)
        await bench.settle(lambda: bench.desk.message("1").text == "text 1, whole")
        await bench.quiet()
    assert bench.folders.fetched[READ_AHEAD:] == ["3", "2", "1"]


async def test_a_body_that_is_not_there_or_unreadable_is_not_asked_for_again() -> None:
    """The subject stays; the others are read."""
    bench = Bench()
    bench.fill(1, 2, 3, whole=True)
    bench.folders.failing = {"1": lambda: ObexRefused(0xC4, "gone"), "3": lambda: ProfileError("unreadable")}
    bench.folders.failing["3"] = lambda: ObexRefused(0xC4, "gone")
    async with bench.session():
        await bench.settle(lambda: len(bench.folders.fetched) == 3)
        bench.sync.want_bodies(m.id for m in bench.desk.store.all_messages())
        await bench.quiet()
    assert bench.folders.fetched == ["3", "2", "1"]
    assert bench.texts() == ["text 1", "text 2, whole", "text 3"]


@pytest.mark.parametrize(
    ("error", "attempts"),
    [(LinkLost("gone"), 2), (DeadlineExceeded("late"), 2), (RemoteProtocolError("garbled"), 1)],
)
async def test_a_body_that_ends_sessions_does_not_end_all_of_them(
    error: PhonelinkError, attempts: int
) -> None:
    """One text that the phone cannot give must not keep the others away for ever."""
    bench = Bench()
    bench.fill(1, 2, whole=True)
    bench.folders.failing["2"] = lambda: error
    for _ in range(attempts):
        async with bench.session():
            await bench.settle(lambda: bench.ended is not None)
        assert type(bench.ended) is type(error)
    async with bench.session():
        await bench.settle(lambda: bench.desk.message("1").text == "text 1, whole")
        await bench.quiet()
        assert bench.ended is None
    assert bench.folders.fetched.count("2") == attempts


async def test_a_body_wanted_of_a_text_that_is_gone_is_no_request() -> None:
    """Deleted on the phone while it waited its turn."""
    bench = Bench()
    bench.fill(1, whole=True)
    async with bench.session() as access:
        access.report(FolderChange(ChangeKind.DELETED, "1", Folder.INBOX))
        await bench.settle(lambda: bool(bench.desk.store.all_messages()))
        bench.desk.publish(bench.desk.intake.take_deleted("1"))
        await bench.quiet()
    assert bench.folders.fetched.count("1") <= 1


async def test_bodies_wanted_are_bounded() -> None:
    """Scrolling through everything while the phone is away does not pile up."""
    bench = Bench()
    bench.fill(*range(1, WANTED + 301), whole=True)
    async with bench.session():
        await bench.settle(lambda: len(bench.folders.fetched) >= READ_AHEAD)
        await bench.quiet()
    bench.sync.want_bodies(m.id for m in bench.desk.store.all_messages())
    bench.folders.fetched.clear()
    async with bench.session():
        await bench.settle(lambda: len(bench.folders.fetched) == WANTED)
        await bench.quiet()
    assert len(bench.folders.fetched) == WANTED
