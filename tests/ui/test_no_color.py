"""Without colours every word stays readable: what leaves the filters names no colour at all."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.ui.stage import on_stage

INKS = ("default", "red", "bright_black", "#c0c0c0")


async def test_no_color_leaves_the_terminals_own_ink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Black on black is what a filter for true colours makes of the terminal's default colours."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with on_stage() as stage:
        line = [Segment("x", Style(color=ink, bgcolor="default", bold=True)) for ink in INKS]
        for one in stage.app.get_line_filters():
            line = one.apply(line, Color(0, 0, 0))
        styles = [segment.style for segment in line if segment.style]
        assert len(styles) == len(INKS)
        for style in styles:
            assert style.bold
            assert style.color is None or style.color.is_default
            assert style.bgcolor is None or style.bgcolor.is_default
