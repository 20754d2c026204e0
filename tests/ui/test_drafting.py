"""Drafts live in the relay: kept while typing, there elsewhere, never taken from under somebody who types."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from phonelink_tui.domain.events import (
    CommandChanged,
    CommandState,
    Event,
    MessageChanged,
    Resync,
    ThreadChanged,
    ThreadGone,
)
from phonelink_tui.domain.message import Audience, MessageId
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.relay.api import Command, SaveDraft
from phonelink_tui.ui.screens.drafting import REST_S
from tests.ui.believable import NOW
from tests.ui.scripted_relay import ScriptedRelay
from tests.ui.stage import ALICE, BOB, CAROL, a_relay, on_stage


def a_keeping_relay(*threads: Thread) -> ScriptedRelay:
    """A relay that keeps drafts, as the real one does."""
    rows = {row.id: row for row in threads or (ALICE, BOB, CAROL)}
    relay = a_relay(*rows.values())

    def answer(command: Command) -> Sequence[Event]:
        done = CommandChanged(command.id, CommandState.DONE)
        if not isinstance(command, SaveDraft):
            return [done]
        rows[command.thread] = row = evolve(rows[command.thread], draft=command.text)
        relay.state = evolve(relay.state, threads=tuple(rows.values()))
        return [ThreadChanged(row), done]

    relay.answer = answer
    return relay


def of_another_terminal(relay: ScriptedRelay, text: str) -> ThreadChanged:
    """Alice's row with a draft that the relay was given there."""
    row = evolve(ALICE, draft=text)
    rows = tuple(row if old.id == row.id else old for old in relay.state.threads)
    relay.state = evolve(relay.state, threads=rows)
    return ThreadChanged(row)


def drafts(relay: ScriptedRelay) -> dict[str, str]:
    return {row.title: row.draft for row in relay.state.threads if row.draft}


async def test_a_draft_is_kept_when_typing_pauses() -> None:
    """Without leaving the conversation; one save for the word, not one for each letter."""
    async with on_stage(a_keeping_relay()) as stage:
        await stage.type("hello")
        assert drafts(stage.relay) == {}
        await stage.pilot.pause(0.7)
        await stage.settle()
        assert drafts(stage.relay) == {"Alice": "hello"}
        assert len(stage.relay.told(SaveDraft)) == 1
        assert stage.composer.draft == "hello"


async def test_a_draft_is_kept_at_leaving_and_forgotten_at_sending() -> None:
    """The conversation's row holds it; Enter takes it away."""
    async with on_stage(a_keeping_relay()) as stage:
        await stage.type("one")
        await stage.press("ctrl+down")
        assert drafts(stage.relay) == {"Alice": "one"}
        await stage.press("ctrl+up", "enter")
        await stage.pilot.pause(0.1)
        await stage.settle()
        assert drafts(stage.relay) == {}


async def test_a_draft_of_before_is_there_again() -> None:
    """After a crash of the terminal: in the composer, and marked in the list."""
    begun = (evolve(ALICE, draft="dear Alice"), evolve(BOB, draft="dear Bob"), CAROL)
    async with on_stage(a_keeping_relay(*begun)) as stage:
        assert stage.composer.draft == "dear Alice"
        assert {row.name for row in stage.conversations.shown if row.draft} == {"Alice", "Bob"}
        await stage.press("ctrl+q")
        assert stage.app.return_code == 0
        assert stage.relay.told(SaveDraft) == []


async def test_a_composer_that_rests_follows_the_other_terminal() -> None:
    """What was here comes back with undo; a draft of another conversation just waits there."""
    begun = (evolve(ALICE, draft="old words"), BOB, CAROL)
    async with on_stage(a_keeping_relay(*begun)) as stage:
        await stage.say(
            ThreadChanged(evolve(ALICE, draft="new words")), ThreadChanged(evolve(BOB, draft="b"))
        )
        assert stage.composer.draft == "new words"
        assert "another terminal" in stage.line("hints")
        await stage.press("alt+z")
        assert stage.composer.draft == "old words"
        await stage.press("alt+a", "ctrl+down")
        assert stage.open == "Bob"
        assert stage.composer.draft == "b"


async def test_nothing_is_taken_from_under_somebody_who_types() -> None:
    """The other draft is not shown, and not overwritten either; whoever leaves puts theirs behind it."""
    async with on_stage(a_keeping_relay()) as stage:
        await stage.type("mine")
        await stage.say(theirs := of_another_terminal(stage.relay, "theirs"))
        assert stage.composer.draft == "mine"
        assert "yours stays" in stage.line("hints")
        await stage.type(" still")
        await stage.pilot.pause(0.7)
        await stage.settle()
        assert (stage.composer.draft, stage.relay.told(SaveDraft)) == ("mine still", [])
        assert drafts(stage.relay) == {"Alice": theirs.thread.draft}
        await stage.press("ctrl+down")
        assert drafts(stage.relay) == {"Alice": "theirs\nmine still"}


