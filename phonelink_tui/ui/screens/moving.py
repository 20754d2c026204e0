"""Where do the movement keys go? To what has the focus: a list, the conversation, a panel."""

from __future__ import annotations

from typing import Final

from attrs import define
from textual.widget import Widget

from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk, has_keys
from phonelink_tui.ui.widgets.conversation_list import ConversationList
from phonelink_tui.ui.widgets.queue_list import QueueList
from phonelink_tui.ui.widgets.text_panel import TextPanel
from phonelink_tui.ui.widgets.thread_pane import ThreadPane

FEW: Final = 5
"""Texts that a page means while one text is marked."""

ALL: Final = 1_000_000

_HALF: Final = 0.5


@define(eq=False)
class Moving:
    """The hand on the movement keys."""

    desk: Desk
    conversing: Conversing

    def by_rows(self, rows: int) -> None:
        """So many rows, or lines of the conversation, down."""
        focused = self._list()
        if focused is not None:
            focused.move(rows)
        elif self.desk.widgets.pane.marked:
            self.desk.widgets.pane.mark(rows)
        else:
            self._scroll(rows)

    def by_pages(self, pages: float) -> None:
        """So many screenfuls down."""
        focused = self._list()
        if focused is not None:
            focused.move(int(pages * focused.rows_in_view) or (1 if pages > 0 else -1))
        elif self.desk.widgets.pane.marked:
            self.desk.widgets.pane.mark(int(pages * FEW) or (1 if pages > 0 else -1))
        else:
            height = self._scroller().size.height
            self._scroll(int(pages * max(1, height - 1 if abs(pages) > _HALF else height)))

    def to_top(self) -> None:
        """The first row; in a conversation the first that is loaded, and the page before it."""
        focused = self._list()
        if focused is not None:
            focused.move_to(0)
        elif self.desk.widgets.pane.marked:
            self.desk.widgets.pane.mark(-ALL)
        else:
            self._scroller().scroll_to(y=0, animate=False, force=True)

    def to_end(self) -> None:
        """The last row."""
        focused = self._list()
        if focused is not None:
            focused.move_to_end()
        elif self.desk.widgets.pane.marked:
            self.desk.widgets.pane.mark(ALL)
        elif has_keys(self.desk.widgets.panel):
            self._scroller().scroll_end(animate=False, force=True)
        else:
            self.conversing.to_newest()

    def pane(self, by: int) -> None:
        """The next thing to look at, around the end: list, conversation, composer, notifications."""
        widgets = self.desk.widgets
        order: list[Widget] = [widgets.conversations, widgets.pane, widgets.composer, widgets.queue]
        if widgets.question.is_open:
            order.insert(2, widgets.question)
        here = next((i for i, widget in enumerate(order) if has_keys(widget)), 1)
        self._go(order[(here + by) % len(order)])

    def _go(self, widget: Widget) -> None:
        stage, widgets = self.desk.stage, self.desk.widgets
        if widget is widgets.conversations:
            stage.go(Pane.LIST)
        elif widget is widgets.queue:
            stage.go(Pane.QUEUE)
        else:
            stage.go(Pane.TALK, write=widget is widgets.composer)
            if widget is widgets.question:
                widgets.question.screen.set_focus(widgets.question)

    def _list(self) -> ConversationList | QueueList | None:
        widgets = self.desk.widgets
        if has_keys(widgets.conversations):
            return widgets.conversations
        return widgets.queue if has_keys(widgets.queue) else None

    def _scroller(self) -> ThreadPane | TextPanel:
        widgets = self.desk.widgets
        return widgets.panel if has_keys(widgets.panel) else widgets.pane

    def _scroll(self, lines: int) -> None:
        self._scroller().scroll_relative(y=lines, animate=False, force=True)
