"""What does a person set on a conversation? Read, unread by hand, pinned, muted, put away; `u` undoes it."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.relay.api import Command, MarkRead, MarkThread
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk, has_keys, new_id


@define(eq=False)
class Marking:
    """The hand that sets marks. The relay keeps them, for every terminal and over restarts."""

    desk: Desk
    conversing: Conversing

    def toggle_read(self) -> None:
        """Mark the conversation read, or unread until it is opened again."""
        row = self.conversing.under_cursor()
        if row is None:
            return
        self.conversing.forget_seen()
        unread = MarkThread(new_id(), row.id, unread=True)
        if row.unread or row.marked_unread:
            self._do([MarkRead(new_id(), row.id)], [unread], "Marked read.")
        else:
            self._do([unread], [MarkRead(new_id(), row.id)], "Marked unread, until you open it again.")

    def read_all(self) -> None:
        """Mark every conversation of the list read."""
        rows = [row for row in self.conversing.in_order() if row.unread or row.marked_unread]
        if not rows:
            self.desk.stage.notice("Nothing is unread.", "good")
            return
        back = [MarkThread(new_id(), row.id, unread=True) for row in rows]
        self._do([MarkRead(new_id(), row.id) for row in rows], back, f"{len(rows)} marked read.")

    def pin(self) -> None:
        """Keep the conversation on top, or no longer."""
        row = self.conversing.under_cursor()
        if row is not None:
            words = "no longer pinned" if row.pinned else "pinned on top"
            self._set(row, words, pinned=not row.pinned)

    def mute(self) -> None:
        """No bell and no notice for it, or both again."""
        row = self.conversing.under_cursor()
        if row is not None:
            words = "no longer muted" if row.muted else "muted: no bell, no notice"
            self._set(row, words, muted=not row.muted)

    def archive(self) -> None:
        """Put the conversation away until the next text comes, or take it back out."""
        row = self.conversing.under_cursor()
        if row is not None:
            words = "back in the list" if row.archived else "put away until the next text"
            self._set(row, words, archived=not row.archived)

    def show_archive(self) -> None:
        """List what was put away, or everything else again."""
        view, widgets = self.desk.view, self.desk.widgets
        if not view.archive and not self.desk.projection.conversations(archived=True):
            self.desk.stage.notice("Nothing is put away. a does that, until the next text comes.")
            return
        view.archive = not view.archive
        self.desk.stage.paint_lists()
        if has_keys(widgets.conversations):
            widgets.conversations.move_to(0)
        count = len(self.conversing.in_order())
        self.desk.stage.notice(f"{count} put away." if view.archive else "The list again.")

    def _set(self, row: Thread, words: str, **marks: bool) -> None:
        back = {name: not value for name, value in marks.items()}
        do, undo = _mark(row.id, marks), _mark(row.id, back)
        self._do([do], [undo], f"{row.title or row.address.value}: {words}.")

    def _do(self, commands: Sequence[Command], back: Sequence[Command], words: str) -> None:
        for command in commands:
            self.desk.bridge.send(command)

        def undo() -> bool:
            for command in back:
                self.desk.bridge.send(command)
            self.desk.stage.notice("Undone.")
            return True

        self.desk.view.acts.append(undo)
        self.desk.stage.notice(f"{words} u undoes it.")


def _mark(thread: ThreadId, marks: dict[str, bool]) -> MarkThread:
    return MarkThread(new_id(), thread, **marks)
