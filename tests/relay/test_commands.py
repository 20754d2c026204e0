"""What each command does, and what it says became of it."""

from __future__ import annotations

import pytest
from attrs import evolve

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import (
    CommandChanged,
    CommandState,
    MessageChanged,
    ThreadChanged,
)
from phonelink_tui.domain.message import Audience, DeliveryState, MessageId
from phonelink_tui.domain.notification import NotificationAction, NotificationId
from phonelink_tui.domain.observed import NotificationGone
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import AncsRefused
from phonelink_tui.relay import outbox
from phonelink_tui.relay.api import (
    ActOnNotification,
    CancelText,
    Looked,
    MarkRead,
    RetryNow,
    RetryText,
    SaveDraft,
    SendText,
    StartThread,
)
from tests.relay.desk import ALICE, BOB, notice
from tests.relay.relay_bench import SURE, Bench, message_of
from tests.relay.scripted import ScriptedPhonebook


async def test_what_a_screen_says_by_itself_is_no_event() -> None:
    """That somebody looked, and a draft while it is typed: `tail` and hooks hear of neither; a failure is told."""
    bench = Bench()
    bench.arrive("A1", "hello", sender=ALICE)
    async with bench.running():
        thread = await bench.thread()
        async with bench.relay.events() as events:
            await bench.relay.execute(Looked("c1"))
            await bench.relay.execute(SaveDraft("c2", thread, "dear"))
            await bench.relay.execute(SaveDraft("c3", thread, "dear Alice"))
            failed = await bench.do(SaveDraft("c4", ThreadId("none"), "x"))
            heard = []
            async for stamped in events:
                heard.append(stamped.event)
                if isinstance(stamped.event, CommandChanged):
                    break
        assert (await bench.relay.snapshot()).looked_at is not None
    assert [type(event) for event in heard] == [ThreadChanged, ThreadChanged, CommandChanged]
    assert heard[-1] == failed
    assert failed.state is CommandState.FAILED


# Sending


async def test_a_text_to_a_new_person_asks_and_then_goes_out() -> None:
    """Once asked it is not asked again, and the form that is sent is the one that was written."""
    bench = Bench()
    async with bench.running():
        asked = await bench.do(SendText("c1", "hi", ALICE))
        assert (asked.state, asked.reasons) == (CommandState.ASKS, ("new_recipient",))
        assert bench.backend.folders.pushed == []
        done = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        assert done.state is CommandState.DONE
        await bench.state_of(done.message, DeliveryState.ACCEPTED)
        again = await bench.do(SendText("c2", "and", ALICE, thread=await bench.thread()))
        assert again.state is CommandState.DONE
        await bench.state_of(again.message, DeliveryState.ACCEPTED)
    assert [(p.recipient, p.text) for p in bench.backend.folders.pushed] == [(ALICE, "hi"), (ALICE, "and")]


async def test_a_command_that_comes_again_is_answered_again_and_not_sent_again() -> None:
    """Whoever lost the answer asks with the same id."""
    bench = Bench()
    async with bench.running():
        first = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        again = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        tried = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE, dry_run=True))
        await bench.state_of(first.message, DeliveryState.ACCEPTED)
        await bench.quiet()
    assert again == first
    assert (tried.message, tried.sentence) == (None, f"Would be sent to {ALICE} alone.")
    assert len(bench.backend.folders.pushed) == 1


