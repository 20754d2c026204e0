"""How are conversations opened, read and left? And what is the composer's target meanwhile?"""

from __future__ import annotations

from typing import Final

from attrs import define, field

from phonelink_tui.domain.limitations import LimitScope
from phonelink_tui.domain.message import Audience, TextMessage
from phonelink_tui.domain.text import preview
from phonelink_tui.domain.thread import Reply, Thread, ThreadId
from phonelink_tui.relay.api import MarkRead
from phonelink_tui.ui.banner_text import banners
from phonelink_tui.ui.keymap import shown
from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.pane_feed import PaneFeed, limits_of
from phonelink_tui.ui.screens.desk import Desk, has_keys, new_id
from phonelink_tui.ui.screens.drafting import Drafting
from phonelink_tui.ui.settings import Sort
from phonelink_tui.ui.thread_rows import sender_of
from phonelink_tui.ui.widgets.composer import Target

CLOSED: Final = "Nothing can be written here; the line above says why."

WORDLESS: Final = "something that has no text here"

SEARCH_PAGES: Final = 50
"""Older pages loaded to bring a hit into view; beyond it the conversation is open and that must do."""


@define(eq=False)
class Conversing:
    """The hand that opens conversations."""

    desk: Desk
    feed: PaneFeed
    drafting: Drafting
    _seen: ThreadId | None = field(default=None, init=False)
    """The open conversation was looked at by a person, and is not marked read yet."""
    _targeted: object = field(default="never", init=False)
    _sought: str = field(default="", init=False)
    _pages_left: int = field(default=0, init=False)
    _to_end: bool = field(default=False, init=False)
    _told_of: ThreadId | None = field(default=None, init=False)
    """The conversation of the text that was announced last."""
    _rung_for: str = field(default="", init=False)
    """The gap whose texts were rung for."""

    def open(self, thread: ThreadId, *, by_person: bool = True, write: bool = True) -> None:
        """Open a conversation and, with `write`, go into its composer.

        A conversation that opens by itself stays unread until somebody presses a key in front of it.
        """
        desk = self.desk
        if thread not in desk.projection.threads:
            return
        if desk.projection.window is None or desk.projection.window.thread != thread:
            self.drafting.keep()
            desk.projection.open(thread)
            desk.bridge.want_page()
            self.retarget(with_draft=True)
            self.feed.update(desk.projection, desk.now(), desk.zone)
        if write:
            desk.stage.go(Pane.TALK, write=True)
        if by_person:
            self.seen(opened=True)
        desk.view.words = ""
        desk.widgets.filter.value = ""
        desk.stage.paint_lists()
        desk.stage.paint_talk()
        desk.widgets.conversations.move_to_key(thread)

    def is_open(self, thread: ThreadId | None) -> bool:
        """Whether this conversation is the open one."""
        window = self.desk.projection.window
        return window is not None and window.thread == thread

    def seen(self, *, opened: bool = False) -> None:
        """A person sits in front of the open conversation: it is read as soon as its texts are shown.

        One that was marked unread by hand stays so until it is opened again.
        """
        row = self.desk.projection.open_thread
        if row is not None and (row.unread or (opened and row.marked_unread)):
            self._seen = row.id
            self.mark_seen()

    def mark_seen(self) -> None:
        """Mark read what was seen, once its page is here: asked sooner, the page would not say what was new."""
        window = self.desk.projection.window
        if window is None or window.thread != self._seen or not window.settled:
            return
        self._seen = None
        self.desk.view.rung.discard(window.thread)
        self.desk.bridge.send(MarkRead(new_id(), window.thread))

    def forget_seen(self) -> None:
        """A person says otherwise: it is not read because it was looked at."""
        self._seen = None

    def older(self) -> None:
        """Ask for the page before what is loaded, if there is one and none is under way."""
        window = self.desk.projection.window
        if window is not None and window.loaded and not window.loading and window.older is not None:
            self.desk.bridge.want_page(window.older)

    def newer(self) -> None:
        """Ask for the page below what is loaded, if one was let go and none is under way."""
        window = self.desk.projection.window
        if window is not None and window.loaded and not window.loading and window.newer:
            self.desk.bridge.want_page(window.newer[-1])

    def to_newest(self) -> None:
        """Go to the end of the conversation, though its newest texts were let go."""
        window = self.desk.projection.window
        if window is None or not window.newer:
            self.desk.widgets.pane.to_end()
            return
        window.start_over()
        self._to_end = True
        self.desk.bridge.want_page()

    def end_came(self) -> None:
        """A page came: was the end wanted?"""
        window = self.desk.projection.window
        if self._to_end and window is not None and window.loaded:
            self._to_end = False
            self.desk.widgets.pane.to_end()

    def look_for(self, message: str) -> None:
        """Bring a text of the open conversation into view, loading older pages until it is there."""
        self._sought, self._pages_left = message, SEARCH_PAGES
        self.go_on_looking()

    def go_on_looking(self) -> None:
        """A page came: is what is looked for in it?"""
        window = self.desk.projection.window
        if not self._sought or window is None or not window.loaded:
            return
        if any(m.id == self._sought for m in window.messages):
            self.desk.widgets.pane.reveal(self._sought)
        elif window.older is not None and self._pages_left:
            self._pages_left -= 1
            self.older()
            return
        self._sought = ""

    def retarget(self, *, with_draft: bool = False) -> None:
        """Point the composer at the open conversation, or close it where nothing can be answered."""
        composer, row = self.desk.widgets.composer, self.desk.projection.open_thread
        state = None if row is None else (row.id, row.address, row.title, row.audience, row.reply)
        if state == self._targeted and not with_draft:
            return
        self._targeted = state
        if row is None:
            composer.target = None
            composer.set_draft("")
            composer.set_closed("No conversation is open.")
            return
        if with_draft:
            composer.set_closed(None)
            composer.set_draft("")
        composer.target = Target(row.id, row.address.value, row.title)
        composer.set_closed(None if _can_answer(row) else CLOSED)
        if with_draft:
            composer.set_draft(self.desk.view.drafts.get(row.id, ""))

    def follow_moved(self) -> None:
        """The open conversation is gone: go where its texts went, with the draft."""
        window = self.desk.projection.window
        if window is None or window.thread in self.desk.projection.threads:
            return
        self.drafting.keep()
        heir = self._same_person(self.desk.projection.heir(window.thread))
        if heir is None:
            self.desk.projection.close()
            self.retarget()
            self.feed.update(self.desk.projection, self.desk.now(), self.desk.zone)
            return
        self.drafting.move(window.thread, heir)
        self.desk.projection.open(heir)
        self.desk.bridge.want_page()
        self.retarget(with_draft=True)
        row = self.desk.projection.threads[heir]
        kind = "a group" if row.audience is Audience.GROUP else "private"
        self.desk.stage.notice(f"The phone now tells that this is {kind}.")

    def composer_limits(self) -> None:
        """Show above the composer what limits the answer."""
        projection = self.desk.projection
        now = self.desk.now()
        limits = (*projection.limitations.values(), *limits_of(projection, now, self.desk.zone))
        shown = [limit for limit in limits if limit.scope is LimitScope.COMPOSER]
        self.desk.widgets.composer_banners.show(banners(shown, now, self.desk.zone))

    def neighbour(self, by: int) -> None:
        """Open the next or previous conversation of the list."""
        rows = self.in_order()
        here = self._index(rows)
        index = 0 if here is None else here + by
        if 0 <= index < len(rows):
            self.open(rows[index].id)

    def unread(self, by: int) -> None:
        """Open the unread conversation that was announced last; else the next or previous, around the end."""
        rows = self.in_order()
        here = self._index(rows)
        start = -1 if here is None else here
        order = [rows[(start + by * step) % len(rows)] for step in range(1, len(rows) + 1)] if rows else []
        others = [row for row in order if here is None or row.id != rows[here].id]
        told_of, self._told_of = self._told_of, None
        if by > 0:
            others.sort(key=lambda row: row.id != told_of)  # stable: the line that told of it says so
        target = next((row for row in others if (row.unread or row.marked_unread) and not row.muted), None)
        if target is None:
            muted = any(row.unread and row.muted for row in others)
            self.desk.stage.notice("Only what is muted is unread." if muted else "Nothing is unread.", "good")
        else:
            self.open(target.id)

    def sort(self) -> None:
        """The other order of the list."""
        view = self.desk.view
        view.sort = Sort.TIME if view.sort is Sort.UNREAD else Sort.UNREAD
        self.desk.stage.paint_lists()
        self.desk.stage.notice("All by time." if view.sort is Sort.TIME else "Unread first.")

    def in_order(self) -> list[Thread]:
        """The conversations of the list, whatever the filter."""
        return self.desk.projection.conversations(self.desk.view.sort, archived=self.desk.view.archive)

    def under_cursor(self) -> Thread | None:
        """The conversation a key means: the one under the list's cursor there, else the open one."""
        if has_keys(self.desk.widgets.conversations):
            row = self.desk.widgets.conversations.current
            return self.desk.projection.threads.get(row.id) if row else None
        return self.desk.projection.open_thread

    def announce(self, arrivals: list[TextMessage]) -> None:
        """Say that texts came in, unless they are in view; ring once for a conversation until it is read."""
        arrivals = self._not_muted(arrivals)
        news = self._out_of_view(arrivals)
        heard = news if self.desk.view.attended else arrivals
        fresh = {m.thread for m in heard} - self.desk.view.rung
        if fresh and self.desk.settings.bell:
            self.desk.view.rung |= fresh
            self.desk.stage.ring()
        self._tell(news, "new")

    def announce_missed(self, missed: list[TextMessage]) -> None:
        """Say that texts came while there was no connection; ring once for all of them."""
        missed = self._not_muted(missed)
        news = self._out_of_view(missed)
        heard = news if self.desk.view.attended else missed
        gap = self.desk.projection.last_gap
        if heard and self.desk.settings.bell and gap != self._rung_for:
            self._rung_for = gap
            self.desk.view.rung |= {m.thread for m in heard}
            self.desk.stage.ring()
        self._tell(news, "while not connected")

    def _not_muted(self, texts: list[TextMessage]) -> list[TextMessage]:
        threads = self.desk.projection.threads
        return [m for m in texts if m.thread not in threads or not threads[m.thread].muted]

    def _out_of_view(self, texts: list[TextMessage]) -> list[TextMessage]:
        window = self.desk.projection.window
        in_view = window.thread if window and self.desk.view.looked_at is Pane.TALK else None
        return [m for m in texts if m.thread != in_view]

    def _tell(self, news: list[TextMessage], what: str) -> None:
        if not news or self.desk.view.hidden:
            return
        newest = news[-1]
        count = f"{len(news)} {what}, the last from " if len(news) > 1 else ""
        in_text = has_keys(self.desk.widgets.composer)
        key = self.desk.keys.first_key("unread.next", composer=in_text)
        who, how = f"● {count}{sender_of(newest)}: ", f"  {shown(key)} opens it" if key else ""
        words = preview(newest.text) or WORDLESS
        self._told_of = newest.thread
        self.desk.stage.notice(who + words, "name", how)

    def _same_person(self, heir: ThreadId | None) -> ThreadId | None:
        """The heir, if what is being written would reach the same person there, or nobody."""
        row = self.desk.projection.threads.get(heir) if heir else None
        target = self.desk.widgets.composer.target
        if row is None or (_can_answer(row) and target and target.recipient != row.address.value):
            return None
        return row.id

    def _index(self, rows: list[Thread]) -> int | None:
        window = self.desk.projection.window
        return next((i for i, row in enumerate(rows) if window and row.id == window.thread), None)


def _can_answer(row: Thread) -> bool:
    return row.reply is not Reply.CLOSED and row.audience is not Audience.GROUP and row.address.answerable
