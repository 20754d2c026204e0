"""Texts get here: first listing, catch-up after a gap, event reports, polls; nothing is lost or doubled."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from phonelink_tui.domain.events import Progress
from phonelink_tui.domain.message import DeliveryState
from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange, Party
from phonelink_tui.domain.phone import ANDROID_TRAITS
from phonelink_tui.domain.text import NO_TEXT, clean
from phonelink_tui.errors import (
    LinkLost,
    ObexRefused,
    PhonelinkError,
    ProfileError,
)
from phonelink_tui.relay.listing_pages import PAGE_ROWS
from phonelink_tui.relay.sync import CATCH_UP_ROWS, REFINE_ROWS
from tests.relay.desk import ALICE, at, body, row
from tests.relay.sync_bench import Bench, names, new


@pytest.mark.parametrize("most_rows", [1024, 100])
async def test_the_first_sync_reads_everything_page_by_page(most_rows: int) -> None:
    """Also from a phone that answers fewer rows than it was asked for; no bell rings, progress is told."""
    bench = Bench()
    bench.folders.most_rows = most_rows
    bench.fill(*range(1, 1101))
    async with bench.session():
        await bench.settle(lambda: len(bench.desk.store.all_messages()) == 1100)
        await bench.quiet()
    assert bench.folders.listed[0] == (Folder.INBOX, PAGE_ROWS, 0)
    assert bench.live() == []
    progress = [e for e in bench.desk.events if isinstance(e, Progress)]
    assert progress[-1] == Progress("first sync", 1100, 1100)
    assert [p.done for p in progress] == sorted(p.done for p in progress)
    assert bench.proofs >= len(bench.folders.listed)


async def test_an_empty_phone_is_synced_at_once() -> None:
    """And makes no progress to speak of."""
    bench = Bench()
    async with bench.session():
        await bench.quiet()
    assert bench.folders.listed == [(Folder.INBOX, PAGE_ROWS, 0), (Folder.SENT, PAGE_ROWS, 0)]
    assert not [e for e in bench.desk.events if isinstance(e, Progress)]


async def test_a_phone_that_ignores_offsets_is_not_asked_for_ever() -> None:
    """A page without a new row is the end."""
    bench = Bench()
    bench.folders.ignores_offset = True
    bench.fill(1, 2, 3)
    async with bench.session():
        await bench.quiet()
    assert [folder for folder, _, _ in bench.folders.listed].count(Folder.INBOX) == 2
    assert bench.texts() == names(1, 2, 3)


async def test_a_first_sync_cut_short_begins_again_and_doubles_nothing() -> None:
    """Until it was complete once, every session reads all."""
    bench = Bench()
    bench.fill(*range(1, 1101))
    bench.folders.breaks_at = 1
    async with bench.session():
        await bench.settle(lambda: bench.ended is not None)
    assert isinstance(bench.ended, LinkLost)
    assert len(bench.desk.store.all_messages()) == PAGE_ROWS
    bench.folders.breaks_at = None
    async with bench.session():
        await bench.settle(lambda: len(bench.desk.store.all_messages()) == 1100)


async def test_catch_up_stops_at_the_first_known_text() -> None:
    """One page is enough where it holds something known; what was missed rings no bell."""
    bench = Bench()
    bench.fill(*range(1, 101))
    async with bench.session():
        await bench.quiet()
    bench.fill(101, 102, whole=True)
    bench.folders.listed.clear()
    async with bench.session():
        await bench.settle(lambda: "text 102, whole" in bench.texts())
        await bench.quiet()
    assert bench.folders.listed == [(Folder.INBOX, CATCH_UP_ROWS, 0)]
    assert len(bench.texts()) == 102
    assert bench.live() == []


async def test_catch_up_goes_on_until_something_is_known() -> None:
    """A long gap takes more than one page."""
    bench = Bench()
    bench.fill(1)
    async with bench.session():
        await bench.quiet()
    bench.fill(*range(2, 702))
    async with bench.session():
        await bench.settle(lambda: len(bench.desk.store.all_messages()) == 701)


async def test_a_catch_up_cut_short_hides_nothing() -> None:
    """Its first page does not count as known in the next session."""
    bench = Bench()
    bench.fill(1)
    async with bench.session():
        await bench.quiet()
    bench.fill(*range(2, 202))
    bench.folders.breaks_at = len(bench.folders.listed) + 1
    async with bench.session():
        await bench.settle(lambda: bench.ended is not None)
    bench.folders.breaks_at = None
    async with bench.session():
        await bench.settle(lambda: len(bench.desk.store.all_messages()) == 201)


async def test_a_text_that_comes_during_catch_up_hides_nothing() -> None:
    """The newest row is known from its event; the hundred before it are not."""
    bench = Bench()
    bench.fill(1)
    async with bench.session():
        await bench.quiet()
    bench.fill(*range(2, 152))
    bench.fill(152, whole=True)
    bench.folders.breaks_at = len(bench.folders.listed) + 2
    async with bench.session() as access:
        access.report(new(152))
        await bench.settle(lambda: bench.ended is not None)
    assert "text 152, whole" in bench.texts()
    bench.folders.breaks_at = None
    async with bench.session():
        await bench.settle(lambda: len(bench.desk.store.all_messages()) == 152)


async def test_a_new_text_is_fetched_and_then_refined() -> None:
    """The event names it, the message has the text, the listing its time and sender's name."""
    bench = Bench()
    async with bench.session() as access:
        await bench.quiet()
        bench.folders.add(row("A", "hello", name="Alice", at_s=-5), body("A", "hello, the whole of it"))
        access.report(FolderChange(ChangeKind.NEW, "000A", Folder.INBOX))
        await bench.settle(lambda: bench.texts() == ["hello, the whole of it"])
        await bench.settle(lambda: bench.desk.message("A").at == at(-5))
        access.report(FolderChange(ChangeKind.NEW, "a", None))
        await bench.quiet()
    assert bench.desk.message("A").sender_name == "Alice"
    assert bench.folders.fetched == ["000A"]
    assert bench.live() == ["hello, the whole of it"]