async def test_what_is_sent_here_does_not_erase_what_was_begun_there() -> None:
    """Two people at one conversation: neither sees the draft of the other, and both stay what they were."""
    async with on_stage(a_keeping_relay()) as stage:
        await stage.press("escape", "i")
        await stage.say(of_another_terminal(stage.relay, "theirs"))
        await stage.type("mine")
        await stage.pilot.pause(0.7)
        await stage.press("enter")
        await stage.settle()
        assert stage.composer.draft == ""
        assert drafts(stage.relay) == {"Alice": "theirs"}
        await stage.pilot.pause(2 * REST_S + 0.5)
        await stage.settle()
        assert stage.composer.draft == "theirs"
        assert stage.relay.told(SaveDraft) == []


async def test_what_no_relay_has_had_is_not_taken_away() -> None:
    """Written while there was no relay, and the next one has another terminal's draft: both are there."""
    async with on_stage(a_keeping_relay()) as stage:
        await stage.type("mine")
        await stage.press("ctrl+down")
        theirs = evolve(ALICE, draft="theirs")
        stage.relay.state = evolve(stage.relay.state, epoch="second", threads=(theirs, BOB, CAROL))
        await stage.say(Resync())
        await stage.settle()
        assert drafts(stage.relay) == {"Alice": "theirs\nmine"}


async def test_what_rests_and_no_relay_has_had_stays_in_the_composer() -> None:
    """Also after a long while."""
    async with on_stage(a_keeping_relay()) as stage:
        await stage.type("mine")
        await stage.pilot.pause(2 * REST_S)
        theirs = evolve(ALICE, draft="theirs")
        stage.relay.state = evolve(stage.relay.state, epoch="second", threads=(theirs, BOB, CAROL))
        await stage.say(Resync())
        await stage.settle()
        assert stage.composer.draft == "mine"


async def test_nothing_slips_under_the_hands_of_somebody_who_is_here() -> None:
    """An empty composer, too, is left alone until its terminal rests; the draft is there when one comes back."""
    async with on_stage(a_keeping_relay()) as stage:
        await stage.press("escape", "i")
        await stage.say(ThreadChanged(evolve(ALICE, draft="theirs")))
        assert stage.composer.draft == ""
        await stage.press("ctrl+down", "ctrl+up")
        assert stage.composer.draft == "theirs"
        await stage.say(ThreadChanged(ALICE))
        await stage.say(ThreadChanged(evolve(ALICE, draft="theirs again")))
        assert stage.composer.draft == ""
        await stage.pilot.pause(REST_S + 0.5)
        await stage.settle()
        assert stage.composer.draft == "theirs again"
        assert stage.relay.told(SaveDraft) == []


async def test_what_was_sent_elsewhere_does_not_come_back() -> None:
    """Another terminal's draft was shown here: sent there, it goes from here, and what was added to it stays."""
    async with on_stage(a_keeping_relay()) as stage:
        await stage.say(ThreadChanged(evolve(ALICE, draft="theirs")))
        assert stage.composer.draft == "theirs"
        await stage.say(ThreadChanged(ALICE))
        assert stage.composer.draft == ""
        assert drafts(stage.relay) == {}
        await stage.say(ThreadChanged(evolve(ALICE, draft="theirs again")))
        await stage.type(" and mine")
        await stage.say(ThreadChanged(ALICE))
        assert stage.composer.draft == "and mine"
        assert drafts(stage.relay) == {"Alice": "and mine"}
        assert "sent in another terminal" in stage.line("hints")


async def test_a_new_run_of_the_relay_gets_the_drafts_again() -> None:
    """One that had nothing on its disk has forgotten them; the terminal has not."""
    async with on_stage(a_keeping_relay()) as stage:
        await stage.type("one")
        await stage.press("ctrl+down", "ctrl+up")
        assert drafts(stage.relay) == {"Alice": "one"}
        forgotten = (ALICE, BOB, CAROL)
        stage.relay.state = evolve(stage.relay.state, epoch="second", threads=forgotten)
        before = len(stage.relay.told(SaveDraft))
        await stage.say(Resync())
        await stage.settle()
        assert [c.text for c in stage.relay.told(SaveDraft)[before:]] == ["one"]
        assert stage.composer.draft == "one"


async def test_a_draft_joins_the_one_of_the_conversation_its_texts_went_to() -> None:
    """What was typed since the relay joined them is in it, once; nothing of either is lost."""
    unsure = evolve(ALICE, id=ThreadId("unsure"), audience=Audience.UNKNOWN, last_at=NOW)
    known = evolve(ALICE, unread=0, draft="for later")
    relay = a_relay(unsure, known)
    text = evolve(relay.texts[known.id][0], id=MessageId("moved"), thread=unsure.id)
    relay.texts[unsure.id] = [text]
    async with on_stage(relay) as stage:
        await stage.type("on my")
        await stage.say(ThreadChanged(evolve(unsure, draft="on my")))
        await stage.type(" way")
        await stage.say(
            MessageChanged(evolve(text, thread=known.id), moved_from=unsure.id, live=False),
            ThreadGone(unsure.id),
            ThreadChanged(evolve(known, draft="for later\non my")),
        )
        await stage.until(lambda: stage.composer.draft == "for later\non my way")
        last = relay.told(SaveDraft)[-1]
        assert (last.thread, last.text) == (known.id, "for later\non my way")
