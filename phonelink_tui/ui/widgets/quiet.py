"""How does a widget appear and take the keys for few bytes? By drawing nothing for what changes none of its cells."""

from __future__ import annotations

from typing import Self

from textual import events
from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.widget import Widget


class Quiet(Widget):
    """A widget that has no scroll bars, and asks for layout and repaint by itself where it needs them.

    What scrolls needs `overflow: hidden hidden`: a scroll bar of no width is still a hidden widget that is drawn.

    Textual (8.2, `Widget._size_updated`) keeps what a layout found in reactives that ask for the next layout, so
    that whatever appears is written two or three times; and a widget that takes or loses the focus is written
    anew though only its style could differ, which is drawn by the style's own change.

    To be the last of the bases: Textual takes the style of a class from the first one.
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)

    @property
    def allow_vertical_scroll(self) -> bool:
        """Whether there is more than is seen. As of every widget it would depend on a scroll bar."""
        return self.is_scrollable and self.virtual_size.height > self.size.height

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """As of every widget; but where it is not seen nothing is to be drawn.

        Textual would note a repaint of a hidden widget, lay out the screen for its sake, and then miss what the
        next layout changes (`Compositor.update_widgets` and `full_map`): old cells would stay on the screen.
        """
        if not layout and not recompose and not is_shown(self):
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _on_focus(self, event: events.Focus) -> None:
        event.prevent_default()
        self.has_focus = True
        if self.parent is not None:
            self.parent.post_message(events.DescendantFocus(self))

    def _on_blur(self, event: events.Blur) -> None:
        event.prevent_default()
        self.has_focus = False
        if self.parent is not None:
            self.parent.post_message(events.DescendantBlur(self))


def is_shown(widget: Widget) -> bool:
    """Whether a widget and all around it are displayed."""
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


class QuietVertical(Vertical, Quiet):
    """Widgets above each other."""
