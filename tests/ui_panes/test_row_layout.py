"""Do laid-out rows fit their width, keep the gutter free of text, and say every state in words?"""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from phonelink_tui.domain.message import DeliveryState
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.ui.row_heights import RowHeights
from phonelink_tui.ui.row_layout import LADDER, columns, row_height, row_lines
from phonelink_tui.ui.thread_rows import Row, RowKind
from phonelink_tui.ui.width import measurable
from tests.ui_panes.texts import awkward

rows = st.builds(
    Row,
    kind=st.sampled_from(RowKind),
    key=st.just("k"),
    text=awkward.map(clean).map(measurable),
    time=st.sampled_from(["", "09:00"]),
    who=awkward.map(clean_line).map(measurable),
    own=st.booleans(),
    status=st.one_of(st.none(), st.sampled_from(DeliveryState)),
    detail=st.sampled_from(["", "the phone gave no answer"]),
    lasting=st.booleans(),
)
widths = st.integers(min_value=12, max_value=140)


def texts_of(row: Row, width: int) -> list[str]:
    return ["".join(piece for _ink, piece in line) for line in row_lines(row, columns(width))]


@given(rows, widths)
def test_the_height_is_that_of_the_lines(row: Row, width: int) -> None:
    """Scrolling is exact: no row is higher or lower than was added up."""
    assert row_height(row, columns(width)) == len(row_lines(row, columns(width)))


@given(rows, widths)
def test_every_line_fits(row: Row, width: int) -> None:
    """No row leaves its pane, from 12 columns up."""
    assert max(map(cell_len, texts_of(row, width))) <= width


@given(rows.filter(lambda row: row.kind is RowKind.MESSAGE), widths)
def test_text_begins_right_of_the_gutter(row: Row, width: int) -> None:
    """Below its first line a message has nothing in the columns of times, names and banners."""
    cols = columns(width)
    head = 1 if cols.stacked and not (row.who or row.time) else 0
    for line in texts_of(row, width)[1 - head :]:
        assert line[: cols.gutter] == " " * cols.gutter


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_has_words_of_its_own(state: DeliveryState) -> None:
    """No state is told by colour alone, and no two by the same words."""
    row = Row(RowKind.MESSAGE, "k", "hi", "09:00", "You", own=True, status=state)
    words = [word for _glyph, word in LADDER.values()]
    assert len(set(words)) == len(words)
    assert LADDER[state][1] in "\n".join(texts_of(row, 100))


def test_thirty_columns_are_readable() -> None:
    """On a narrow pane the sender has a line of his own, and the text nearly the whole width."""
    row = Row(RowKind.MESSAGE, "k", "shall we meet at the station at six", "09:00", "Alice Example")
    assert texts_of(row, 30) == ["09:00 Alice Example", "  shall we meet at the station", "  at six"]


def test_a_wide_pane_has_a_gutter() -> None:
    """Time and name stand left of the text, long names are shortened."""
    row = Row(RowKind.MESSAGE, "k", "hi", "09:00", "Wilhelmina Konstantinopolska", own=False)
    assert texts_of(row, 80) == ["09:00 Wilhelmina… hi"]


def test_a_status_that_does_not_fit_has_its_own_line() -> None:
    """The ladder is never cut off."""
    row = Row(
        RowKind.MESSAGE,
        "k",
        "x" * 60,
        "09:00",
        "You",
        own=True,
        status=DeliveryState.UNKNOWN,
        detail="link lost",
    )
    assert texts_of(row, 80)[-1].strip() == "? unknown, may have been sent: link lost"


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 9))),
    st.integers(1, 9),
)
def test_heights_agree_with_a_plain_sum(
    heights: list[int], changes: list[tuple[int, int]], last: int
) -> None:
    """Starts and rows stay right through replacing and appending."""
    index = RowHeights(heights)
    for row, new in changes:
        heights[row % len(heights)] = new
        index.replace(row % len(heights), new)
    heights.append(last)
    index.append(last)
    starts = list(accumulate(heights, initial=0))
    assert [index.start(row) for row in range(len(heights) + 1)] == starts
    assert [index.row_at(line) for line in range(index.total)] == [
        row for row, height in enumerate(heights) for _ in range(height)
    ]
    assert index.row_at(index.total + 5) == len(heights) - 1
