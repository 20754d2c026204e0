"""Which texts are found? Newest first, never ranked; called on the searching thread only."""

from __future__ import annotations

from typing import Any, Final

import apsw

from phonelink_tui.archive import columns
from phonelink_tui.archive.query import Query, expression, matches
from phonelink_tui.archive.senders import senders, texts_of_few
from phonelink_tui.archive.writing import PLACES, found_rowid
from phonelink_tui.domain.message import TextMessage

TIES: Final = PLACES
"""Texts of the last second read beyond the limit, so that the exact order decides which of them are told."""

_HITS: Final = f"SELECT {columns.MESSAGE} FROM {columns.MESSAGE_FROM} WHERE m.place IN"


def search(db: apsw.Connection, query: Query, limit: int) -> tuple[TextMessage, ...]:
    """The newest `limit` texts that fulfil the query, newest first."""
    if query.is_empty:
        return ()
    if query.senders:
        few = texts_of_few(db, senders(db, query.senders))
        if few is not None:
            return _among(db, query, few, limit)
    places: list[int] = []
    for (place,) in _places(db, query):
        enough = len(places) >= limit and place // PLACES != places[limit - 1] // PLACES
        if enough or len(places) >= limit + TIES:
            break
        places.append(place)
    return tuple(_at(db, places)[:limit])


def _at(db: apsw.Connection, places: list[int]) -> list[TextMessage]:
    """The texts at these places, newest first."""
    marks = ", ".join("?" * len(places))
    kept = [columns.kept_message(row) for row in db.execute(f"{_HITS} ({marks})", places)]
    kept.sort(key=lambda k: (k.message.at, k.arrival), reverse=True)
    return [k.message for k in kept]


def _among(db: apsw.Connection, query: Query, places: list[int], limit: int) -> tuple[TextMessage, ...]:
    """The same out of these places, each looked at."""
    return tuple(text for text in _at(db, places) if matches(query, text))[:limit]


def _places(db: apsw.Connection, query: Query) -> apsw.Cursor:
    """Where the hits are, the newest first; read no further than is wanted."""
    conditions: list[str] = []
    values: list[Any] = []
    if query.mine:
        conditions.append("messages.direction = 'outgoing'")
    before = None if query.before is None else columns.ticks(query.before) // columns.SECOND * PLACES
    words = expression(query)
    if not words:
        if before is not None:
            conditions.append("place < ?")
            values.append(before)
        where = " AND ".join(conditions)
        return db.execute(f"SELECT place FROM messages WHERE {where} ORDER BY place DESC", values)
    source = "found CROSS JOIN messages ON messages.place = -found.rowid" if query.mine else "found"
    conditions.append("found MATCH ?")
    values.append(words)
    if before is not None:
        conditions.append("found.rowid > ?")
        values.append(found_rowid(before))
    where = " AND ".join(conditions)
    return db.execute(f"SELECT -found.rowid FROM {source} WHERE {where} ORDER BY found.rowid", values)
