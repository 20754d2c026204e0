"""Do folded lines fit, lose nothing, and count as many as the height says?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from phonelink_tui.domain.text import clean
from phonelink_tui.ui.width import measurable, simple_emoji
from phonelink_tui.ui.wrap import height, wrap
from tests.ui_panes.texts import awkward

widths = st.integers(min_value=2, max_value=40)
texts = st.one_of(awkward, st.text(max_size=120), st.text(st.sampled_from("ab c"), max_size=200)).map(clean)


@given(texts, widths)
def test_height_is_the_number_of_lines(text: str, width: int) -> None:
    """A pane may add up heights without folding anything."""
    assert height(text, width) == len(wrap(text, width))


@given(texts, widths)
def test_no_line_is_wider_than_its_box(text: str, width: int) -> None:
    """Whatever a text holds, its lines stay inside."""
    assert max(cell_len(line) for line in wrap(measurable(text), width)) <= width


@given(texts, widths)
def test_nothing_is_lost(text: str, width: int) -> None:
    """Only blanks and line breaks go at the ends of lines."""
    assert re.sub(r"\s", "", "".join(wrap(text, width))) == re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two ", 7, ["one two", ""]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a\n\nb", 9, ["a", "", "b"]),
        ("漢漢漢", 4, ["漢漢", "漢"]),
        ("été à la mer", 6, ["été à", "la mer"]),
        ("ab 漢漢漢漢 c", 4, ["ab", "漢漢", "漢漢", "c"]),
    ],
)
def test_where_lines_break(text: str, width: int, lines: list[str]) -> None:
    """At blanks, else inside a word; a wide character is never halved."""
    assert wrap(text, width) == lines


@pytest.mark.parametrize(
    ("text", "simple"),
    [("❤\ufe0f", "❤"), ("\U0001f44d\U0001f3fd", "\U0001f44d"), ("1\ufe0f\u20e3", "1"), ("plain", "plain")],
)
def test_simple_emoji(text: str, simple: str) -> None:
    """What terminals count differently is left out."""
    assert simple_emoji(text) == simple


@given(awkward.map(clean))
def test_simple_emoji_have_the_width_of_their_characters(text: str) -> None:
    """Afterwards no character changes the width of its neighbour."""
    simple = simple_emoji(measurable(text))
    assert cell_len(simple) == sum(cell_len(character) for character in simple)
