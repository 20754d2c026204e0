"""Texts from a phone in every place of the screen: nothing crashes, nothing is markup, nothing leaves its line."""

from __future__ import annotations

import pytest
from attrs import evolve

from phonelink_tui.domain.events import CommandChanged, CommandState, LimitationChanged, MessageChanged
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.ui.widgets.banners import BannerStack
from phonelink_tui.ui.widgets.question_bar import QuestionBar
from phonelink_tui.ui.widgets.queue_list import QueueList
from tests.hostile_texts import HOSTILE
from tests.ui.believable import NOW, a_text
from tests.ui.hostile_relay import hostile_relay
from tests.ui.stage import on_stage

CORPUS = tuple(HOSTILE.values())


@pytest.mark.timeout(240)
@pytest.mark.parametrize("cleaned", [True, False], ids=["cleaned", "raw"])
async def test_every_conversation_and_notification_is_shown(cleaned: bool) -> None:
    """List, head, pane, banner, To line, queue and its panel, for each text of the corpus."""
    relay = hostile_relay(CORPUS, cleaned=cleaned)
    async with on_stage(relay, size=(150, 40)) as stage:
        for _ in range(len(relay.state.threads) - 1):
            await stage.pilot.press("ctrl+down")
        await stage.press("f3")
        assert len(stage.one(QueueList).shown) == len(CORPUS)
        for _ in CORPUS:
            await stage.pilot.press("enter", "escape", "j")
        await stage.press("ctrl+o", "escape", "ctrl+n", "escape", "f8")
        assert stage.app.return_code is None


@pytest.mark.parametrize(
    "name", ["markup-close", "markup-link", "markup-open", "markup-variable", "newlines"]
)
async def test_what_speaks_of_a_name_shows_it_literally(name: str) -> None:
    """Notices, limits and questions are our sentences with names from the phone in them."""
    relay = hostile_relay([HOSTILE[name]], cleaned=True)
    row, other = relay.state.threads[0], relay.state.threads[1]
    limit = evolve(make_limitation(LimitKind.PHONE_AWAY), sentence=row.title)
    arrival = evolve(a_text(other, 9, "x", read=False), text=row.last_text, sender_name=row.title, at=NOW)
    async with on_stage(relay) as stage:
        await stage.say(MessageChanged(arrival), LimitationChanged(limit, active=True))
        assert row.title in stage.line("hints")
        assert stage.screen.query_one("#app-banners", BannerStack).banners[0].sentence == row.title
        await stage.press("a", "enter")
        asked = f"Send to {row.title}?"
        await stage.say(CommandChanged(relay.commands[-1].id, CommandState.ASKS, (), asked))
        assert stage.one(QuestionBar).sentence.endswith(asked)
