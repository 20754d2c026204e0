"""What waits for the disk: bounded, in order, never lost; and each kind of fact comes back as it was."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from attrs import NOTHING, evolve, fields

from phonelink_tui.archive import writer as writer_room
from phonelink_tui.archive.database import connect
from phonelink_tui.archive.facts import (
    Action,
    Calls,
    Contacts,
    Draft,
    Fact,
    HandleGiven,
    MessageGone,
    NotificationGone,
    OutboxRow,
    OutboxStep,
    ThreadGone,
    ThreadMarks,
    ThreadStarted,
)
from phonelink_tui.archive.opening import inspect
from phonelink_tui.archive.schema import migrate
from phonelink_tui.archive.writer import Writer
from phonelink_tui.domain.call import Call, CallKind
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import (
    Audience,
    MessageId,
    Placeholder,
    TextMessage,
    UnknownReason,
)
from phonelink_tui.domain.notification import Category, NotificationId, PhoneNotification
from phonelink_tui.domain.phone import DownReason
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import ArchiveBusy, ArchiveError
from tests.archive.desk import ALICE, BOB, NOW, PHONE, SECRET, files_in, incoming, opened, outgoing
from tests.hostile_texts import HOSTILE

NOTIFICATION = PhoneNotification(
    id=NotificationId("1.2"),
    app_id=clean_line("com.example"),
    app_name=clean_line("Example"),
    title=clean_line("Title"),
    subtitle=clean_line(""),
    text=clean("Some text"),
    category=Category.SOCIAL,
    at=NOW,
    important=True,
    positive_label=clean_line("Reply"),
    text_message=MessageId("1"),
    stale=True,
)


async def test_every_field_comes_back(tmp_path: Path) -> None:
    """What is put is what is read after a restart, field by field."""
    odd = evolve(
        incoming("odd", "", read=True),
        audience=Audience.GROUP,
        unknown_reason=UnknownReason.AMBIGUOUS,
        group=clean_line("Family"),
        placeholder=Placeholder.MEDIA,
        detail="words",
        at=NOW + timedelta(microseconds=123456),
        sources=frozenset(),
        partial=True,
        failure=Failure.GONE,
    )
    told = [f for f in fields(TextMessage) if f.default is not NOTHING]
    assert all(getattr(odd, f.name) != f.default for f in told), "a field that this test does not know"
    old = evolve(incoming("old"), at=NOW.replace(year=1))
    far = evolve(outgoing("far"), at=NOW.replace(year=9999))
    row = OutboxRow(
        far.id, OutboxStep.HELD, ALICE, NOW, NOW + timedelta(days=1), frozenset({"short_code", "x"}), "c1", 3
    )
    gap = Gap("g", NOW, None, DownReason.OUT_OF_RANGE)
    contact = Contact(clean_line("Alice"), (ALICE, BOB))
    call = Call(CallKind.MISSED, BOB, clean_line("Bob"), None)
    marks = ThreadMarks(odd.thread, True, False, True, True, frozenset({"group_unknown"}))
    files = files_in(tmp_path)
    async with opened(files) as archive:
        archive.put(
            [odd, old, far, HandleGiven(odd.id, "0A1"), row, gap, Contacts((contact,)), Calls((call,))]
        )
        archive.put([marks, Draft(odd.thread, "dear", NOW), NOTIFICATION])
        archive.put([ThreadStarted(ThreadId("empty"), Audience.PRIVATE, BOB, NOW)])
        archive.put([Action(NOW, "send", "accepted", "far")])
    async with opened(files) as archive:
        kept = {k.message.id: k for k in await archive.messages([odd.id, old.id, far.id])}
        assert {id_: k.message for id_, k in kept.items()} == {m.id: m for m in (odd, old, far)}
        assert kept[odd.id].handle == "0A1"
        loaded = await archive.load()
        assert loaded.outbox == ((row, far),)
        assert loaded.commands == (("c1", far.id),)
        assert loaded.gaps == (gap,)
        assert loaded.contacts == (contact,)
        assert loaded.calls == (call,)
        assert loaded.notifications == (NOTIFICATION,)
        assert loaded.drafts == (Draft(odd.thread, "dear", NOW),)
        assert loaded.written_to == {ALICE.key}
        assert loaded.threads[0].marks == marks
        assert {t.id for t in loaded.threads} == {odd.thread, ThreadId("empty")}
        assert await archive.actions(9) == (Action(NOW, "send", "accepted", "far"),)
        assert archive.run == 2


async def test_what_goes_is_gone(tmp_path: Path) -> None:
    """Every removal, and a settled text is no part of the outbox any more but its command is known."""
    files = files_in(tmp_path)
    own = outgoing("o")
    async with opened(files) as archive:
        archive.put([own, OutboxRow(own.id, OutboxStep.HANDED_OVER, ALICE, command="c")])
        archive.put([NOTIFICATION, ThreadStarted(ThreadId("e"), Audience.PRIVATE, BOB, NOW), incoming("i")])
        await archive.commit()
        archive.put(
            [NotificationGone(NOTIFICATION.id), ThreadGone(ThreadId("e")), MessageGone(MessageId("i"))]
        )
        archive.put([ThreadGone(own.thread), OutboxRow(own.id, OutboxStep.SETTLED, ALICE, command="c")])
        loaded = await archive.load()
    assert (loaded.outbox, loaded.notifications) == ((), ())
    assert [(t.id, t.total) for t in loaded.threads] == [(own.thread, 1)]
    assert loaded.commands == (("c", own.id),)


@pytest.mark.parametrize("name", sorted(HOSTILE))
async def test_hostile_texts_are_texts(tmp_path: Path, name: str) -> None:
    """Whatever a phone sends, once cleaned, comes back as it was."""
    message = evolve(incoming("1", HOSTILE[name]), sender_name=clean_line(HOSTILE[name]))
    async with opened(files_in(tmp_path)) as archive:
        archive.put([message, Draft(message.thread, message.text, NOW)])
        assert [k.message for k in await archive.messages([message.id])] == [message]


async def test_codes_never_reach_the_disk(tmp_path: Path) -> None:
    """What the predicate refuses is not written, be it a text or a notification."""
    async with opened(files_in(tmp_path), is_kept=lambda value: "code" not in value.text) as archive:
        archive.put([incoming("1", "your code is 1"), incoming("2"), NOTIFICATION])
        archive.put([evolve(NOTIFICATION, id=NotificationId("x"), text=clean("code 2"))])
        assert (await archive.info()).messages == 1
        assert (await archive.info()).notifications == 1


class Disk:
    """A disk that can be made to wait, and to refuse."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.turns = threading.Event()
        self.turns.set()
        self.asked = threading.Event()
        self.refuses = False
        self.bug = False

    def connect(self) -> apsw.Connection:
        """A connection over it."""
        db = connect(self.path, b"k" * 32, write=True)
        migrate(db, PHONE)
        db.set_commit_hook(self.commit)
        return db

    def commit(self) -> bool:
        """Asked by SQLite before each commit."""
        self.asked.set()
        assert self.turns.wait(30)
        if self.refuses:
            raise apsw.FullError
        if self.bug:
            raise apsw.MisuseError
        return False


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    """A disk that works."""
    return Disk(tmp_path / "a")


