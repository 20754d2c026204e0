"""The screen of messages: its widgets, which pane is seen, where a key goes, what is drawn anew when.

What its widgets say is heard in `hearing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import Static

from phonelink_tui.domain.message import TextMessage
from phonelink_tui.relay.api import Attachment
from phonelink_tui.ui.actions import BY_ID, INSTEAD, Place
from phonelink_tui.ui.help_text import complaint, footer
from phonelink_tui.ui.keymap import KeyMap, default_bindings
from phonelink_tui.ui.layout import Pane, panes
from phonelink_tui.ui.pane_feed import PaneFeed
from phonelink_tui.ui.projection import Projection, Touched
from phonelink_tui.ui.screens.choosing import Choosing
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk, Outlet, View
from phonelink_tui.ui.screens.drafting import Drafting
from phonelink_tui.ui.screens.editing import Editing
from phonelink_tui.ui.screens.fitting import fit
from phonelink_tui.ui.screens.handlers import Hands, handlers
from phonelink_tui.ui.screens.hearing import Hearing
from phonelink_tui.ui.screens.limits import Limits
from phonelink_tui.ui.screens.making import make_widgets
from phonelink_tui.ui.screens.marking import Marking
from phonelink_tui.ui.screens.moving import Moving
from phonelink_tui.ui.screens.notice import NoticeLine
from phonelink_tui.ui.screens.painting import Painting
from phonelink_tui.ui.screens.panels import Panels
from phonelink_tui.ui.screens.quitting import Quitting
from phonelink_tui.ui.screens.returning import Returning
from phonelink_tui.ui.screens.triage import Triage
from phonelink_tui.ui.screens.writing import Writing
from phonelink_tui.ui.settings import Start, UiSettings
from phonelink_tui.ui.widgets.curtain import Curtain
from phonelink_tui.ui.widgets.quiet import QuietVertical

PASSING: Final = frozenset({Place.PANEL, Place.FIELD, Place.QUESTION, Place.HIDDEN, Place.BANNER})
"""Places the keys come back from."""

PANELS: Final = frozenset({Place.PANEL, Place.FIELD, Place.QUESTION, Place.HIDDEN})
"""Places whose hints say how to get out; no notice hides them."""

LEAVING: Final = ("app.quit", "privacy.hide")
"""Keys of somebody who does not read."""

TICK_S: Final = 60.0
"""Days change and phones fall silent without an event."""


class MessagesScreen(Hearing):
    """Conversations, the open one, and the phone's notifications."""

    BINDINGS: ClassVar[list[BindingType]] = [*default_bindings()]
    AUTO_FOCUS = None
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual's, which (8.2) draws the whole screen anew for every move of the focus: 7 to 14 kB."""

    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        projection: Projection,
        bridge: Outlet,
        settings: UiSettings,
        keys: KeyMap,
        now: Callable[[], datetime],
        leave: Callable[[], None],
        environ: Mapping[str, str],
        attachment: Attachment,
        copy_refused: Callable[[], str],
    ) -> None:
        """Make the screen; it paints itself when it is mounted and when told that something changed.

        Args:
            projection: What is shown.
            bridge: The way to the relay.
            settings: Of this terminal.
            keys: In force.
            now: The clock.
            leave: Ends the app.
            environ: Says where the terminal is, and which editor is wanted.
            attachment: Which relay the bridge leads to.
            copy_refused: Why nothing may be copied; empty where it may.
        """
        super().__init__()
        self._copy_refused = copy_refused
        self._ready = False
        """Keys may be typed before there is anything to act on."""
        widgets = make_widgets(self, keys, settings, environ)
        view = View(settings.sort)
        self._desk = desk = Desk(projection, bridge, settings, keys, now, self, widgets, attachment, view)
        drafting = Drafting(desk)
        talk = Conversing(desk, PaneFeed(widgets.pane), drafting)
        writing = Writing(desk, talk)
        triage = Triage(desk, talk)
        returning = Returning(desk)
        self._hands = Hands(
            talk,
            writing,
            triage,
            Moving(desk, talk),
            Panels(desk, talk, writing, self.do),
            Limits(desk, writing, returning),
            Quitting(desk, talk, writing, triage, returning, leave),
            Editing(desk, drafting, environ),
            Choosing(desk),
            Marking(desk, talk),
            returning,
        )
        self._empty = Static(id="empty", markup=False)
        self._painting = Painting(desk, self._hands, self._empty)
        self._notices = NoticeLine(
            widgets.hints,
            lambda: footer(self.place, keys, closed=widgets.composer.closed),
            lambda: self.place in PANELS,
        )
        self._handlers: Mapping[str, Callable[[], None]] = handlers(self, desk, self._hands)

    def compose(self) -> ComposeResult:
        """Three panes above two lines; panels and the curtain lie over them."""
        w = self._desk.widgets
        side = QuietVertical(w.list_head, w.filter, w.conversations, id="side")
        below = (w.question, w.composer_banners, w.to, w.composer)
        talk = QuietVertical(w.head, self._empty, w.pane, *below, id="talk")
        queue = QuietVertical(w.queue_head, w.queue, id="notifications")
        yield w.app_banners
        # The panels come first: opened behind the others they would renumber, and so repaint, all of them.
        yield Container(w.picker, w.panel, Horizontal(side, talk, queue, id="main"), id="body")
        yield w.hints
        yield w.status
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
        self._ready = True
        self.paint(Touched.ALL)
        self.set_interval(TICK_S, self._painting.tick)
        self.watch(self.app, "app_focus", self._look_away, init=False)
        if self._desk.attachment.notice:
            self.notice(self._desk.attachment.notice)
        if self._desk.keys.problems:
            self.notice(complaint(self._desk.keys), "warn")

    def paint(self, touched: Touched) -> None:
        """The projection changed: draw anew what is out of date."""
        if not self._ready:
            return  # all is drawn when it is mounted
        self._painting.paint(touched)
        self._notices.paint()

    # where the keys go

    @property
    def place(self) -> Place:
        """What has the focus."""
        w, focused = self._desk.widgets, self.focused
        if self._desk.view.hidden:
            return Place.HIDDEN
        places: list[tuple[Widget, Place]] = [
            (w.composer, Place.COMPOSER),
            (w.pane, Place.TEXT if w.pane.marked else Place.THREAD),
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
        return self._ready and self.place in BY_ID[str(parameters[0])].contexts

    def action_do(self, action_id: str) -> None:
        """A list key was pressed."""
        self.do(action_id)

    def do(self, action_id: str) -> None:
        """Perform an action of the registry."""
        place = self.place
        if place not in PASSING:
            self._desk.view.was_writing = place is Place.COMPOSER
        self._notices.key_pressed()
        self._handlers[INSTEAD.get(place, {}).get(action_id, action_id)]()
        self._notices.paint()

    def person_was_here(self, key: str) -> None:
        """A key was pressed: somebody is here, and what the open conversation shows was seen."""
        self._desk.view.key_at = monotonic()
        if self._ready and not self._desk.view.hidden:
            self._hands.returning.person_was_here()
        keys = self._desk.keys
        in_text = self.place in (Place.COMPOSER, Place.FIELD)
        ways_out = [k for k, id_ in keys.composer.items() if id_ in LEAVING]
        if not in_text:
            ways_out += [k for id_ in LEAVING for k in keys.lists[id_]]
        if key in ways_out or self._desk.view.hidden or not self._ready:
            return
        if self.query_one("#talk").display:
            self._hands.conversing.seen()

    def go(self, pane: Pane, *, write: bool = False) -> None:
        """Look at a pane; with `write`, into its composer. Holds at once, so that the next key goes there."""
        w, view = self._desk.widgets, self._desk.view
        view.looked_at = pane
        w.pane.unmark()
        self._arrange()
        targets: dict[Pane, Widget] = {Pane.LIST: w.conversations, Pane.QUEUE: w.queue}
        target = targets.get(pane, w.composer if write else w.pane)
        self.set_focus(target, scroll_visible=False)
        self._notices.paint()

    def go_back(self) -> None:
        """Give the keys back to where they were before a panel took them."""
        self.go(self._desk.view.looked_at, write=self._desk.view.was_writing)

    def _arrange(self) -> None:
        view = self._desk.view
        seen = panes(self.size.width or self.app.size.width, view.looked_at, alone=view.alone)
        for selector, pane in (("#side", Pane.LIST), ("#talk", Pane.TALK), ("#notifications", Pane.QUEUE)):
            self.query_one(selector).display = pane in seen
        self.set_class(len(seen) == 1, "-single")
        self.set_class(len(seen) == 3, "-broad")
        self._look_away()

    def _look_away(self) -> None:
        window, view = self._desk.projection.window, self._desk.view
        view.attended = self.app.app_focus
        if window is not None:
            window.look_away(away=not view.attended or not self.query_one("#talk").display)

    def make_room(self) -> None:
        """Another height, a question or a banner that is read: who gives way?"""
        size = self.size or self.app.size
        talk = self.query_one("#talk").size.width
        fit(self._desk.widgets, talk or size.width, size.height)

    def on_resize(self) -> None:
        """Another width shows other panes."""
        self._arrange()
        self.make_room()
        self._painting.status()
        self._notices.paint()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The mouse moved the focus: keys and hints follow."""
        w = self._desk.widgets
        panes_of = {w.conversations: Pane.LIST, w.pane: Pane.TALK, w.composer: Pane.TALK, w.queue: Pane.QUEUE}
        pane = panes_of.get(event.widget)  # type: ignore[call-overload]
        if pane is not None and pane is not self._desk.view.looked_at:
            self._desk.view.looked_at = pane
            self._arrange()
        self.make_room()
        self._notices.paint()

    # the stage of the hands

    def notice(self, words: str, role: str = "plain", end: str = "") -> None:
        """Say something on the hint line for a while; `end` is never cut."""
        self._notices.say(words, role, end)

    def clear_notice(self) -> bool:
        """Show the hints again; False where nothing was said."""
        return self._notices.clear()

    def paint_lists(self) -> None:
        """The view changed: draw the list anew."""
        self._painting.lists()

    def paint_talk(self) -> None:
        """Another conversation, draft or target: draw what stands around the pane anew."""
        self._painting.talk()

    def later(self, delay_s: float, what: Callable[[], None]) -> None:
        """Do something after a delay, unless the screen is gone."""
        self.set_timer(delay_s, what)

    def ring(self) -> None:
        """Ring the terminal's bell."""
        self.app.bell()

    def copy(self, text: str) -> str:
        """Give a text to the terminal's clipboard; whether it took it cannot be known. Why not, where it may not."""
        refused = self._copy_refused()
        if not refused:
            self.app.copy_to_clipboard(text)
        return refused

    def take_hits(self, query: str, hits: tuple[TextMessage, ...]) -> None:
        """The relay found texts."""
        self._hands.panels.take_hits(query, hits)

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
        self.call_later(self.app.run_action, "app.next_theme")

    def suspend(self) -> None:
        """Back to the shell until it says `fg`."""
        self.call_later(self.app.run_action, "app.suspend_process")

    def edit(self) -> None:
        """The draft in the person's own editor."""
        self.run_worker(self._hands.editing.edit(self.app), name="editor", exit_on_error=False)