async def test_what_was_taken_up_is_remembered_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest ids go first."""
    monkeypatch.setattr("phonelink_tui.relay.commands.COMMANDS_REMEMBERED", 2)
    bench = Bench()
    async with bench.running():
        for id_ in ("c1", "c2", "c3", "c1"):
            await bench.do(SendText(id_, "hi", ALICE, confirmed=SURE))
        await bench.quiet()
    assert len(bench.backend.folders.pushed) == 4


@pytest.mark.parametrize(
    ("text", "recipient", "reason"),
    [
        ("  ", ALICE, "empty"),
        ("\u200b\u2060", ALICE, "empty"),
        ("x" * 5000, ALICE, "too_long"),
        ("hi", "", "no_recipient"),
        ("hi", f"{ALICE}, {BOB}", "several_recipients"),
        ("hi", "DHL", "bad_recipient"),
    ],
)
async def test_what_the_guard_refuses_is_refused_whatever_is_confirmed(
    text: str, recipient: str, reason: str
) -> None:
    """With its word, a sentence and a hint; what would arrive empty counts as empty."""
    bench = Bench()
    async with bench.running():
        outcome = await bench.do(SendText("c1", text, recipient, confirmed=SURE))
    assert (outcome.state, outcome.reasons) == (CommandState.REFUSED, (reason,))
    assert outcome.sentence
    assert outcome.hint
    assert bench.backend.folders.pushed == []


async def test_a_text_into_a_thread_goes_to_the_address_the_phone_used() -> None:
    """Asked for what is not known; refused for somebody else, and for a thread that is not there."""
    bench = Bench(region="US")
    bench.arrive("A1", "hello", sender="+12125552368")
    async with bench.running():
        thread = await bench.thread("+12125552368")
        asked = await bench.do(SendText("c1", "hi", "(212) 555-2368", thread))
        assert asked.reasons == ("group_unknown", "first_to_sender")
        wrong = await bench.do(SendText("c2", "hi", BOB, thread, confirmed=SURE))
        assert wrong.reasons == ("other_recipient",)
        nowhere = await bench.do(SendText("c3", "hi", ALICE, ThreadId("0" * 16), confirmed=SURE))
        assert nowhere.reasons == ("unknown_thread",)
        done = await bench.do(SendText("c4", "hi", "(212) 555-2368", thread, confirmed=SURE))
        await bench.state_of(done.message, DeliveryState.ACCEPTED)
    assert [p.recipient for p in bench.backend.folders.pushed] == ["+12125552368"]


async def test_a_draft_into_what_turned_out_a_group_is_refused() -> None:
    """The thread's id is the one the draft was begun in."""
    bench = Bench()
    bench.arrive()
    async with bench.running():
        thread = await bench.thread()
        bench.backend.notifications[-1].tell(notice(1, "hello", subtitle="Family"))
        await bench.quiet()
        outcome = await bench.do(SendText("c1", "hi", ALICE, thread, confirmed=SURE))
    assert outcome.reasons == ("group",)


async def test_a_queued_reply_goes_to_the_one_person_it_was_confirmed_for() -> None:
    """Its thread turned out to be a group while the phone was away: it moves to the private one, and leaves."""
    bench = Bench()
    bench.arrive()
    async with bench.running():
        thread = await bench.thread()
        bench.backend.away = True
        bench.backend.messages[-1].end()
        await bench.quiet()
        done = await bench.do(SendText("c1", "hi", ALICE, thread, confirmed=SURE))
        assert await bench.state_of(done.message, DeliveryState.QUEUED)
        bench.backend.notifications[-1].tell(notice(1, "hello", subtitle="Family"))
        await bench.quiet()
        bench.backend.away = False
        await bench.do(RetryNow("c2"))
        state = await bench.state_of(done.message, DeliveryState.FAILED, DeliveryState.ACCEPTED)
    assert state is DeliveryState.ACCEPTED
    moved = [
        e.message for e in bench.events if isinstance(e, MessageChanged) and e.message.id == done.message
    ]
    assert moved[-1].audience is Audience.PRIVATE


async def test_a_queued_text_survives_the_region() -> None:
    """Its recipient is identified differently by the time it leaves, and is the same person."""
    bench = Bench()
    bench.backend.away = True
    async with bench.running():
        done = await bench.do(SendText("c1", "hi", "(212) 555-2368", confirmed=SURE))
        owner = Contact(clean("Me"), (identify("+12125550000"),))
        bench.backend.phonebook = lambda: ScriptedPhonebook(owner)
        bench.backend.away = False
        await bench.do(RetryNow("c2"))
        await bench.state_of(done.message, DeliveryState.ACCEPTED)
        (thread,) = (await bench.relay.snapshot()).threads
    assert thread.address.key == "tel:+12125552368"
    assert [p.recipient for p in bench.backend.folders.pushed] == ["(212) 555-2368"]


async def test_too_many_waiting_texts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """None that waits is dropped for a new one."""
    monkeypatch.setattr(outbox, "WAITING", 2)
    bench = Bench()
    bench.backend.away = True
    async with bench.running():
        states = [(await bench.do(SendText(f"c{n}", "hi", ALICE, confirmed=SURE))).state for n in range(3)]
        failed = await bench.do(CancelText("x", await message_of(bench, "c0")))
        assert failed.state is CommandState.DONE
        await bench.do(SendText("c9", "hi", ALICE, confirmed=SURE))
        full = await bench.do(RetryText("r", await message_of(bench, "c0")))
    assert states == [CommandState.DONE, CommandState.DONE, CommandState.REFUSED]
    assert full.reasons == ("too_many",)


async def test_a_held_text_can_be_taken_back_and_sent_after_all() -> None:
    """Within its hold window; then again as a new push with the same message."""
    bench = Bench(hold_s=3600)
    async with bench.running():
        done = await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        message = await message_of(bench, "c1")
        assert await bench.state_of(message, DeliveryState.HELD)
        assert [m.id for m in (await bench.relay.snapshot()).unsettled] == [message]
        early = await bench.do(RetryText("c2", message))
        assert early.state is CommandState.REFUSED
        assert (await bench.do(CancelText("c3", message))).state is CommandState.DONE
        assert await bench.state_of(message, DeliveryState.FAILED)
        assert (await bench.do(CancelText("c4", message))).state is CommandState.FAILED
        assert (await bench.do(RetryText("c5", message))).message == done.message
        assert await bench.state_of(message, DeliveryState.HELD)
        assert (await bench.do(RetryText("c6", MessageId("m99")))).state is CommandState.REFUSED
    assert bench.backend.folders.pushed == []


