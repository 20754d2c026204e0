"""How is something longer read, such as the help? In a docked panel that scrolls, beside what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from phonelink_tui.ui.cells import cut
from phonelink_tui.ui.panel_text import Paragraph
from phonelink_tui.ui.widgets.line import ROLES, Span
from phonelink_tui.ui.widgets.quiet import Quiet
from phonelink_tui.ui.wrap import wrap


class TextPanel(ScrollView, Quiet, can_focus=True):
    """A panel of text, drawn line by line; closed, it takes no room."""

    DEFAULT_CSS = "TextPanel { overflow: hidden hidden; scrollbar-size: 0 0; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{role}" for role in ROLES}

    def __init__(self, *, id: str) -> None:
        """Make a closed panel."""
        super().__init__(id=id)
        self._said: tuple[Paragraph, ...] = ()
        self._lines: list[tuple[Span, Span]] = []
        self._width = 0
        self.topic = ""

    def on_mount(self) -> None:
        """Closed at first."""
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return bool(self.topic)

    @property
    def words(self) -> str:
        """All that is said, whether or not it is in view."""
        return "\n".join(f"{paragraph.head}{paragraph.body}" for paragraph in self._said)

    def open(self, topic: str, said: Sequence[Paragraph]) -> None:
        """Show a text from its beginning."""
        self.topic = topic
        self.display = True
        self.rewrite(said)
        self.scroll_to(y=0, animate=False, force=True)

    def rewrite(self, said: Sequence[Paragraph]) -> None:
        """The text changed while it is read."""
        self._said = tuple(said)
        self._fold()
        self.refresh()

    def close(self) -> None:
        """Show nothing."""
        self.topic = ""
        self.display = False

    def render_line(self, y: int) -> Strip:
        """One line, by the line API of Textual."""
        number, width = y + self.scroll_offset.y, self.size.width
        if width != self._width:
            self._fold()  # here, because Resize comes when the first frame is written
        if number >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        segments = [Segment(text, self._style(role)) for text, role in self._lines[number] if text]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _fold(self) -> None:
        self._width = width = self.size.width
        self._lines = [line for paragraph in self._said for line in _folded(paragraph, max(1, width))]
        self.virtual_size = Size(width, len(self._lines))

    def _style(self, role: str) -> Style:
        return self.get_component_rich_style(f"line--{role}")


def _folded(paragraph: Paragraph, width: int) -> Iterator[tuple[Span, Span]]:
    head = cut(paragraph.head, width // 2)
    indent = cell_len(head)
    for number, piece in enumerate(wrap(paragraph.body, max(1, width - indent))):
        yield (" " * indent if number else head, paragraph.head_role), (cut(piece, width), paragraph.role)
