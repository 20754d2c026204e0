"""What does a person see and do while a phone is paired? One view after another, and the keys it offers."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from phonelink_tui.domain.pairing import AnswerKind, PairAnswer, PairingView
from phonelink_tui.relay.api import Pairing
from phonelink_tui.ui import pairing_words as words
from phonelink_tui.ui.widgets.field import Field

SETTLE_S: Final = 0.7
"""A key that comes sooner than anyone can have compared six digits, or read a question that has a default, was not
meant for them."""

LOW: Final = 24
"""A screen with fewer lines shows one step instead of all, and small digits."""


class PairingScreen(Screen[None]):
    """A projection of one pairing.

    Args:
        pairing: Which.
        on_over: Called when a person has seen the end.
        clock: Seconds that only grow.
    """

    AUTO_FOCUS = ""
    """Nothing: keys answer, until the field asks for a number."""

    def __init__(
        self, pairing: Pairing, on_over: Callable[[PairingView], None], clock: Callable[[], float] = monotonic
    ) -> None:
        super().__init__()
        self._pairing = pairing
        self._on_over = on_over
        self._clock = clock
        self._view = pairing.view
        self._asked_at = 0.0

    def compose(self) -> ComposeResult:
        """Headline, body, a field for the own number, steps, keys."""
        yield Static("Pair a phone", classes="title", markup=False)
        yield Static(id="headline", markup=False)
        with VerticalScroll(id="pairing-body", can_focus=False):
            yield Static(id="pairing-words", markup=False)
        yield Field(on_text=lambda _: None, on_command=self._command, hint="+1 555 0100", id="own-number")
        yield Static(id="pairing-steps", markup=False)
        yield Static(id="pairing-keys", markup=False)

    def on_mount(self) -> None:
        """Show how it stands, and each change."""
        self.query_one(Field).display = False
        self._paint()
        self.run_worker(self._follow(), name="pairing-views")

    def on_resize(self) -> None:
        """There may be more or less room now."""
        self._paint()

    @property
    def view(self) -> PairingView:
        """What is shown."""
        return self._view

    def on_key(self, event: events.Key) -> None:
        """A key that the view offers."""
        event.stop()
        if self._view.end is not None:
            if event.key in ("enter", "escape", "space", "q", "ctrl+q", "ctrl+c"):
                self._on_over(self._view)
            return
        answer = self._answer(event)
        if answer is not None:
            self._pairing.answer(answer)

    def _answer(self, event: events.Key) -> PairAnswer | None:
        offered = {kind for kind, _ in self._view.answers}
        if AnswerKind.CHOOSE in offered and event.character and event.character.isdecimal():
            number = int(event.character)
            if 1 <= number <= min(len(self._view.phones), words.SHOWN):
                return PairAnswer(AnswerKind.CHOOSE, self._view.phones[number - 1].id)
        if event.key in ("ctrl+q", "ctrl+c"):
            return PairAnswer(AnswerKind.CANCEL)
        if event.key == "enter" and self._view.default is not None:
            return PairAnswer(self._view.default)
        kind = next((kind for kind, key in words.KEYS.items() if key == event.key and kind in offered), None)
        if kind is AnswerKind.YES and self._is_grave and self._clock() - self._asked_at < SETTLE_S:
            return None
        return PairAnswer(kind) if kind is not None and kind is not AnswerKind.TEXT else None

    @property
    def _is_grave(self) -> bool:
        """Whether a yes that nobody meant would be one too many."""
        return bool(self._view.digits) or self._view.default is not None

    def _command(self, command: str) -> None:
        """Enter and Escape in the field; an empty one means no test."""
        number = self.query_one(Field).value.strip()
        if command == "enter":
            kind = AnswerKind.TEXT if number else AnswerKind.SKIP
            self._pairing.answer(PairAnswer(kind, number))
        elif command == "escape":
            self._pairing.answer(PairAnswer(AnswerKind.CANCEL))

    async def _follow(self) -> None:
        async for view in self._pairing.views():
            if (view.digits, view.headline) != (self._view.digits, self._view.headline):
                self._asked_at = self._clock()
            self._view = view
            self._paint()

    def _paint(self) -> None:
        view, short = self._view, self.app.size.height < LOW
        self.set_class(short, "-low")
        self.query_one("#headline", Static).update(view.headline)
        self.query_one("#pairing-words", Static).update(words.body(view, short=short))
        self.query_one("#pairing-steps", Static).update(words.steps(view, short=short))
        self.query_one("#pairing-keys", Static).update(words.answers(view))
        field = self.query_one(Field)
        asks = any(kind is AnswerKind.TEXT for kind, _ in view.answers)
        if asks != field.display:
            field.display = asks
            self.set_focus(field if asks else None)
