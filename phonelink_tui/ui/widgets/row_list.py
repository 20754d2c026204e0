"""How is a list with a cursor drawn for few bytes? Line by line, never as widgets; a move redraws two rows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from phonelink_tui.ui.cells import fit
from phonelink_tui.ui.widgets.quiet import Quiet

R = TypeVar("R")


class RowList(ScrollView, Quiet, Generic[R], can_focus=True):
    """Rows of equal height with a cursor that stays on its row when the rows change.

    The widgets below say how a row is painted, how high it is and what its key is.
    """

    DEFAULT_CSS = "RowList { overflow: hidden hidden; scrollbar-size: 0 0; }"

    EMPTY: ClassVar[str] = ""
    """What stands in a list without rows."""

    class Chosen(Message):
        """A row was clicked on."""

        def __init__(self, row_list: Widget, key: str) -> None:
            super().__init__()
            self.row_list = row_list
            self.key = key

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        """Make an empty list."""
        super().__init__(id=id, classes=classes)
        self._shown: list[R] = []
        self._cursor = 0

    @abstractmethod
    def key_of(self, row: R) -> str:
        """The key of a row."""

    @abstractmethod
    def paint(self, row: R, line: int, width: int, *, marked: bool) -> list[Segment]:
        """One line of a row; `marked` where the cursor is and the list has the focus.

        Only the first line may differ by `marked`: a move of the cursor draws no other.
        """

    def lines_per_row(self, width: int) -> int:
        """How high a row is at this width."""
        return 1

    @property
    def shown(self) -> Sequence[R]:
        """The rows, top to bottom."""
        return self._shown

    @property
    def cursor(self) -> int:
        """The row under the cursor, as an index."""
        return self._cursor

    @property
    def current(self) -> R | None:
        """The row under the cursor."""
        return self._shown[self._cursor] if self._cursor < len(self._shown) else None

    def show(self, rows: Sequence[R]) -> None:
        """Show these rows; only lines that differ are drawn again."""
        old, current = self._shown, self.current
        self._shown = list(rows)
        before = self._cursor
        if current is not None:
            self._cursor = self._index_of(self.key_of(current), self._cursor)
        self._cursor = max(0, min(self._cursor, len(self._shown) - 1))
        if len(old) != len(self._shown):
            self._measure()
            self.refresh()
        else:
            changed = {i for i, (a, b) in enumerate(zip(old, self._shown, strict=True)) if a != b}
            for index in changed | ({before, self._cursor} if before != self._cursor else set()):
                self._refresh_row(index)
        self._follow_cursor()

    def move(self, by: int) -> None:
        """Move the cursor by so many rows, as far as there are any."""
        self.move_to(self._cursor + by)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, or on the nearest one there is."""
        self._set_cursor(max(0, min(index, len(self._shown) - 1)))

    def move_to_end(self) -> None:
        """Put the cursor on the last row."""
        self._set_cursor(len(self._shown) - 1)

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on the row with this key; False where there is none."""
        index = self._index_of(key, -1)
        if index < 0:
            return False
        self._set_cursor(index)
        return True

    @property
    def rows_in_view(self) -> int:
        """How many rows are seen at once."""
        return max(1, self.size.height // self._height)

    def render_line(self, y: int) -> Strip:
        """One line, by the line API of Textual."""
        width = self.size.width
        index, line = divmod(y + self.scroll_offset.y, self._height)
        if y == 1 and not self._shown and self.EMPTY:
            return Strip([Segment(fit(f"  {self.EMPTY}", width), self.rich_style)])
        if index >= len(self._shown):
            return Strip.blank(width, self.rich_style)
        marked = index == self._cursor and self.has_focus
        segments = self.paint(self._shown[index], line, width, marked=marked)
        return Strip(segments).adjust_cell_length(width, segments[-1].style if segments else self.rich_style)

    def on_resize(self) -> None:
        """Another width may make rows higher."""
        self._measure()
        self._follow_cursor()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """The cursor is shown only while keys come here."""
        super().watch_has_focus(_has_focus)
        self._refresh_row(self._cursor, lines=1)

    def on_click(self, event: events.Click) -> None:
        """A click is a move and a choice."""
        index = (event.y + self.scroll_offset.y) // self._height
        if 0 <= index < len(self._shown):
            self._set_cursor(index)
            self.post_message(self.Chosen(self, self.key_of(self._shown[index])))

    @property
    def _height(self) -> int:
        return max(1, self.lines_per_row(self.size.width))

    def _index_of(self, key: str, otherwise: int) -> int:
        return next((i for i, row in enumerate(self._shown) if self.key_of(row) == key), otherwise)

    def _set_cursor(self, index: int) -> None:
        if index == self._cursor or not 0 <= index < len(self._shown):
            return
        old, self._cursor = self._cursor, index
        self._refresh_row(old, lines=1)
        self._refresh_row(index, lines=1)
        self._follow_cursor()

    def _measure(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._shown) * self._height)

    def _refresh_row(self, index: int, *, lines: int | None = None) -> None:
        top = index * self._height - self.scroll_offset.y
        seen = Region(0, top, self.size.width, lines or self._height).intersection(self.size.region)
        if seen:
            self.refresh(seen)

    def _follow_cursor(self) -> None:
        top, view = self._cursor * self._height, self.size.height
        first = self.scroll_offset.y
        if not view:
            return
        if top < first:
            self.scroll_to(y=top, animate=False, force=True)
        elif top + self._height > first + view:
            rows_above = -((view - top - self._height) // self._height)
            self.scroll_to(y=min(rows_above * self._height, top), animate=False, force=True)