async def test_a_text_the_phone_refuses_has_failed_and_may_be_sent_again() -> None:
    """With the phone's reason, and by the person's wish only."""
    bench = Bench()
    bench.backend.folders.refuse_push = 0xC3
    async with bench.running():
        await bench.do(SendText("c1", "hi", ALICE, confirmed=SURE))
        message = await message_of(bench, "c1")
        assert await bench.state_of(message, DeliveryState.FAILED)
        bench.backend.folders.refuse_push = None
        await bench.do(RetryText("c2", message))
        assert await bench.state_of(message, DeliveryState.ACCEPTED)
    assert len(bench.backend.folders.pushed) == 1


# Threads, reading, notifications


async def test_starting_a_thread_makes_it_exist() -> None:
    """Its id is the outcome; what cannot be answered is refused; twice is the same."""
    bench = Bench()
    async with bench.running():
        started = await bench.do(StartThread("c1", ALICE))
        again = await bench.do(StartThread("c2", "+1 555 0100"))
        refused = await bench.do(StartThread("c3", "DHL"))
        page = await bench.relay.messages(ThreadId(started.sentence))
        asked = await bench.do(SendText("c4", "hi", ALICE, ThreadId(started.sentence)))
    assert started.sentence == again.sentence
    assert refused.reasons == ("bad_recipient",)
    assert page.messages == ()
    assert asked.reasons == ("new_recipient",)


async def test_reading_is_told_to_the_phone() -> None:
    """All unread ones; one that is gone there is no failure; without a session it is read here."""
    bench = Bench()
    bench.arrive("A1", "one")
    bench.arrive("A2", "two")
    async with bench.running():
        thread = await bench.thread()
        assert (await bench.do(MarkRead("c1", thread))).state is CommandState.DONE
        assert sorted(bench.backend.folders.marked) == [("A1", True), ("A2", True)]
        assert (await bench.do(MarkRead("c2", thread, read=False))).state is CommandState.DONE
        assert bench.backend.folders.marked[2:] == [("A2", False)]
        bench.backend.folders.refuse_mark = 0xC4
        assert (await bench.do(MarkRead("c3", thread))).state is CommandState.DONE
        bench.backend.away = True
        bench.backend.messages[-1].end()
        await bench.quiet()
        assert (await bench.do(MarkRead("c4", thread, read=False))).state is CommandState.DONE
        nowhere = await bench.do(MarkRead("c5", ThreadId("0" * 16)))
        empty = await bench.do(StartThread("c6", BOB))
        unread = await bench.do(MarkRead("c7", ThreadId(empty.sentence), read=False))
        (row_,) = [t for t in (await bench.relay.snapshot()).threads if t.id == thread]
    assert nowhere.state is CommandState.FAILED
    assert unread.state is CommandState.DONE
    assert row_.unread == 1


async def test_an_action_reaches_its_notification_or_says_why_not() -> None:
    """Pressed; refused by the phone; of one that is gone; of a session that is over."""
    bench = Bench()
    async with bench.running():
        phone = bench.backend.notifications[-1]
        phone.tell(notice(7, app="org.example.mail"))
        await bench.quiet()
        (shown,) = (await bench.relay.snapshot()).notifications
        press = ActOnNotification("c1", shown.id, NotificationAction.NEGATIVE)
        assert (await bench.do(press)).state is CommandState.DONE
        assert phone.performed == [(7, NotificationAction.NEGATIVE)]
        phone.refuse = AncsRefused(0xA2, "It is gone.", "Look again.")
        refused = await bench.do(evolve(press, id="c2"))
        assert (refused.state, refused.sentence, refused.hint) == (
            CommandState.FAILED,
            "It is gone.",
            "Look again.",
        )
        gone = await bench.do(ActOnNotification("c3", NotificationId("9-9"), NotificationAction.NEGATIVE))
        assert gone.state is CommandState.FAILED
        phone.tell(notice(8, app="org.example.mail"))
        phone.tell(NotificationGone(8))
        await bench.quiet()
        assert len((await bench.relay.snapshot()).notifications) == 1
        bench.backend.away = True
        phone.end()
        await bench.quiet()
        assert [n.stale for n in (await bench.relay.snapshot()).notifications] == [True]
        stale = await bench.do(evolve(press, id="c4"))
        assert stale.state is CommandState.FAILED
