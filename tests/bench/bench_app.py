"""The measured apps: our pane and composer, and beside them what stock widgets would do."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Label, Static, TextArea

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, TextMessage
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.thread_rows import Clock, Row, rows_after, thread_rows
from phonelink_tui.ui.typed_order import TypedOrder
from phonelink_tui.ui.widgets.composer import Composer, Target
from phonelink_tui.ui.widgets.thread_pane import ThreadPane

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLOCK: Final = Clock(NOON, UTC)
WORDS: Final = (
    *("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "while"),
    *("counting", "unread", "phone", "messages", "again"),
)
SENDER: Final = identify("+15550100")
NAME: Final = clean_line("Alice Example")


def message(number: int) -> TextMessage:
    """A text of 3 to 30 words; every third is ours."""
    chosen = random.Random(number)
    words = [chosen.choice(WORDS) for _ in range(chosen.choice((3, 6, 9, 14, 30)))]
    own = number % 3 == 0
    return TextMessage(
        id=MessageId(str(number)),
        thread=ThreadId("t"),
        direction=Direction.OUTGOING if own else Direction.INCOMING,
        sender=None if own else SENDER,
        sender_name=clean_line("") if own else NAME,
        recipient=SENDER if own else None,
        text=clean(f"{number} " + " ".join(words)),
        at=NOON + timedelta(minutes=7 * number),
        read=True,
        state=DeliveryState.ACCEPTED if own else DeliveryState.RECEIVED,
        sources=frozenset(),
    )


Made = TypeVar("Made")


class BenchApp(TypedOrder[None]):
    """A list of 30 columns, the thread, the composer; F2 appends one message."""

    CSS = """
    #list { width: 30; height: 1fr; }
    #stock { height: 5; }
    VerticalScroll { height: 1fr; }
    Vertical > Static { height: auto; }
    """
    BINDINGS = [Binding("f2", "append", priority=True)]  # noqa: RUF012

    def __init__(self, kind: str, count: int, log: Path) -> None:
        super().__init__()
        self._kind, self._notes = kind, log
        started = time.perf_counter()
        self._messages = [message(number) for number in range(count)]
        self._made_s = time.perf_counter() - started

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label("\n".join(f"Conversation {number}" for number in range(24)), id="list")
            with Vertical():
                if self._kind == "stock":
                    yield VerticalScroll(*[Static(row.text, markup=False) for row in self._rows()])
                    yield TextArea(id="stock")
                else:
                    yield ThreadPane(jump_lines=4 if self._kind == "jump" else 0)
                    yield Composer({}, hint="Message")

    def on_ready(self) -> None:
        notes = {"made_s": self._made_s}
        if self._kind == "stock":
            area = self.query_one(TextArea)
            area.cursor_blink = False
            self.screen.set_focus(area)
            self.query_one(VerticalScroll).scroll_end(animate=False)
        else:
            rows = self._timed(notes, "rows_s", self._rows)
            pane = self.query_one(ThreadPane)
            self._timed(notes, "show_s", lambda: pane.show(rows, thread_id=None, keep_position=False))
            composer = self.query_one(Composer)
            composer.target = Target(None, "+15550100", NAME)
            self.screen.set_focus(composer)
        text = "".join(f"{name} {value:.4f}\n" for name, value in notes.items())
        self.call_after_refresh(self._notes.write_text, text)

    def action_append(self) -> None:
        new = message(len(self._messages) * 5 + 3)
        if self._kind == "stock":
            scroll = self.query_one(VerticalScroll)
            scroll.mount(Static(new.text, markup=False))
            scroll.scroll_end(animate=False)
        else:
            previous = self._messages[-1] if self._messages else None
            self.query_one(ThreadPane).append(tuple(rows_after(previous, new, CLOCK)))
        self._messages.append(new)

    def _rows(self) -> tuple[Row, ...]:
        return thread_rows(self._messages, CLOCK)

    @staticmethod
    def _timed(notes: dict[str, float], name: str, work: Callable[[], Made]) -> Made:
        started = time.perf_counter()
        result = work()
        notes[name] = time.perf_counter() - started
        return result


if __name__ == "__main__":
    BenchApp(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])).run()
