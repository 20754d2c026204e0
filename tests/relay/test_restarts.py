"""What a relay knew is known after a restart: rows, verdicts, marks, unread texts, older pages, texts under way."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from attrs import evolve, frozen

from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.facts import OutboxRow, OutboxStep
from phonelink_tui.config.archive_settings import ArchiveSettings
from phonelink_tui.config.policy_source import PolicySource
from phonelink_tui.domain.events import CommandChanged, CommandState, Progress
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import Audience, DeliveryState, MessageId, TextMessage
from phonelink_tui.domain.phone import TRAITS, Capability, LinkPhase
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.relay.api import (
    Ask,
    CancelText,
    Command,
    Looked,
    MarkRead,
    MarkThread,
    RetryText,
    SaveDraft,
    SendText,
    Snapshot,
    StartThread,
)
from phonelink_tui.relay.outbox import STALE
from phonelink_tui.relay.service import Relay
from phonelink_tui.relay.settings import RelaySettings
from phonelink_tui.transport.tasks_beside import tasks_beside
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.personas import ANDROID, IPHONE, Persona
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink
from phonelink_tui.virtual.services import PhoneServices
from tests.archive.desk import files_in, opened, outgoing

ALICE, BOB = "+15550100", "+15550101"
EVERYTHING = frozenset(Capability)
NO_NOTICES = EVERYTHING - {Capability.NOTIFICATIONS}
NOTHING: frozenset[Capability] = frozenset()


def now() -> datetime:
    """The time of day (UTC)."""
    return datetime.now(UTC)


def make_phone(persona: Persona = IPHONE) -> VirtualPhone:
    """A phone with Alice in its book."""
    phone = VirtualPhone(persona, clock=now, seed=7)
    phone.add_contact(StoredContact("Alice Moreau", (ALICE,)))
    return phone


@frozen
class Run:
    """One run of a relay."""

    relay: Relay
    archive: Archive

    async def until(self, holds: Callable[[Snapshot], object]) -> Snapshot:
        """The first snapshot of which this holds."""
        async with asyncio.timeout(20), self.relay.events() as events:
            snapshot = await self.relay.snapshot()
            while not holds(snapshot):
                await anext(events)
                snapshot = await self.relay.snapshot()
            return snapshot

    async def ready(self) -> Snapshot:
        """Once messages are connected."""
        return await self.until(lambda s: s.phone.phase(Capability.MESSAGES) is LinkPhase.READY)

    async def synced(self) -> None:
        """Once the first listing is read to its end; asked before that."""
        async with asyncio.timeout(20), self.relay.events() as events:
            async for stamped in events:
                match stamped.event:
                    case Progress(work="first sync", done=done, total=total) if done == total:
                        return

    async def do(self, command: Command) -> CommandChanged:
        """Carry out a command."""
        async with asyncio.timeout(20), self.relay.events() as events:
            await self.relay.execute(command)
            async for stamped in events:
                if isinstance(stamped.event, CommandChanged) and stamped.event.id == command.id:
                    return stamped.event
        raise AssertionError("the relay ended")

    async def texts(self, thread: Thread, page: int = 200) -> list[TextMessage]:
        """All texts of a conversation, read in pages."""
        found: list[TextMessage] = []
        before = None
        while True:
            read = await self.relay.messages(thread.id, before=before, limit=page)
            found[:0] = read.messages
            before = read.before
            if before is None:
                return found


@asynccontextmanager
async def running(
    phone: VirtualPhone,
    directory: Path,
    offers: frozenset[Capability] = EVERYTHING,
    *,
    hold_s: float = 0,
    rules: ArchiveSettings | None = None,
    lasting: bool = False,
    policy: PolicySource | None = None,
) -> AsyncIterator[Run]:
    """A relay with its archive; leaving is the end of its process without any goodbye."""
    offers = offers if phone.persona.has_notifications else offers - {Capability.NOTIFICATIONS}
    async with opened(files_in(directory)) as archive, tasks_beside() as tasks:
        with closing(PhoneServices(phone, tasks)) as services:
            backend = LinkBackend(
                VirtualLink(phone, services),
                "virtual:test",
                clean_line("A phone"),
                TRAITS[phone.persona.kind],
                offers,
                PhoneClock(),
            )
            settings = RelaySettings(
                b"test", None, hold_s, rules or ArchiveSettings(), lasting, policy=policy
            )
            relay = Relay(backend, settings, now=now, rng=Random(1), archive=archive)
            await relay.begin()
            async with beside(relay.run()):
                await asyncio.sleep(0)  # it takes commands from its first turn on
                try:
                    yield Run(relay, archive)
                finally:
                    await archive.commit()


async def test_a_conversation_stays_one_row(tmp_path: Path) -> None:
    """What was private stays private in a run that has no notifications, under the same ids, once."""
    phone = make_phone()
    async with running(phone, tmp_path) as run:
        await run.until(lambda s: s.phone.phase(Capability.NOTIFICATIONS) is LinkPhase.READY)
        phone.receive_text(ALICE, "Dinner at eight?")
        before = await run.until(lambda s: [t for t in s.threads if t.audience is Audience.PRIVATE])
        texts = await run.texts(before.threads[0])
    async with running(phone, tmp_path, NO_NOTICES) as run:
        begun = await run.relay.snapshot()
        assert [(t.id, t.title, t.total, t.unread) for t in begun.threads] == [
            (before.threads[0].id, "Alice Moreau", 1, 1)
        ]
        after = await run.ready()
        await run.until(lambda s: s.phone.phase(Capability.CONTACTS) is LinkPhase.READY)
        assert [t.id for t in after.threads] == [before.threads[0].id]
        after_texts = await run.texts(after.threads[0])
        assert [evolve(m, partial=False) for m in after_texts] == [evolve(m, partial=False) for m in texts]
        assert LimitKind.NOT_KEPT not in {limit.kind for limit in after.limitations}
        found = await run.relay.search("din eig")
        assert [m.id for m in found] == [m.id for m in texts]


async def test_what_came_meanwhile_is_new_and_the_rest_is_not(tmp_path: Path) -> None:
    """Texts the phone listed before are recognised; only those that came between the runs are added."""
    phone = make_phone(ANDROID)
    at = now() - timedelta(hours=1)
    for n in range(30):
        phone.receive_text(BOB, f"old {n}", at=at + timedelta(seconds=n))
    async with running(phone, tmp_path) as run:
        first = await run.until(lambda s: s.threads and s.threads[0].total == 30)
        ids = [m.id for m in await run.texts(first.threads[0])]
    phone.receive_text(BOB, "new one")
    async with running(phone, tmp_path) as run:
        second = await run.until(lambda s: s.threads[0].total == 31)
        texts = await run.texts(second.threads[0], page=7)
        assert [m.id for m in texts][:30] == ids
        assert texts[30].text == "new one"


async def test_marks_and_drafts_stay(tmp_path: Path) -> None:
    """Pinned, muted, put away, marked unread, a draft: as they were set, and taken back when they are."""
    phone = make_phone()
    phone.receive_text(BOB, "hello")
    async with running(phone, tmp_path, NO_NOTICES) as run:
        (thread,) = (await run.until(lambda s: s.threads)).threads
        assert (await run.do(MarkThread("1", thread.id, pinned=True, muted=True))).state is CommandState.DONE
        await run.do(MarkThread("2", thread.id, archived=True, unread=True, muted=False))
        await run.relay.execute(SaveDraft("3", thread.id, "dear Bob"))
    async with running(phone, tmp_path, NOTHING) as run:
        (thread,) = (await run.relay.snapshot()).threads
        marks = (thread.pinned, thread.muted, thread.archived, thread.marked_unread, thread.draft)
        assert marks == (True, False, True, True, "dear Bob")
        await run.relay.execute(SaveDraft("4", thread.id, ""))
        await run.do(MarkThread("5", thread.id, pinned=False, archived=False, unread=False))
    async with running(phone, tmp_path, NOTHING) as run:
        (thread,) = (await run.relay.snapshot()).threads
        assert (thread.pinned, thread.archived, thread.marked_unread, thread.draft) == (
            False,
            False,
            False,
            "",
        )
        assert (await run.do(MarkThread("6", ThreadId("none"), pinned=True))).state is CommandState.FAILED


async def test_when_a_person_looked_last_is_known(tmp_path: Path) -> None:
    """In the snapshot of this run and of the next one."""
    phone = make_phone()
    async with running(phone, tmp_path, NOTHING) as run:
        assert (await run.relay.snapshot()).looked_at is None
        await run.relay.execute(Looked("1"))
        looked_at = (await run.relay.snapshot()).looked_at
        assert looked_at is not None
    async with running(phone, tmp_path, NOTHING) as run:
        assert (await run.relay.snapshot()).looked_at == looked_at


async def test_read_marks_reach_what_lies_in_the_archive_only(tmp_path: Path) -> None:
    """More unread texts than are taken into memory at the start are all marked read."""
    phone = make_phone(ANDROID)
    at = now() - timedelta(hours=3)
    for n in range(1200):
        phone.receive_text(BOB if n < 100 else ALICE, f"text {n}", at=at + timedelta(seconds=n))
    async with running(phone, tmp_path) as run:
        await run.until(lambda s: sum(t.total for t in s.threads) == 1200)
    async with running(phone, tmp_path, NOTHING) as run:
        snapshot = await run.relay.snapshot()
        (bobs,) = [t for t in snapshot.threads if t.address.value == BOB]
        assert (bobs.total, bobs.unread) == (100, 100)
        assert [m.text for m in await run.texts(bobs, page=30)] == [f"text {n}" for n in range(100)]
        await run.do(MarkRead("1", bobs.id))
        assert [t.unread for t in (await run.relay.snapshot()).threads if t.id == bobs.id] == [0]
    async with running(phone, tmp_path, NOTHING) as run:
        (bobs,) = [t for t in (await run.relay.snapshot()).threads if t.address.value == BOB]
        assert (bobs.total, bobs.unread) == (100, 0)


async def send(run: Run, text: str, **options: object) -> TextMessage:
    """Send a text to Bob; the message it became."""
    command = SendText(f"c-{text}", text, BOB, confirmed=frozenset(Ask), **options)  # type: ignore[arg-type]
    done = await run.do(command)
    assert done.state is CommandState.DONE
    return await own(run, text)


async def own(run: Run, text: str) -> TextMessage:
    """A text of ours."""
    for thread in (await run.relay.snapshot()).threads:
        for message in await run.texts(thread):
            if message.text == text and message.recipient is not None:
                return message
    raise AssertionError(f"there is no {text!r}")


async def test_a_queued_text_goes_on(tmp_path: Path) -> None:
    """Acknowledged without a connection, it is sent once by a later run; the same command sends nothing more."""
    phone = make_phone()
    async with running(phone, tmp_path, NOTHING) as run:
        assert (await send(run, "queued")).state is DeliveryState.QUEUED
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.until(lambda s: not s.unsettled)
        assert (await own(run, "queued")).state is DeliveryState.ACCEPTED
        again = await run.do(SendText("c-queued", "queued", BOB, confirmed=frozenset(Ask)))
        assert again.message == (await own(run, "queued")).id
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.ready()
        await run.do(SendText("c-queued", "queued", BOB, confirmed=frozenset(Ask)))
        await run.until(lambda s: not s.unsettled)
    assert [p.text for p in phone.pushed] == ["queued"]


@pytest.mark.parametrize(("lasting", "dropped", "arrived"), [(True, 0, ["later"]), (False, 1, [])])
async def test_a_relay_that_is_stopped(
    tmp_path: Path, lasting: bool, dropped: int, arrived: list[str]
) -> None:
    """The shared one sends what was queued when it is back; one that ends with its terminal drops it."""
    phone = make_phone()
    async with running(phone, tmp_path, NOTHING, lasting=lasting) as run:
        assert (await send(run, "later")).state is DeliveryState.QUEUED
        assert await run.relay.close() == dropped
    async with running(phone, tmp_path, NO_NOTICES, lasting=lasting) as run:
        await run.until(lambda s: not s.unsettled)
        expected = DeliveryState.ACCEPTED if lasting else DeliveryState.FAILED
        assert (await own(run, "later")).state is expected
    assert [p.text for p in phone.pushed] == arrived


async def test_a_held_text_is_not_sent_by_itself(tmp_path: Path) -> None:
    """Who could still take it back is asked again; then it goes."""
    phone = make_phone()
    async with running(phone, tmp_path, NOTHING, hold_s=60) as run:
        assert (await send(run, "held")).state is DeliveryState.HELD
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.ready()
        held = await own(run, "held")
        assert (held.state, "not sent" in held.detail) == (DeliveryState.FAILED, True)
        assert phone.pushed == []
        await run.do(RetryText("again", held.id))
        await run.until(lambda s: not s.unsettled)
    assert [p.text for p in phone.pushed] == ["held"]


async def test_a_text_past_its_time_is_not_sent(tmp_path: Path) -> None:
    """Expired it has failed; older than anybody expects it is asked about, and goes out when a person says so."""
    phone = make_phone()
    async with running(phone, tmp_path, NOTHING) as run:
        await send(run, "expired", expires_at=now() - timedelta(seconds=1))
        old = evolve(await send(run, "stale"), at=now() - STALE - timedelta(minutes=1))
        run.archive.put([old])
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.until(lambda s: any(text.asks for text in s.unsettled))
        expired = await own(run, "expired")
        assert (expired.state, "not sent" in expired.detail) == (DeliveryState.FAILED, True)
        stale = await own(run, "stale")
        assert (stale.state, "Send it still?" in stale.detail) == (DeliveryState.HELD, True)
        assert phone.pushed == []
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.until(lambda s: any(text.asks for text in s.unsettled))
        assert phone.pushed == []
        assert (await run.do(RetryText("1", stale.id))).state is CommandState.DONE
        await run.until(lambda s: not s.unsettled)
        assert (await run.do(RetryText("2", stale.id))).state is CommandState.REFUSED
    assert [push.text for push in phone.pushed] == ["stale"]


async def test_a_text_that_asks_is_taken_back(tmp_path: Path) -> None:
    """The other answer: it certainly was not sent, and nothing asks again."""
    phone = make_phone()
    async with running(phone, tmp_path, NOTHING) as run:
        run.archive.put([evolve(await send(run, "stale"), at=now() - STALE - timedelta(minutes=1))])
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.until(lambda s: any(text.asks for text in s.unsettled))
        stale = await own(run, "stale")
        assert (await run.do(CancelText("1", stale.id))).state is CommandState.DONE
        assert (await own(run, "stale")).state is DeliveryState.FAILED
        assert (await run.relay.snapshot()).unsettled == ()
    assert phone.pushed == []


@pytest.mark.parametrize(
    ("state", "step", "becomes"),
    [
        (DeliveryState.HANDED_OVER, OutboxStep.HANDED_OVER, DeliveryState.UNKNOWN),
        (DeliveryState.QUEUED, OutboxStep.HANDED_OVER, DeliveryState.UNKNOWN),
        (DeliveryState.HANDED_OVER, OutboxStep.QUEUED, DeliveryState.ACCEPTED),
        (DeliveryState.ACCEPTED, OutboxStep.HANDED_OVER, DeliveryState.ACCEPTED),
        (DeliveryState.FAILED, OutboxStep.QUEUED, DeliveryState.FAILED),
        (DeliveryState.HANDED_OVER, None, DeliveryState.UNKNOWN),
        (DeliveryState.QUEUED, None, DeliveryState.FAILED),
    ],
)
async def test_whatever_was_written_last(
    tmp_path: Path, state: DeliveryState, step: OutboxStep | None, becomes: DeliveryState
) -> None:
    """Message and row may be of different moments, should the process end between two commits."""
    phone = make_phone()
    async with running(phone, tmp_path, NOTHING) as run:
        message = outgoing("m0.1", "half way", state=state)
        message = evolve(message, at=now())
        assert message.recipient is not None
        run.archive.put([message])
        if step is not None:
            run.archive.put([OutboxRow(message.id, step, message.recipient)])
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.ready()
        await run.until(lambda s: all(m.state is DeliveryState.UNKNOWN for m in s.unsettled))
        assert (await own(run, "half way")).state is becomes
    pushed = 1 if (step, becomes) == (OutboxStep.QUEUED, DeliveryState.ACCEPTED) else 0
    assert len(phone.pushed) == pushed
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.ready()
        assert (await own(run, "half way")).state is becomes
    assert len(phone.pushed) == pushed


async def test_a_row_says_what_is_left_when_the_newest_go(tmp_path: Path) -> None:
    """Texts deleted on the phone may be all that was in memory: the row then shows the next older one."""
    phone = make_phone(ANDROID)
    at = now() - timedelta(hours=3)
    stored = [phone.receive_text(BOB, f"text {n}", at=at + timedelta(seconds=n)) for n in range(3)]
    for n in range(1100):
        phone.receive_text(ALICE, f"more {n}", at=at + timedelta(minutes=1, seconds=n))
    async with running(phone, tmp_path) as run:
        await run.until(lambda s: sum(t.total for t in s.threads) == 1103)
    for n in range(2):
        phone.delete_text(stored[n].handle)
    async with running(phone, tmp_path) as run:
        await run.synced()
        phone.delete_text(stored[2].handle)
        snapshot = await run.until(
            lambda s: [t for t in s.threads if t.address.value == BOB and t.total == 2]
        )
        await run.until(lambda s: [t.last_text for t in s.threads if t.address.value == BOB] == ["text 1"])
        assert [t.unread for t in snapshot.threads if t.address.value == BOB] == [2]


async def test_what_was_not_sent_is_found_wherever_it_lies(tmp_path: Path) -> None:
    """Failed and unknown texts below a thousand newer ones are told at the start, and can be sent again."""
    phone = make_phone()
    long_ago = now() - timedelta(days=30)
    async with running(phone, tmp_path, NOTHING) as run:
        text = await send(run, "the newest")
        for n, state in enumerate((DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.ACCEPTED)):
            run.archive.put(
                [evolve(text, id=MessageId(f"o{n}"), text=clean(state), at=long_ago, state=state)]
            )
        later = now() - timedelta(days=1)
        for n in range(1100):
            at = later + timedelta(seconds=n)
            run.archive.put([evolve(text, id=MessageId(f"n{n}"), at=at, state=DeliveryState.ACCEPTED)])
        await run.do(CancelText("c", text.id))
    async with running(phone, tmp_path, NO_NOTICES) as run:
        begun = await run.relay.snapshot()
        assert [t.text for t in begun.failed] == ["failed", "the newest"]
        assert [t.text for t in begun.unsettled] == ["unknown"]
        await run.ready()
        await run.do(RetryText("again", MessageId("o0")))
        await run.until(lambda s: [t.text for t in s.failed] == ["the newest"])
        await run.do(RetryText("never", MessageId("o1")))
        await run.until(lambda s: [t.state for t in s.unsettled] == [DeliveryState.UNKNOWN])
    assert [push.text for push in phone.pushed] == ["failed"]


@pytest.mark.parametrize("retried", [False, True])
async def test_what_was_acknowledged_is_on_the_disk(tmp_path: Path, retried: bool) -> None:
    """A kill right after a text was taken back, or told to go again: the next run does as was acknowledged."""
    phone, before, after = make_phone(), tmp_path / "before", tmp_path / "after"
    async with running(phone, before, NOTHING) as run:
        text = await send(run, "taken back")
        await run.archive.commit()
        assert (await run.do(CancelText("c", text.id))).state is CommandState.DONE
        if retried:
            await run.archive.commit()
            assert (await run.do(RetryText("r", text.id))).message == text.id
        shutil.copytree(before, after)
    async with running(phone, after, NO_NOTICES) as run:
        await run.ready()
        text = await send(run, "the next one")
        await run.until(lambda s: not s.unsettled)
    assert [push.text for push in phone.pushed] == ["taken back"] * retried + ["the next one"]


MARKED: dict[str, Callable[[ThreadId], Command]] = {
    "pinned": lambda thread: MarkThread("p", thread, pinned=True),
    "muted": lambda thread: MarkThread("m", thread, muted=True),
    "archived": lambda thread: MarkThread("a", thread, archived=True),
}


async def test_acknowledged_marks_are_on_the_disk(tmp_path: Path) -> None:
    """A kill right after a conversation was pinned, muted, put away or begun: the next run has it so."""
    phone, before, after = make_phone(), tmp_path / "before", tmp_path / "after"
    async with running(phone, before, NO_NOTICES) as run:
        begun = await run.do(StartThread("begin", BOB))
        shutil.copytree(before, after / "begun")
        thread = ThreadId(begun.sentence)
        for name, command in MARKED.items():
            assert (await run.do(command(thread))).state is CommandState.DONE
            shutil.copytree(before, after / name)
    for name in ("begun", *MARKED):
        async with running(make_phone(), after / name, NOTHING) as run:
            (row,) = (await run.relay.snapshot()).threads
            assert row.id == thread
            assert name == "begun" or getattr(row, name), name


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_text_told_to_go_again_keeps_its_last_time(tmp_path: Path, restarted: bool) -> None:
    """Taken back and told to go again, it must still not leave after the time that was given; in a later run, too."""
    phone, later = make_phone(), now() + timedelta(hours=1)
    async with running(phone, tmp_path, NOTHING) as run:
        text = await send(run, "not after", expires_at=later)
        await run.do(CancelText("c", text.id))
        if not restarted:
            await run.do(RetryText("r", text.id))
            ((row, _),) = (await run.archive.load()).outbox
    if restarted:
        async with running(phone, tmp_path, NOTHING) as run:
            await run.do(RetryText("r", text.id))
            ((row, _),) = (await run.archive.load()).outbox
    assert (row.id, row.expires_at) == (text.id, later)


async def test_a_last_time_that_is_over_binds_no_more(tmp_path: Path) -> None:
    """Who tells an expired text to go again says that it still holds."""
    phone = make_phone()
    async with running(phone, tmp_path, NOTHING) as run:
        text = await send(run, "too late", expires_at=now() - timedelta(seconds=1))
        await run.until(lambda s: [t.id for t in s.failed] == [text.id])
    async with running(phone, tmp_path, NO_NOTICES) as run:
        await run.ready()
        await run.do(RetryText("r", text.id))
        await run.until(lambda s: not s.unsettled)
    assert [push.text for push in phone.pushed] == ["too late"]