@pytest.mark.parametrize("error", [ObexRefused(0xC4, "not yet"), ProfileError("unreadable")])
async def test_a_new_text_that_cannot_be_fetched_is_listed(error: PhonelinkError) -> None:
    """Its subject is better than nothing, and it is live all the same."""
    bench = Bench()
    async with bench.session() as access:
        await bench.quiet()
        bench.fill(1)
        bench.folders.failing["1"] = lambda: error
        access.report(new(1))
        await bench.settle(lambda: bench.live() == ["text 1"])
    assert bench.texts() == ["text 1"]


@pytest.mark.parametrize(
    "change", [FolderChange(ChangeKind.NEW, "", Folder.INBOX), FolderChange(ChangeKind.OTHER, "", None)]
)
async def test_a_report_that_names_nothing_makes_us_look(change: FolderChange) -> None:
    """Neither ends the session nor loses the text."""
    bench = Bench()
    async with bench.session() as access:
        await bench.quiet()
        bench.fill(1)
        access.report(change)
        await bench.settle(lambda: bench.live() == ["text 1"])
        assert bench.ended is None


async def test_a_poll_takes_all_that_came_since_the_last() -> None:
    """More texts than one look shows."""
    bench = Bench()
    bench.fill(1)
    async with bench.session() as access:
        await bench.quiet()
        bench.fill(*range(2, 2 + 4 * REFINE_ROWS))
        access.report(FolderChange(ChangeKind.OTHER, "", Folder.INBOX))
        await bench.settle(lambda: len(bench.texts()) == 1 + 4 * REFINE_ROWS)


async def test_an_idle_session_looks_now_and_then() -> None:
    """Whatever the phone forgot to report."""
    bench = Bench(probe_s=0.001)
    async with bench.session():
        await bench.quiet()
        bench.fill(1)
        async with asyncio.timeout(5):
            while bench.texts() != ["text 1"]:
                await asyncio.sleep(0.001)


