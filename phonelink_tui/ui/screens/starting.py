"""What can be done without a phone? Pair one, or see everything on an embedded one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

_CHOICES: Final = (
    ("p", "Pair a phone", "step by step, about three minutes, phone in hand"),
    ("d", "Demo", "everything on an embedded phone; nothing leaves this computer"),
    ("q", "Quit", ""),
)


class StartScreen(Screen[None]):
    """Three choices.

    Args:
        message: Why there is no phone.
        on_choice: Called with the letter of a choice.
    """

    def __init__(self, message: str, on_choice: Callable[[str], None]) -> None:
        super().__init__()
        self._message = message
        self._on_choice = on_choice
        self._at = 0

    def compose(self) -> ComposeResult:
        """Why, and the choices."""
        yield Static("phonelink", classes="title", markup=False)
        yield Static(self._message, id="headline", markup=False)
        yield Static(id="choices", markup=False)
        yield Static("A letter chooses; so do the arrows and Enter.", id="pairing-keys", markup=False)

    def on_mount(self) -> None:
        """The first choice is marked."""
        self._paint()

    def say(self, message: str) -> None:
        """Another reason."""
        self.query_one("#headline", Static).update(message)

    def on_key(self, event: events.Key) -> None:
        """Choose."""
        event.stop()
        letters = [letter for letter, _, _ in _CHOICES]
        match event.key:
            case "down" | "j" | "tab":
                self._at = (self._at + 1) % len(_CHOICES)
            case "up" | "k" | "shift+tab":
                self._at = (self._at - 1) % len(_CHOICES)
            case "enter":
                self._on_choice(letters[self._at])
            case "escape" | "ctrl+q" | "ctrl+c":
                self._on_choice("q")
            case key if key in letters:
                self._on_choice(key)
        self._paint()

    def _paint(self) -> None:
        lines = []
        for number, (letter, name, what) in enumerate(_CHOICES):
            mark = "▸" if number == self._at else " "
            style = "bold" if number == self._at else ""
            lines.append(Content.assemble((f" {mark} {letter}  {name}", style), (f"  {what}", "$text-muted")))
        self.query_one("#choices", Static).update(Content("\n").join(lines))
