"""How are the phone's notifications worked off? Each act is for exactly the one under the cursor."""

from __future__ import annotations

from typing import Final

from attrs import define, field

from phonelink_tui.domain.code import code_in, find_code
from phonelink_tui.domain.message import Audience, Direction
from phonelink_tui.domain.notification import (
    Category,
    NotificationAction,
    NotificationId,
    PhoneNotification,
)
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import ActOnNotification
from phonelink_tui.ui.queue_rows import QueueRow, queue_rows
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk, has_keys, new_id

GRACE_S: Final = 3.0
"""A dismissal can be taken back for so long; then the phone is told."""

_POSITIVE, _NEGATIVE = NotificationAction.POSITIVE, NotificationAction.NEGATIVE


@define(eq=False)
class Triage:
    """The hand in the queue."""

    desk: Desk
    conversing: Conversing
    _undoable: list[PhoneNotification] = field(factory=list, init=False)
    """Dismissed within the grace, oldest first."""

    def paint(self) -> None:
        """Draw the queue anew."""
        projection, view = self.desk.projection, self.desk.view
        view.dismissed &= set(projection.notifications)
        news, digest = projection.queue(), projection.digest()
        rows = queue_rows(
            news, digest, self.desk.now(), self.desk.zone, hidden=view.dismissed, unfolded=view.unfolded
        )
        self.desk.widgets.queue.show(rows)
        if not has_keys(self.desk.widgets.queue):
            self.desk.widgets.queue.move_to(0)  # else the newest would be above what is seen
        count = sum(n.id not in view.dismissed for n in news)
        words = f"{count} new" if count else "nothing new"
        self.desk.widgets.queue_head.show([(" Notifications", "name")], [(f"{words} ", "dim")])

    def open(self) -> PhoneNotification | None:
        """What Enter means: fold or unfold the digest, else the notification to be read in full."""
        row = self._row()
        if row is None:
            return None
        if row.notification is None:
            self.desk.view.unfolded = not self.desk.view.unfolded
            self.paint()
        return row.notification

    def dismiss(self) -> None:
        """Take the notification away here, and after the grace on the phone."""
        it = self._notification()
        if it is None:
            return
        if it.category is Category.INCOMING_CALL:
            label = it.negative_label or "Decline"
            self.desk.stage.notice(f"A call is ringing: - would press “{label}”.", "warn")
            return
        self.desk.view.dismissed.add(it.id)
        self._undoable.append(it)
        self.desk.view.acts.append(self.undo)
        self.paint()
        where = "" if it.negative_label and not it.stale else " Here only: the phone offers no button for it."
        self.desk.stage.notice(f"Dismissed {it.app_name}. u takes it back.{where}")
        self.desk.stage.later(GRACE_S, lambda: self._tell_phone(it.id))

    def undo(self) -> bool:
        """Take the newest dismissal back; False where the grace is over or there was none."""
        if not self._undoable:
            return False
        it = self._undoable.pop()
        self.desk.view.dismissed.discard(it.id)
        self.paint()
        self.desk.stage.notice(f"{it.app_name} is back.")
        return True

    def flush(self) -> None:
        """Tell the phone now what was dismissed; called on quitting."""
        for it in list(self._undoable):
            self._tell_phone(it.id)

    def press(self, action: NotificationAction) -> None:
        """Press one of the phone's own buttons on the notification under the cursor."""
        it = self._notification()
        if it is None:
            return
        label = it.positive_label if action is _POSITIVE else it.negative_label
        if it.stale:
            self.desk.stage.notice("This one is from an earlier connection: it can only be read.", "warn")
        elif not label:
            self.desk.stage.notice("The phone offers no such button here.", "warn")
        else:
            self.desk.bridge.send(ActOnNotification(new_id(), it.id, action))
            self.desk.stage.notice(f"“{label}” pressed on {it.app_name}.")

    def reply(self) -> None:
        """Answer the text the notification speaks of, where it is clear which conversation that is."""
        it = self._notification()
        thread = self._thread_of(it) if it else None
        if thread is None:
            self.desk.stage.notice("This is no text that can be answered from here.", "warn")
        else:
            self.conversing.open(thread)

    def copy(self) -> str:
        """What `y` copies: the code of the notification or text, else all of it; empty where there is none."""
        if has_keys(self.desk.widgets.queue):
            it = self._notification()
            found = code_in(it) if it else None
            return found.code if found else (it.text or it.title) if it else ""
        window = self.desk.projection.window
        newest = window.newest(Direction.INCOMING) if window else None
        found = find_code(newest.text) if newest else None
        return found.code if found else newest.text if newest else ""

    def _tell_phone(self, id_: NotificationId) -> None:
        it = next((n for n in self._undoable if n.id == id_), None)
        if it is None:
            return
        self._undoable.remove(it)
        still_there = self.desk.projection.notifications.get(id_)
        if still_there is not None and still_there.negative_label and not still_there.stale:
            self.desk.bridge.send(ActOnNotification(new_id(), id_, _NEGATIVE))

    def _thread_of(self, it: PhoneNotification) -> ThreadId | None:
        threads = self.desk.projection.threads.values()
        if it.subtitle:
            return None
        named = [t for t in threads if t.title == it.title and t.audience is not Audience.GROUP]
        return named[0].id if len(named) == 1 else None

    def _row(self) -> QueueRow | None:
        return self.desk.widgets.queue.current

    def _notification(self) -> PhoneNotification | None:
        row = self._row()
        return row.notification if row else None
