"""How is a person asked? In one bar above the composer, which takes no answer that was typed for something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

from attrs import frozen
from textual import events
from textual.content import Content
from textual.widgets import Static

from phonelink_tui.ui.wrap import height

SETTLE_S: Final = 0.7
"""Keys that come sooner than anyone can have read the question were not meant for it."""


@frozen
class Answer:
    """One way to answer."""

    keys: tuple[str, ...]
    word: str
    act: Callable[[], None]


class QuestionBar(Static, can_focus=True):
    """One sentence and its answers; Escape is always the last answer."""

    def __init__(
        self,
        *,
        on_typing: Callable[[], None],
        on_intent: Callable[[str], bool],
        on_room: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = monotonic,
        id: str,
    ) -> None:
        """Make a bar that asks nothing.

        Args:
            on_typing: Called when a key comes that answers nothing: whoever types goes on typing.
            on_intent: Called with every other key; whether it meant something.
            on_room: Called when the bar comes or goes.
            clock: Seconds that only grow.
            id: As of every widget.
        """
        super().__init__(id=id, markup=False)
        self._on_typing = on_typing
        self._on_intent = on_intent
        self._on_room = on_room
        self._clock = clock
        self._answers: tuple[Answer, ...] = ()
        self._asked_at = 0.0
        self.sentence = self._words = ""

    def on_mount(self) -> None:
        """Nothing is asked."""
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether something is asked."""
        return bool(self._answers)

    def lines(self, width: int) -> int:
        """Lines it needs in so many cells; 0 where nothing is asked."""
        room = max(1, width - 2)
        return height(f"? {self.sentence}", room) + height(f"  {self._words}", room) if self.is_open else 0

    def ask(self, sentence: str, answers: Sequence[Answer], *, settled: bool = False) -> None:
        """Ask, in place of what was asked before.

        Args:
            sentence: May hold names from the phone.
            answers: The ways to answer.
            settled: The person asked for it by a key, so that an answer may come at once.
        """
        self.sentence = sentence
        self._answers = tuple(answers)
        self._asked_at = float("-inf") if settled else self._clock()
        self._words = words = "   ".join(f"{_key(a.keys[0])} {a.word}" for a in answers)
        self.display = True
        self.update(Content.assemble(("? ", "bold"), (sentence, "bold"), "\n  ", (words, "$text-muted")))
        self._on_room()

    def close(self) -> None:
        """Ask nothing any more."""
        was_open = self.is_open
        self._answers, self.sentence = (), ""
        self.display = False
        if was_open:
            self._on_room()

    async def _on_key(self, event: events.Key) -> None:
        answer = next((a for a in self._answers if event.key in a.keys), None)
        if answer is not None and self._clock() - self._asked_at >= SETTLE_S:
            event.stop()
            event.prevent_default()
            answer.act()
        elif event.is_printable or event.key in ("enter", "backspace"):
            event.stop()
            event.prevent_default()
            self._on_typing()
            self.app.post_message(events.Key(event.key, event.character))
        elif self._on_intent(event.key):
            event.stop()
            event.prevent_default()


def _key(name: str) -> str:
    return {"enter": "Enter", "escape": "Esc"}.get(name, name)
