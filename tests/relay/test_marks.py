"""Marks are of people and follow their texts: muted is muted in both conversations, no draft and no text is lost."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.relay.api import MarkThread, SaveDraft, StartThread
from tests.relay.desk import ALICE, Desk, notice
from tests.relay.relay_bench import Bench


def rows(desk: Desk) -> dict[Audience, Thread]:
    return {row.audience: row for row in desk.store.snapshot(0).threads}


def mark(desk: Desk, row: Thread, **marks: Any) -> None:
    desk.store.mark(row.id, evolve(desk.store.marks_shown(row.id), **marks))


def a_private_desk() -> Desk:
    """Alice wrote once, and a notification vouched for it."""
    desk = Desk()
    desk.list_row("A1")
    desk.notify(1)
    assert set(rows(desk)) == {Audience.PRIVATE}
    return desk


def test_a_muted_person_is_muted_where_nobody_knows_who_reads() -> None:
    """From the first moment of a text on; said once in either place, it holds in both."""
    desk = a_private_desk()
    mark(desk, rows(desk)[Audience.PRIVATE], muted=True, pinned=True)
    desk.list_row("A2", "later", at_s=500)
    both = rows(desk)
    assert (both[Audience.UNKNOWN].muted, both[Audience.UNKNOWN].pinned) == (True, True)
    mark(desk, both[Audience.UNKNOWN], muted=False)
    assert [row.muted for row in rows(desk).values()] == [False, False]
    assert [row.pinned for row in rows(desk).values()] == [True, True]


def test_a_group_is_not_muted_because_one_who_writes_there_is() -> None:
    """Her text is filed under her at first; the person's marks stay with the person."""
    desk = a_private_desk()
    mark(desk, rows(desk)[Audience.PRIVATE], muted=True)
    desk.list_row("A2", "dinner?", at_s=500)
    mark(desk, rows(desk)[Audience.UNKNOWN], draft="coming")
    desk.notify(2, "dinner?", subtitle="Family", at_s=500)
    both = rows(desk)
    assert set(both) == {Audience.PRIVATE, Audience.GROUP}
    assert (both[Audience.PRIVATE].muted, both[Audience.GROUP].muted) == (True, False)
    assert both[Audience.GROUP].draft == "coming"


def test_news_is_not_lost_in_what_was_put_away() -> None:
    """The text came in the list; that a notification vouches for it does not take it out."""
    desk = a_private_desk()
    mark(desk, rows(desk)[Audience.PRIVATE], archived=True)
    desk.list_row("A2", "later", at_s=500)
    assert not rows(desk)[Audience.UNKNOWN].archived
    desk.notify(2, "later", at_s=500)
    (row,) = rows(desk).values()
    assert (row.audience, row.archived, row.unread) == (Audience.PRIVATE, False, 2)


def test_both_are_put_away_unless_one_has_news() -> None:
    """Nobody puts away what they did not see."""
    for read in (True, False):
        desk = Desk()
        desk.list_row("A1", read=True)
        desk.notify(1)
        desk.list_row("A2", "later", at_s=500, read=read)
        mark(desk, rows(desk)[Audience.PRIVATE], archived=True)
        assert rows(desk)[Audience.UNKNOWN].archived == read
        mark(desk, rows(desk)[Audience.PRIVATE], archived=False)
        assert not any(row.archived for row in rows(desk).values())


async def test_two_drafts_become_one_and_are_written_on() -> None:
    """A terminal that still writes in the conversation that is gone changes its own part only."""
    bench = Bench()
    bench.arrive("A1", "one")
    async with bench.running():
        (unknown,) = (await bench.relay.snapshot()).threads
        private = ThreadId((await bench.do(StartThread("d0", ALICE))).sentence)
        await bench.relay.execute(SaveDraft("d1", private, "for later"))
        await bench.relay.execute(SaveDraft("d2", unknown.id, "on my"))
        await bench.do(MarkThread("d3", unknown.id, pinned=True))
        bench.backend.notifications[-1].tell(notice(1, "one"))
        await bench.quiet()
        (row,) = (await bench.relay.snapshot()).threads
        assert (row.id, row.draft, row.pinned) == (private, "for later\non my", True)
        await bench.relay.execute(SaveDraft("d4", unknown.id, "on my way"))
        (row,) = (await bench.relay.snapshot()).threads
        assert row.draft == "for later\non my way"
        await bench.relay.execute(SaveDraft("d5", unknown.id, ""))
        (row,) = (await bench.relay.snapshot()).threads
        assert row.draft == "for later"


def test_an_empty_conversation_keeps_what_was_set_on_it() -> None:
    """Though its number is written differently once the phone's country is known."""
    desk = Desk(region=None)
    number = identify("0151 23456789")
    thread = ThreadId("t")
    desk.store.start_thread(thread, Audience.PRIVATE, number)
    desk.store.mark(thread, evolve(desk.store.marks_shown(thread), draft="hi", pinned=True))
    desk.store.move_empty_thread(thread, ThreadId("u"), identify("0151 23456789", "DE"))
    (row,) = desk.store.snapshot(0).threads
    assert (row.id, row.draft, row.pinned) == ("u", "hi", True)
