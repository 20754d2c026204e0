"""What does the line above the status say? The keys that help here, or for a while what just happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

from attrs import define, field
from rich.cells import cell_len
from textual.timer import Timer

from phonelink_tui.ui.cells import cut
from phonelink_tui.ui.widgets.line import Line, Span

NOTICE_S: Final = 8.0
"""A notice stands so long, or until the next one."""

READ_S: Final = 1.5
"""By then a notice is read, and the next key takes it away."""

_BLANK: Final = (" ", "plain")


@define(eq=False)
class NoticeLine:
    """The hints and what stands in their place."""

    _line: Line
    _hints: Callable[[], Sequence[tuple[str, str]]]
    """Pairs of key and word for where the keys go now."""
    _hints_stay: Callable[[], bool]
    """Whether the hints say how to get out of where the keys go: then a notice stands behind them."""
    _words: Span | None = field(default=None, init=False)
    _end: str = field(default="", init=False)
    _said_at: float = field(default=0.0, init=False)
    _timer: Timer | None = field(default=None, init=False)

    def say(self, words: str, role: str, end: str = "") -> None:
        """Say something, in place of what was said before; where it is too long, `end` stays."""
        self._stop()
        self._words, self._end, self._said_at = (words, role), end, monotonic()
        self._timer = self._line.set_timer(NOTICE_S, self.clear)
        self.paint()

    def clear(self) -> bool:
        """Show the hints again; False where nothing was said."""
        said, self._words = self._words is not None, None
        self._stop()
        self.paint()
        return said

    def key_pressed(self) -> None:
        """A key acts: what was said before is read."""
        if self._words is not None and monotonic() - self._said_at > READ_S:
            self.clear()

    def paint(self) -> None:
        """Write the line."""
        room = self._line.size.width - 1
        hints = list(self._hints())
        if self._words is None:
            self._line.show([_BLANK, *_fitting(hints, room)])
            return
        before = _fitting(hints, room // 2) if self._hints_stay() else []
        words, role = self._words
        room -= sum(cell_len(text) for text, _ in before) + cell_len(self._end)
        self._line.show([_BLANK, *before, (cut(words, room) + self._end, role)])

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


def _fitting(hints: Sequence[tuple[str, str]], room: int) -> list[Span]:
    spans: list[Span] = []
    for key, word in hints:
        room -= len(key) + len(word) + 3
        if room >= -2:
            spans += [(key, "key"), (f" {word}  ", "dim")]
    return spans
