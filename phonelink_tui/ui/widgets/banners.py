"""How are limits shown where they matter? A few quiet lines; the one with the focus says why, on a key."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from phonelink_tui.ui.banner_text import Banner


class BannerStack(Static, can_focus=True):
    """The limits of one place, one paragraph each; takes no room where there are none."""

    def __init__(self, *, id: str) -> None:
        """Make an empty stack."""
        super().__init__(id=id, markup=False)
        self._banners: tuple[Banner, ...] = ()
        self._at = 0
        self._explained = False

    def on_mount(self) -> None:
        """Nothing to say yet."""
        self.display = False

    def show(self, banners: Sequence[Banner]) -> None:
        """Show these limits; the one with the focus keeps it while it is there."""
        if tuple(banners) == self._banners:
            return
        kind = self.current.kind if self.current else None
        self._banners = tuple(banners)
        kinds = [b.kind for b in self._banners]
        self._at = kinds.index(kind) if kind in kinds else 0
        self.display = bool(self._banners)
        self._write()

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
        self._at, self._explained = 0, False
        self._write()

    def next(self) -> bool:
        """The next one is the current one; False behind the last."""
        if self._at + 1 >= len(self._banners):
            return False
        self._at, self._explained = self._at + 1, False
        self._write()
        return True

    def explain(self) -> None:
        """Say why, or stop saying so."""
        self._explained = not self._explained
        self._write()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Mark the current one only while the keys come here."""
        super().watch_has_focus(_has_focus)
        self._explained = False
        self._write()

    def _write(self) -> None:
        paragraphs = [self._paragraph(i, b) for i, b in enumerate(self._banners)]
        self.update(Content("\n").join(paragraphs))

    def _paragraph(self, index: int, banner: Banner) -> Content:
        style = {"bad": "$text-error", "warn": "$text-warning"}.get(banner.role, "$text-muted")
        is_current = self.has_focus and index == self._at
        head = Content.assemble((f"{banner.sign} ", f"bold {style}"), (banner.sentence, style))
        if not is_current:
            return head
        head = Content.assemble((f"{banner.sign} {banner.sentence}", "reverse"))
        lines = [head]
        if banner.offer:
            lines.append(Content.styled(f"  {banner.offer}.", "bold"))
        lines.append(Content.styled(f"  {banner.why}" if self._explained else "  ? says why.", style))
        return Content("\n").join(lines)
