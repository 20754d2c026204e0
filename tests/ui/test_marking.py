"""What a person sets on a conversation goes to the relay, is shown where it matters, and is undone by u."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import evolve

from phonelink_tui.domain.events import CommandChanged, CommandState, Event, ThreadChanged
from phonelink_tui.domain.thread import Thread
from phonelink_tui.relay.api import Command, MarkRead, MarkThread, Snapshot
from phonelink_tui.ui.projection import Projection
from phonelink_tui.ui.settings import Sort, Start, UiSettings
from tests.ui.believable import a_phone
from tests.ui.scripted_relay import ScriptedRelay
from tests.ui.stage import ALICE, BOB, CAROL, Stage, a_relay, incoming, on_stage

IN_LIST = UiSettings(start=Start.LIST)


def a_marking_relay(*threads: Thread) -> ScriptedRelay:
    """A relay that keeps marks, as the real one does."""
    rows = {row.id: row for row in threads or (ALICE, BOB, CAROL)}

    def answer(command: Command) -> Sequence[Event]:
        done = CommandChanged(command.id, CommandState.DONE)
        if isinstance(command, MarkThread):
            asked = {"pinned": command.pinned, "muted": command.muted, "archived": command.archived}
            told: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
            row = evolve(rows[command.thread], **told)
            if command.unread is not None:
                row = evolve(row, marked_unread=command.unread)
        elif isinstance(command, MarkRead):
            row = evolve(rows[command.thread], unread=0, marked_unread=False)
        else:
            return [done]
        rows[row.id] = row
        return [ThreadChanged(row), done]

    relay = a_relay(*rows.values())
    relay.answer = answer
    return relay


def names(stage: Stage) -> list[str]:
    return [row.name for row in stage.conversations.shown]


async def test_a_pinned_conversation_is_on_top_until_that_is_undone() -> None:
    """Above unread ones, with its sign; u puts it back."""
    async with on_stage(a_marking_relay(), IN_LIST) as stage:
        assert names(stage) == ["Alice", "Carol", "Bob"]
        await stage.press("G", "P")
        assert names(stage) == ["Bob", "Alice", "Carol"]
        assert stage.conversations.shown[0].pinned
        await stage.press("u")
        assert names(stage) == ["Alice", "Carol", "Bob"]


async def test_what_is_muted_says_nothing() -> None:
    """No notice for its texts, and the next unread conversation is another one."""
    async with on_stage(a_marking_relay(), IN_LIST, bell=True) as stage:
        await stage.press("G", "z")
        muted = next(row for row in stage.conversations.shown if row.name == "Bob")
        assert muted.muted
        assert muted.mark == "muted"
        await stage.press("escape")
        await stage.say(*incoming(evolve(BOB, muted=True), 1, "psst"))
        assert "psst" not in stage.line("hints")
        await stage.say(*incoming(CAROL, 1, "hello"))
        assert "Carol: hello" in stage.line("hints")


async def test_what_is_put_away_is_listed_apart() -> None:
    """Hidden from the list, found by A and by the switcher, back by u or with the relay's word."""
    async with on_stage(a_marking_relay(), IN_LIST) as stage:
        await stage.press("A")
        assert "Nothing is put away" in stage.line("hints")
        await stage.press("G", "a")
        assert names(stage) == ["Alice", "Carol"]
        await stage.press("A")
        assert names(stage) == ["Bob"]
        await stage.press("escape")
        assert names(stage) == ["Alice", "Carol"]
        await stage.press("u")
        assert "Bob" in names(stage)
        await stage.press("G", "a")
        await stage.say(ThreadChanged(evolve(BOB, archived=False, unread=1)))
        assert "Bob" in names(stage)


async def test_unread_by_hand_stays_until_it_is_opened_again() -> None:
    """Keys in front of it do not take the mark away; opening it does."""
    async with on_stage(a_marking_relay()) as stage:
        await stage.press("x", "alt+m")
        assert stage.relay.told(MarkThread)[-1].unread is True
        await stage.press("y")
        assert next(row for row in stage.conversations.shown if row.name == "Alice").is_unread
        await stage.press("ctrl+down", "ctrl+up")
        assert not next(row for row in stage.conversations.shown if row.name == "Alice").is_unread


def test_muted_and_unread_is_not_drawn_to_the_top() -> None:
    """Pinned, then unread, then by time; nothing that was put away unless it is asked for."""
    rows = (
        evolve(ALICE, unread=0),
        evolve(CAROL, muted=True),
        evolve(BOB, archived=True, unread=3),
    )
    projection = Projection()
    projection.reset(Snapshot(0, a_phone(), rows, (), (), ()))
    assert [t.id for t in projection.conversations()] == [ALICE.id, CAROL.id]
    assert [t.id for t in projection.conversations(Sort.TIME, archived=True)] == [BOB.id]
    assert len(projection.conversations(archived=None)) == 3
    assert projection.unread == 0
