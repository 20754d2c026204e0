"""Handles are good for one session: the same text under another handle stays one, two equal texts stay two."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.domain.message import DeliveryState
from phonelink_tui.domain.observed import Folder
from phonelink_tui.domain.phone import ANDROID_TRAITS
from phonelink_tui.relay.api import MarkRead
from phonelink_tui.relay.listing_pages import PAGE_ROWS
from phonelink_tui.relay.renumbering import before_last_second
from phonelink_tui.relay.sync import CATCH_UP_ROWS
from phonelink_tui.virtual.personas import ANDROID, IPHONE, Persona
from tests.relay.desk import ALICE, BOB, body, row
from tests.relay.sync_bench import Bench, names, new
from tests.relay.test_restarts import make_phone, now, running


def renumber(bench: Bench, folder: Folder = Folder.INBOX, *, by: int = 0x1000) -> None:
    """Every text of a folder has another handle."""
    rows = bench.folders.rows[folder]
    rows[:] = [evolve(each, handle=f"{int(each.handle, 16) + by:X}") for each in rows]


async def synced(bench: Bench) -> None:
    async with bench.session():
        await bench.settle(lambda: bool(bench.caught_up_at))
        await bench.quiet()
    bench.caught_up_at.clear()


@pytest.mark.parametrize("count", [3, CATCH_UP_ROWS + 7, PAGE_ROWS + CATCH_UP_ROWS + 7])
async def test_every_text_has_another_handle(count: int) -> None:
    """Nothing is doubled, nothing rings, also over pages; what is new is added."""
    bench = Bench()
    bench.fill(*range(1, count + 1))
    await synced(bench)
    ids = {m.text: m.id for m in bench.desk.store.all_messages()}
    renumber(bench)
    bench.fill(0x9001)
    await synced(bench)
    assert bench.texts() == names(*range(1, count + 1), 0x9001)
    after = {m.text: m.id for m in bench.desk.store.all_messages()}
    assert {text: after[text] for text in ids} == ids
    assert bench.desk.message("1001").text == "text 1"
    assert bench.desk.intake.find("1") is None
    assert bench.live() == []


async def test_handles_that_are_dealt_anew() -> None:
    """A known handle may name another known text now, or a new one."""
    bench = Bench()
    bench.fill(1, 2, 3)
    await synced(bench)
    ids = {m.text: m.id for m in bench.desk.store.all_messages()}
    rows = bench.folders.rows[Folder.INBOX]
    by_text = {str(r.subject): r for r in rows}
    rows[:] = [
        row("3", "quite new", at_s=900),
        evolve(by_text["text 3"], handle="1"),
        evolve(by_text["text 2"], handle="7"),
        evolve(by_text["text 1"], handle="2"),
    ]
    await synced(bench)
    assert {h: bench.desk.message(h).text for h in "1732"} == {
        "1": "text 3",
        "7": "text 2",
        "3": "quite new",
        "2": "text 1",
    }
    assert {m.text: m.id for m in bench.desk.store.all_messages() if m.text != "quite new"} == ids


async def test_texts_of_a_first_sync_cut_short() -> None:
    """The next session begins again, and knows what it has under whatever handle."""
    bench = Bench()
    bench.fill(*range(1, PAGE_ROWS + 20))
    bench.folders.breaks_at = 1
    async with bench.session():
        await bench.settle(lambda: bench.ended is not None)
    bench.folders.breaks_at = None
    renumber(bench)
    await synced(bench)
    assert bench.texts() == names(*range(1, PAGE_ROWS + 20))


async def test_a_look_before_the_catch_up_doubles_nothing() -> None:
    """An event report may come first: old texts that a look finds under new handles do not ring."""
    bench = Bench()
    bench.fill(*range(1, 8))
    await synced(bench)
    renumber(bench)
    bench.fill(0x9001)
    async with bench.session() as access:
        access.report(new(0x9001))
        await bench.settle(lambda: bool(bench.caught_up_at))
        await bench.quiet()
    assert bench.texts() == names(*range(1, 8), 0x9001)
    assert [text for text in bench.live() if text != names(0x9001)[0]] == []


@pytest.mark.parametrize("has_body", [True, False], ids=["fetched", "listed"])
@pytest.mark.parametrize("count", [3, CATCH_UP_ROWS - 1, CATCH_UP_ROWS, CATCH_UP_ROWS + 7])
async def test_other_handles_in_mid_session(count: int, has_body: bool) -> None:
    """As where the phone makes its index anew: the next look doubles nothing, and what is new rings once."""
    bench = Bench()
    bench.fill(*range(1, count + 1))
    async with bench.session() as access:
        await bench.settle(lambda: bool(bench.caught_up_at))
        await bench.quiet()
        renumber(bench)
        listed = row("9001", "text 36865", at_s=0x9001 * 100)
        bench.folders.add(listed, body("9001", "text 36865") if has_body else None)
        access.report(new(0x9001))
        await bench.settle(lambda: bench.desk.intake.find(f"{0x1000 + count:X}") is not None)
        await bench.quiet()
        assert bench.texts() == names(*range(1, count + 1), 0x9001)
        assert bench.live() == ["text 36865"]
        renumber(bench, by=0x2000)
        bench.fill(0x9901)
        bench.sync.look_now()
        await bench.settle(lambda: bench.desk.intake.find("9901") is not None)
        await bench.quiet()
    assert bench.texts() == names(*range(1, count + 1), 0x9001, 0x9901)


@pytest.mark.parametrize(
    ("came_s", "again", "texts"),
    [
        *((501.94, "came", 1), (500.2, "came", 1), (541.5, "came", 1)),
        *((501.94, "other", 2), (801.5, "came", 2), (498.5, "came", 2)),
    ],
    ids=["a little later", "the same second", "held back", "other words", "long after", "before"],
)
async def test_a_text_that_was_never_listed_under_another_handle(
    came_s: float, again: str, texts: int
) -> None:
    """It has the time of its arrival, a little after the phone's; then the phone restarts. [seen]"""
    bench = Bench()
    bench.fill(1, 2)
    await synced(bench)
    bench.desk.clock.move(came_s)
    bench.desk.fetch("77", "came")
    bench.fill(6)
    bench.folders.rows[Folder.INBOX].append(row("88", again, at_s=500))
    bench.folders.rows[Folder.INBOX].sort(key=lambda r: r.at or now(), reverse=True)
    await synced(bench)
    assert bench.texts() == sorted([*names(1, 2, 6), *["came", again][:texts]])
    assert bench.desk.message("88").text == again


