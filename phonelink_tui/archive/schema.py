"""Which tables does an archive have, and how does an older one become a new one? Numbered steps, each once."""

from __future__ import annotations

from typing import Final

import apsw

from phonelink_tui.archive.words import FOLDING
from phonelink_tui.errors import ArchiveTooNew

APPLICATION_ID: Final = 0x506C6B61
"""In the file's header (PRAGMA application_id): a database of somebody else's is not taken for an archive."""

_FIRST: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE addresses (
    n INTEGER PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
    written_to INTEGER NOT NULL DEFAULT 0,
    UNIQUE (key, kind, value)
);

CREATE TABLE threads (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    audience TEXT NOT NULL,
    address INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    total INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE marks (
    thread TEXT PRIMARY KEY,
    pinned INTEGER NOT NULL, muted INTEGER NOT NULL, archived INTEGER NOT NULL, unread INTEGER NOT NULL,
    confirmed TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE drafts (thread TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;

-- place: the second it is of, times 1024, plus its number within that second, so that the newest are last in
-- every list of the full-text index. at, arrival: the exact order; microseconds since 1970.
CREATE TABLE messages (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread INTEGER NOT NULL,
    at INTEGER NOT NULL,
    arrival INTEGER NOT NULL,
    direction TEXT NOT NULL,
    sender INTEGER,
    recipient INTEGER,
    sender_name TEXT NOT NULL,
    text TEXT NOT NULL,
    read INTEGER NOT NULL,
    state TEXT NOT NULL,
    sources TEXT NOT NULL,
    audience TEXT NOT NULL,
    unknown_reason TEXT,
    group_name TEXT,
    placeholder TEXT,
    detail TEXT NOT NULL,
    partial INTEGER NOT NULL,
    failure TEXT,
    handle TEXT,
    handle_key TEXT
);
CREATE INDEX messages_of_thread ON messages (thread, at, arrival);
CREATE INDEX incoming_of_thread ON messages (thread, at, arrival) WHERE direction = 'incoming';
CREATE UNIQUE INDEX messages_by_handle ON messages (handle_key) WHERE handle_key IS NOT NULL;
CREATE INDEX messages_by_arrival ON messages (arrival);
CREATE INDEX messages_on_their_way ON messages (place) WHERE state IN ('held', 'queued', 'handed_over');
CREATE INDEX messages_to_tell ON messages (place) WHERE state IN ('failed', 'unknown');

CREATE VIRTUAL TABLE found USING fts5 (
    text, who, content='', columnsize=0, tokenize='ascii', prefix='1 2 3'
);
INSERT INTO found (found, rank) VALUES ('secure-delete', 1);

CREATE TABLE notifications (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    app_id TEXT NOT NULL, app_name TEXT NOT NULL, title TEXT NOT NULL, subtitle TEXT NOT NULL, text TEXT NOT NULL,
    category TEXT NOT NULL, at INTEGER NOT NULL, silent INTEGER NOT NULL, important INTEGER NOT NULL,
    pre_existing INTEGER NOT NULL, positive_label TEXT, negative_label TEXT, text_message TEXT,
    stale INTEGER NOT NULL
);

CREATE TABLE gaps (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, started_at INTEGER NOT NULL, ended_at INTEGER,
    reason TEXT NOT NULL
);

CREATE TABLE contacts (n INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE contact_addresses (
    contact INTEGER NOT NULL, position INTEGER NOT NULL, address INTEGER NOT NULL,
    PRIMARY KEY (contact, position)
) WITHOUT ROWID;

CREATE TABLE calls (
    n INTEGER PRIMARY KEY, kind TEXT NOT NULL, address INTEGER NOT NULL,
    name TEXT NOT NULL, at INTEGER
);

CREATE TABLE outbox (
    n INTEGER PRIMARY KEY, message TEXT NOT NULL UNIQUE, step TEXT NOT NULL,
    recipient INTEGER NOT NULL,
    hold_until INTEGER, expires_at INTEGER, confirmed TEXT NOT NULL, command TEXT NOT NULL,
    attempts INTEGER NOT NULL
);

CREATE TABLE actions (
    n INTEGER PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, outcome TEXT NOT NULL,
    subject TEXT NOT NULL
);
"""

_ORIGIN: Final = "ALTER TABLE actions ADD COLUMN origin TEXT NOT NULL DEFAULT '';"

_SENDERS: Final = (
    "CREATE INDEX messages_of_sender ON messages (sender, sender_name) WHERE sender IS NOT NULL;"
)

MIGRATIONS: Final = (_FIRST, _ORIGIN, _SENDERS)
"""Step n makes an archive of version n out of one of version n - 1. Never changed once released."""

VERSION: Final = len(MIGRATIONS)


def migrate(db: apsw.Connection, phone_id: str) -> int:
    """Bring an archive up to `VERSION`, all of it or nothing.

    Returns:
        The version it had; 0 for a new one.

    Raises:
        ArchiveTooNew: A later version of the program has written it.
    """
    found = version_of(db)
    if found > VERSION:
        raise ArchiveTooNew(
            f"The archive is of version {found}; this program knows {VERSION}.",
            "Use the newer program, or start without history: --no-history.",
        )
    if found < VERSION:
        with db:
            for step in MIGRATIONS[found:]:
                db.execute(step)
            db.execute(f"PRAGMA user_version = {VERSION}; PRAGMA application_id = {APPLICATION_ID}")
            if found == 0:
                names = {"phone_id": phone_id, "folding": FOLDING, "run": "0"}
                db.executemany("INSERT INTO meta VALUES (?, ?)", names.items())
    return found


def version_of(db: apsw.Connection) -> int:
    """The version of an archive; 0 where there is nothing yet."""
    version = db.pragma("user_version")
    assert isinstance(version, int), "a number in the file's header"
    return version
