"""How is a row laid out at a width? Columns, heights and pieces of lines; the pane only colours them.

The gutter holds time and sender. A text's lines all begin right of it, so no text can look like a sender, a
time or a banner: those begin in the first columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen
from rich.cells import cell_len, set_cell_size

from phonelink_tui.domain.message import DeliveryState
from phonelink_tui.ui.thread_rows import Row, RowKind
from phonelink_tui.ui.width import measurable, simple_emoji
from phonelink_tui.ui.wrap import height, wrap


class Ink(StrEnum):
    """What a piece of a line is; the pane has one component class for each."""

    TEXT = "text"
    TIME = "time"
    WHO = "who"
    YOU = "you"
    STATUS = "status"
    TROUBLE = "trouble"
    QUIET = "quiet"
    NOTICE = "notice"
    NEW = "new"
    DAY = "day"


Line = tuple[tuple[Ink, str], ...]
"""One line of the screen, as pieces from left to right."""

LADDER: Final[dict[DeliveryState, tuple[str, str]]] = {
    DeliveryState.RECEIVED: ("", ""),
    DeliveryState.HELD: ("◦", "held"),
    DeliveryState.QUEUED: ("…", "queued"),
    DeliveryState.HANDED_OVER: ("↑", "handed to the phone"),
    DeliveryState.ACCEPTED: ("✓", "accepted"),
    DeliveryState.SENT: ("✓", "sent"),
    DeliveryState.DELIVERED: ("»", "delivered"),
    DeliveryState.FAILED: ("✗", "not sent"),
    DeliveryState.UNKNOWN: ("?", "unknown, may have been sent"),
}
"""Glyph and word of each state. The words tell the states apart, the glyphs help the eye."""

TROUBLE: Final = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN})

_CLOCK_CELLS: Final = 6
_STACKED_INDENT: Final = 2
_STACKED_BELOW: Final = 56
"""Narrower than this, the sender gets a line of his own, so that 30 columns leave 28 for the text."""
_WHO_CELLS: Final = range(8, 15)


@frozen
class Columns:
    """How a pane's width is divided."""

    width: int
    stacked: bool
    who: int
    """Cells of a name; 0 when stacked."""
    gutter: int
    """Cells left of every text."""
    text: int
    """Cells of text on a line, at least 1."""


def columns(width: int) -> Columns:
    """The columns of a pane of `width` cells."""
    if width < _STACKED_BELOW:
        return Columns(width, True, 0, _STACKED_INDENT, max(1, width - _STACKED_INDENT))
    who = min(max(width // 7, _WHO_CELLS.start), _WHO_CELLS.stop - 1)
    gutter = _CLOCK_CELLS + who + 1
    return Columns(width, False, who, gutter, width - gutter)


def status_text(row: Row) -> str:
    """Glyph, word and reason of a text of our own; empty on others."""
    if row.status is None:
        return ""
    glyph, word = LADDER[row.status]
    return f"{glyph} {word}: {row.detail}" if row.detail else f"{glyph} {word}".strip()


def shown_row(row: Row, *, simple: bool) -> Row:
    """The row as it can be measured; with `simple`, only with emoji whose width all terminals agree on."""
    if row.text.isascii() and row.who.isascii():
        return row
    fit = simple_emoji if simple else measurable
    text, who = fit(measurable(row.text)), fit(measurable(row.who))
    return row if (text, who) == (row.text, row.who) else evolve(row, text=text, who=who)


def row_height(row: Row, cols: Columns) -> int:
    """`len(row_lines(row, cols))`, without making the lines of plain texts."""
    if row.kind is not RowKind.MESSAGE:
        return len(row_lines(row, cols))
    head = 1 if cols.stacked and (row.who or row.time) else 0
    status = status_text(row)
    if not status:
        return head + height(row.text, cols.text)
    text = row.text
    if len(text) + len(status) + 2 <= cols.text and text.isascii() and "\n" not in text:
        return head + 1
    return len(row_lines(row, cols))


def row_lines(row: Row, cols: Columns) -> tuple[Line, ...]:
    """The lines of a row, none wider than the pane. Never empty."""
    return tuple(_LAYOUTS[row.kind](row, cols))


def _message(row: Row, cols: Columns, ink: Ink = Ink.TEXT) -> Iterator[Line]:
    name_ink = Ink.YOU if row.own else Ink.WHO
    lines: list[Line] = [((ink, piece),) for piece in wrap(row.text, cols.text)]
    _add_status(lines, row, cols)
    blank = " " * cols.gutter
    if cols.stacked:
        if row.who or row.time:
            yield ((name_ink if row.who else Ink.TIME, _stacked_head(row, cols)),)
        head: Line = ((ink, blank),)
    elif row.who:
        # Time and name are one piece: a piece of its own for the time would cost every line forty bytes.
        who = set_cell_size(_shortened(row.who, cols.who), cols.who + 1)
        head = ((name_ink, f"{row.time:<{_CLOCK_CELLS}}{who}"),)
    elif row.time:
        head = ((Ink.TIME, f"{row.time:<{_CLOCK_CELLS}}" + " " * (cols.who + 1)),)
    else:
        head = ((ink, blank),)
    for number, line in enumerate(lines):
        yield (*(head if number == 0 else ((ink, blank),)), *line)


def _add_status(lines: list[Line], row: Row, cols: Columns) -> None:
    status = status_text(row)
    if not status:
        return
    ink = Ink.TROUBLE if row.status in TROUBLE else Ink.STATUS
    last_ink, last = lines[-1][0]
    if cell_len(last) + 2 + cell_len(status) <= cols.text:
        lines[-1] = ((last_ink, last), (ink, "  " + status))
    else:
        lines.extend(((ink, piece),) for piece in wrap(status, cols.text))


def _placeholder(row: Row, cols: Columns) -> Iterator[Line]:
    return _message(row, cols, Ink.QUIET)


def _reactions(row: Row, cols: Columns) -> Iterator[Line]:
    for piece in wrap(row.text, cols.text):
        yield ((Ink.QUIET, " " * cols.gutter + piece),)


def _banner(row: Row, cols: Columns) -> Iterator[Line]:
    mark, ink = ("· ", Ink.QUIET) if row.lasting else ("! ", Ink.NOTICE)
    for number, piece in enumerate(wrap(row.text, max(1, cols.width - 2))):
        yield ((ink, (mark if number == 0 else "  ") + piece),)


def _rule(ink: Ink) -> Callable[[Row, Columns], Iterator[Line]]:
    def lines(row: Row, cols: Columns) -> Iterator[Line]:
        for piece in wrap(row.text, max(1, cols.width - 6)):
            yield ((ink, f"── {piece} ──"),)

    return lines


def _stacked_head(row: Row, cols: Columns) -> str:
    head = f"{row.time:<{_CLOCK_CELLS}}{row.who}".strip()
    return head if cell_len(head) <= cols.width else set_cell_size(head, cols.width)


def _shortened(name: str, cells: int) -> str:
    return name if cell_len(name) <= cells else set_cell_size(name, cells - 1).rstrip() + "…"


_LAYOUTS: Final[dict[RowKind, Callable[[Row, Columns], Iterator[Line]]]] = {
    RowKind.DAY: _rule(Ink.DAY),
    RowKind.NEW_SINCE: _rule(Ink.NEW),
    RowKind.MESSAGE: _message,
    RowKind.PLACEHOLDER: _placeholder,
    RowKind.REACTIONS: _reactions,
    RowKind.GAP: _banner,
    RowKind.BANNER: _banner,
    RowKind.HISTORY_START: _banner,
}
