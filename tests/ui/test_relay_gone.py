"""A shared relay that is gone is looked for by itself; meanwhile the screen can be read and says what to do."""

from __future__ import annotations

from datetime import date, timedelta

from phonelink_tui.domain.phone import Capability
from phonelink_tui.domain.week import DayStrip, Mark
from phonelink_tui.relay.api import MarkRead, SendText, Snapshot
from phonelink_tui.ui.widgets.banners import BannerStack
from phonelink_tui.ui.widgets.question_bar import QuestionBar
from phonelink_tui.ui.widgets.text_panel import TextPanel
from tests.ui.believable import a_phone, a_text
from tests.ui.scripted_relay import LastingRelay
from tests.ui.stage import ALICE, BOB, Stage, on_stage, takes_up


def a_lasting_relay() -> LastingRelay:
    rows = (ALICE, BOB)
    texts = {row.id: [a_text(row, 0, row.last_text)] for row in rows}
    return LastingRelay(Snapshot(0, a_phone(), rows, (), (), ()), texts, takes_up)


def banner(stage: Stage) -> str:
    """What the first line on top says; empty where there is none."""
    banners = stage.screen.query_one("#app-banners", BannerStack).banners
    return banners[0].sentence if banners else ""


async def test_which_relay_it_is_is_said_once() -> None:
    """On the hint line; the status panel says it again."""
    async with on_stage(a_lasting_relay()) as stage:
        assert "Attached to the background relay." in stage.line("hints")
        await stage.press("f8")
        assert "goes on when you quit" in stage.one(TextPanel).words


async def test_the_screen_stays_readable_and_comes_back() -> None:
    """A text is given back, another conversation's rows stay, and with the relay everything works again."""
    relay = a_lasting_relay()
    async with on_stage(relay) as stage:
        relay.end()
        await stage.until(lambda: "looked for by itself" in banner(stage))
        assert "looked for again" in stage.line("status")
        await stage.type("hello")
        await stage.press("enter")
        await stage.until(lambda: stage.composer.draft == "hello")
        assert stage.relay.told(SendText) == []
        relay.come_back()
        await stage.press("escape", "ctrl+r")
        await stage.until(lambda: not banner(stage))
        await stage.press("i", "enter")
        await stage.until(lambda: bool(stage.relay.told(SendText)))
        assert [c.text for c in stage.relay.told(SendText)] == ["hello"]


async def test_quitting_without_a_relay_asks_for_what_would_be_lost() -> None:
    """A draft that no relay has yet."""
    relay = a_lasting_relay()
    async with on_stage(relay) as stage:
        relay.end()
        await stage.until(lambda: "looked for" in banner(stage))
        await stage.type("hello")
        await stage.press("ctrl+q")
        assert "draft" in stage.one(QuestionBar).sentence
        assert stage.relay.told(MarkRead) == []


async def test_the_panel_draws_the_last_week() -> None:
    """A strip a day, when the relay has told it."""
    relay = a_lasting_relay()
    days = [date(2026, 11, 16) + timedelta(days=n) for n in range(7)]
    relay.last_week = {Capability.MESSAGES: tuple(DayStrip(day, (Mark.UP, Mark.GAP)) for day in days)}
    async with on_stage(relay) as stage:
        await stage.press("f8")
        assert "Sun 22  █▁" in stage.one(TextPanel).words
