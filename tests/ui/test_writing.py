"""From Enter to the relay and back: who gets the text, what is asked, what returns."""

from __future__ import annotations

import pytest
from attrs import evolve

from phonelink_tui.domain.events import (
    CommandChanged,
    CommandState,
    Event,
    MessageChanged,
    ThreadChanged,
    ThreadGone,
)
from phonelink_tui.domain.message import Audience, DeliveryState
from phonelink_tui.relay.api import Ask, CancelText, Command, RetryText, SendText, StartThread
from phonelink_tui.ui.actions import Place
from phonelink_tui.ui.settings import EnterKey, UiSettings
from phonelink_tui.ui.widgets import question_bar
from phonelink_tui.ui.widgets.banners import BannerStack
from phonelink_tui.ui.widgets.question_bar import QuestionBar
from tests.ui.believable import NOW, a_text, a_thread
from tests.ui.stage import ALICE, BOB, CAROL, a_relay, on_stage, takes_up

GROUP = a_thread(7, "Family", minutes=0.5, audience=Audience.GROUP, group="Family")


def asks(command: Command) -> list[Event]:
    """Every text is asked about once."""
    if isinstance(command, SendText) and not command.confirmed:
        return [CommandChanged(command.id, CommandState.ASKS, (Ask.GROUP_UNKNOWN,), "This may be a group.")]
    return takes_up(command)


def refuses(command: Command) -> list[Event]:
    if isinstance(command, SendText):
        return [
            CommandChanged(
                command.id, CommandState.REFUSED, ("secret",), "This looks like a key.", "Not sent."
            )
        ]
    return takes_up(command)


async def test_a_text_goes_to_the_open_conversation() -> None:
    """With its recipient as the phone spells it; it appears in the pane with its state."""
    async with on_stage() as stage:
        await stage.type("hi you")
        await stage.press("enter")
        await stage.relay.until_told(2)
        await stage.settle()
        (send,) = stage.relay.told(SendText)
        assert (send.text, send.recipient, send.thread) == ("hi you", ALICE.address.value, ALICE.id)
        assert stage.shown[-1] == "hi you"
        assert stage.composer.draft == ""


async def test_the_recipient_is_always_named() -> None:
    """Name and address stand above the text."""
    async with on_stage() as stage:
        assert stage.line("to").strip() == f"To: Alice <{ALICE.address.value}>"


async def test_a_text_typed_ahead_of_a_switch_goes_to_the_old_conversation() -> None:
    """The thread freezes at Enter, and what follows is for the next one."""
    async with on_stage() as stage:
        await stage.pilot.press(*"one", "enter", "ctrl+down", *"two", "enter")
        await stage.settle()
        sent = [(c.text, c.thread) for c in stage.relay.told(SendText)]
        assert [text for text, _ in sent] == ["one", "two"]
        assert sent[0][1] == ALICE.id
        assert sent[1][1] != ALICE.id


async def test_a_question_is_answered_with_the_same_text_and_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Confirming repeats exactly what was frozen, with what was asked confirmed."""
    monkeypatch.setattr(question_bar, "SETTLE_S", 0.0)
    relay = a_relay()
    relay.answer = asks
    async with on_stage(relay) as stage:
        await stage.type("hi")
        await stage.press("enter")
        assert stage.one(QuestionBar).sentence.endswith("This may be a group.")
        assert stage.place() is Place.QUESTION
        await stage.press("y")
        first, second = relay.told(SendText)
        assert second == evolve(first, confirmed=frozenset({Ask.GROUP_UNKNOWN}))
        assert not stage.one(QuestionBar).is_open
        assert stage.place() is Place.COMPOSER


async def test_typing_on_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that come before anyone can have read the question go on as text, even a y or Enter."""
    monkeypatch.setattr(question_bar, "SETTLE_S", 60.0)
    relay = a_relay()
    relay.answer = asks
    async with on_stage(relay) as stage:
        await stage.type("hi")
        await stage.press("enter")
        assert stage.place() is Place.QUESTION
        await stage.press("y", "e", "s")
        assert len(relay.told(SendText)) == 1
        assert stage.composer.draft == "yes"
        assert stage.one(QuestionBar).is_open


