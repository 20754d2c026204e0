"""What do the widgets of the screen say, and which action does that mean?"""

from __future__ import annotations

from abc import abstractmethod

from textual.screen import Screen

from phonelink_tui.ui.actions import BY_ID
from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.screens.desk import Desk
from phonelink_tui.ui.screens.handlers import Hands
from phonelink_tui.ui.widgets.composer import Composer
from phonelink_tui.ui.widgets.row_list import RowList
from phonelink_tui.ui.widgets.thread_pane import ThreadPane


class Hearing(Screen[None]):
    """The half of the screen that listens; the other half looks and moves."""

    _desk: Desk
    _hands: Hands

    @abstractmethod
    def do(self, action_id: str) -> None:
        """Perform an action of the registry."""

    @abstractmethod
    def go(self, pane: Pane, *, write: bool = False) -> None:
        """Look at a pane; with `write`, into its composer."""

    @abstractmethod
    def paint_lists(self) -> None:
        """The view changed: draw the list anew."""

    @abstractmethod
    def paint_talk(self) -> None:
        """Draw what stands around the pane anew."""

    def on_composer_intent(self, event: Composer.Intent) -> None:
        """A key of the composer's column."""
        event.stop()
        self.do(event.action_id)

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        """A text goes out."""
        event.stop()
        self._hands.writing.submit(event.target, event.text)

    def on_composer_media_pasted(self, event: Composer.MediaPasted) -> None:
        """Pictures do not travel this way."""
        event.stop()
        self._hands.writing.media_pasted()

    def on_text_area_changed(self) -> None:
        """The text changed: its length, where that begins to matter, and the draft."""
        self._hands.writing.to_line()
        self._hands.conversing.drafting.changed()

    def on_thread_pane_reached_top(self, event: ThreadPane.ReachedTop) -> None:
        """An older page may be wanted."""
        if self._hands.conversing.is_open(event.thread):
            self._hands.conversing.older()

    def on_thread_pane_reached_end(self, event: ThreadPane.ReachedEnd) -> None:
        """A page that was let go may be wanted again."""
        if self._hands.conversing.is_open(event.thread):
            self._hands.conversing.newer()

    def on_thread_pane_new_below(self) -> None:
        """Texts arrived below what is seen."""
        self.paint_talk()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """A row was clicked on."""
        self.do("row.open")

    def filter_by(self, words: str) -> None:
        """Narrow the list down."""
        self._desk.view.words = words
        self.paint_lists()
        self._desk.widgets.conversations.move_to(0)

    def filter_key(self, key: str) -> None:
        """A key of the list's filter that is no text."""
        conversations = self._desk.widgets.conversations
        if key == "enter" and conversations.current is not None:
            self.do("row.open")
        elif key in ("up", "down"):
            conversations.move(1 if key == "down" else -1)
        elif key in ("tab", "shift+tab"):
            self.go(Pane.LIST)
        elif key == "escape":
            self.do("leave")
        elif key in BY_ID:
            self.do(key)

    def intent_key(self, key: str) -> bool:
        """A key where a question is asked; whether it meant something."""
        action_id = self._desk.keys.composer.get(key)
        if action_id is not None:
            self.do(action_id)
        return action_id is not None

    def back_to_text(self) -> None:
        """Whoever types goes on typing."""
        self.go(Pane.TALK, write=True)