async def test_a_missing_sender_comes_from_the_listing() -> None:
    """bMessages may leave out the address of people in the book; the text is one, with its sender and its body."""
    bench = Bench()
    async with bench.session() as access:
        await bench.quiet()
        nameless = evolve(body("A", "whole"), sender=Party(NO_TEXT, clean("Alice")))
        bench.folders.add(row("A", "who", sender=ALICE), nameless)
        access.report(FolderChange(ChangeKind.NEW, "A", Folder.INBOX))
        await bench.settle(lambda: bench.texts() == ["whole"])
        await bench.quiet()
    sender = bench.desk.message("A").sender
    assert sender is not None
    assert sender.value == ALICE
    assert bench.folders.fetched == ["A"]
    assert bench.live()[0] == "who"


@pytest.mark.parametrize(
    "change",
    [
        FolderChange(ChangeKind.DELETED, "1", Folder.INBOX),
        FolderChange(ChangeKind.SHIFTED, "1", Folder.DELETED),
    ],
)
async def test_what_is_deleted_on_the_phone_is_gone_here(change: FolderChange) -> None:
    """By either of the two ways phones report it."""
    bench = Bench()
    bench.fill(1, 2)
    async with bench.session() as access:
        await bench.quiet()
        access.report(change)
        await bench.settle(lambda: bench.texts() == ["text 2"])


async def test_reading_on_the_phone_is_followed() -> None:
    """From the report where it says which way, else by looking; unknown handles are no error."""
    bench = Bench()
    bench.fill(1, 2)
    async with bench.session() as access:
        await bench.quiet()
        access.report(FolderChange(ChangeKind.READ_CHANGED, "1", Folder.INBOX, read=True))
        await bench.settle(lambda: bench.desk.message("1").read)
        access.report(FolderChange(ChangeKind.READ_CHANGED, "1", Folder.INBOX, read=False))
        await bench.settle(lambda: not bench.desk.message("1").read)
        rows = bench.folders.rows[Folder.INBOX]
        rows[0] = evolve(rows[0], read=True)
        access.report(FolderChange(ChangeKind.READ_CHANGED, "2", Folder.INBOX))
        await bench.settle(lambda: bench.desk.message("2").read)
        access.report(FolderChange(ChangeKind.READ_CHANGED, "99", None, read=True))
        access.report(FolderChange(ChangeKind.DELIVERED, "99", None))
        await bench.quiet()
    assert isinstance(bench.ended, LinkLost)


LADDERS = [
    ([ChangeKind.SENT], DeliveryState.SENT),
    ([ChangeKind.SENT, ChangeKind.DELIVERED], DeliveryState.DELIVERED),
    ([ChangeKind.DELIVERED, ChangeKind.SENT], DeliveryState.DELIVERED),
    ([ChangeKind.SENDING_FAILED], DeliveryState.FAILED),
    ([ChangeKind.SENT, ChangeKind.DELIVERY_FAILED], DeliveryState.SENT),
]


@pytest.mark.parametrize(("reports", "state"), LADDERS)
async def test_reports_climb_the_ladder_in_whatever_order(
    reports: list[ChangeKind], state: DeliveryState
) -> None:
    """A text that was sent and not delivered is not «certainly not sent»: it could be sent twice."""
    bench = Bench(ANDROID_TRAITS)
    bench.fill(1)
    async with bench.session() as access:
        await bench.quiet()
        own = bench.desk.write(bench.desk.message("1").thread, "mine", DeliveryState.ACCEPTED)
        bench.desk.intake.bind(own.id, "B1")
        for kind in reports:
            access.report(FolderChange(kind, "B1", Folder.SENT))
        await bench.quiet()
        message = bench.desk.store.message(own.id)
    assert message is not None
    assert message.state is state
    assert bool(message.detail) == (reports[-1] in (ChangeKind.SENDING_FAILED, ChangeKind.DELIVERY_FAILED))


