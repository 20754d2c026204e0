"""One text of the conversation can be chosen by keys, copied, and quoted."""

from __future__ import annotations

import pytest

from phonelink_tui.relay.api import SendText
from phonelink_tui.ui.actions import Place
from tests.ui.believable import a_text
from tests.ui.scripted_relay import ScriptedRelay
from tests.ui.stage import ALICE, a_relay, on_stage

WORDS = ("one", "two", "three\nlines\nof text", "four")


def talkative() -> ScriptedRelay:
    relay = a_relay(ALICE)
    relay.texts[ALICE.id] = [a_text(ALICE, n, text, minutes=50 - n) for n, text in enumerate(WORDS)]
    return relay


def text(number: int) -> str:
    return a_text(ALICE, number, "").id


async def test_a_text_is_chosen_by_the_movement_keys() -> None:
    """It begins at the last in view and stops at the ends; Escape gives the conversation back."""
    async with on_stage(talkative()) as stage:
        await stage.press("escape", "v")
        assert stage.place() is Place.TEXT
        assert stage.pane.marked == text(3)
        await stage.press("k", "up", "down")
        assert stage.pane.marked == text(2)
        await stage.press("g", "k")
        assert stage.pane.marked == text(0)
        await stage.press("G")
        assert stage.pane.marked == text(3)
        await stage.press("escape")
        assert stage.place() is Place.THREAD
        assert not stage.pane.marked


@pytest.mark.parametrize("key", ["c", "y", "alt+c"])
async def test_the_chosen_text_is_copied(key: str) -> None:
    """To the terminal, which is all that is claimed."""
    async with on_stage(talkative()) as stage:
        await stage.press("escape", "v", "k", "k", key)
        assert stage.app.clipboard == "two"
        assert "Sent to your terminal" in stage.line("hints")


@pytest.mark.parametrize("key", ["r", "enter"])
async def test_the_chosen_text_is_quoted(key: str) -> None:
    """Above what is in the composer already; nothing is sent by it."""
    async with on_stage(talkative()) as stage:
        await stage.type("yes")
        await stage.press("alt+t", "k", key)
        assert stage.place() is Place.COMPOSER
        assert stage.composer.draft == "> three lines of text\nyes"
        assert not stage.relay.told(SendText)


async def test_every_line_of_the_chosen_text_is_marked_and_seen() -> None:
    """On a low screen too."""
    async with on_stage(talkative(), size=(60, 12)) as stage:
        await stage.press("escape", "v", "g", "j", "j")
        pane = stage.pane
        lines = {y: pane.render_line(y) for y in range(pane.size.height)}
        style = pane.get_component_rich_style("thread-pane--marked")
        marked = [
            strip.text
            for strip in lines.values()
            if any(s.style and s.style.bgcolor == style.bgcolor for s in strip)
        ]
        assert [word for word in ("three", "lines", "of text") if any(word in line for line in marked)] == [
            "three",
            "lines",
            "of text",
        ]
        assert not any("four" in line or "two" in line for line in marked)


async def test_where_nothing_was_said_nothing_is_chosen() -> None:
    """It says so."""
    relay = a_relay(ALICE)
    relay.texts[ALICE.id] = []
    async with on_stage(relay) as stage:
        await stage.press("escape", "v")
        assert "no text to choose" in stage.line("hints")
        assert stage.place() is Place.THREAD
