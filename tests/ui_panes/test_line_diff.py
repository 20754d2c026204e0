"""Are the cells that are written again all that changed?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from phonelink_tui.ui.line_diff import changed_cells

WIDTH = 12
STYLES = [
    Style(color="red", bgcolor="black"),
    Style(bold=True, bgcolor="black"),
    Style(bgcolor="blue"),
    Style(underline=True, bgcolor="black"),
]

pieces = st.lists(st.tuples(st.text("ab 漢", max_size=5), st.sampled_from(STYLES)), max_size=4)
strips = st.tuples(pieces, st.sampled_from(STYLES)).map(
    lambda drawn: Strip([Segment(text, style) for text, style in drawn[0]]).adjust_cell_length(
        WIDTH, drawn[1]
    )
)


def cells(strip: Strip) -> list[tuple[str, object]]:
    """Each cell as it looks: on a blank only background and lines are seen."""
    seen: list[tuple[str, object]] = []
    for piece in strip:
        style = piece.style or Style()
        for character in piece.text:
            look: object = (style.bgcolor, style.underline) if character == " " else style
            seen.extend([(character, look)] * (2 if character == "漢" else 1))
    return seen


@given(strips, strips)
def test_writing_the_changed_cells_makes_the_new_line(old: Strip, new: Strip) -> None:
    """The old line with its first cells written anew is the new line."""
    changed = changed_cells(old, new)
    assert cells(new)[:changed] + cells(old)[changed:] == cells(new)


def test_the_blank_end_is_not_written() -> None:
    """Two short lines of one background cost their text only."""
    red, bold = STYLES[0], STYLES[1]
    old = Strip([Segment("abc", red)]).adjust_cell_length(WIDTH, red)
    new = Strip([Segment("abcde", bold)]).adjust_cell_length(WIDTH, bold)
    assert changed_cells(old, new) == 5
    assert changed_cells(old, old) == 0
