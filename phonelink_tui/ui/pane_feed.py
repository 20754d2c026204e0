"""How does the open conversation get into its pane? As little anew as possible: one row for one message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from attrs import define, field

from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.limitations import Limitation, LimitKind
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.domain.thread_limits import thread_limitations
from phonelink_tui.ui.projection import Projection
from phonelink_tui.ui.reactions import fold
from phonelink_tui.ui.thread_rows import Clock, Row, replaced_row, rows_after, thread_rows
from phonelink_tui.ui.when import moment
from phonelink_tui.ui.widgets.thread_pane import ThreadPane


def limits_of(projection: Projection, now: datetime, zone: tzinfo | None) -> tuple[Limitation, ...]:
    """All limits of the open conversation."""
    thread, phone = projection.open_thread, projection.phone
    if thread is None or phone is None:
        return ()
    stopped = (LimitKind.TEXTS_STOPPED, "") in projection.limitations
    start = moment(thread.first_at, zone, now)
    return tuple(thread_limitations(thread, phone, start=start, stopped=stopped))


@define
class _Shown:
    """What the pane was last told."""

    thread: ThreadId | None = None
    messages: tuple[TextMessage, ...] = ()
    around: object = None
    """Gaps, limits, marker, day, reactions: when any of it differs all rows are made anew."""
    let_go: bool = False
    """The newest texts were not at hand."""


@define
class PaneFeed:
    """Keeps a pane equal to the window of a projection."""

    _pane: ThreadPane
    _shown: _Shown = field(factory=_Shown, init=False)

    def update(self, projection: Projection, now: datetime, zone: tzinfo | None) -> None:
        """Show what changed."""
        window = projection.window
        if window is None or projection.open_thread is None or projection.phone is None:
            if self._shown.thread is not None:
                self._shown = _Shown()
                self._pane.show((), thread_id=None, keep_position=False)
            return
        if not window.settled:
            if self._shown.thread != window.thread:
                self._shown = _Shown(window.thread)
                self._pane.show((), thread_id=window.thread, keep_position=False)
            return
        limits = limits_of(projection, now, zone)
        gaps = tuple(sorted(projection.gaps.values(), key=_started))
        folds = fold(window.messages)
        marker = (window.first_unread, window.was_left)
        around = (gaps, limits, marker, window.older is None, now.astimezone(zone).date(), folds)
        shown = tuple(m for m in window.messages if m.id not in folds.folded)
        new = _Shown(window.thread, shown, around, bool(window.newer))
        old, self._shown = self._shown, new
        clock = Clock(now, zone)
        still_open = any(gap.ended_at is None for gap in gaps)
        if (
            old.thread == new.thread
            and old.around == around
            and not still_open
            and self._patch(old, new, clock)
        ):
            return
        rows = thread_rows(
            window.messages,
            clock,
            gaps=gaps,
            limitations=limits,
            first_unread=window.first_unread,
            was_left=window.was_left,
            complete=window.older is None,
            folds=folds,
        )
        is_same = old.thread == window.thread and bool(old.messages)
        self._pane.show(
            rows, thread_id=window.thread, keep_position=is_same, follow=not (old.let_go or window.newer)
        )

    def _patch(self, old: _Shown, new: _Shown, clock: Clock) -> bool:
        """Change single rows; False where that cannot be right."""
        before, after = old.messages, new.messages
        if len(after) < len(before) or any(a.id != b.id for a, b in zip(before, after, strict=False)):
            return False
        changed = [(a, b) for a, b in zip(before, after, strict=False) if a is not b]
        if any(_shape(a) != _shape(b) for a, b in changed) or _first_receipt(before) != _first_receipt(after):
            return False
        for _, message in changed:
            row = self._pane.find(message.id)
            if row is None:
                return False
            self._pane.replace(replaced_row(row, message, clock))
        self._append(before[-1] if before else None, after[len(before) :], clock)
        return True

    def _append(self, previous: TextMessage | None, messages: Sequence[TextMessage], clock: Clock) -> None:
        rows: list[Row] = []
        for message in messages:
            rows.extend(rows_after(previous, message, clock))
            previous = message
        if rows:
            self._pane.append(rows)


def _started(gap: Gap) -> datetime:
    return gap.started_at


def _shape(message: TextMessage) -> object:
    """What decides how rows are grouped: where it differs, the neighbours change too."""
    return (message.at, message.direction, message.sender_name, message.sender, message.placeholder)


def _first_receipt(messages: Sequence[TextMessage]) -> str | None:
    """The text of ours below which the word about receipts stands."""
    return next((m.id for m in messages if m.state == "accepted"), None)
