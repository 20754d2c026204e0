"""How does a widget appear and take the keys for few bytes? By drawing nothing for what changes none of its cells."""

from __future__ import annotations

from textual import events
from textual.containers import Vertical
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget


class Quiet(Widget):
    """A widget that draws no scroll bars, and asks for layout and repaint by itself where it needs them.

    Textual (8.2, `Widget._size_updated`) keeps what a layout found in reactives that ask for the next layout, so
    that whatever appears is written two or three times; and a widget that takes or loses the focus is written
    anew though only its style could differ, which is drawn by the style's own change.
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)
    show_vertical_scrollbar: Reactive[bool] = Reactive(False, layout=False, repaint=False)

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


class QuietVertical(Quiet, Vertical):
    """Widgets above each other."""
