"""Up to which cell does a line change from one drawing to the next? Textual repaints regions, never compares.

Only the end is of use: Textual writes a line from the left edge of its widget, whatever region was asked for.
"""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


def changed_cells(old: Strip, new: Strip) -> int:
    """How many cells from the left must be written to turn one line into the other; 0 when they are equal.

    Blank cells of one background are equal, whatever colour their text would have. Both are equally wide.
    """
    if old is new or old == new:
        return 0
    before, after = _last(old), _last(new)
    if before is None or after is None or not _same_blank(before.style, after.style):
        return new.cell_length
    return new.cell_length - min(len(text) - len(text.rstrip(" ")) for text in (before.text, after.text))


def _last(strip: Strip) -> Segment | None:
    return next(reversed([*strip]), None)


def _same_blank(one: Style | None, other: Style | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.bgcolor == other.bgcolor and not any(
        style.underline or style.reverse or style.strike or style.overline for style in (one, other)
    )
