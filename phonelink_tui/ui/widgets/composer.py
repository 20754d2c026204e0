"""What is sent, when, and to whom? The one place where Enter means something.

Keys may arrive in one burst, over a slow line or typed ahead; they act in the order in which they were typed
(`ui/typed_order.py`). A text goes to whom it was written: conversation, recipient and text freeze when Enter is
pressed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from time import monotonic
from typing import Final, Self

from attrs import frozen
from textual import events
from textual.app import App
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import TextArea

from phonelink_tui.domain.text import RemoteText, clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.emoji import emoji_before
from phonelink_tui.ui.line_diff import changed_cells
from phonelink_tui.ui.typed_order import Typed, TypedOrder
from phonelink_tui.ui.widgets.quiet import is_shown
from phonelink_tui.ui.wrap import height

HOLD_S: Final = 0.03
"""A text key this soon behind an Enter was pasted with it: the Enter was a line break."""

REFUSED_S: Final = 0.5
"""A text key this soon behind a refused one belongs to the same text: half of it must not go out."""

NEWLINE_KEYS: Final = frozenset({"ctrl+j", "shift+enter", "shift+\r"})
"""Ctrl+J exists everywhere; the last is how Textual reads Shift+Enter from tmux 3.5."""

SEND_KEYS: Final = {"send": frozenset({"enter"}), "newline": frozenset({"alt+s", "f5"})}
"""What sends, by the setting `enter`."""

EDITING_KEYS: Final = {
    key: binding.action
    for binding in TextArea.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
"""Left, Backspace, Ctrl+W and the like; they act before the screen's own bindings are looked at."""

_MODIFIED: Final = re.compile(r"(?:alt|ctrl|super|hyper|meta)\+")
_MEDIA: Final = re.compile(
    r"""\s*['"]?(?:data:(?:image|audio|video)/|(?:file://|~?/|[a-z]:\\)[^\n]*\.
    (?:png|jpe?g|gif|hei[cf]|webp|bmp|tiff?|svg|mp4|m4[av]|mov|avi|mkv|webm|mp3|wav|ogg|flac|pdf)['"]?\s*(?:\n|$))""",
    re.IGNORECASE | re.VERBOSE,
)


@frozen
class Target:
    """Whom a text goes to."""

    thread: ThreadId | None
    """None for a conversation that does not exist yet."""
    recipient: str
    """`Address.value`."""
    label: RemoteText
    """As `To:` shows it."""


@frozen
class _Frozen:
    """A text at the moment when it was sent."""

    target: Target
    text: str
    line_break: bool
    """Whether the key becomes a line break if text follows within the hold."""


