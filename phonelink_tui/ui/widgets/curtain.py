"""What is seen when everything is hidden? One sentence, and no name, number or text."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Curtain(Static, can_focus=True):
    """Covers the whole screen; takes the keys so that none reaches what is behind it."""

    def __init__(self, sentence: str, *, id: str) -> None:
        """Make an open curtain: it hides nothing yet."""
        super().__init__(Content(sentence), id=id)

    def on_mount(self) -> None:
        """Open at first."""
        self.display = False
