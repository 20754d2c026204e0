"""Long reading is stopped and gone on with by one key, from anywhere; where it stopped is said."""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.domain.events import LimitationChanged, Progress
from phonelink_tui.domain.limitations import Limitation, Stopped, app_limitations
from phonelink_tui.domain.phone import Capability
from phonelink_tui.relay.api import ReadOn, StopReading
from tests.ui.believable import NOW, a_phone
from tests.ui.stage import Stage, a_relay, on_stage


def a_stop() -> Limitation:
    stopped = {Capability.MESSAGES: Stopped(1240, NOW)}
    (limit,) = app_limitations(a_phone(), kept=None, previews_hidden_since=None, stopped=stopped)
    return limit


def start_of(stage: Stage) -> str:
    """What the first row of the conversation says."""
    return next(row.text for row in stage.pane.rows if row.kind == "history-start")


async def test_the_key_stops_what_is_read_and_goes_on_with_it() -> None:
    """Also while writing; the words of the text stay."""
    async with on_stage(a_relay()) as stage:
        await stage.press("a", "alt+x")
        assert not [c for c in stage.relay.commands if isinstance(c, StopReading | ReadOn)]
        assert "Nothing is being read" in stage.line("hints")
        await stage.say(Progress("first sync", 1240, None))
        assert "first sync 1,240 (Alt+X stops)" in stage.line("status")
        await stage.press("alt+x")
        await stage.say(Progress("first sync", 1240, 1240), LimitationChanged(a_stop(), active=True))
        assert "stops" not in stage.line("status")
        await stage.press("alt+x")
        sent = [c for c in stage.relay.commands if isinstance(c, StopReading | ReadOn)]
        assert [type(c) for c in sent] == [StopReading, ReadOn]
        assert evolve(sent[0], id="c") == StopReading("c", Capability.MESSAGES)
        assert stage.composer.text == "a"


async def test_a_stop_is_a_banner_and_stands_where_history_begins() -> None:
    """Enter on the banner reads on."""
    async with on_stage(a_relay()) as stage:
        assert "Older messages are on your phone." in start_of(stage)
        await stage.say(LimitationChanged(a_stop(), active=True))
        assert "you stopped that" in start_of(stage)
        await stage.press("escape", "b", "enter")
        assert isinstance(stage.relay.commands[-1], ReadOn)
        await stage.say(LimitationChanged(a_stop(), active=False))
        assert "Older messages are on your phone." in start_of(stage)
