"""Texts that came while there was no connection are told of when it is back: one ring for all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from phonelink_tui.domain.events import GapChanged, MessageChanged, Stamped
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.phone import DownReason
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.ui.projection import CATCH_UP, Projection
from tests.ui.believable import NOW, a_text, ago
from tests.ui.stage import ALICE, BOB, CAROL, incoming, on_stage

GAP = Gap("g1", ago(10), ago(1), DownReason.LINK_LOST)


def missed(thread: Thread, number: int, minutes: float = 5) -> TextMessage:
    return a_text(thread, 500 + number, "Are you there?", minutes=minutes, read=False)


def found(projection: Projection, text: TextMessage, moved_from: ThreadId | None = None) -> list[TextMessage]:
    projection.apply(Stamped(2, NOW, MessageChanged(text, moved_from, live=False)))
    return projection.take_missed()


def after_a_gap() -> Projection:
    projection = Projection()
    projection.apply(Stamped(1, ago(1), GapChanged(GAP)))
    return projection


def test_a_text_of_the_gap_was_missed() -> None:
    """Once, and from its first second on."""
    projection = after_a_gap()
    assert found(projection, missed(BOB, 1)) == [missed(BOB, 1)]
    assert found(projection, missed(BOB, 1)) == []
    assert found(projection, missed(BOB, 2, minutes=10)) != []


@pytest.mark.parametrize(
    "text",
    [
        missed(BOB, 1, minutes=11),
        evolve(missed(BOB, 1), read=True),
        a_text(BOB, 1, "mine", minutes=5, own=True),
    ],
)
def test_what_is_older_read_or_ours_was_not(text: TextMessage) -> None:
    """So marking an old text unread rings nothing."""
    assert found(after_a_gap(), text) == []


def test_a_first_sync_misses_nothing() -> None:
    """No gap ended before it; nor is a text that is listed long after, or only moved, news."""
    assert found(Projection(), missed(BOB, 1)) == []
    assert found(after_a_gap(), missed(BOB, 1), moved_from=ALICE.id) == []
    late = after_a_gap()
    late.apply(
        Stamped(2, ago(1) + CATCH_UP + timedelta(seconds=1), MessageChanged(missed(BOB, 1), live=False))
    )
    assert late.take_missed() == []


async def test_it_rings_once_for_a_catch_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many texts it brings, for however many people; and says how many."""
    async with on_stage(bell=True) as stage:
        rings: list[None] = []
        monkeypatch.setattr(stage.app, "bell", lambda: rings.append(None))
        await stage.say(GapChanged(evolve(GAP, ended_at=NOW)))
        await stage.say(MessageChanged(missed(BOB, 1), live=False))
        await stage.say(
            MessageChanged(missed(BOB, 2), live=False), MessageChanged(missed(CAROL, 3), live=False)
        )
        assert len(rings) == 1
        assert "2 while not connected, the last from Carol" in stage.line("hints")


async def test_it_rings_for_the_open_conversation_while_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal lost the focus; the text stands below a line that says so."""
    async with on_stage(bell=True) as stage:
        rings: list[None] = []
        monkeypatch.setattr(stage.app, "bell", lambda: rings.append(None))
        await stage.say(*incoming(ALICE, 1, "one"))
        assert not rings
        stage.app.app_focus = False
        await stage.say(*incoming(ALICE, 2, "two"))
        assert len(rings) == 1
        words = [row.text for row in stage.pane.rows]
        assert words.index("new since you left") == words.index("two") - 1
