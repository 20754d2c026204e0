"""How are the messages of one conversation scrolled and kept in place? `drawn_rows` draws them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size
from textual.message import Message

from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.row_heights import RowHeights
from phonelink_tui.ui.row_layout import columns, row_height, shown_row
from phonelink_tui.ui.thread_rows import Row, is_message
from phonelink_tui.ui.widgets.drawn_rows import DrawnRows
from phonelink_tui.ui.widgets.thread_ink import THREAD_INK


class OfThread(Message):
    """Something about one conversation, which may not be the open one any more."""

    def __init__(self, thread: ThreadId | None) -> None:
        super().__init__()
        self.thread = thread


class ThreadPane(DrawnRows, can_focus=True):
    """The rows of one thread.

    Stays at the end only if it is there; otherwise the row on top keeps its place, whatever arrives below,
    is loaded above, or changes width. Draws no scroll bar: two columns of it cost a kilobyte a message.
    """

    DEFAULT_CSS = THREAD_INK

    class ReachedTop(OfThread):
        """The first row that is loaded is on the screen: an older page may be wanted. Once for each `show`."""

    class ReachedEnd(OfThread):
        """The last row that is loaded is on the screen: a newer page may be wanted. Once for each `show`."""

    class NewBelow(Message):
        """So many messages arrived below what is seen; 0 when the end was reached again."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    def __init__(
        self,
        *,
        simple_width: bool = False,
        jump_lines: int = 0,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Make an empty pane.

        Args:
            simple_width: Show only emoji whose width all terminals agree on.
            jump_lines: Lines left free below when a full pane scrolls for a new message. Over a slow line
                the next few messages then cost a tenth: they are written, and nothing moves.
            id: As of every widget.
            classes: As of every widget.
        """
        super().__init__(id=id, classes=classes)
        self.thread_id: ThreadId | None = None
        self._simple_width = simple_width
        self._jump_lines = jump_lines
        self._by_key: dict[str, int] = {}
        self._view_lines = 0
        self._laid_out = False
        self._told_top = self._told_end = False
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
        return self._heights.total <= self.scroll_offset.y + self._view_lines

    def show(
        self, rows: Sequence[Row], *, thread_id: ThreadId | None, keep_position: bool, follow: bool = True
    ) -> None:
        """Show these rows in place of what there was.

        Args:
            rows: All rows, top to bottom.
            thread_id: Their thread; comes back in `ReachedTop`.
            keep_position: The row on top stays on top if it is still there (an older page, a moved message).
                Else the view opens at "new since you left", or at the end.
            follow: Whoever is at the end stays there; else rows that come below are not jumped to.
        """
        was_at_end, place = self.at_end and follow, self._place()
        self.thread_id = thread_id
        self._rows = [shown_row(row, simple=self._simple_width) for row in rows]
        self._by_key = {row.key: number for number, row in enumerate(self._rows)}
        self._told_top = self._told_end = False
        if not keep_position:
            self._count_below(0)
        if not self._laid_out:
            return
        self._reflow()
        if not keep_position:
            self._open()
        elif was_at_end:
            self._go(self._end)
        else:
            self._return_to(place)
        self._tell_place()

    def append(self, rows: Sequence[Row]) -> None:
        """Add rows at the end; costs the same however many there are above."""
        was_at_end = self.at_end
        for new in rows:
            row = shown_row(new, simple=self._simple_width)
            self._by_key[row.key] = len(self._rows)
            self._rows.append(row)
            if self._laid_out:
                self._heights.append(row_height(row, self._columns))
        if not self._laid_out:
            return
        if was_at_end:
            self._follow()
        else:
            self._set_lines(self._heights.total)
            self._count_below(self._new_below + sum(is_message(row) for row in rows))
        self._repaint()

    def replace(self, row: Row) -> bool:
        """Draw the row with this key anew, for example with a new delivery state.

        Returns:
            Whether there is such a row.
        """
        number = self._by_key.get(row.key)
        if number is None:
            return False
        row = shown_row(row, simple=self._simple_width)
        self._rows[number] = row
        if not self._laid_out:
            return True
        was_at_end, place = self.at_end, self._place()
        self._strips.discard(number)
        self._heights.replace(number, row_height(row, self._columns))
        if was_at_end:
            self._follow()
        else:
            self._return_to(place)
        self._repaint()
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

    @property
    def marked(self) -> str:
        """The key of the message that is marked; empty where none is."""
        return self._marked if self._marked in self._by_key else ""

    def mark(self, by: int = 0) -> bool:
        """Mark the message so many before or after the marked one, as far as there are any, and show all of it.

        Returns:
            Whether one is marked. At first it is the last one in view.
        """
        messages = [n for n, row in enumerate(self._rows) if is_message(row)]
        if not messages or not self._laid_out:
            return False
        if (here := self._by_key.get(self.marked)) is None:
            bottom = self._heights.row_at(
                min(self.scroll_offset.y + self._view_lines, self._heights.total) - 1
            )
            number = max((n for n in messages if n <= bottom), default=messages[0])
        else:
            number = messages[max(0, min(messages.index(here) + by, len(messages) - 1))]
        self._marked = self._rows[number].key
        top, high = self._heights.start(number), self._heights.height(number)
        first = self.scroll_offset.y
        if top < first or high >= self._view_lines:
            self._go(top)
        elif top + high > first + self._view_lines:
            self._go(top + high - self._view_lines)
        self._repaint()
        return True

    def unmark(self) -> bool:
        """Mark none; False where none was."""
        had, self._marked = bool(self.marked), ""
        self._repaint()
        return had

    def to_end(self) -> None:
        """Go to the last line."""
        self._go(self._end)

    def on_resize(self) -> None:
        """Fold to the new width; the row on top stays there, or the end stays in view."""
        width, lines = self.scrollable_content_region.size
        if not width or not lines:
            return
        was_at_end, place = self.at_end, self._place()
        was_laid_out, self._laid_out = self._laid_out, True
        self._view_lines = lines
        if width != self._columns.width or not was_laid_out:
            self._columns = columns(width)
            self._reflow()
        if not was_laid_out:
            self._open()
        elif was_at_end:
            self._go(self._end)
        else:
            self._return_to(place)
        self._tell_place()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what scrolling brought into view, and tell of it. There are no scroll bars to move."""
        if round(old_value) != round(new_value):
            self._repaint()
            self._tell_place()

    def _reflow(self) -> None:
        self._heights = RowHeights([row_height(row, self._columns) for row in self._rows])
        self._strips.clear()
        self._drawn.clear()
        self.refresh()

    @property
    def _end(self) -> int:
        """The line on top when the last one is at the bottom."""
        return max(0, self._heights.total - self._view_lines)

    def _follow(self) -> None:
        if not self.at_end:
            self._go(self._end + self._jump_lines, free_lines=self._jump_lines)

    def _open(self) -> None:
        number = self._by_key.get("new-since")
        self._go(self._end if number is None else self._heights.start(number))

    def _go(self, line: int, *, free_lines: int = 0) -> None:
        line = max(0, min(line, self._end + free_lines))
        self._set_lines(max(self._heights.total, line + self._view_lines if free_lines else 0))
        self.scroll_to(y=line, animate=False, force=True)

    def _set_lines(self, lines: int) -> None:
        # Without its watchers: they lay out the whole screen anew for scroll bars that this pane has not.
        self.set_reactive(ThreadPane.virtual_size, Size(self._columns.width, lines))

    def _place(self) -> tuple[str, int] | None:
        """The first message in view, by key, and how many of its lines are above the view.

        Not a day line or a banner: when an older page comes those stand elsewhere.
        """
        if not self._rows or not len(self._heights):
            return None
        top = self.scroll_offset.y
        first = self._heights.row_at(top)
        rows = range(first, len(self._rows))
        number = next((n for n in rows if is_message(self._rows[n])), first)
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
        if self._rows and not self._told_end and self.at_end:
            self._told_end = True
            self.post_message(self.ReachedEnd(self.thread_id))

    def _count_below(self, count: int) -> None:
        if count != self._new_below:
            self._new_below = count
            self.post_message(self.NewBelow(count))
