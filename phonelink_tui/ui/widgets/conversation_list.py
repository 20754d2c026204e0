"""How is the list of conversations drawn? Two lines a row in a narrow column, one where there is room."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment

from phonelink_tui.ui.cells import fit
from phonelink_tui.ui.list_rows import ListRow
from phonelink_tui.ui.widgets.row_list import RowList

ONE_LINE_FROM: Final = 56
"""Cells from which name and text stand on one line."""

NAME_CELLS: Final = 22
WHEN_CELLS: Final = 8
GUTTER: Final = 3
"""Cursor bar, sign, blank."""

CURSOR: Final = "▌"
UNREAD: Final = "●"
OPEN: Final = "›"
DRAFT: Final = "draft"
PINNED: Final = "▴"
"""One cell everywhere; its neighbours in Unicode are two in East Asian terminals."""


class ConversationList(RowList[ListRow]):
    """The conversations: cursor, unread dot and number, name, marks, time, last text."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"list--{part}" for part in ("name", "unread", "dim", "text", "dot", "draft", "chosen")
    }

    EMPTY = "No conversation."

    def key_of(self, row: ListRow) -> str:
        """The id of the conversation."""
        return row.id

    def lines_per_row(self, width: int) -> int:
        """Two lines in a column."""
        return 1 if width >= ONE_LINE_FROM else 2

    def paint(self, row: ListRow, line: int, width: int, *, marked: bool) -> list[Segment]:
        """One line of a row."""
        if width >= ONE_LINE_FROM:
            return self._one_line(row, width, marked=marked)
        return self._second(row, width) if line else self._first(row, width, marked=marked)

    def _one_line(self, row: ListRow, width: int, *, marked: bool) -> list[Segment]:
        mark = f" {row.mark} ·" if row.mark else ""
        draft = f" {DRAFT}" if row.draft else ""
        right = f" {row.unread or '':>3} {_pin(row)}{row.when:>{WHEN_CELLS}} "
        name = fit(row.name, NAME_CELLS)
        rest = width - GUTTER - NAME_CELLS - len(draft) - 1 - len(right)
        text = f" {fit(mark.strip() + ' ' + row.text if mark else row.text, rest)}{right}"
        if marked:
            return [self._ink(f"{CURSOR}{_sign(row)} {name}{draft}{text}", "chosen")]
        return [
            self._ink(f" {_sign(row)} ", "dot"),
            self._ink(name, _name_part(row)),
            self._ink(draft, "draft"),
            self._ink(text, _text_part(row)),
        ]

    def _first(self, row: ListRow, width: int, *, marked: bool) -> list[Segment]:
        when = f" {PINNED} {row.when} " if row.pinned else f" {row.when} "
        name = fit(row.name, width - GUTTER - len(when))
        if marked:
            return [self._ink(f"{CURSOR}{_sign(row)} {name}{when}", "chosen")]
        return [self._ink(f" {_sign(row)} ", "dot"), self._ink(name, _name_part(row)), self._ink(when, "dim")]

    def _second(self, row: ListRow, width: int) -> list[Segment]:
        draft = f"{DRAFT} " if row.draft else ""
        mark = f"{row.mark} · " if row.mark else ""
        count = f" {row.unread} " if row.unread else " "
        text = fit(mark + row.text, width - GUTTER - len(draft) - len(count))
        return [
            self._ink(" " * GUTTER, "text"),
            self._ink(draft, "draft"),
            self._ink(text, _text_part(row)),
            self._ink(count, "dim" if row.muted else "unread"),
        ]

    def _ink(self, text: str, part: str) -> Segment:
        return Segment(text, self.get_component_rich_style(f"list--{part}"))


def _sign(row: ListRow) -> str:
    return UNREAD if row.is_unread else (OPEN if row.open else " ")


def _pin(row: ListRow) -> str:
    return PINNED if row.pinned else " "


def _text_part(row: ListRow) -> str:
    return "dim" if row.muted else "text"


def _name_part(row: ListRow) -> str:
    if row.muted:
        return "dim"
    return "unread" if row.is_unread or row.open else "name"
