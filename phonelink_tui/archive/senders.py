"""Who is meant by `from:`? The senders there are, and the texts of those who wrote few; the searching thread only.

A full-text index finds a sender by walking every text with such a word anywhere: with nobody of that name, or
somebody who wrote little, it walks all of them (22 ms among a million). Who there is costs 2 ms after each change.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

import apsw

from phonelink_tui.archive.database import rows
from phonelink_tui.archive.query import Term, holds, sender_found

FEW: Final = 100
"""Texts that are looked through one by one: each lies on another page, to be read and decrypted."""

Sender = tuple[int, str]
"""The row of an address, and a name that it wrote under."""

_SENDERS: Final = """
WITH RECURSIVE
    address (n) AS (
        SELECT min(sender) FROM messages WHERE sender IS NOT NULL
        UNION ALL
        SELECT (SELECT min(sender) FROM messages WHERE sender > address.n) FROM address WHERE n IS NOT NULL
    ),
    named (n, name) AS (
        SELECT n, (SELECT min(sender_name) FROM messages WHERE sender = address.n) FROM address
        WHERE n IS NOT NULL
        UNION ALL
        SELECT n, (SELECT min(sender_name) FROM messages WHERE sender = named.n AND sender_name > named.name)
        FROM named WHERE name IS NOT NULL
    )
SELECT n, name, value, key FROM named JOIN addresses USING (n) WHERE name IS NOT NULL
"""
"""From one sender to the next along the index, without a look at their texts."""


_known: WeakKeyDictionary[apsw.Connection, tuple[int, list[tuple[Sender, str]]]] = WeakKeyDictionary()
"""What each connection read last, and the state of the file (PRAGMA data_version) that it is of."""


def senders(db: apsw.Connection, terms: tuple[Term, ...]) -> list[Sender]:
    """Everybody, under each name, who is what all of these terms say. The connection must be one that only reads."""
    ((state,),) = rows(db, "PRAGMA data_version")
    known = _known.get(db)
    if known is None or known[0] != state:
        found = db.execute(_SENDERS)
        known = (state, [((n, name), sender_found(name, value, key)) for n, name, value, key in found])
        _known[db] = known
    return [sender for sender, who in known[1] if all(holds(term, who) for term in terms)]


def texts_of_few(db: apsw.Connection, some: list[Sender]) -> list[int] | None:
    """The places of all their texts, the newest first; None where that are more than `FEW`."""
    places: list[int] = []
    for sender in some:
        places += (
            place
            for (place,) in rows(
                db,
                f"SELECT place FROM messages WHERE (sender, sender_name) = (?, ?) LIMIT {FEW + 1}",
                sender,
            )
        )
        if len(places) > FEW:
            return None
    return sorted(places, reverse=True)