async def test_escape_gives_the_text_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was queued, so it is a draft again."""
    monkeypatch.setattr(question_bar, "SETTLE_S", 0.0)
    relay = a_relay()
    relay.answer = asks
    async with on_stage(relay) as stage:
        await stage.type("hi")
        await stage.press("enter")
        await stage.press("escape")
        assert stage.composer.draft == "hi"
        assert len(relay.told(SendText)) == 1


async def test_a_refused_text_comes_back_with_the_reason() -> None:
    """In front of what was typed since."""
    relay = a_relay()
    relay.answer = refuses
    async with on_stage(relay) as stage:
        await stage.type("key")
        await stage.press("enter")
        assert stage.composer.draft == "key"
        assert "This looks like a key. Not sent." in stage.line("hints")


async def test_a_refused_text_of_another_conversation_is_its_draft() -> None:
    """It never lands in the conversation that happens to be open."""
    relay = a_relay()
    relay.answer = lambda _command: []
    async with on_stage(relay) as stage:
        await stage.type("key")
        await stage.press("enter")
        await stage.press("ctrl+down")
        (send,) = relay.told(SendText)
        await stage.say(CommandChanged(send.id, CommandState.REFUSED, (), "No."))
        assert stage.composer.draft == ""
        await stage.press("ctrl+up")
        assert (stage.open, stage.composer.draft) == ("Alice", "key")


async def test_a_text_that_was_queued_and_failed_does_not_come_back() -> None:
    """Its row says so, and R sends it again."""
    relay = a_relay()
    failed = evolve(a_text(ALICE, 5, "hi", own=True, state=DeliveryState.FAILED), at=NOW)
    async with on_stage(relay) as stage:
        await stage.say(MessageChanged(failed))
        assert stage.composer.draft == ""
        await stage.press("escape", "R")
        assert [c.message for c in relay.told(RetryText)] == [failed.id]


async def test_a_text_that_has_not_left_is_taken_back() -> None:
    """Alt+Z in the composer; only what is held or queued."""
    queued = evolve(a_text(ALICE, 5, "hi", own=True, state=DeliveryState.QUEUED), at=NOW)
    async with on_stage() as stage:
        await stage.press("alt+z")
        assert stage.relay.told(CancelText) == []
        await stage.say(MessageChanged(queued))
        await stage.press("alt+z")
        assert [c.message for c in stage.relay.told(CancelText)] == [queued.id]


async def test_drafts_stay_with_their_conversation() -> None:
    """Kept on every switch, marked in the list."""
    async with on_stage() as stage:
        await stage.type("for alice")
        await stage.press("ctrl+down")
        assert stage.composer.draft == ""
        await stage.type("for the next")
        await stage.press("ctrl+up")
        assert stage.composer.draft == "for alice"
        assert [row.draft for row in stage.conversations.shown].count(True) == 2


async def test_a_group_cannot_be_written_to() -> None:
    """The composer is closed and says why; its banner offers the private conversation on purpose."""
    async with on_stage(a_relay(GROUP, ALICE)) as stage:
        await stage.press("alt+a")
        while stage.open != "Family":
            await stage.press("ctrl+down" if stage.open == "Alice" else "ctrl+up")
        assert stage.composer.closed
        await stage.type("hello")
        await stage.press("enter")
        assert stage.relay.told(SendText) == []
        await stage.press("escape", "b", "enter")
        assert [c.recipient for c in stage.relay.told(StartThread)] == [GROUP.address.value]


async def test_a_conversation_that_turns_out_to_be_a_group_closes() -> None:
    """The draft moves along, and cannot be sent there."""
    turned = evolve(GROUP, sender_name=ALICE.title, address=ALICE.address)
    text = a_text(ALICE, 0, ALICE.last_text)
    async with on_stage() as stage:
        await stage.type("secret")
        stage.relay.texts[turned.id] = [evolve(text, thread=turned.id)]
        await stage.say(
            MessageChanged(evolve(text, thread=turned.id), moved_from=ALICE.id),
            ThreadChanged(turned),
            ThreadGone(ALICE.id),
        )
        assert stage.open == "Family"
        assert stage.composer.closed
        assert stage.composer.draft == "secret"
        await stage.press("enter")
        assert stage.relay.told(SendText) == []


async def test_a_new_conversation_with_a_number() -> None:
    """Started by the relay, opened when it is in the list, with the keys in the composer."""
    new = a_thread(9, "+15550999", address="+15550999", total=0)

    def starts(command: Command) -> list[Event]:
        if isinstance(command, StartThread):
            relay.texts[new.id] = []
            return [CommandChanged(command.id, CommandState.DONE, (), new.id), ThreadChanged(new)]
        return takes_up(command)

    relay = a_relay()
    relay.answer = starts
    async with on_stage(relay) as stage:
        await stage.press("ctrl+n")
        await stage.type("+15550999")
        await stage.press("enter")
        assert stage.open == "+15550999"
        await stage.type("hello")
        await stage.press("enter")
        assert [(c.recipient, c.thread) for c in relay.told(SendText)] == [("+15550999", new.id)]


async def test_when_the_relay_ends_unanswered_texts_come_back() -> None:
    """With the word that they may have been sent, and nothing is sent any more."""
    relay = a_relay()
    relay.answer = lambda _command: []
    async with on_stage(relay) as stage:
        await stage.type("hi")
        await stage.press("enter")
        relay.end()
        await stage.settle()
        assert stage.composer.draft == "hi"
        assert "may have been sent" in stage.line("hints")
        assert "relay" in stage.line("status")
        assert stage.screen.query_one("#app-banners", BannerStack).banners[0].sign == "✕"
        await stage.press("enter")
        assert len(relay.told(SendText)) == 1
        assert stage.composer.draft == "hi"


async def test_enter_as_newline() -> None:
    """The setting swaps Enter and Alt+S."""
    async with on_stage(settings=UiSettings(enter=EnterKey.NEWLINE)) as stage:
        await stage.pilot.press("a", "enter", "b", "alt+s")
        await stage.settle()
        assert [c.text for c in stage.relay.told(SendText)] == ["a\nb"]


async def test_a_pasted_picture_is_told() -> None:
    """The text is kept, and a notice says that pictures do not travel."""
    async with on_stage() as stage:
        stage.composer.post_message(stage.composer.MediaPasted())
        await stage.settle()
        assert "Pictures cannot be sent" in stage.line("hints")


async def test_unread_rows_lead_to_their_conversation() -> None:
    """Alt+A from the composer opens the next unread one, and the text goes there."""
    async with on_stage() as stage:
        await stage.press("alt+a")
        assert stage.open == "Carol"
        await stage.type("hey")
        await stage.press("enter")
        assert [c.thread for c in stage.relay.told(SendText)] == [CAROL.id]
        assert BOB.id != CAROL.id


async def test_a_quick_reply_by_its_digit() -> None:
    """It is put into the composer and waits for Enter."""
    async with on_stage() as stage:
        await stage.press("f2", "2")
        assert stage.composer.draft == "On my way."
        assert stage.relay.told(SendText) == []
        await stage.press("enter")
        assert [c.text for c in stage.relay.told(SendText)] == ["On my way."]


async def test_an_ended_conversation_is_not_replaced_by_another() -> None:
    """What is typed then goes to nobody; the draft is kept with what it was written for."""
    async with on_stage() as stage:
        await stage.type("for alice only")
        await stage.say(ThreadGone(ALICE.id))
        assert stage.composer.closed
        await stage.type(" more")
        await stage.press("enter")
        assert stage.relay.told(SendText) == []
        await stage.say(ThreadChanged(ALICE))
        await stage.press("ctrl+o")
        await stage.type("alice")
        await stage.press("enter")
        assert stage.composer.draft == "for alice only"
