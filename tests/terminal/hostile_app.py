"""A test app that shows the hostile corpus in one kind of widget, cleaned or raw, inside a box."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.filter import LineFilter
from textual.widget import Widget
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, TextMessage
from phonelink_tui.domain.text import RemoteText, clean, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.control_gate import ControlGate
from phonelink_tui.ui.signals import install_exit_signals
from phonelink_tui.ui.thread_rows import Clock, thread_rows
from phonelink_tui.ui.typed_order import TypedOrder
from phonelink_tui.ui.widgets.composer import Composer
from phonelink_tui.ui.widgets.thread_pane import ThreadPane
from tests.hostile_texts import HOSTILE

COLUMNS, ROWS = 120, 250
FENCE: Final = "|"
"""Right of the box on every row: no text may touch it."""

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)


def messages(*, raw: bool) -> Iterator[TextMessage]:
    """Every payload as the text of one message and as the name of its sender."""
    for number, (name, payload) in enumerate(HOSTILE.items()):
        yield TextMessage(
            id=MessageId(name),
            thread=ThreadId("t"),
            direction=Direction.OUTGOING if number % 5 == 4 else Direction.INCOMING,
            sender=identify(payload),
            sender_name=RemoteText(payload) if raw else clean_line(payload),
            recipient=None,
            text=RemoteText(payload) if raw else clean(payload),
            at=NOON + timedelta(minutes=number),
            read=True,
            state=DeliveryState.ACCEPTED,
            sources=frozenset(),
        )


def texts(*, raw: bool) -> list[str]:
    """Every payload."""
    return [payload if raw else clean(payload) for payload in HOSTILE.values()]


def pane(raw: bool) -> Widget:
    return ThreadPane()


def composer(raw: bool) -> Widget:
    widget = Composer({})
    widget.styles.max_height = ROWS
    widget.set_draft("\n".join(texts(raw=raw)))
    return widget


def closed(raw: bool) -> Widget:
    widget = Composer({})
    widget.styles.max_height = ROWS
    widget.set_closed("\n".join(texts(raw=raw)))
    return widget


def static(raw: bool) -> Widget:
    return Static(Content("\n".join(texts(raw=raw))))


def titles(raw: bool) -> Widget:
    widget = Static("x")
    widget.styles.border = ("round", "white")
    # Titles are typed as `str`; given a Content they take it as it is.
    setattr(widget, "border_title", Content(" ".join(texts(raw=raw)[:3])))  # noqa: B010
    setattr(widget, "border_subtitle", Content("".join(texts(raw=raw)[3:])))  # noqa: B010
    return widget


def options(raw: bool) -> Widget:
    return OptionList(*[Option(Content(text)) for text in texts(raw=raw)])


WIDGETS: Final[dict[str, Callable[[bool], Widget]]] = {
    make.__name__: make for make in (pane, composer, closed, static, titles, options)
}


class HostileApp(TypedOrder[None]):
    CSS = """
    #box { height: 1fr; width: 1fr; }
    #box > * { width: 1fr; }
    #box > Static, #box > OptionList { height: auto; max-height: 100%; }
    #box > .fence { width: 1; height: 1fr; }
    """

    def __init__(self, kind: str, *, raw: bool) -> None:
        super().__init__()
        self._kind, self._raw = kind, raw
        self._gate = ControlGate()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._gate]

    def compose(self) -> ComposeResult:
        with Horizontal(id="box"):
            yield WIDGETS[self._kind](self._raw)
            yield Static(Content("\n".join([FENCE] * ROWS)), classes="fence")
        yield Label(id="mark")

    def on_load(self) -> None:
        install_exit_signals(self)

    def on_ready(self) -> None:
        for shown in self.query(ThreadPane):
            rows = thread_rows(list(messages(raw=self._raw)), Clock(NOON, UTC))
            shown.show(rows, thread_id=None, keep_position=False)
        self.call_after_refresh(self.query_one("#mark", Label).update, Content("READY-MARK"))


if __name__ == "__main__":
    HostileApp(sys.argv[1], raw=sys.argv[2] == "raw").run()
