"""How are the messages of one conversation drawn, scrolled and kept in place? Line by line, never as widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from attrs import evolve
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.row_heights import RowHeights
from phonelink_tui.ui.row_layout import Columns, Ink, Line, columns, row_height, row_lines
from phonelink_tui.ui.thread_rows import Row, RowKind
from phonelink_tui.ui.width import measurable, simple_emoji

CACHED_ROWS: Final = 512
"""Rows whose drawn lines are kept: several screens."""

_COMPONENT: Final = {ink: f"thread-pane--{ink.value}" for ink in Ink}


class ThreadPane(ScrollView, can_focus=True):
    """The rows of one thread.

    Stays at the end only if it is there; otherwise the row on top keeps its place, whatever arrives below,
    is loaded above, or changes width. Draws no scroll bar: two columns of it cost a kilobyte a message.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = set(_COMPONENT.values())

    DEFAULT_CSS = """
    ThreadPane {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size: 0 0;
        & .thread-pane--text { color: $foreground; }
        & .thread-pane--time { color: $text-muted; }
        & .thread-pane--who { color: $text-primary; text-style: bold; }
        & .thread-pane--you { color: $text-secondary; text-style: bold; }
        & .thread-pane--status { color: $text-muted; }
        & .thread-pane--trouble { color: $text-error; text-style: bold; }
        & .thread-pane--quiet { color: $text-muted; text-style: italic; }
        & .thread-pane--notice { color: $text-warning; }
        & .thread-pane--new { color: $text-accent; text-style: bold; }
        & .thread-pane--day { color: $text-muted; }
        &:ansi {
            & .thread-pane--text { color: ansi_default; }
            & .thread-pane--time { color: ansi_default; text-style: dim; }
            & .thread-pane--who { color: ansi_cyan; }
            & .thread-pane--you { color: ansi_green; }
            & .thread-pane--status { color: ansi_default; text-style: dim; }
            & .thread-pane--trouble { color: ansi_red; }
            & .thread-pane--quiet { color: ansi_default; text-style: italic; }
            & .thread-pane--notice { color: ansi_yellow; }
            & .thread-pane--new { color: ansi_magenta; }
            & .thread-pane--day { color: ansi_default; text-style: dim; }
        }
    }
    """

    class ReachedTop(Message):
        """The first row that is loaded is on the screen: an older page may be wanted. Once for each `show`."""

        def __init__(self, thread: ThreadId | None) -> None:
            super().__init__()
            self.thread = thread

    class NewBelow(Message):
        """So many messages arrived below what is seen; 0 when the end was reached again."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    def __init__(
        self, *, simple_width: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        """Make an empty pane.

        Args:
            simple_width: Show only emoji whose width all terminals agree on.
            id: As of every widget.
            classes: As of every widget.
        """
        super().__init__(id=id, classes=classes)
        self.thread_id: ThreadId | None = None
        self._simple_width = simple_width
        self._rows: list[Row] = []
        self._by_key: dict[str, int] = {}
        self._columns: Columns = columns(1)
        self._heights = RowHeights()
        self._strips: LRUCache[int, list[Strip]] = LRUCache(CACHED_ROWS)
        self._laid_out = False
        self._told_top = False
        self._new_below = 0

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown, top to bottom."""
        return self._rows

    @property
    def new_below(self) -> int:
        """Messages that arrived since the end was last seen."""
        return self._new_below

    @property
    def at_end(self) -> bool:
        """Whether the last line is on the screen."""
        return self.scroll_offset.y >= self.max_scroll_y

    def show(self, rows: Sequence[Row], *, thread_id: ThreadId | None, keep_position: bool) -> None:
        """Show these rows in place of what there was.

        Args:
            rows: All rows, top to bottom.
            thread_id: Their thread; comes back in `ReachedTop`.
            keep_position: The row on top stays on top if it is still there (an older page, a moved message).
                Else the view opens at "new since you left", or at the end.
        """
        place = self._place() if keep_position and self._laid_out else None
        was_at_end = self.at_end
        self.thread_id = thread_id
        self._rows = [self._shown(row) for row in rows]
        self._by_key = {row.key: number for number, row in enumerate(self._rows)}
        self._told_top = False
        if not keep_position:
            self._count_below(0)
        if not self._laid_out:
            return
        self._reflow()
        if place is not None and not was_at_end:
            self._return_to(place)
            self._tell_place()
        else:
            self._open()

    def append(self, rows: Sequence[Row]) -> None:
        """Add rows at the end; costs the same however many there are above."""
        was_at_end = self.at_end
        first_line = self._heights.total
        for row in map(self._shown, rows):
            self._by_key[row.key] = len(self._rows)
            self._rows.append(row)
            if self._laid_out:
                self._heights.append(row_height(row, self._columns))
        if not self._laid_out:
            return
        self._resized()
        if was_at_end:
            self._go(self.max_scroll_y)
        else:
            self._count_below(self._new_below + sum(_is_message(row) for row in rows))
        self._refresh_from(first_line, self._heights.total - first_line)

    def replace(self, row: Row) -> bool:
        """Draw the row with this key anew, for example with a new delivery state.

        Returns:
            Whether there is such a row.
        """
        number = self._by_key.get(row.key)
        if number is None:
            return False
        row = self._shown(row)
        self._rows[number] = row
        if not self._laid_out:
            return True
        self._strips.discard(number)
        before, after = self._heights.height(number), row_height(row, self._columns)
        first_line = self._heights.start(number)
        if before == after:
            self._refresh_from(first_line, after)
            return True
        was_at_end, place = self.at_end, self._place()
        self._heights.replace(number, after)
        self._resized()
        if was_at_end:
            self._go(self.max_scroll_y)
        else:
            self._return_to(place)
        self.refresh()
        return True

    def find(self, key: str) -> Row | None:
        """The row with this key."""
        number = self._by_key.get(key)
        return None if number is None else self._rows[number]

    def reveal(self, key: str) -> bool:
        """Bring a row to the top of the view, as far as there is text below; False if it is not loaded."""
        number = self._by_key.get(key)
        if number is None or not self._laid_out:
            return False
        self._go(self._heights.start(number))
        return True

    def to_end(self) -> None:
        """Go to the last line."""
        self._go(self.max_scroll_y)

    def render_line(self, y: int) -> Strip:
        """One line, by the line API of Textual."""
        line = y + self.scroll_offset.y
        if line >= self._heights.total:
            return Strip.blank(self.size.width, self._style(Ink.TEXT))
        number = self._heights.row_at(line)
        strip = self._row_strips(number)[line - self._heights.start(number)]
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

    def on_resize(self) -> None:
        """Fold to the new width; the row on top stays there, or the end stays in view."""
        width = self.scrollable_content_region.width
        if not width:
            return
        if not self._laid_out:
            self._laid_out = True
            self._columns = columns(width)
            self._reflow()
            self._open()
        elif width != self._columns.width:
            was_at_end, place = self.at_end, self._place()
            self._columns = columns(width)
            self._reflow()
            if was_at_end:
                self._go(self.max_scroll_y)
            else:
                self._return_to(place)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell what scrolling brought into view."""
        super().watch_scroll_y(old_value, new_value)
        self._tell_place()

    def _shown(self, row: Row) -> Row:
        if row.text.isascii() and row.who.isascii():
            return row
        fit = simple_emoji if self._simple_width else measurable
        text, who = fit(measurable(row.text)), fit(measurable(row.who))
        return row if (text, who) == (row.text, row.who) else evolve(row, text=text, who=who)

    def _reflow(self) -> None:
        self._heights = RowHeights([row_height(row, self._columns) for row in self._rows])
        self._strips.clear()
        self._resized()
        self.refresh()

    def _resized(self) -> None:
        # Without its watchers: they lay out the whole screen anew for scroll bars that this pane has not.
        self.set_reactive(ThreadPane.virtual_size, Size(self._columns.width, self._heights.total))

    def _open(self) -> None:
        number = self._by_key.get("new-since")
        self._go(self.max_scroll_y if number is None else self._heights.start(number))
        self._tell_place()

    def _go(self, line: int) -> None:
        self.scroll_to(y=max(0, min(line, self.max_scroll_y)), animate=False, force=True)

    def _place(self) -> tuple[str, int] | None:
        """The first message in view, by key, and how many of its lines are above the view.

        Not a day line or a banner: when an older page comes those stand elsewhere.
        """
        if not self._rows or not len(self._heights):
            return None
        top = self.scroll_offset.y
        first = self._heights.row_at(top)
        rows = range(first, len(self._rows))
        number = next((n for n in rows if _is_message(self._rows[n])), first)
        return self._rows[number].key, top - self._heights.start(number)

    def _return_to(self, place: tuple[str, int] | None) -> None:
        number = self._by_key.get(place[0]) if place else None
        if place is not None and number is not None:
            self._go(self._heights.start(number) + min(place[1], self._heights.height(number) - 1))

    def _tell_place(self) -> None:
        if not self._laid_out:
            return
        if self._new_below and self.at_end:
            self._count_below(0)
        if self._rows and not self._told_top and self.scroll_offset.y == 0:
            self._told_top = True
            self.post_message(self.ReachedTop(self.thread_id))

    def _count_below(self, count: int) -> None:
        if count != self._new_below:
            self._new_below = count
            self.post_message(self.NewBelow(count))

    def _refresh_from(self, first_line: int, lines: int) -> None:
        top = first_line - self.scroll_offset.y
        seen = Region(0, top, self.size.width, lines).intersection(self.size.region)
        if seen:
            self.refresh(seen)

    def _row_strips(self, number: int) -> list[Strip]:
        strips = self._strips.get(number)
        if strips is None:
            strips = [self._strip(line) for line in row_lines(self._rows[number], self._columns)]
            self._strips[number] = strips
        return strips

    def _strip(self, line: Line) -> Strip:
        segments = [Segment(piece, self._style(ink)) for ink, piece in line]
        return Strip(segments).adjust_cell_length(self._columns.width, self._style(line[-1][0]))

    def _highlight(self, strip: Strip, start: int, end: int) -> Strip:
        style = self.screen.get_component_rich_style("screen--selection")
        end = strip.cell_length if end == -1 else end
        before, chosen, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end)
        return Strip.join([before, Strip(Segment.apply_style(chosen, post_style=style)), after])

    def _style(self, ink: Ink) -> Style:
        return self.get_component_rich_style(_COMPONENT[ink])


def _is_message(row: Row) -> bool:
    return row.kind in (RowKind.MESSAGE, RowKind.PLACEHOLDER)
