"""What can be done with one text of the conversation? Copy it, or quote it in an answer."""

from __future__ import annotations

from typing import Final

from attrs import define

from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.text import preview
from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.screens.desk import Desk

QUOTED: Final = 60
"""Characters of a text that are quoted: enough to know it by, and each costs room in an SMS."""


@define(eq=False)
class Choosing:
    """The hand on one text."""

    desk: Desk

    def begin(self) -> None:
        """Mark the last text in view."""
        pane = self.desk.widgets.pane
        self.desk.stage.go(Pane.TALK)
        if not pane.mark():
            self.desk.stage.notice("There is no text to choose here.")

    def copy(self) -> str:
        """What is to be copied of the marked text; empty where none is marked."""
        message = self._marked()
        return message.text if message else ""

    def quote(self) -> bool:
        """Quote the marked text above what is in the composer; False where none is marked."""
        message, composer = self._marked(), self.desk.widgets.composer
        if message is None:
            return False
        if composer.closed:
            self.desk.stage.notice("Nothing can be written here.", "warn")
            return True
        quoted = f"> {preview(message.text, limit=QUOTED)}\n"
        self.desk.stage.go(Pane.TALK, write=True)
        composer.set_draft(quoted + composer.draft)
        return True

    def _marked(self) -> TextMessage | None:
        window, key = self.desk.projection.window, self.desk.widgets.pane.marked
        if window is None or not key:
            return None
        return next((m for m in window.messages if m.id == key), None)
