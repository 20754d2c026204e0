"""Where the terminal counts joined emoji otherwise, a line keeps its cells and shows only what all count alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.color import Color

from phonelink_tui.domain.text import clean_line
from phonelink_tui.ui.cells import fit
from phonelink_tui.ui.simple_width import SimpleWidth
from phonelink_tui.ui.width import simple_emoji

GROUND = Color(0, 0, 0)


def drawn(text: str) -> Segment:
    (segment,) = SimpleWidth().apply([Segment(text)], GROUND)
    return segment


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("👨\u200d👩\u200d👧 Mum", "👨 Mum"),
        ("👍🏽 fine", "👍 fine"),
        ("❤\ufe0f!", "❤ !"),
        ("plain", "plain"),
        ("Zoë", "Zoë"),
    ],
)
def test_joints_are_left_out(text: str, shown: str) -> None:
    """A family is its first member; a blank stands where the simple one is narrower."""
    assert drawn(text).text == shown
    assert drawn(text).cell_length == Segment(text).cell_length


@given(st.text(st.sampled_from("aé 漢👨👩❤👍\u200d\ufe0f🏽1\u20e3")), st.integers(1, 30))
def test_a_line_keeps_its_cells(raw: str, width: int) -> None:
    """Whatever is fitted into a list's column stays in it, and nothing odd is left."""
    segment = drawn(fit(clean_line(raw), width))
    assert segment.cell_length == width
    assert simple_emoji(segment.text) == segment.text
