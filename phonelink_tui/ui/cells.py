"""How is a line of text fitted into cells? Wide characters take two, some none."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len, set_cell_size

from phonelink_tui.ui.width import measurable

CUT: Final = "…"


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells: padded with blanks, or cut and marked."""
    if width <= 0:
        return ""
    text = measurable(text)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + CUT, width)


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells."""
    text = measurable(text)
    return text if cell_len(text) <= width else fit(text, width)