async def test_an_incoming_text_climbs_nothing() -> None:
    """A senseless report about somebody else's text changes nothing."""
    bench = Bench()
    bench.fill(1)
    async with bench.session() as access:
        await bench.quiet()
        access.report(FolderChange(ChangeKind.DELIVERED, "1", Folder.INBOX))
        await bench.quiet()
    assert bench.desk.message("1").state is DeliveryState.RECEIVED


async def test_android_tells_what_was_written_on_the_phone() -> None:
    """From its sent folder: at first, after a gap, and when something moves there."""
    bench = Bench(ANDROID_TRAITS)
    bench.fill(1)
    bench.fill(2, folder=Folder.SENT)
    async with bench.session() as access:
        await bench.settle(lambda: bench.texts() == names(1, 2))
        bench.fill(3, folder=Folder.SENT)
        access.report(FolderChange(ChangeKind.SHIFTED, "3", Folder.SENT))
        await bench.settle(lambda: bench.texts() == names(1, 2, 3))
    bench.fill(4, folder=Folder.SENT)
    async with bench.session():
        await bench.settle(lambda: bench.texts() == names(1, 2, 3, 4))
    assert bench.live() == []


async def test_an_iphones_sent_folder_is_listed_once_where_it_answers() -> None:
    """What it gives appears; a refusal is no loss; reports and later sessions do not ask again."""
    for refuses in (False, True):
        iphone = Bench()
        iphone.fill(1)
        iphone.fill(2, folder=Folder.SENT)
        iphone.folders.refuses_folder = Folder.SENT if refuses else None
        async with iphone.session() as access:
            await iphone.settle(lambda iphone=iphone: bool(iphone.caught_up_at))  # type: ignore[misc]
            access.report(FolderChange(ChangeKind.SHIFTED, "3", Folder.SENT))
            await iphone.quiet()
        async with iphone.session():
            await iphone.quiet()
        assert iphone.texts() == (names(1) if refuses else names(1, 2))
        assert [folder for folder, _, _ in iphone.folders.listed].count(Folder.SENT) == (1 if refuses else 2)


async def test_a_push_that_comes_back_is_not_fetched() -> None:
    """Its words are ours and whole."""
    bench = Bench(ANDROID_TRAITS)
    bench.fill(1, whole=True)
    async with bench.session() as access:
        await bench.settle(lambda: bench.texts() == names(1, whole=True))
        bench.desk.write(bench.desk.message("1").thread, "mine", DeliveryState.ACCEPTED)
        bench.folders.add(row("B1", "mine", sender="", recipients=[ALICE], outgoing=True))
        bench.folders.fetched.clear()
        access.report(FolderChange(ChangeKind.SHIFTED, "B1", Folder.SENT))
        await bench.quiet()
    assert bench.folders.fetched == []
    assert len(bench.texts()) == 2


@pytest.mark.parametrize("ignores_period", [False, True])
async def test_what_offsets_do_not_reach_is_asked_for_by_time(
    monkeypatch: pytest.MonkeyPatch, *, ignores_period: bool
) -> None:
    """Offsets are 16 bits wide: below them a period goes on, once for each text; a phone that ignores it is left."""
    monkeypatch.setattr("phonelink_tui.relay.listing_pages.SLICE_ROWS", 1000)
    bench = Bench()
    bench.folders.offsets = 1500
    bench.folders.ignores_period = ignores_period
    bench.fill(*range(1, 3700))
    async with bench.session():
        await bench.quiet()
        assert bench.ended is None
    assert len(bench.desk.store.all_messages()) == (1000 if ignores_period else 3699)


async def test_a_folder_without_end_is_read_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, whatever a phone lists."""
    monkeypatch.setattr("phonelink_tui.relay.listing_pages.FOLDER_ROWS", 1000)
    bench = Bench()
    bench.fill(*range(1, 1700))
    async with bench.session():
        await bench.settle(lambda: len(bench.desk.store.all_messages()) == 1000)
        await bench.quiet()
        assert bench.ended is None
    assert len(bench.desk.store.all_messages()) == 1000
