"""How does a person choose one of many? Type to narrow it down, Enter to take it: one docked panel for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from attrs import frozen
from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical

from phonelink_tui.ui.cells import fit
from phonelink_tui.ui.widgets.field import Field
from phonelink_tui.ui.widgets.line import Line
from phonelink_tui.ui.widgets.quiet import Quiet
from phonelink_tui.ui.widgets.row_list import RowList


@frozen
class Choice:
    """One thing to choose."""

    key: str
    title: str
    detail: str = ""
    right: str = ""


@frozen
class Offer:
    """What a picker is opened for."""

    title: str
    hint: str
    choices: Callable[[str], Sequence[Choice]]
    """The choices for what was typed, best first."""
    take: Callable[[str], None]
    """Called with the key that was chosen, after the panel has closed."""
    empty: str = "Nothing matches."
    digits: bool = False
    """A digit takes the choice of that number at once."""


class ChoiceList(RowList[Choice]):
    """The choices, one line each; its cursor is always shown."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"choices--{part}" for part in ("cursor", "title", "detail", "right", "chosen")
    }
    can_focus = False

    def key_of(self, row: Choice) -> str:
        """The key of the choice."""
        return row.key

    def paint(self, row: Choice, line: int, width: int, *, marked: bool) -> list[Segment]:
        """One choice."""
        marked = row is self.current
        right = f" {row.right} " if row.right else " "
        title = fit(
            row.title,
            min(width - 2 - len(right), max(24, width // 3)) if row.detail else width - 2 - len(right),
        )
        detail = fit(row.detail, width - 2 - len(title) - 1 - len(right)) if row.detail else ""
        chosen = "chosen" if marked else ""
        return [
            self._ink("▌ " if marked else "  ", "cursor"),
            self._ink(title, chosen or "title"),
            self._ink(f" {detail}" if detail else "", chosen or "detail"),
            self._ink(right, chosen or "right"),
        ]

    def _ink(self, text: str, part: str) -> Segment:
        return Segment(text, self.get_component_rich_style(f"choices--{part}"))


class Picker(Vertical, Quiet):
    """The docked panel; closed, it takes no room."""

    def __init__(self, *, on_close: Callable[[], None], on_intent: Callable[[str], None], id: str) -> None:
        """Make a closed picker.

        Args:
            on_close: Called when the panel closes, whatever was chosen; gives the focus back.
            on_intent: Called with the id of an action that acts from the field too.
            id: As of every widget.
        """
        super().__init__(id=id)
        self._on_close = on_close
        self._on_intent = on_intent
        self._offer: Offer | None = None
        self.field = Field(on_text=self._narrow, on_command=self._command)
        self.list = ChoiceList()
        self._head = Line(classes="head")

    def compose(self) -> ComposeResult:
        """Title, field, choices."""
        yield self._head
        yield self.field
        yield self.list

    def on_mount(self) -> None:
        """Closed at first."""
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self._offer is not None

    def open(self, offer: Offer, text: str = "") -> None:
        """Open for this offer and take the keys."""
        self._offer = offer
        self.display = True
        self.field.value = text
        self.field.placeholder = offer.hint
        self.list.show(())
        self._narrow(text)
        self.list.move_to(0)
        self.screen.set_focus(self.field)

    def close(self) -> None:
        """Close and give the keys back."""
        if self._offer is not None:
            self._offer = None
            self.display = False
            self._on_close()

    def show(self, choices: Sequence[Choice]) -> None:
        """Show choices that took a while to find."""
        offer = self._offer
        if offer is None:
            return
        self.list.show(choices)
        note = f"{len(choices)}" if choices else offer.empty
        self._head.show([(f" {offer.title}", "name")], [(f"{note} ", "dim")])

    def _narrow(self, text: str) -> None:
        offer = self._offer
        if offer is None:
            return
        self.show(offer.choices("" if offer.digits else text))
        self.list.move_to(0)
        if offer.digits and text.isdecimal() and 0 < int(text) <= len(self.list.shown):
            self.list.move_to(int(text) - 1)
            self._take()

    def _command(self, key: str) -> None:
        moves = {"up": -1, "down": 1, "pageup": -self.list.rows_in_view, "pagedown": self.list.rows_in_view}
        moves |= {"tab": 1, "shift+tab": -1}
        if key in moves:
            self.list.move(moves[key])
        elif key == "escape":
            self.close()
        elif key == "enter":
            self._take()
        else:
            self._on_intent(key)

    def _take(self) -> None:
        offer, choice = self._offer, self.list.current
        if offer is not None and choice is not None:
            self.close()
            offer.take(choice.key)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """A click takes a choice."""
        event.stop()
        self._take()
