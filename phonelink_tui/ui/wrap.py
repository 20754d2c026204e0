"""Into which lines does a text fold at a width? Exact, because a pane's heights and its drawing both ask here."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len, chop_cells

_ONE_CELL_EACH: Final = re.compile("[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20ac]*")
"""Characters that are one cell wide on their own and combine with nothing: Latin and common punctuation."""


def wrap(text: str, width: int) -> list[str]:
    """The lines of `text`, none wider than `width` cells unless a single character is.

    Breaks at spaces, each break consuming one; a word longer than the line is cut. Never empty.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if len(paragraph) <= width and paragraph.isascii():
            lines.append(paragraph)
        elif _ONE_CELL_EACH.fullmatch(paragraph):
            _fold(paragraph, width, lines)
        else:
            _fold_cells(paragraph, width, lines)
    return lines


def height(text: str, width: int) -> int:
    """`len(wrap(text, width))`, without making the lines of plain text."""
    if len(text) <= width and text.isascii() and "\n" not in text:
        return 1
    if not text.isascii():
        return len(wrap(text, width))
    total = 0
    for paragraph in text.split("\n"):
        start, end = 0, len(paragraph)
        while end - start > width:
            space = paragraph.rfind(" ", start, start + width + 1)
            start = space + 1 if space > start else start + width
            total += 1
        total += 1
    return total


def _fold(paragraph: str, width: int, lines: list[str]) -> None:
    start, end = 0, len(paragraph)
    while end - start > width:
        space = paragraph.rfind(" ", start, start + width + 1)
        cut = space if space > start else start + width
        lines.append(paragraph[start:cut])
        start = cut + 1 if space > start else cut
    lines.append(paragraph[start:])


def _fold_cells(paragraph: str, width: int, lines: list[str]) -> None:
    line, line_cells = "", 0
    fresh = True
    for word in paragraph.split(" "):
        cells = cell_len(word)
        if not fresh and line_cells + 1 + cells > width:
            lines.append(line)
            fresh = True
        if fresh:
            line, line_cells, fresh = word, cells, False
        else:
            line, line_cells = f"{line} {word}", line_cells + 1 + cells
        if line_cells > width:
            *full, line = [piece for piece in chop_cells(line, width) if piece] or [""]
            lines.extend(full)
            line_cells = cell_len(line)
    lines.append(line)
