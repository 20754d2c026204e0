"""A test app with the thread pane: function keys append, change and scroll, F5 draws all anew, F7 says when."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Final

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Label

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, TextMessage
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.signals import install_exit_signals
from phonelink_tui.ui.thread_rows import Clock, replaced_row, rows_after, thread_rows
from phonelink_tui.ui.widgets.thread_pane import ThreadPane
from tests.terminal.pty_process import drawn

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLOCK: Final = Clock(NOON, UTC)
BITS: Final = ("ok", "see you at the station", "漢字 wide", "❤️ 👍🏽 é", "word " * 30, "two\nlines", "")


def message(number: int, state: DeliveryState) -> TextMessage:
    """A text; every third is ours."""
    own = number % 3 == 0
    return TextMessage(
        id=MessageId(str(number)),
        thread=ThreadId("t"),
        direction=Direction.OUTGOING if own else Direction.INCOMING,
        sender=None if own else identify("+15550100"),
        sender_name=clean_line("Alice"),
        recipient=None,
        text=clean(f"{number} {BITS[number % len(BITS)]}"),
        at=NOON + timedelta(minutes=number * 2),
        read=True,
        state=state,
        sources=frozenset(),
    )


class PaneApp(App[None]):
    """The pane beside a label, as in the real layout."""

    CSS = "Screen { layout: horizontal; } Label { width: 20; }"

    def __init__(self, jump_lines: int) -> None:
        super().__init__()
        self._pane = ThreadPane(jump_lines=jump_lines)
        self._messages = [message(number, DeliveryState.QUEUED) for number in range(40)]
        self._marks = 0

    def compose(self) -> ComposeResult:
        yield Label("READY-MARK")
        yield self._pane

    def on_load(self) -> None:
        install_exit_signals(self)

    def on_ready(self) -> None:
        self._pane.show(thread_rows(self._messages, CLOCK), thread_id=None, keep_position=False)
        self.screen.set_focus(self._pane)

    def on_key(self, event: events.Key) -> None:
        if event.key == "f2":
            new = message(len(self._messages), DeliveryState.HELD)
            self._pane.append(tuple(rows_after(self._messages[-1], new, CLOCK)))
            self._messages.append(new)
        elif event.key == "f3":
            for changed in [one for one in self._messages if one.direction is Direction.OUTGOING][-3:]:
                later = message(int(changed.id), DeliveryState.UNKNOWN)
                row = self._pane.find(changed.id)
                if row is not None:
                    self._pane.replace(replaced_row(row, later, CLOCK))
        elif event.key == "f4":
            self._pane.scroll_relative(y=-3, animate=False)
        elif event.key == "f5":
            self.screen.refresh(repaint=True)
            self._pane.refresh()
        elif event.key == "f6":
            self._pane.to_end()
        elif event.key == "f7":
            self._marks += 1
            self.call_after_refresh(self.query_one(Label).update, drawn(self._marks))


if __name__ == "__main__":
    app = PaneApp(int(sys.argv[1]))
    app.run()
    sys.exit(app.return_code)
