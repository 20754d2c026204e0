"""Leaving: not without a word while a text is on its way, and without a word where nothing would be lost."""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.domain.events import MessageChanged
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.message import DeliveryState
from phonelink_tui.relay.api import CancelText, SaveDraft, Snapshot
from phonelink_tui.ui.settings import UiSettings
from phonelink_tui.ui.widgets.question_bar import QuestionBar
from tests.ui.believable import NOW, a_phone, a_text
from tests.ui.stage import ALICE, Stage, a_relay, on_stage

QUEUED = evolve(a_text(ALICE, 5, "hi", own=True, state=DeliveryState.QUEUED), at=NOW)


def left(stage: Stage) -> bool:
    return not stage.app.is_running or stage.app.return_code is not None


async def test_nothing_to_lose_asks_nothing() -> None:
    """Ctrl+Q ends the app with code 0."""
    async with on_stage() as stage:
        await stage.press("ctrl+q")
        assert left(stage)
        assert stage.app.return_code == 0


async def test_waiting_leaves_when_the_text_has_left() -> None:
    """w waits for what is queued; then the app ends by itself."""
    async with on_stage() as stage:
        await stage.say(MessageChanged(QUEUED))
        await stage.press("ctrl+q")
        assert "1 text has not left" in stage.one(QuestionBar).sentence
        await stage.press("w")
        assert not left(stage)
        await stage.say(MessageChanged(evolve(QUEUED, state=DeliveryState.ACCEPTED)))
        assert left(stage)


async def test_dropping_cancels_what_has_not_left() -> None:
    """d tells the relay before the app ends."""
    async with on_stage() as stage:
        await stage.say(MessageChanged(QUEUED))
        await stage.press("ctrl+q", "d")
        assert [c.message for c in stage.relay.told(CancelText)] == [QUEUED.id]
        assert left(stage)


async def test_staying_stays() -> None:
    """Escape, also after having chosen to wait."""
    async with on_stage() as stage:
        await stage.say(MessageChanged(QUEUED))
        await stage.press("ctrl+q", "escape")
        await stage.press("ctrl+q", "w", "escape")
        await stage.say(MessageChanged(evolve(QUEUED, state=DeliveryState.ACCEPTED)))
        assert not left(stage)
        assert stage.relay.told(CancelText) == []


async def test_unknown_texts_are_told_apart() -> None:
    """Waiting will not tell whether they were sent, so it is not offered."""
    async with on_stage() as stage:
        await stage.say(MessageChanged(evolve(QUEUED, state=DeliveryState.UNKNOWN)))
        await stage.press("ctrl+q")
        assert "unknown whether it was sent" in stage.one(QuestionBar).sentence
        await stage.press("w")
        assert not left(stage)
        await stage.press("ctrl+q", "y")
        assert left(stage)


async def test_a_shared_relay_goes_on_without_the_screen() -> None:
    """Then queued texts are no reason to ask."""
    async with on_stage(settings=UiSettings(relay_outlives=True)) as stage:
        await stage.say(MessageChanged(QUEUED))
        await stage.press("ctrl+q")
        assert left(stage)


async def test_a_draft_that_is_kept_asks_nothing() -> None:
    """The relay has it, and so has the disk; told before the app ends."""
    async with on_stage() as stage:
        await stage.type("unsent")
        await stage.press("ctrl+q")
        assert left(stage)
        assert [c.text for c in stage.relay.told(SaveDraft)] == ["unsent"]


async def test_a_draft_asks() -> None:
    """It would be lost where nothing is kept."""
    relay = a_relay(snapshot=Snapshot(0, a_phone(), (), (), (), (make_limitation(LimitKind.NOT_KEPT),)))
    async with on_stage(relay) as stage:
        await stage.type("unsent")
        await stage.press("ctrl+q")
        assert "draft" in stage.one(QuestionBar).sentence
        await stage.press("escape")
        assert stage.composer.draft == "unsent"
        assert not left(stage)
