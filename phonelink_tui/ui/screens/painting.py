"""How does the screen follow the projection? What is out of date is written to its widget, and nothing else."""

from __future__ import annotations

from attrs import define, field
from textual.content import Content
from textual.widgets import Static

from phonelink_tui.ui.empty import empty_words
from phonelink_tui.ui.keymap import shown
from phonelink_tui.ui.list_rows import list_rows
from phonelink_tui.ui.projection import Touched
from phonelink_tui.ui.screens.desk import Desk
from phonelink_tui.ui.screens.handlers import Hands
from phonelink_tui.ui.status_line import StatusFacts, status_line
from phonelink_tui.ui.talk_head import talk_head


@define(eq=False)
class Painting:
    """The hand that writes to the widgets."""

    desk: Desk
    hands: Hands
    empty: Static
    _opened: bool = field(default=False, init=False)
    _was_gone: bool = field(default=False, init=False)
    """The relay was not there when the status was drawn last."""

    def paint(self, touched: Touched) -> None:
        """Write what is out of date."""
        hands, projection = self.hands, self.desk.projection
        if Touched.OUTCOMES in touched:
            hands.writing.outcomes(projection.take_outcomes())
        hands.returning.begin()
        if touched & (Touched.THREADS | Touched.QUEUE | Touched.STATUS):
            self._missed_changed()
        if Touched.THREADS in touched:
            hands.conversing.drafting.follow()
            hands.conversing.follow_moved()
            self._open_something()
            hands.writing.open_started()
            hands.conversing.retarget()
        if Touched.WINDOW in touched:
            hands.conversing.feed.update(projection, self.desk.now(), self.desk.zone)
            hands.conversing.mark_seen()
            hands.conversing.go_on_looking()
            hands.conversing.end_came()
        if touched & (Touched.THREADS | Touched.WINDOW | Touched.STATUS):
            self.lists()
            self.talk()
        if Touched.QUEUE in touched:
            hands.triage.paint()
        if Touched.STATUS in touched:
            self._status_changed()
        if Touched.ARRIVALS in touched:
            hands.conversing.announce(projection.take_arrivals())
            hands.conversing.announce_missed(projection.take_missed())

    def lists(self) -> None:
        """The list, in the order and with the filter of the view."""
        desk, w = self.desk, self.desk.widgets
        archive = desk.view.archive
        threads = desk.projection.conversations(desk.view.sort, desk.view.words, archived=archive)
        window = desk.projection.window
        open_thread = window.thread if window else None
        w.conversations.show(
            list_rows(threads, desk.now(), desk.zone, drafts=desk.view.drafts, open_thread=open_thread)
        )
        unread = desk.projection.unread
        note = (
            f"{len(threads)} match "
            if desk.view.words
            else (f"{unread} unread " if unread and not archive else "")
        )
        w.list_head.show([(" Put away" if archive else " Conversations", "name")], [(note, "dim")])

    def talk(self) -> None:
        """What stands around the pane: who, which limits, to whom."""
        desk, w = self.desk, self.desk.widgets
        row = desk.projection.open_thread
        self.empty.display, w.pane.display = row is None, row is not None
        if row is None:
            heading, lines = empty_words(desk.projection, desk.keys)
            self.empty.update(Content("\n").join([Content.styled(heading, "bold"), *map(Content, lines)]))
        window = desk.projection.window
        w.head.show(*talk_head(row, w.pane.new_below + (window.below if window else 0)))
        self.hands.conversing.composer_limits()
        self.hands.writing.to_line()

    def status(self) -> None:
        """The status bar."""
        desk = self.desk
        facts = StatusFacts(
            desk.projection.phone,
            tuple(desk.projection.unsettled.values()),
            desk.projection.progress,
            bool(desk.projection.relay_gone),
            desk.projection.attach_at,
            shown(desk.keys.first_key("reading.stop", composer=True)),
            len(desk.keys.problems),
        )
        bar = desk.widgets.status
        room = max(10, (bar.size.width or 80) - 2)
        bar.show([(" ", "plain"), *status_line(facts, room, desk.now(), desk.zone)])

    def tick(self) -> None:
        """A minute went by: days change and phones fall silent without an event."""
        self.lists()
        self.status()
        if self.hands.returning.minute_passed():
            self.hands.limits.paint()

    def _missed_changed(self) -> None:
        before = self.desk.view.missed
        self.hands.returning.follow()
        if self.desk.view.missed != before:
            self.hands.limits.paint()

    def _status_changed(self) -> None:
        if self.desk.projection.relay_gone:
            self.hands.writing.relay_gone()
        elif self._was_gone:
            self.desk.stage.notice("The relay is here again.", "good")
        self._was_gone = bool(self.desk.projection.relay_gone)
        self.hands.limits.paint()
        self.hands.quitting.settled()
        if self.desk.widgets.panel.topic == "status":
            self.desk.widgets.panel.rewrite(self.hands.panels.status_text())
        self.status()

    def _open_something(self) -> None:
        """At first, show the first conversation; the keys stay where they are.

        Never again later: who writes to somebody must not find the text at somebody else.
        """
        projection = self.desk.projection
        if self._opened:
            return
        self._opened = projection.window is not None
        if self._opened or self.desk.widgets.picker.is_open:
            return
        for first in projection.conversations(self.desk.view.sort)[:1]:
            self._opened = True
            self.hands.conversing.open(first.id, by_person=False, write=False)