async def wait_for(future: Future[None]) -> None:
    """Await a future of another thread."""
    await asyncio.wait_for(asyncio.wrap_future(future), 20)


async def test_many_facts_about_one_thing_wait_as_one(disk: Disk) -> None:
    """A slow disk sees the newest of each, so what waits is bounded by what there is."""
    disk.turns.clear()
    writer = Writer(disk.connect)
    writer.start()
    for n in range(10_000):
        writer.put(incoming(str(n % 10), f"version {n}"))
    assert writer.waiting <= 20
    disk.turns.set()
    await wait_for(writer.commit())
    texts = writer.run(lambda db, _w: [t for (t,) in db.execute("SELECT text FROM messages ORDER BY id")])
    assert await asyncio.wrap_future(texts) == [f"version {9990 + n}" for n in range(10)]
    writer.close()
    assert writer.join(10)


async def test_commit_waits_for_what_is_being_written(disk: Disk) -> None:
    """A fact that has left the queue is durable only once its transaction is: a push must not begin before."""
    writer = Writer(disk.connect, gather_s=0)
    writer.start()
    await wait_for(writer.run(lambda _db, _w: None))
    disk.asked.clear()
    disk.turns.clear()
    writer.put(incoming("0"))
    assert await asyncio.get_running_loop().run_in_executor(None, disk.asked.wait, 20)
    committed = writer.commit()
    assert not committed.done()
    assert writer.waiting == 1
    disk.turns.set()
    await wait_for(committed)
    assert writer.waiting == 0
    writer.close()
    assert writer.join(10)


HALF = "\ud800"
UNWRITABLE = (
    evolve(incoming("bad"), at=None),  # type: ignore[arg-type]
    evolve(incoming("bad"), detail=HALF),
    evolve(incoming("bad"), sender_name=None),  # type: ignore[arg-type]
    OutboxRow(MessageId("bad"), OutboxStep.QUEUED, ALICE, command=HALF),
    OutboxRow(MessageId("bad"), OutboxStep.QUEUED, ALICE, attempts=1 << 70),
    Action(NOW, "read", "done", HALF),
)


