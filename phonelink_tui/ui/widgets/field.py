"""How is one line of text typed? All keys act in the field itself, those of commands too.

Textual's own Input leaves Enter, Backspace and the arrows to bindings, which those of the screen would go before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from textual import events
from textual.binding import Binding
from textual.widgets import Input

from phonelink_tui.domain.text import clean_line

FIELD_CHARS: Final = 200
"""Longer than any name, address or query."""

COMMAND_KEYS: Final = frozenset({"up", "down", "pageup", "pagedown", "enter", "escape", "tab", "shift+tab"})
"""What the owner of the field decides about."""

_EDITING: Final = {
    key: binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
    if key not in COMMAND_KEYS
}


class Field(Input):
    """One line to type into. The owner is called, not sent messages."""

    def __init__(
        self,
        *,
        on_text: Callable[[str], None],
        on_command: Callable[[str], None],
        hint: str = "",
        id: str | None = None,
    ) -> None:
        """Make an empty field.

        Args:
            on_text: Called with the text after every change by a key or a paste.
            on_command: Called with each of `COMMAND_KEYS`, and with the action id of each intent.
            hint: Shown while there is no text.
            id: As of every widget.
        """
        super().__init__(placeholder=hint, max_length=FIELD_CHARS, compact=True, id=id)
        self.cursor_blink = False
        self._on_text = on_text
        self._on_command = on_command
        self._intents: Mapping[str, str] = {}

    def set_intents(self, intents: Mapping[str, str]) -> None:
        """Keys that act from here too, and the ids of their actions."""
        self._intents = dict(intents)

    async def _on_key(self, event: events.Key) -> None:
        event.prevent_default()
        if event.key in COMMAND_KEYS or event.key in self._intents:
            event.stop()
            self._on_command(self._intents.get(event.key, event.key))
        elif event.key in _EDITING:
            event.stop()
            await self.run_action(_EDITING[event.key])
            self._on_text(self.value)
        elif event.is_printable and event.character and not event.key.startswith(("alt+", "ctrl+")):
            event.stop()
            self.replace(event.character, *self.selection)
            self._on_text(self.value)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(clean_line(event.text, limit=FIELD_CHARS), *self.selection)
        self._on_text(self.value)
