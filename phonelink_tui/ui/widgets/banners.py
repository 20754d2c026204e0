"""How are limits shown where they matter? A few quiet lines; the one with the focus says why, on a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.ui.banner_text import Banner
from phonelink_tui.ui.cells import fit
from phonelink_tui.ui.widgets.quiet import Quiet
from phonelink_tui.ui.wrap import wrap

INDENT: Final = 2
"""Cells of the sign and its blank; all lines of a banner begin right of it."""

_Line = tuple[str, str]
"""One line: which ink, and what it says."""


class BannerStack(Quiet, can_focus=True):
    """The limits of one place, one paragraph each; takes no room where there are none.

    Where there is less room than lines, the current banner stays in view.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"banners--{ink}" for ink in ("dim", "warn", "bad", "note", "offer", "current")
    }

    def __init__(self, *, id: str) -> None:
        """Make an empty stack."""
        super().__init__(id=id)
        self._banners: tuple[Banner, ...] = ()
        self._at = 0
        self._explained = False
        self._most_lines = 1

    def on_mount(self) -> None:
        """Nothing to say yet."""
        self.display = False

    @property
    def most_lines(self) -> int:
        """How many lines there is room for; 0 hides the stack."""
        return self._most_lines

    @most_lines.setter
    def most_lines(self, most: int) -> None:
        if most != self._most_lines:
            self._most_lines = most
            self._show_or_hide()

    def show(self, banners: Sequence[Banner]) -> None:
        """Show these limits; the one with the focus keeps it while it is there."""
        if tuple(banners) == self._banners:
            return
        kind = self.current.kind if self.current else None
        self._banners = tuple(banners)
        kinds = [b.kind for b in self._banners]
        self._at = kinds.index(kind) if kind in kinds else 0
        self._show_or_hide()

    @property
    def banners(self) -> Sequence[Banner]:
        """What is shown."""
        return self._banners

    @property
    def current(self) -> Banner | None:
        """The one the keys are for."""
        return self._banners[self._at] if self._at < len(self._banners) else None

    @property
    def explained(self) -> bool:
        """Whether the current one says why."""
        return self._explained

    def first(self) -> None:
        """The first one is the current one."""
        self._turn_to(0)

    def next(self) -> bool:
        """The next one is the current one; False behind the last."""
        if self._at + 1 >= len(self._banners):
            return False
        self._turn_to(self._at + 1)
        return True

    def explain(self) -> None:
        """Say why, or stop saying so."""
        self._explained = not self._explained
        self.refresh(layout=True)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Mark the current one only while the keys come here."""
        super().watch_has_focus(_has_focus)
        self._explained = False
        self.refresh(layout=True)

    def lines(self, width: int) -> list[_Line]:
        """All lines at a width, whether or not there is room for them."""
        return [line for index in range(len(self._banners)) for line in self._paragraph(index, width)]

    def due(self, width: int) -> int:
        """Lines of the banner that is to be seen always; 0 where there is none. It stands first."""
        kept = [b.kind for b in self._banners[:1]] == [LimitKind.POLICY_BANNER]
        return len(list(self._paragraph(0, width))) if kept else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are, and as there is room for."""
        return min(len(self.lines(width)), self._most_lines)

    def render_line(self, y: int) -> Strip:
        """One line, by the line API of Textual."""
        width, lines = self.size.width, self.lines(self.size.width)
        number = y + self._first_seen(width, len(lines))
        if number >= len(lines):
            return Strip.blank(width, self.rich_style)
        ink, text = lines[number]
        return Strip([Segment(fit(text, width), self.get_component_rich_style(f"banners--{ink}"))])

    def _show_or_hide(self) -> None:
        self.display = bool(self._banners) and self._most_lines > 0
        self.refresh(layout=True)

    def _turn_to(self, index: int) -> None:
        self._at, self._explained = index, False
        self.refresh(layout=True)

    def _first_seen(self, width: int, total: int) -> int:
        above = sum(len(list(self._paragraph(index, width))) for index in range(self._at))
        return max(0, min(above, total - self.size.height)) if self.has_focus else 0

    def _paragraph(self, index: int, width: int) -> Iterator[_Line]:
        banner = self._banners[index]
        is_current = self.has_focus and index == self._at
        ink = banner.role
        yield from _hanging("current" if is_current else ink, f"{banner.sign} ", banner.sentence, width)
        if not is_current:
            return
        if banner.offer:
            yield from _hanging("offer", "", f"{banner.offer}.", width)
        yield from _hanging(ink, "", banner.why if self._explained else "? says why.", width)


def _hanging(ink: str, mark: str, text: str, width: int) -> Iterator[_Line]:
    for number, piece in enumerate(wrap(text, max(1, width - INDENT))):
        yield ink, (mark if number == 0 and mark else " " * INDENT) + piece
