"""What do all the hands on one screen share? The projection, the bridge, the settings and the widgets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, tzinfo
from math import inf
from typing import Protocol
from uuid import uuid4

from attrs import define, field
from textual.widget import Widget

from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.notification import NotificationId
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import Attachment, Command
from phonelink_tui.ui.keymap import KeyMap
from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.projection import Projection
from phonelink_tui.ui.settings import Sort, UiSettings
from phonelink_tui.ui.widgets.banners import BannerStack
from phonelink_tui.ui.widgets.composer import Composer
from phonelink_tui.ui.widgets.conversation_list import ConversationList
from phonelink_tui.ui.widgets.field import Field
from phonelink_tui.ui.widgets.line import Line
from phonelink_tui.ui.widgets.picker import Picker
from phonelink_tui.ui.widgets.question_bar import QuestionBar
from phonelink_tui.ui.widgets.queue_list import QueueList
from phonelink_tui.ui.widgets.text_panel import TextPanel
from phonelink_tui.ui.widgets.thread_pane import ThreadPane

ACTS = 50
"""Acts that can be undone, one after another."""


class Outlet(Protocol):
    """The way to the relay, as far as the hands need it."""

    def send(self, command: Command) -> None: ...

    def want_page(self, before: MessageId | None = None) -> None: ...

    def want_hits(self, query: str) -> None: ...

    def want_week(self) -> None: ...

    def attach_now(self) -> None: ...


@define
class View:
    """What the person chose on this screen. Nothing of it is the relay's business."""

    sort: Sort = Sort.UNREAD
    words: str = ""
    """The list's filter."""
    looked_at: Pane = Pane.TALK
    alone: bool = False
    archive: bool = False
    """The list shows what was put away, instead of the rest."""
    unfolded: bool = False
    """The digest of old notifications is shown one by one."""
    was_writing: bool = True
    """The composer had the keys before a panel took them."""
    hidden: bool = False
    """The curtain is down."""
    drafts: dict[ThreadId, str] = field(factory=dict)
    attended: bool = True
    """The terminal has the focus, as far as it tells."""
    dismissed: set[NotificationId] = field(factory=set)
    """Dismissed here; the phone is told after a moment."""
    put_away: set[LimitKind] = field(factory=set)
    """Banners the person has read and does not want to see again in this run."""
    key_at: float = -inf
    """When a key was pressed last, by `monotonic`."""
    missed: str = ""
    """What changed while nobody looked, until it was read."""
    rung: set[ThreadId] = field(factory=set)
    """Conversations that rang and were not read since."""
    acts: deque[Callable[[], bool]] = field(factory=lambda: deque(maxlen=ACTS))
    """How to undo what was done, the newest last; each says whether there was still something to undo."""


@define(eq=False)
class Widgets:
    """The widgets the hands write to."""

    conversations: ConversationList
    filter: Field
    list_head: Line
    head: Line
    app_banners: BannerStack
    pane: ThreadPane
    question: QuestionBar
    composer_banners: BannerStack
    to: Line
    composer: Composer
    queue_head: Line
    queue: QueueList
    picker: Picker
    panel: TextPanel
    hints: Line
    status: Line


class Stage(Protocol):
    """What a hand may ask of the screen."""

    def go(self, pane: Pane, *, write: bool = False) -> None:
        """Look at a pane; with `write`, into its composer. Holds at once."""

    def go_back(self) -> None:
        """Give the keys back to where they were before a panel took them."""

    def notice(self, words: str, role: str = "plain", end: str = "") -> None:
        """Say something on the hint line for a while."""

    def later(self, delay_s: float, what: Callable[[], None]) -> None:
        """Do something after a delay, unless the screen is gone."""

    def paint_lists(self) -> None:
        """The view changed: draw the lists anew."""

    def paint_talk(self) -> None:
        """Another conversation, draft or target: draw what stands around the pane anew."""

    def make_room(self) -> None:
        """More or fewer lines are needed somewhere: who gives way?"""

    def ring(self) -> None:
        """Ring the terminal's bell."""

    def copy(self, text: str) -> str:
        """Give a text to the terminal's clipboard; returns why that may not be, empty where it was done."""


@define(eq=False)
class Desk:
    """One screen's worth of things."""

    projection: Projection
    bridge: Outlet
    settings: UiSettings
    keys: KeyMap
    now: Callable[[], datetime]
    stage: Stage
    widgets: Widgets
    attachment: Attachment = field(factory=Attachment)
    view: View = field(factory=View)

    @property
    def zone(self) -> tzinfo | None:
        """The zone times are shown in."""
        return self.settings.zone


def new_id() -> str:
    """A command id nobody else chooses."""
    return uuid4().hex


def has_keys(widget: Widget) -> bool:
    """Whether keys go to a widget at this moment.

    `Widget.has_focus` follows only when the widget has taken its Focus event, which in a burst is too late.
    """
    return widget.screen.focused is widget