@pytest.mark.parametrize("bad", UNWRITABLE, ids=range(len(UNWRITABLE)))
async def test_a_fact_that_no_disk_could_take_is_left_out_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bad: Fact
) -> None:
    """Its commit fails, the log names its kind and never what it holds; what came with it and after it is kept."""
    files = files_in(tmp_path)
    async with opened(files) as archive:
        archive.put([incoming("before"), bad, evolve(incoming("with"), thread=ThreadId("t-new"))])
        with pytest.raises(ArchiveError, match="error of ours"):
            await archive.commit()
        assert archive.failure is None
        archive.put([incoming("after"), Action(NOW, "read", "done", "t-alice")])
        await archive.commit()
    (record,) = caplog.records
    assert type(bad).__name__ in record.message
    assert "bad" not in caplog.text
    async with opened(files) as archive:
        found = await archive.messages([MessageId(id_) for id_ in ("before", "bad", "with", "after")])
        assert {k.message.id for k in found} == {"before", "with", "after"}
        assert {t.id: t.total for t in (await archive.load()).threads} == {"t-alice": 2, "t-new": 1}
        assert len(await archive.actions(9)) == 1
    assert inspect(files, SECRET, check=True).problems == ()


async def test_what_was_committed_before_a_fact_that_cannot_be_written_is_told_so(disk: Disk) -> None:
    """Only who waits for it hears of it."""
    disk.turns.clear()
    writer = Writer(disk.connect)
    writer.start()
    writer.put(incoming("0"))
    first = writer.commit()
    writer.put(evolve(incoming("1"), at=None))  # type: ignore[arg-type]
    second = writer.commit()
    disk.turns.set()
    await wait_for(first)
    with pytest.raises(ArchiveError, match="error of ours"):
        await wait_for(second)
    writer.put(incoming("2"))
    await wait_for(writer.commit())
    assert writer.failure is None
    writer.close()
    assert writer.join(10)


async def test_an_error_that_is_no_facts_own_drops_nothing(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the transaction itself fails by an error of ours, all waits, and is tried again."""
    monkeypatch.setattr(writer_room, "RETRY_S", 0.01)
    disk.bug = True
    writer = Writer(disk.connect)
    writer.start()
    writer.put(incoming("0"))
    with pytest.raises(ArchiveError, match="error of ours"):
        await wait_for(writer.commit())
    assert writer.waiting == 1
    disk.bug = False
    await wait_for(writer.commit())
    texts = writer.run(lambda db, _w: list(db.execute("SELECT id FROM messages")))
    assert await asyncio.wrap_future(texts) == [("0",)]
    writer.close()
    assert writer.join(10)


async def test_past_the_bound_put_waits_and_loses_nothing(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back-pressure: whoever puts too much is blocked until the disk has caught up."""
    monkeypatch.setattr(writer_room, "WAITING", 100)
    disk.turns.clear()
    writer = Writer(disk.connect)
    writer.start()

    def put_many() -> None:
        for n in range(2000):
            writer.put(incoming(str(n)))

    putting = asyncio.get_running_loop().run_in_executor(None, put_many)
    done, _ = await asyncio.wait({putting}, timeout=0.3)
    assert not done
    assert writer.waiting <= 200, "a batch in flight, and the queue"
    disk.turns.set()
    await asyncio.wait_for(putting, 20)
    await wait_for(writer.commit())
    count = writer.run(lambda db, _w: list(db.execute("SELECT count(*) FROM messages")))
    assert await asyncio.wrap_future(count) == [(2000,)]
    writer.close()
    assert writer.join(10)


async def test_a_disk_that_refuses_is_told_and_tried_again(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit fails with its error, nothing is lost, the bound holds, and later all of it is written."""
    monkeypatch.setattr(writer_room, "WAITING", 100)
    disk.refuses = True
    writer = Writer(disk.connect)
    writer.start()
    writer.put(incoming("0", "first"))
    with pytest.raises(ArchiveError):
        await wait_for(writer.commit())
    writer.put(incoming("0", "second"))
    for n in range(1, 100):
        writer.put(incoming(str(n)))
    with pytest.raises(ArchiveError):
        await asyncio.get_running_loop().run_in_executor(None, writer.put, incoming("too many"))
    disk.refuses = False
    await wait_for(writer.commit())
    assert writer.failure is None
    texts = writer.run(lambda db, _w: list(db.execute("SELECT count(*), max(text) FROM messages")))
    assert await asyncio.wrap_future(texts) == [(100, "second")]
    writer.close()
    assert writer.join(10)


async def test_closing_ends_although_the_disk_refuses(disk: Disk) -> None:
    """The end of the program does not wait for a disk for ever; what is asked afterwards is refused."""
    disk.refuses = True
    writer = Writer(disk.connect)
    writer.start()
    writer.put(incoming("0"))
    writer.close()
    assert await asyncio.get_running_loop().run_in_executor(None, writer.join, 10)
    with pytest.raises(ArchiveError):
        await wait_for(writer.commit())
    with pytest.raises(ArchiveError):
        await asyncio.wrap_future(writer.run(lambda _db, _w: None))


async def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """The thread ends with its error and whoever waits gets it."""

    def refuse() -> apsw.Connection:
        raise ArchiveBusy("somebody has it")

    writer = Writer(refuse)
    writer.start()
    writer.put(incoming("0"))
    with pytest.raises(ArchiveBusy):
        await wait_for(writer.commit())
    assert writer.join(10)
