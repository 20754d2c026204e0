"""How is one line of words drawn for few bytes? A line that is written again only when it says something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from phonelink_tui.ui.widgets.quiet import Quiet

ROLES: Final = ("plain", "name", "dim", "good", "warn", "bad", "key")

Span = tuple[str, str]
"""Text and role."""


class Line(Quiet):
    """One line of spans. Remote text may be in it: nothing here is markup."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{role}" for role in ROLES}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        """Make an empty line."""
        super().__init__(id=id, classes=classes)
        self._left: tuple[Span, ...] = ()
        self._right: tuple[Span, ...] = ()

    def show(self, left: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Show these spans; those of `right` end at the right edge and give way to `left`."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    @property
    def words(self) -> str:
        """All that is said, for tests and screen dumps."""
        return "".join(text for text, _role in (*self._left, *self._right))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line, whatever it says."""
        return 1

    def render_line(self, y: int) -> Strip:
        """The one line, by the line API of Textual."""
        width = self.size.width
        if y:
            return Strip.blank(width, self.rich_style)
        left = Strip(self._segments(self._left))
        right = Strip(self._segments(self._right))
        if left.cell_length + right.cell_length + 1 > width:
            return left.adjust_cell_length(width, self.rich_style)
        gap = Segment(" " * (width - left.cell_length - right.cell_length), self.rich_style)
        return Strip([*left, gap, *right])

    def _segments(self, spans: Sequence[Span]) -> list[Segment]:
        return [Segment(text, self.get_component_rich_style(f"line--{role}")) for text, role in spans]
