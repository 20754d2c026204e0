"""How is something longer read, such as the help? In a docked panel that scrolls, beside what it is about."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from phonelink_tui.ui.widgets.quiet import Quiet


class PanelText(Quiet, Static):
    """The text of a panel."""


class TextPanel(Quiet, VerticalScroll, can_focus=True):
    """A panel of text; closed, it takes no room."""

    def __init__(self, *, id: str) -> None:
        """Make a closed panel."""
        super().__init__(id=id)
        self._text = PanelText(markup=False)
        self.topic = ""

    def compose(self) -> ComposeResult:
        """The text."""
        yield self._text

    def on_mount(self) -> None:
        """Closed at first."""
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return bool(self.topic)

    def open(self, topic: str, text: Content) -> None:
        """Show a text from its beginning."""
        self.topic = topic
        self._text.update(text)
        self.display = True
        self.scroll_home(animate=False)

    def rewrite(self, text: Content) -> None:
        """The text changed while it is read."""
        self._text.update(text)

    def close(self) -> None:
        """Show nothing."""
        self.topic = ""
        self.display = False
