"""How are the rows of a conversation drawn? Line by line, never as widgets, and only the cells that differ."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from phonelink_tui.ui.line_diff import changed_cells
from phonelink_tui.ui.row_heights import RowHeights
from phonelink_tui.ui.row_layout import Columns, Ink, Line, columns, row_lines
from phonelink_tui.ui.thread_rows import Row
from phonelink_tui.ui.widgets.quiet import Quiet

CACHED_ROWS: Final = 512
"""Rows whose drawn lines are kept: several screens."""

_COMPONENT: Final = {ink: f"thread-pane--{ink.value}" for ink in Ink}


class DrawnRows(ScrollView, Quiet):
    """Rows as lines of cells, at the width and with the mark they have just now."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*_COMPONENT.values(), "thread-pane--marked"}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        """Nothing to draw yet."""
        super().__init__(id=id, classes=classes)
        self._rows: list[Row] = []
        self._columns: Columns = columns(1)
        self._heights = RowHeights()
        self._strips: LRUCache[int, list[Strip]] = LRUCache(CACHED_ROWS)
        self._drawn: list[Strip] = []
        self._marked = ""

    def render_line(self, y: int) -> Strip:
        """One line, by the line API of Textual."""
        strip = self._screen_line(y)
        line = y + self.scroll_offset.y
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(line)) is not None:
            strip = self._highlight(strip, *span)
        return strip.apply_offsets(0, line)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, as it stands on the screen."""
        text = "\n".join(
            "".join(piece for _ink, piece in line)
            for row in self._rows
            for line in row_lines(row, self._columns)
        )
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """The mouse selects: draw anew."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Another theme: nothing that was drawn is right any more."""
        super().notify_style_update()
        self._strips.clear()
        self._drawn.clear()

    def _repaint(self) -> None:
        """Draw the cells that are not as they were drawn last: half the bytes of drawing the pane."""
        lines = [self._screen_line(y) for y in range(self.size.height)]
        if len(lines) != len(self._drawn) or self.text_selection is not None:
            self.refresh()
        else:
            widths = enumerate(map(changed_cells, self._drawn, lines))
            changed = [Region(0, y, width, 1) for y, width in widths if width]
            if changed:
                self.refresh(*changed)
        self._drawn = lines

    def _screen_line(self, y: int) -> Strip:
        line = y + self.scroll_offset.y
        if line >= self._heights.total:
            return Strip.blank(self.size.width, self._style(Ink.TEXT))
        number = self._heights.row_at(line)
        strip = self._row_strips(number)[line - self._heights.start(number)]
        if self._marked and self._rows[number].key == self._marked:
            style = self.get_component_rich_style("thread-pane--marked")
            ground = Style(bgcolor=style.bgcolor, reverse=style.reverse)
            strip = Strip(Segment.apply_style(strip, post_style=ground), strip.cell_length)
        return strip

    def _row_strips(self, number: int) -> list[Strip]:
        strips = self._strips.get(number)
        if strips is None:
            strips = [self._strip(line) for line in row_lines(self._rows[number], self._columns)]
            self._strips[number] = strips
        return strips

    def _strip(self, line: Line) -> Strip:
        segments = [Segment(piece, self._style(ink)) for ink, piece in line]
        # Fewer pieces are fewer bytes: each costs forty of colours.
        return Strip(segments).adjust_cell_length(self._columns.width, self._style(line[-1][0])).simplify()

    def _highlight(self, strip: Strip, start: int, end: int) -> Strip:
        style = self.screen.get_component_rich_style("screen--selection")
        end = strip.cell_length if end == -1 else end
        before, chosen, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end)
        return Strip.join([before, Strip(Segment.apply_style(chosen, post_style=style)), after])

    def _style(self, ink: Ink) -> Style:
        return self.get_component_rich_style(_COMPONENT[ink])
