"""Texts from a phone in every place of the screen: nothing crashes, nothing is markup, nothing leaves its line."""

from __future__ import annotations

import pytest
from attrs import evolve

from phonelink_tui.domain.events import CommandChanged, CommandState, LimitationChanged, MessageChanged
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.ui.widgets.banners import BannerStack
from phonelink_tui.ui.widgets.queue_list import QueueList
from tests.hostile_texts import HOSTILE
from tests.ui.believable import NOW, a_text
from tests.ui.hostile_relay import hostile_relay
from tests.ui.stage import on_stage


@pytest.mark.parametrize("cleaned", [True, False], ids=["cleaned", "raw"])
@pytest.mark.parametrize("name", sorted(HOSTILE))
async def test_every_place_shows_it(name: str, cleaned: bool) -> None:
    """List, pane, head, To line, queue, panels, banners, questions, notices: the screen stands."""
    relay = hostile_relay(HOSTILE[name], cleaned=cleaned)
    row = relay.state.threads[0]
    limit = evolve(make_limitation(LimitKind.PHONE_AWAY), sentence=row.title)
    async with on_stage(relay, size=(150, 40)) as stage:
        arrival = evolve(
            a_text(relay.state.threads[1], 9, "x", read=False), text=row.last_text, sender_name=row.title
        )
        relay.say(MessageChanged(evolve(arrival, at=NOW)), LimitationChanged(limit, active=True))
        await stage.press("a", "enter")
        send = relay.commands[-1]
        relay.say(CommandChanged(send.id, CommandState.ASKS, (), f"Send to {row.title}?"))
        await stage.press(
            "escape", "b", "f3", "enter", "escape", "ctrl+o", "escape", "ctrl+n", "escape", "f8"
        )
        assert len(stage.one(QueueList).shown) == 1
        assert stage.screen.query_one("#app-banners", BannerStack).banners[0].sentence == row.title
