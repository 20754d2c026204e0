"""How does what is too old go, a bounded batch at a time? Called on the writer's thread only."""

from __future__ import annotations

from typing import Any, Final

import apsw

from phonelink_tui.archive.columns import ticks
from phonelink_tui.archive.database import rows
from phonelink_tui.archive.facts import MessageGone
from phonelink_tui.archive.retention import Cut
from phonelink_tui.archive.writing import Writing
from phonelink_tui.domain.message import UNSETTLED, DeliveryState, MessageId

BATCH: Final = 200
"""Texts removed in one transaction: about 20 ms, in which nothing else is written."""

_UNSETTLED: Final = ", ".join(f"'{state.value}'" for state in sorted(UNSETTLED - {DeliveryState.UNKNOWN}))
"""Texts of ours still to be pushed; an unknown one never is."""


def cut_some(cut: Cut, db: apsw.Connection, writing: Writing) -> tuple[MessageId, ...]:
    """Remove up to `BATCH` of the texts a cut names, oldest first; which. None left: an empty answer."""
    which = _which(cut, db)
    if which is None:
        return ()
    where, values = which
    ids = rows(db, f"SELECT id FROM messages WHERE {where} ORDER BY at, arrival LIMIT ?", (*values, BATCH))
    writing.apply_all(MessageGone(id_) for (id_,) in ids)
    return tuple(id_ for (id_,) in ids)


def count_cut(cut: Cut, db: apsw.Connection) -> int:
    """How many texts a cut would remove now."""
    which = _which(cut, db)
    if which is None:
        return 0
    where, values = which
    found: int = rows(db, f"SELECT count(*) FROM messages WHERE {where}", values)[0][0]
    return found


def _which(cut: Cut, db: apsw.Connection) -> tuple[str, list[Any]] | None:
    """The texts of a cut, as a condition and its values; None: there are none."""
    found = rows(db, "SELECT n FROM threads WHERE id = ?", (cut.thread,))
    if not found:
        return None
    thread = found[0][0]
    bounds: list[str] = []
    values: list[Any] = [thread]
    if cut.before is not None:
        bounds.append("at < ?")
        values.append(ticks(cut.before))
    if cut.keep_newest is not None:
        oldest_kept = rows(
            db,
            "SELECT at, arrival FROM messages WHERE thread = ? ORDER BY at DESC, arrival DESC LIMIT 1 OFFSET ?",
            (thread, cut.keep_newest - 1),
        )
        if cut.keep_newest == 0:
            bounds.append("1")
        elif oldest_kept:
            bounds.append("(at, arrival) < (?, ?)")
            values.extend(oldest_kept[0])
    if not bounds:
        return None
    return f"thread = ? AND ({' OR '.join(bounds)}) AND state NOT IN ({_UNSETTLED})", values


def sweep(db: apsw.Connection, writing: Writing) -> None:
    """After a prune: addresses that nothing names any more, and what the log beside the file still holds."""
    db.execute(
        "DELETE FROM addresses WHERE n NOT IN (SELECT sender FROM messages WHERE sender IS NOT NULL"
        " UNION SELECT recipient FROM messages WHERE recipient IS NOT NULL UNION SELECT address FROM threads"
        " UNION SELECT address FROM contact_addresses UNION SELECT address FROM calls"
        " UNION SELECT recipient FROM outbox)"
    )
    writing.rolled_back()
