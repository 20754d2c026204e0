"""A test app with the real composer, two conversations and a list; writes what happened, in order, to a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, TextIO

from textual import events
from textual.app import ComposeResult
from textual.widgets import Label

from phonelink_tui.domain.text import clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.signals import install_exit_signals
from phonelink_tui.ui.typed_order import TypedOrder
from phonelink_tui.ui.widgets.composer import Composer, Target

REPORT_KEY: Final = "f9"
INTENTS: Final = {
    "ctrl+down": "next",
    "ctrl+up": "previous",
    "tab": "cycle",
    "escape": "leave",
    "pageup": "page_up",
    "alt+a": "next_unread",
    "f8": "shut",
    REPORT_KEY: "report",
}
TARGETS: Final = {
    name: Target(ThreadId(name), f"+1555010{number}", clean_line(name)) for number, name in enumerate("AB")
}


class KeyList(Label, can_focus=True):
    """Stands for the conversation list: tells which keys reached it."""

    def on_key(self, event: events.Key) -> None:
        app = self.app
        assert isinstance(app, OrderApp)
        if event.key != REPORT_KEY:
            app.note(f"LIST {event.key}")


class OrderApp(TypedOrder[None]):
    CSS = "Composer { dock: bottom; }"

    def __init__(self, log: TextIO, enter: str) -> None:
        super().__init__()
        self._file = log
        self._enter = enter
        self._open = "A"
        self._drafts = {"A": "", "B": ""}

    def note(self, line: str) -> None:
        self._file.write(line + "\n")

    def compose(self) -> ComposeResult:
        yield KeyList("READY-MARK")
        yield Composer(INTENTS, enter=self._enter)

    def on_load(self) -> None:
        install_exit_signals(self)

    def on_ready(self) -> None:
        self._reset()

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        self.note(f"SUBMITTED {event.target.thread} {event.text!r}")

    def on_composer_media_pasted(self) -> None:
        self.note("MEDIA")

    def on_composer_intent(self, event: Composer.Intent) -> None:
        if event.action_id == "report":
            self._report()
            return
        self.note(f"INTENT {event.action_id}")
        if event.action_id in ("next", "previous"):
            self._switch("B" if self._open == "A" else "A")
        elif event.action_id in ("cycle", "leave"):
            self.screen.set_focus(self.query_one(KeyList))
        elif event.action_id == "shut":
            self.query_one(Composer).set_closed("A group: answer on the phone.")

    def on_key(self, event: events.Key) -> None:
        if event.key == REPORT_KEY:
            self._report()

    def _switch(self, name: str) -> None:
        composer = self.query_one(Composer)
        self._drafts[self._open] = composer.draft
        self._open = name
        composer.target = TARGETS[name]
        composer.set_draft(self._drafts[name])

    def _report(self) -> None:
        self._drafts[self._open] = self.query_one(Composer).draft
        self.note(f"REPORT {self._drafts}")
        self._reset()

    def _reset(self) -> None:
        composer = self.query_one(Composer)
        composer.set_closed(None)
        self._open, self._drafts = "A", {"A": "", "B": ""}
        composer.target = TARGETS["A"]
        composer.set_draft("")
        self.screen.set_focus(composer)


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", buffering=1) as log:
        app = OrderApp(log, sys.argv[2])
        app.run()
    sys.exit(app.return_code)
