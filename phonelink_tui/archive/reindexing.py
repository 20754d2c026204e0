"""When must the full-text index be made anew, and how? When it was made by another folding, or in another order."""

from __future__ import annotations

from typing import Any, Final

import apsw

from phonelink_tui.archive import columns
from phonelink_tui.archive.database import rows
from phonelink_tui.archive.query import sender_text
from phonelink_tui.archive.words import FOLDING
from phonelink_tui.archive.writing import INDEX, found_row, found_rowid

_ROWS: Final = 2000


def index_anew_if_needed(db: apsw.Connection) -> bool:
    """Index all texts again if another folding made the index; about a minute for a million, all or nothing."""
    ((made_by,),) = rows(db, "SELECT value FROM meta WHERE name = 'folding'")
    if made_by == FOLDING:
        return False
    with db:
        db.execute("INSERT INTO found (found) VALUES ('delete-all')")
        last: int | None = None
        while some := _some(db, last):
            for place, *row in some:
                message = columns.kept_message(row).message
                found = found_row(message.text, sender_text(message))
                db.execute(INDEX, (found_rowid(place), *found))
            last = some[-1][0]
        db.execute("UPDATE meta SET value = ? WHERE name = 'folding'", (FOLDING,))
    return True


def _some(db: apsw.Connection, before: int | None) -> list[tuple[Any, ...]]:
    bound = "" if before is None else "WHERE m.place < ?"
    return rows(
        db,
        f"SELECT m.place, {columns.MESSAGE} FROM {columns.MESSAGE_FROM} {bound} ORDER BY m.place DESC LIMIT {_ROWS}",
        () if before is None else (before,),
    )
