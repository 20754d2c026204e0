"""Without a phone: the start screen, and a pairing on the screen, by keys and on small terminals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from attrs import evolve, frozen
from textual.pilot import Pilot
from textual.widgets import Static

from phonelink_tui.domain.pairing import AnswerKind, FoundPhone, PairAnswer, PairingView
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import BluetoothUnavailable
from phonelink_tui.relay.api import StartChoice
from phonelink_tui.ui.screens import pairing as pairing_screen
from phonelink_tui.ui.screens.pairing import PairingScreen
from phonelink_tui.ui.screens.starting import StartScreen
from phonelink_tui.ui.start_app import StartApp
from tests.ui.scripted_pairing import (
    CHANGED,
    CHOOSING,
    COMPARING,
    FAILED,
    FINDING,
    PAIRED,
    ROBIN,
    SWITCHES,
    TESTING,
    ScriptedPairing,
)

MESSAGE = "No phone is paired with this computer."


@frozen
class Stage:
    """The app, as a test sees it."""

    app: StartApp
    pilot: Pilot[StartChoice]
    pairing: ScriptedPairing

    async def press(self, *keys: str) -> None:
        """Keys, and what follows from them."""
        await self.pilot.press(*keys)
        await self.settle()

    async def say(self, view: PairingView) -> None:
        """The pairing goes on."""
        self.pairing.say(view)
        await self.settle()

    async def settle(self) -> None:
        """Until nothing moves."""
        await self.pilot.pause()
        await self.pilot.pause(0.02)

    def words(self, id_: str) -> str:
        """What a part of the screen says."""
        return str(self.app.screen.query_one(f"#{id_}", Static).render())


@asynccontextmanager
async def on_stage(*, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Stage]:
    """The start screen."""
    pairing = ScriptedPairing()
    app = StartApp(MESSAGE, pairing.opened)
    async with app.run_test(size=size, notifications=False, tooltips=False) as pilot:
        stage = Stage(app, pilot, pairing)
        await stage.settle()
        yield stage


@asynccontextmanager
async def while_pairing(view: PairingView, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Stage]:
    """The pairing screen with this view."""
    async with on_stage(size=size) as stage:
        await stage.press("p")
        assert isinstance(stage.app.screen, PairingScreen)
        await stage.say(view)
        yield stage


@pytest.mark.parametrize(
    ("keys", "choice"),
    [
        (["d"], StartChoice(demo=True)),
        (["down", "enter"], StartChoice(demo=True)),
        (["q"], StartChoice()),
        (["escape"], StartChoice()),
    ],
)
async def test_start_offers_the_demo_and_the_way_out(keys: Sequence[str], choice: StartChoice) -> None:
    """By letter, by arrows, by Escape; why it is shown stands on top."""
    async with on_stage() as stage:
        assert MESSAGE in stage.words("headline")
        await stage.press(*keys)
    assert stage.app.return_value == choice


async def test_a_pairing_from_the_first_to_the_last_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose, yes, skip a switch, a number, and the phone that was paired is what it ends with."""
    monkeypatch.setattr(pairing_screen, "SETTLE_S", 0.0)
    async with while_pairing(CHOOSING) as stage:
        assert "Robin's iPhone" in stage.words("pairing-words")
        await stage.press("1")
        await stage.say(COMPARING)
        await stage.press("y")
        await stage.say(SWITCHES)
        assert "✓ Show Message Notifications" in stage.words("pairing-words")
        assert "○ Sync Contacts  still off on the phone" in stage.words("pairing-words")
        await stage.press("r", "s")
        await stage.say(TESTING)
        await stage.press("plus", "1", "5", "enter")
        await stage.say(PAIRED)
        await stage.press("enter")
    kinds = [
        PairAnswer(AnswerKind.CHOOSE, ROBIN.id),
        *(PairAnswer(kind) for kind in (AnswerKind.YES, AnswerKind.RETRY, AnswerKind.SKIP)),
        PairAnswer(AnswerKind.TEXT, "+15"),
    ]
    assert stage.pairing.answered == kinds
    assert stage.app.return_value == StartChoice(address=ROBIN.address)
    assert stage.pairing.left


async def test_a_yes_that_was_typed_before_the_digits_came_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody compares six digits in less than that; a no counts at once."""
    monkeypatch.setattr(pairing_screen, "SETTLE_S", 60.0)
    async with while_pairing(COMPARING) as stage:
        await stage.press("y")
        assert stage.pairing.answered == []
        await stage.press("n")
        assert stage.pairing.answered == [PairAnswer(AnswerKind.NO)]
        await stage.press("escape")
        assert stage.pairing.answered[-1] == PairAnswer(AnswerKind.CANCEL)


async def test_enter_answers_the_question_that_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a yes that was meant for the digits before it counts for nothing."""
    monkeypatch.setattr(pairing_screen, "SETTLE_S", 60.0)
    async with while_pairing(COMPARING) as stage:
        await stage.say(CHANGED)
        await stage.press("y")
        assert stage.pairing.answered == []
        await stage.press("enter")
        assert stage.pairing.answered == [PairAnswer(AnswerKind.NO)]


async def test_only_what_is_offered_is_answered() -> None:
    """A stray key does nothing."""
    async with while_pairing(FINDING) as stage:
        await stage.press("y", "n", "1", "r", "s", "enter", "x")
        assert stage.pairing.answered == []


async def test_a_failure_is_read_and_leads_back() -> None:
    """The start screen is there again, and a second pairing can begin."""
    async with while_pairing(FAILED) as stage:
        assert "ended the pairing" in stage.words("headline")
        await stage.press("enter")
        assert isinstance(stage.app.screen, StartScreen)
        assert stage.pairing.left
        stage.pairing.view = FINDING
        await stage.press("p")
        assert isinstance(stage.app.screen, PairingScreen)


async def test_bluetooth_that_is_missing_is_said_on_the_start_screen() -> None:
    """Where no pairing can even begin."""
    pairing = ScriptedPairing()

    def none() -> object:
        raise BluetoothUnavailable("Linux only.", "The demo works.")

    app = StartApp(MESSAGE, none)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        stage = Stage(app, pilot, pairing)
        await stage.press("p")
        assert "Linux only. The demo works." in stage.words("headline")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
@pytest.mark.parametrize("view", [CHOOSING, COMPARING, SWITCHES, TESTING, FAILED, PAIRED])
async def test_everything_fits(view: PairingView, size: tuple[int, int]) -> None:
    """Nothing has to be scrolled, and the keys are on the screen."""
    async with while_pairing(view, size=size) as stage:
        body = stage.app.screen.query_one("#pairing-body")
        assert body.virtual_size.height <= body.size.height
        keys = stage.app.screen.query_one("#pairing-keys")
        assert 0 < keys.region.bottom <= size[1]
        if view.digits:
            assert "012 345" in stage.words("pairing-words")
            assert ("█" in stage.words("pairing-words")) == (size[1] >= 24)


async def test_a_hostile_name_stays_text() -> None:
    """Markup and controls of a phone's name do nothing."""
    evil = FoundPhone("/dev_1", clean_line("[bold]\x1b]52;c;x\x07[/"), "00:AA:01:01:00:01")
    async with while_pairing(evolve(CHOOSING, phones=(evil,))) as stage:
        assert "[bold]" in stage.words("pairing-words")
