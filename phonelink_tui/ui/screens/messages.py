"""The screen of messages: its widgets, which pane is seen, where a key goes, what is drawn anew when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from phonelink_tui.domain.message import TextMessage
from phonelink_tui.ui.actions import BY_ID, Place
from phonelink_tui.ui.empty import empty_words
from phonelink_tui.ui.help_text import footer
from phonelink_tui.ui.keymap import KeyMap, default_bindings
from phonelink_tui.ui.layout import Pane, panes
from phonelink_tui.ui.list_rows import list_rows
from phonelink_tui.ui.pane_feed import PaneFeed
from phonelink_tui.ui.projection import Projection, Touched
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk, Outlet, View, Widgets
from phonelink_tui.ui.screens.handlers import Hands, handlers
from phonelink_tui.ui.screens.limits import Limits
from phonelink_tui.ui.screens.moving import Moving
from phonelink_tui.ui.screens.panels import Panels
from phonelink_tui.ui.screens.quitting import Quitting
from phonelink_tui.ui.screens.triage import Triage
from phonelink_tui.ui.screens.writing import Writing
from phonelink_tui.ui.settings import Start, UiSettings
from phonelink_tui.ui.status_line import StatusFacts, status_line
from phonelink_tui.ui.talk_head import talk_head
from phonelink_tui.ui.widgets.banners import BannerStack
from phonelink_tui.ui.widgets.composer import Composer
from phonelink_tui.ui.widgets.conversation_list import ConversationList
from phonelink_tui.ui.widgets.curtain import Curtain
from phonelink_tui.ui.widgets.field import Field
from phonelink_tui.ui.widgets.line import Line, Span
from phonelink_tui.ui.widgets.picker import Picker
from phonelink_tui.ui.widgets.question_bar import QuestionBar
from phonelink_tui.ui.widgets.queue_list import QueueList
from phonelink_tui.ui.widgets.row_list import RowList
from phonelink_tui.ui.widgets.text_panel import TextPanel
from phonelink_tui.ui.widgets.thread_pane import ThreadPane

NOTICE_S: Final = 8.0
"""A notice stands so long, or until the next one."""

PASSING: Final = frozenset({Place.PANEL, Place.FIELD, Place.QUESTION, Place.HIDDEN, Place.BANNER})
"""Places the keys come back from."""

TICK_S: Final = 60.0
"""Days change and phones fall silent without an event."""


class MessagesScreen(Screen[None]):
    """Conversations, the open one, and the phone's notifications."""

    BINDINGS: ClassVar[list[BindingType]] = [*default_bindings()]
    AUTO_FOCUS = None
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        projection: Projection,
        bridge: Outlet,
        settings: UiSettings,
        keys: KeyMap,
        now: Callable[[], datetime],
        leave: Callable[[], None],
    ) -> None:
        """Make the screen; it paints itself when it is mounted and when told that something changed."""
        super().__init__()
        self._notice: Timer | None = None
        self._notice_words: Span | None = None
        widgets = self._make_widgets(keys, settings)
        self._desk = desk = Desk(projection, bridge, settings, keys, now, self, widgets, View(settings.sort))
        talk = Conversing(desk, PaneFeed(widgets.pane))
        writing = Writing(desk, talk)
        triage = Triage(desk, talk)
        self._hands = Hands(
            talk,
            writing,
            triage,
            Moving(desk, talk),
            Panels(desk, talk, writing, self.do),
            Limits(desk, writing),
            Quitting(desk, talk, writing, triage, leave),
        )
        self._handlers: Mapping[str, Callable[[], None]] = handlers(self, desk, self._hands)

    def _make_widgets(self, keys: KeyMap, settings: UiSettings) -> Widgets:
        return Widgets(
            conversations=ConversationList(id="conversations"),
            filter=Field(on_text=self._filter, on_command=self._filter_key, hint="filter", id="filter"),
            list_head=Line(id="list-head", classes="head"),
            head=Line(id="head", classes="head"),
            app_banners=BannerStack(id="app-banners"),
            pane=ThreadPane(id="pane"),
            question=QuestionBar(on_typing=self._back_to_text, on_intent=self._intent_key, id="question"),
            composer_banners=BannerStack(id="composer-banners"),
            to=Line(id="to"),
            composer=Composer(
                keys.composer, enter=settings.enter.value, hint="Write, Enter sends", id="composer"
            ),
            queue_head=Line(id="queue-head", classes="head"),
            queue=QueueList(id="queue"),
            picker=Picker(on_close=self.go_back, on_intent=self.do, id="picker"),
            panel=TextPanel(id="panel"),
            hints=Line(id="hints"),
            status=Line(id="status"),
        )

    def compose(self) -> ComposeResult:
        """Three panes above two lines; panels and the curtain lie over them."""
        w = self._desk.widgets
        yield w.app_banners
        with Horizontal(id="main"):
            with Vertical(id="side"):
                yield w.list_head
                yield w.filter
                yield w.conversations
            with Vertical(id="talk"):
                yield w.head
                yield Static(id="empty", markup=False)
                yield w.pane
                yield w.question
                yield w.composer_banners
                yield w.to
                yield w.composer
            with Vertical(id="notifications"):
                yield w.queue_head
                yield w.queue
        yield w.hints
        yield w.status
        yield w.panel
        yield w.picker
        yield Curtain("Hidden. F9 shows everything again.", id="curtain")

    def on_mount(self) -> None:
        """Where the keys go first, as the settings say."""
        w = self._desk.widgets
        w.filter.display = False
        w.picker.field.set_intents(self._desk.keys.field)
        w.filter.set_intents(self._desk.keys.field)
        start_in_list = self._desk.settings.start is Start.LIST
        self.go(Pane.LIST if start_in_list else Pane.TALK, write=not start_in_list)
        self._hands.conversing.retarget()
        self.paint(Touched.ALL)
        self.set_interval(TICK_S, self._tick)

    # what changed

    def paint(self, touched: Touched) -> None:
        """Draw anew what is out of date."""
        hands, projection = self._hands, self._desk.projection
        if Touched.OUTCOMES in touched:
            hands.writing.outcomes(projection.take_outcomes())
        if Touched.THREADS in touched:
            hands.conversing.follow_moved()
            self._open_something()
            hands.writing.open_started()
            hands.conversing.retarget()
        if Touched.WINDOW in touched:
            hands.conversing.feed.update(projection, self._desk.now(), self._desk.zone)
            hands.conversing.mark_seen()
            hands.conversing.go_on_looking()
        if touched & (Touched.THREADS | Touched.WINDOW | Touched.STATUS):
            self.paint_lists()
            self.paint_talk()
        if Touched.QUEUE in touched:
            hands.triage.paint()
        if Touched.STATUS in touched:
            self._status_changed()
        if Touched.ARRIVALS in touched:
            hands.conversing.announce(projection.take_arrivals())

    def paint_lists(self) -> None:
        """The list, in the order and with the filter of the view."""
        desk, w = self._desk, self._desk.widgets
        threads = desk.projection.conversations(desk.view.sort, desk.view.words)
        window = desk.projection.window
        w.conversations.show(
            list_rows(
                threads,
                desk.now(),
                desk.zone,
                drafts=desk.view.drafts,
                open_thread=window.thread if window else None,
            )
        )
        unread = desk.projection.unread
        note = f"{len(threads)} match " if desk.view.words else (f"{unread} unread " if unread else "")
        w.list_head.show([(" Conversations", "name")], [(note, "dim")])

    def paint_talk(self) -> None:
        """What stands around the pane: who, which limits, to whom."""
        desk, w = self._desk, self._desk.widgets
        row = desk.projection.open_thread
        is_open = row is not None
        empty = self.query_one("#empty", Static)
        empty.display, w.pane.display = not is_open, is_open
        if not is_open:
            heading, lines = empty_words(desk.projection, desk.keys)
            empty.update(Content("\n").join([Content.styled(heading, "bold"), *map(Content, lines)]))
        w.head.show(*talk_head(row, w.pane.new_below))
        self._hands.conversing.composer_limits()
        self._hands.writing.to_line()

    def _status_changed(self) -> None:
        projection = self._desk.projection
        if projection.relay_gone:
            self._hands.writing.relay_gone()
        self._hands.limits.paint()
        self._hands.quitting.settled()
        if self._desk.widgets.panel.topic == "status":
            self._desk.widgets.panel.rewrite(self._hands.panels.status_text())
        self._paint_status()

    def _paint_status(self) -> None:
        desk = self._desk
        facts = StatusFacts(
            desk.projection.phone,
            tuple(desk.projection.unsettled.values()),
            desk.projection.progress,
            bool(desk.projection.relay_gone),
            len(desk.keys.problems),
        )
        width = max(10, (self.size.width or 80) - 2)
        desk.widgets.status.show([(" ", "plain"), *status_line(facts, width, desk.now(), desk.zone)])

    def _paint_hints(self) -> None:
        if self._notice_words is not None:
            self._desk.widgets.hints.show([(" ", "plain"), self._notice_words])
            return
        spans: list[Span] = [(" ", "plain")]
        room = self.size.width - 1
        for key, word in footer(self.place, self._desk.keys):
            room -= len(key) + len(word) + 3
            if room >= -2:
                spans += [(key, "key"), (f" {word}  ", "dim")]
        self._desk.widgets.hints.show(spans)

    def _tick(self) -> None:
        self.paint_lists()
        self._paint_status()

    def _open_something(self) -> None:
        projection = self._desk.projection
        if projection.window is not None or not projection.threads or self._desk.widgets.picker.is_open:
            return
        first = projection.conversations(self._desk.view.sort)[0]
        self._hands.conversing.open(first.id, by_person=False, write=False)

    # where the keys go

    @property
    def place(self) -> Place:
        """What has the focus."""
        w, focused = self._desk.widgets, self.focused
        if self._desk.view.hidden:
            return Place.HIDDEN
        places: list[tuple[Widget, Place]] = [
            (w.composer, Place.COMPOSER),
            (w.pane, Place.THREAD),
            (w.queue, Place.QUEUE),
            (w.panel, Place.PANEL),
            (w.question, Place.QUESTION),
            (w.app_banners, Place.BANNER),
            (w.composer_banners, Place.BANNER),
            (w.filter, Place.FIELD),
            (w.picker.field, Place.FIELD),
        ]
        return next((place for widget, place in places if widget is focused), Place.LIST)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a list key acts where the focus is; in a text field it stays a letter."""
        if action != "do":
            return super().check_action(action, parameters)
        return self.place in BY_ID[str(parameters[0])].contexts

    def action_do(self, action_id: str) -> None:
        """A list key was pressed."""
        self.do(action_id)

    def do(self, action_id: str) -> None:
        """Perform an action of the registry."""
        if self.place not in PASSING:
            self._desk.view.was_writing = self.place is Place.COMPOSER
        self._handlers[action_id]()
        self._paint_hints()

    def person_was_here(self, key: str) -> None:
        """A key was pressed in front of the open conversation: what it shows was seen."""
        view = self._desk.view
        leaving = ("app.quit", "privacy.hide")
        if any(key in self._desk.keys.lists[id_] and len(key) > 1 for id_ in leaving) or view.hidden:
            return
        if self.query_one("#talk").display:
            self._hands.conversing.seen()

    def go(self, pane: Pane, *, write: bool = False) -> None:
        """Look at a pane; with `write`, into its composer. Holds at once, so that the next key goes there."""
        w, view = self._desk.widgets, self._desk.view
        view.looked_at = pane
        self._arrange()
        targets: dict[Pane, Widget] = {Pane.LIST: w.conversations, Pane.QUEUE: w.queue}
        target = targets.get(pane, w.composer if write else w.pane)
        self.set_focus(target, scroll_visible=False)
        self._paint_hints()

    def go_back(self) -> None:
        """Give the keys back to where they were before a panel took them."""
        self.go(self._desk.view.looked_at, write=self._desk.view.was_writing)

    def _arrange(self) -> None:
        view = self._desk.view
        shown = panes(self.size.width or self.app.size.width, view.looked_at, alone=view.alone)
        for selector, pane in (("#side", Pane.LIST), ("#talk", Pane.TALK), ("#notifications", Pane.QUEUE)):
            self.query_one(selector).display = pane in shown
        self.set_class(len(shown) == 1, "-single")
        self.set_class(len(shown) == 3, "-broad")

    def on_resize(self) -> None:
        """Another width shows other panes."""
        self._arrange()
        self._paint_status()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The mouse moved the focus: keys and hints follow."""
        w = self._desk.widgets
        panes_of = {w.conversations: Pane.LIST, w.pane: Pane.TALK, w.composer: Pane.TALK, w.queue: Pane.QUEUE}
        pane = panes_of.get(event.widget)  # type: ignore[call-overload]
        if pane is not None and pane is not self._desk.view.looked_at:
            self._desk.view.looked_at = pane
            self._arrange()
        self._paint_hints()

    # the stage of the hands

    def notice(self, words: str, role: str = "plain") -> None:
        """Say something on the hint line for a while."""
        if self._notice is not None:
            self._notice.stop()
        self._notice_words = (words, role)
        self._notice = self.set_timer(NOTICE_S, self.clear_notice)
        self._paint_hints()

    def clear_notice(self) -> bool:
        """Show the hints again; False where nothing was said."""
        said, self._notice_words = self._notice_words is not None, None
        if self._notice is not None:
            self._notice.stop()
            self._notice = None
        self._paint_hints()
        return said

    def later(self, delay_s: float, what: Callable[[], None]) -> None:
        """Do something after a delay, unless the screen is gone."""
        self.set_timer(delay_s, what)

    def ring(self) -> None:
        """Ring the terminal's bell."""
        self.app.bell()

    def copy(self, text: str) -> None:
        """Give a text to the terminal's clipboard; whether it took it cannot be known."""
        self.app.copy_to_clipboard(text)

    def take_hits(self, query: str, hits: tuple[TextMessage, ...]) -> None:
        """The relay found texts."""
        self._hands.panels.take_hits(query, hits)

    # what the widgets say

    def on_composer_intent(self, event: Composer.Intent) -> None:
        """A key of the composer's column."""
        event.stop()
        self.do(event.action_id)

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        """A text goes out."""
        event.stop()
        self._hands.writing.submit(event.target, event.text)

    def on_composer_media_pasted(self, event: Composer.MediaPasted) -> None:
        """Pictures do not travel this way."""
        event.stop()
        self._hands.writing.media_pasted()

    def on_text_area_changed(self) -> None:
        """The length of the text, where it begins to matter."""
        self._hands.writing.to_line()

    def on_thread_pane_reached_top(self, event: ThreadPane.ReachedTop) -> None:
        """An older page may be wanted."""
        window = self._desk.projection.window
        if window is not None and window.thread == event.thread:
            self._hands.conversing.older()

    def on_thread_pane_new_below(self) -> None:
        """Texts arrived below what is seen."""
        self.paint_talk()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """A row was clicked on."""
        self.do("row.open")

    def _filter(self, words: str) -> None:
        self._desk.view.words = words
        self.paint_lists()
        self._desk.widgets.conversations.move_to(0)

    def _filter_key(self, key: str) -> None:
        conversations = self._desk.widgets.conversations
        if key == "enter" and conversations.current is not None:
            self.do("row.open")
        elif key in ("up", "down"):
            conversations.move(1 if key == "down" else -1)
        elif key in ("tab", "shift+tab"):
            self.go(Pane.LIST)
        elif key == "escape":
            self.do("leave")
        elif key in BY_ID:
            self.do(key)

    def _intent_key(self, key: str) -> bool:
        action_id = self._desk.keys.composer.get(key)
        if action_id is not None:
            self.do(action_id)
        return action_id is not None

    def _back_to_text(self) -> None:
        self.go(Pane.TALK, write=True)


    # the house

    def hide(self) -> None:
        """Hide everything, or show it again."""
        view, curtain = self._desk.view, self.query_one(Curtain)
        view.hidden = not view.hidden
        curtain.display = view.hidden
        if view.hidden:
            self.set_focus(curtain)
        else:
            self.go_back()

    def maximise(self) -> None:
        """Only the conversation, or everything again."""
        view = self._desk.view
        view.alone = not view.alone
        self.go(Pane.TALK)

    def redraw(self) -> None:
        """Draw every cell anew."""
        self.app.refresh(layout=True)
        self.refresh(layout=True)

    def next_theme(self) -> None:
        """The next of the themes."""
        self.run_action_later("app.next_theme")

    def suspend(self) -> None:
        """Back to the shell until it says `fg`."""
        self.run_action_later("app.suspend_process")

    def run_action_later(self, action: str) -> None:
        """Let the app do something after this key."""
        self.call_later(self.app.run_action, action)
