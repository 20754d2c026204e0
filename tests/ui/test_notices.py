"""What is said for a while, where, and what it must not hide."""

from __future__ import annotations

import pytest

from phonelink_tui.ui.settings import UiSettings
from phonelink_tui.ui.widgets.text_panel import TextPanel
from tests.ui.stage import ALICE, BOB, incoming, on_stage


@pytest.mark.parametrize(
    ("key", "way_out"), [("f1", "Esc close"), ("f8", "Esc close"), ("ctrl+o", "Esc close")]
)
async def test_a_notice_hides_no_way_out(key: str, way_out: str) -> None:
    """Of a panel the keys stand first, the notice behind them; closed, the notice has the line."""
    async with on_stage() as stage:
        await stage.press(key)
        assert way_out in stage.line("hints")
        await stage.say(*incoming(BOB, 1, "Are you coming?"))
        assert way_out in stage.line("hints")
        assert "● Bob: Are" in stage.line("hints")
        await stage.press("escape")
        assert stage.line("hints").startswith(" ● Bob: Are you coming?")


async def test_wrong_keys_are_told_at_the_start() -> None:
    """With the key that says more, which then says it."""
    settings = UiSettings(keys={"nonsense": "x", "help.open": "ctrl+h"})
    async with on_stage(settings=settings) as stage:
        assert "2 lines of [keys] in the settings cannot hold: F8" in stage.line("hints")
        await stage.press("f8")
        assert "nonsense" in stage.one(TextPanel).words


async def test_the_status_panel_tells_a_time_once() -> None:
    """The begin of a state and the last sign of life, where they differ."""
    async with on_stage() as stage:
        await stage.press("f8")
        said = stage.one(TextPanel).words
        assert "ready" in said
        assert said.count("last sign") == said.count("12:29") == 2


async def test_nothing_is_new_since_a_leave_that_never_was() -> None:
    """At first it is only new; after another conversation was open, it is new since then."""
    async with on_stage() as stage:
        rows = [row.text for row in stage.pane.rows]
        assert "new" in rows
        assert "new since you left" not in rows
        await stage.press("ctrl+down")
        await stage.say(*incoming(ALICE, 1, "Hello?"))
        await stage.press("ctrl+up")
        assert stage.open == "Alice"
        assert "new since you left" in [row.text for row in stage.pane.rows]


async def test_a_panel_is_folded_when_it_is_first_seen() -> None:
    """To its width, with the titles hanging beside their keys."""
    async with on_stage(size=(60, 16)) as stage:
        panel = stage.one(TextPanel)
        await stage.press("f1")
        lines = [panel.render_line(y).text.rstrip() for y in range(panel.size.height)]
        assert lines[0] == "Writing"
        assert lines[1].startswith("Enter sends to the address")
        assert lines[2].startswith("leaves; the draft") or len(lines[1]) > 40
        await stage.press("escape", "escape", "t", "f8")
        assert panel.render_line(0).text.startswith("Anna's iPhone")
