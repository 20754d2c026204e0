"""One line of the audit an action: what, when, from where, on what and with which outcome; never what was written."""

from __future__ import annotations

from pathlib import Path

from phonelink_tui.archive.facts import Action
from phonelink_tui.archive.opening import inspect, note_action
from phonelink_tui.domain.events import CommandState
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import (
    CancelText,
    Looked,
    MarkRead,
    MarkThread,
    RetryText,
    SaveDraft,
    SendText,
)
from phonelink_tui.relay.audit import ORIGIN
from phonelink_tui.virtual.personas import ANDROID
from tests.archive.desk import NOW, SECRET, files_in
from tests.relay.relay_bench import SURE
from tests.relay.test_restarts import BOB, NOTHING, Run, make_phone, running

WORDS = "a word that nobody else needs to know"


async def lines(run: Run) -> list[tuple[str, str, str, str]]:
    """The audit, oldest first."""
    await run.archive.commit()
    return [(a.action, a.outcome, a.subject, a.origin) for a in reversed(await run.archive.actions(100))]


async def test_each_action_has_one_line(tmp_path: Path) -> None:
    """A text once it is settled, by its conversation; a question, a dry run and a draft have none."""
    phone = make_phone(ANDROID)
    phone.receive_text(BOB, "hello")
    async with running(phone, tmp_path) as run:
        (thread,) = (await run.until(lambda s: s.threads)).threads
        await run.ready()
        ORIGIN.set("shared:headers+send")
        asked = await run.do(SendText("1", WORDS, BOB, thread.id))
        assert asked.state is CommandState.ASKS
        await run.do(SendText("2", WORDS, BOB, thread.id, confirmed=SURE, dry_run=True))
        sent = await run.do(SendText("3", WORDS, BOB, thread.id, confirmed=SURE))
        await run.until(lambda s: not s.unsettled)
        assert await run.do(SendText("3", WORDS, BOB, thread.id, confirmed=SURE)) == sent
        await run.do(SendText("4", WORDS, "+15550777", thread.id, confirmed=SURE))
        await run.do(MarkRead("5", thread.id))
        await run.do(MarkThread("6", thread.id, pinned=True, muted=False))
        assert sent.message is not None
        await run.do(CancelText("7", sent.message))
        await run.do(RetryText("8", sent.message))
        await run.relay.execute(Looked("9"))
        await run.relay.execute(SaveDraft("10", thread.id, WORDS))
        origin = "shared:headers+send"
        assert await lines(run) == [
            ("reply", "accepted", thread.id, origin),
            ("reply", "other_recipient", thread.id, origin),
            ("read", "done", thread.id, origin),
            ("pin+no_mute", "done", thread.id, origin),
            ("take_back", "gone", thread.id, origin),
            ("send_again", "refused", thread.id, origin),
        ]
        told = str(await lines(run))
        assert WORDS not in told
        assert BOB not in told
        assert (await run.archive.info()).actions == 6


async def test_a_text_of_an_earlier_run_has_its_line_at_its_end(tmp_path: Path) -> None:
    """Whoever wrote it is not known any more; what became of it is."""
    phone = make_phone(ANDROID)
    async with running(phone, tmp_path, NOTHING, lasting=True) as run:
        queued = await run.do(SendText("1", WORDS, BOB, confirmed=SURE))
        assert await lines(run) == []
        assert await run.relay.close() == 0
    async with running(phone, tmp_path) as run:
        await run.until(lambda s: not s.unsettled)
        (thread,) = (await run.relay.snapshot()).threads
        assert await lines(run) == [("send", "accepted", thread.id, "")]
        (text,) = await run.texts(thread)
        assert text.id == queued.message


async def test_the_command_line_writes_beside_a_relay(tmp_path: Path) -> None:
    """An export has its line, whether or not a relay has the archive open."""
    export = Action(NOW, "export", "done", ThreadId("t-bob"), "command-line")
    async with running(make_phone(ANDROID), tmp_path, NOTHING) as run:
        note_action(files_in(tmp_path), SECRET, export)
        await run.do(MarkThread("1", ThreadId("none"), pinned=True))
        assert [line[0] for line in await lines(run)] == ["export", "pin"]
    note_action(files_in(tmp_path), SECRET, export)
    assert inspect(files_in(tmp_path), SECRET, check=True).actions == 3