class Composer(TextArea):
    """One to six lines of text for one person."""

    DEFAULT_CSS = """
    Composer { height: auto; min-height: 1; max-height: 6; padding: 0; scrollbar-size: 0 0; }
    """

    class Submitted(Message):
        """Send this text to exactly this target, whatever is open by now."""

        def __init__(self, target: Target, text: str) -> None:
            super().__init__()
            self.target = target
            self.text = text

    class Intent(Message):
        """A key that changes conversation, focus or screen was pressed.

        What its handler decides about `Composer.target`, the draft and the focus must be decided before the
        handler returns: keys typed behind it then go where the focus is.
        """

        def __init__(self, action_id: str) -> None:
            super().__init__()
            self.action_id = action_id

    class MediaPasted(Message):
        """A picture or the path of one was pasted: only text can be sent. Nothing was lost."""

    def __init__(
        self, intents: Mapping[str, str], *, enter: str = "send", hint: str = "", id: str | None = None
    ) -> None:
        """Make an empty, open composer without a target.

        Args:
            intents: Key name to action id, for every key that changes the conversation, the focus or the
                screen. They act here and nowhere else while the composer has the focus.
            enter: "send" or "newline", the setting.
            hint: Shown while there is no text.
            id: As of every widget.
        """
        super().__init__(
            compact=True, highlight_cursor_line=False, soft_wrap=True, placeholder=Content(hint), id=id
        )
        self.cursor_blink = False
        self._intents = dict(intents)
        self._send_keys = SEND_KEYS[enter]
        self._hint = hint
        self._target: Target | None = None
        self._pending: _Frozen | None = None
        self._timer: Timer | None = None
        self._refused_at = -math.inf
        self._draft_while_closed: str | None = None
        self._drawn: dict[int, Strip] = {}
        self._to_compare = False

    @property
    def target(self) -> Target | None:
        """Whom the text is written to. A text that was sent before the change goes to the old one."""
        return self._target

    @target.setter
    def target(self, target: Target | None) -> None:
        self.settle()
        self._target = target

    @property
    def draft(self) -> str:
        """The text that is not sent yet; kept while closed."""
        if self._pending is not None:
            return ""
        return self.text if self._draft_while_closed is None else self._draft_while_closed

    def set_draft(self, text: str) -> None:
        """Put another text in place of what there is; it cannot be undone into the former one."""
        self.settle()
        if self._draft_while_closed is not None:
            self._draft_while_closed = text
        else:
            self.load_text(text)
            self.move_cursor(self.document.end)

    @property
    def closed(self) -> bool:
        """Whether nothing can be written here."""
        return self._draft_while_closed is not None

    def set_closed(self, reason: str | None) -> None:
        """Refuse text and show why, or with None take text again; the draft is kept meanwhile."""
        self.settle()
        draft = self.draft
        self._draft_while_closed = None if reason is None else draft
        self.read_only = reason is not None
        self.show_cursor = reason is None
        self.load_text(draft if reason is None else "")
        self.move_cursor(self.document.end)  # which does nothing while there is no cursor
        self.placeholder = Content(self._hint if reason is None else reason)
        self.refresh(layout=True)

    def settle(self) -> None:
        """Send now what Enter froze, if its hold has not ended yet."""
        pending = self._pending
        if pending is None:
            return
        self._pending = None
        if self._timer is not None:
            self._timer.stop()
        self.load_text("")
        self.post_message(self.Submitted(pending.target, pending.text))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines of the text; of the reason while closed."""
        if self.closed and isinstance(self.placeholder, Content):
            return height(self.placeholder.plain, max(1, width))
        return super().get_content_height(container, viewport, width)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """As of every widget; without a layout, only cells that are not as they were drawn last.

        Textual's own text area draws all its lines and their blanks for every key: in a text of six lines a
        kilobyte.
        """
        if not layout and not recompose and not is_shown(self):
            return self
        if layout or recompose or not repaint or not self.is_attached:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        if not self._to_compare:
            self._to_compare = True
            self.call_next(self._repaint)
        return self

    def render_line(self, y: int) -> Strip:
        """One line, by the line API of Textual."""
        strip = self._drawn[y] = self._line(y)
        return strip

    def _line(self, y: int) -> Strip:
        """A line as wide as the widget: Textual's placeholder is not, and would leave the end of a sent text."""
        return super().render_line(y).adjust_cell_length(self.size.width, self.rich_style)

    def _repaint(self) -> None:
        self._to_compare = False
        regions = []
        for y in range(self.size.height):
            new, old = self._line(y), self._drawn.get(y)
            width = self.size.width if old is None else changed_cells(old, new)
            if width:
                regions.append(Region(0, y, width, 1))
        if regions:
            super().refresh(*regions)

    def is_only_text(self, event: Typed) -> bool:
        """Letters and pastes stay in here."""
        return isinstance(event, events.Paste) or (_is_letter(event) and event.key not in self._intents)

    async def _on_key(self, event: events.Key) -> None:
        event.prevent_default()
        if await self._act(event):
            event.stop()

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self._paste(event)

    async def _act(self, event: events.Key) -> bool:
        """Do what a key means; False for keys that mean nothing here."""
        key = event.key
        is_text = key in NEWLINE_KEYS or key == "enter" or _is_letter(event)
        self._decide_pending(is_text=is_text)
        if key in self._intents:
            self._refused_at = -math.inf
            self.post_message(self.Intent(self._intents[key]))
        elif is_text and self._refuses():
            return True
        elif self.closed:
            return False
        elif key in self._send_keys:
            self._freeze(line_break=key == "enter")
        elif key in NEWLINE_KEYS or key == "enter":
            self._write("\n")
        elif key in EDITING_KEYS:
            await self.run_action(EDITING_KEYS[key])
        elif is_text and event.character:
            self._write(event.character)
            if event.character == ":":
                self._write_emoji()
        else:
            return False
        return True

    def _paste(self, event: events.Paste) -> None:
        self._decide_pending(is_text=True)
        if self.closed:
            return
        text = clean(event.text)
        if not text.strip() or _MEDIA.match(text):
            self.post_message(self.MediaPasted())
        if text:
            self._write(text)

    def _write(self, text: str) -> None:
        self.replace(text, *self.selection, maintain_selection_offset=False)

    def _write_emoji(self) -> None:
        row, column = self.cursor_location
        found = emoji_before(self.document.get_line(row)[:column])
        if found is not None:
            name, emoji = found
            self.replace(emoji, (row, column - len(name)), (row, column), maintain_selection_offset=False)

    def _freeze(self, *, line_break: bool) -> None:
        text = self.text.strip()
        if self._target is None or not text:
            return
        self._pending = pending = _Frozen(self._target, text, line_break)

        def send() -> None:
            if self._pending is pending:
                self.settle()

        def hold_ended() -> None:
            # Keys that came within the hold may still be under way if the loop was busy. Their own times say
            # nothing: the thread that reads them waits for the loop too.
            app: App[object] = self.app
            assert isinstance(app, TypedOrder), "without it keys overtake each other"
            app.after_typed(lambda: self.call_later(send))

        self._timer = self.set_timer(HOLD_S, hold_ended)

    def _refuses(self) -> bool:
        """Whether text is refused: closed, or opened in the midst of a text whose beginning was refused."""
        now = monotonic()
        refuses = self.closed or now - self._refused_at < REFUSED_S
        if refuses:
            self._refused_at = now
        return refuses

    def _decide_pending(self, *, is_text: bool) -> None:
        pending = self._pending
        if pending is None:
            return
        if not is_text:
            self.settle()
            return
        self._pending = None
        if self._timer is not None:
            self._timer.stop()
        if pending.line_break:
            self._write("\n")


def _is_letter(event: events.Key) -> bool:
    return event.is_printable and not _MODIFIED.match(event.key)