async def test_equal_texts_that_were_never_listed_are_the_nearest() -> None:
    """One of an earlier minute that nobody knew stays another text."""
    bench = Bench()
    bench.fill(1, 2)
    await synced(bench)
    bench.desk.clock.move(501.94)
    bench.desk.fetch("77", "ok")
    known = bench.desk.message("77").id
    bench.folders.rows[Folder.INBOX] += [row("88", "ok", at_s=500), row("99", "ok", at_s=400)]
    bench.folders.rows[Folder.INBOX].sort(key=lambda r: r.at or now(), reverse=True)
    await synced(bench)
    assert bench.texts() == sorted([*names(1, 2), "ok", "ok"])
    assert bench.desk.message("88").id == known


async def test_a_body_is_not_asked_for_under_an_old_handle() -> None:
    """What was wanted in the last session is read under the handle of this one."""
    bench = Bench()
    bench.fill(1, 2)
    await synced(bench)
    message = bench.desk.message("1")
    renumber(bench)
    bench.sync.want_bodies([message.id])
    bench.folders.fetched.clear()
    await synced(bench)
    assert [handle for handle in bench.folders.fetched if int(handle, 16) < 0x1000] == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([ALICE, BOB]), st.sampled_from(["ok", "no"]), st.integers(0, 2)), max_size=8
    ),
    st.integers(0, 8),
    st.booleans(),
)
def test_two_texts_are_never_one(texts: list[tuple[str, str, int]], known: int, keeps: bool) -> None:
    """Equal words of one person in one second, listed twice, are two texts, whichever of them were known before."""
    rows = [row(f"{n + 1:X}", text, sender=who, at_s=s) for n, (who, text, s) in enumerate(texts)]
    rows.sort(key=lambda r: r.at or now(), reverse=True)

    again = rows if keeps else [evolve(r, handle=f"F{r.handle}") for r in rows]

    async def list_both() -> Bench:
        bench = Bench()
        for listed in (rows[len(rows) - min(known, len(rows)) :], again):
            bench.folders.rows[Folder.INBOX] = list(listed)
            await synced(bench)
        return bench

    bench = asyncio.run(list_both())
    assert sorted(m.text for m in bench.desk.store.all_messages()) == sorted(text for _, text, _ in texts)
    for each in again:
        assert bench.desk.message(each.handle).text == each.subject


def test_the_last_second_of_a_listing_may_go_on() -> None:
    """The rows before it; rows without a time are never of one second."""
    rows = [row("3", at_s=9), row("2", at_s=5), row("1", at_s=5)]
    assert [before_last_second(rows[:n]) for n in range(4)] == [0, 0, 1, 1]
    assert before_last_second([row("1", at_s=None), row("2", at_s=None)]) == 2


async def test_a_cut_subject_and_no_subject() -> None:
    """A subject of 255 bytes is the beginning; one that is missing names the only text of its second."""
    bench = Bench()
    long = "word " * 80
    texts = [row("2", long[:255], at_s=50), row("1", "", at_s=10)]
    bench.folders.rows[Folder.INBOX] = texts
    await synced(bench)
    bench.desk.fetch("2", long)
    renumber(bench)
    await synced(bench)
    assert len(bench.texts()) == 2
    assert bench.desk.message("1002").text == long


async def test_a_push_of_ours_under_another_handle() -> None:
    """It stays the one text of ours in the sent folder, and its reports find it."""
    bench = Bench(ANDROID_TRAITS)
    bench.fill(1)
    async with bench.session():
        await bench.settle(lambda: bool(bench.caught_up_at))
        own = bench.desk.write(bench.desk.message("1").thread, "mine", DeliveryState.ACCEPTED)
        bench.desk.intake.bind(own.id, "B1")
        bench.folders.add(row("B1", "mine", sender="", recipients=[ALICE], outgoing=True, at_s=3))
    bench.caught_up_at.clear()
    renumber(bench, Folder.SENT)
    await synced(bench)
    assert bench.texts() == sorted(["mine", *names(1)])
    assert bench.desk.message("10B1").id == own.id


@pytest.mark.parametrize("persona", [IPHONE, ANDROID], ids=["iphone", "android"])
async def test_texts_of_the_archive_under_other_handles(tmp_path: Path, persona: Persona) -> None:
    """Also those that lie in the archive only; a third run knows the new handles."""
    phone = make_phone(persona)
    at = now() - timedelta(hours=3)
    for n in range(1050):
        phone.receive_text(BOB if n < 20 else ALICE, f"text {n // 2}", at=at + timedelta(seconds=n // 2))
    for _ in range(2):
        async with running(phone, tmp_path) as run:
            await run.synced()
        phone.renumber()
    async with running(phone, tmp_path) as run:
        await run.synced()
        snapshot = await run.relay.snapshot()
        assert sum(t.total for t in snapshot.threads) == 1050
        (bobs,) = [t for t in snapshot.threads if t.address.value == BOB]
        await run.do(MarkRead("1", bobs.id))
    assert [t.sender for t in phone.folder(Folder.INBOX) if t.read] == [BOB] * 20
