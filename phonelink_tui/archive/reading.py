"""What is kept? Rows to values; called on a reader's thread only, each call one consistent look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import apsw

from phonelink_tui.archive import columns
from phonelink_tui.archive.database import rows
from phonelink_tui.archive.facts import (
    Action,
    ArchiveInfo,
    Draft,
    Kept,
    KeptMessage,
    KeptPage,
    KeptThread,
    OutboxRow,
    ThreadMarks,
)
from phonelink_tui.archive.retention import ThreadExtent
from phonelink_tui.archive.writing import PLACES
from phonelink_tui.domain.call import Call, CallKind
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import Audience, MessageId, TextMessage
from phonelink_tui.domain.observed import handle_key
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.domain.thread import ThreadId

_MESSAGES: Final = f"SELECT {columns.MESSAGE} FROM {columns.MESSAGE_FROM}"
_NEWEST: Final = "ORDER BY m.at DESC, m.arrival DESC LIMIT"
_IDS: Final = 500
"""Ids asked for in one statement."""


def load(db: apsw.Connection) -> Kept:
    """What a relay begins with: everything but the texts themselves."""
    return Kept(
        threads=threads(db),
        outbox=_outbox(db),
        expiries=tuple(
            (MessageId(id_), columns.moment(at))
            for id_, at in db.execute(
                "SELECT message, expires_at FROM outbox WHERE expires_at IS NOT NULL ORDER BY n"
            )
        ),
        stranded=_stranded(db),
        drafts=_drafts(db),
        looked_at=_looked_at(db),
        marks=tuple(map(columns.marks, db.execute("SELECT * FROM marks"))),
        arrivals=rows(db, "SELECT ifnull(max(arrival), -1) + 1 FROM messages")[0][0],
        notifications=tuple(
            columns.notification(row)
            for row in db.execute(f"SELECT {columns.NOTIFICATION} FROM notifications ORDER BY n")
        ),
        gaps=gaps(db),
        contacts=contacts(db),
        calls=_calls(db),
        written_to=frozenset(
            key for (key,) in db.execute("SELECT DISTINCT key FROM addresses WHERE written_to")
        ),
        commands=tuple(
            (command, MessageId(id_))
            for command, id_ in db.execute(
                "SELECT command, message FROM outbox WHERE command <> '' ORDER BY n"
            )
        ),
    )


def threads(db: apsw.Connection) -> tuple[KeptThread, ...]:
    """All conversations, newest first."""
    marks = {m.thread: m for m in map(columns.marks, db.execute("SELECT * FROM marks"))}
    found_rows = db.execute(
        "SELECT t.n, t.id, t.audience, a.value, a.kind, a.key, t.created_at, t.total, t.unread,"
        " (SELECT min(at) FROM messages WHERE thread = t.n)"
        " FROM threads t JOIN addresses a ON a.n = t.address"
    ).fetchall()
    found = [_thread(db, row, marks) for row in found_rows]
    return tuple(sorted(found, key=lambda t: t.last.message.at if t.last else t.created_at, reverse=True))


def page(db: apsw.Connection, thread: ThreadId, before: MessageId | None, limit: int) -> KeptPage:
    """Up to `limit` texts of a conversation before `before`, or the newest.

    Should `before` lie in another conversation by now, its time tells where to go on; should it be gone, or
    the conversation be unknown, the page is empty.
    """
    found = db.execute("SELECT n FROM threads WHERE id = ?", (thread,)).fetchall()
    if not found:
        return KeptPage((), earlier=False)
    bound, values = "", [found[0][0]]
    if before is not None:
        place = db.execute("SELECT thread, at, arrival FROM messages WHERE id = ?", (before,)).fetchall()
        if not place:
            return KeptPage((), earlier=False)
        of, at, arrival = place[0]
        bound = "AND (m.at, m.arrival) < (?, ?)"
        values += [at, arrival if of == found[0][0] else -1]
    found_rows = db.execute(
        f"{_MESSAGES} WHERE m.thread = ? {bound} {_NEWEST} ?", (*values, limit + 1)
    ).fetchall()
    messages = tuple(columns.kept_message(row) for row in reversed(found_rows[:limit]))
    return KeptPage(messages, earlier=len(found_rows) > limit)


def by_ids(db: apsw.Connection, ids: Sequence[MessageId]) -> tuple[KeptMessage, ...]:
    """The texts of these ids that are kept, in no order."""
    return _among(db, "m.id", ids)


def by_handles(db: apsw.Connection, handles: Sequence[str]) -> tuple[KeptMessage, ...]:
    """The texts that these handles of the phone name, in no order."""
    return _among(db, "m.handle_key", [handle_key(h) for h in handles if h])


def of_seconds(db: apsw.Connection, moments: Sequence[datetime]) -> tuple[KeptMessage, ...]:
    """The texts of the same seconds as these times, in no order."""
    found: list[KeptMessage] = []
    for second in {columns.ticks(at) // columns.SECOND for at in moments}:
        bounds = (second * PLACES, second * PLACES + PLACES - 1)
        found.extend(
            map(columns.kept_message, db.execute(f"{_MESSAGES} WHERE m.place BETWEEN ? AND ?", bounds))
        )
    return tuple(found)


def unread(db: apsw.Connection, thread: ThreadId, limit: int) -> tuple[TextMessage, ...]:
    """Up to `limit` incoming texts of a conversation not read yet, newest first."""
    found_rows = db.execute(
        f"{_MESSAGES} WHERE m.thread = (SELECT n FROM threads WHERE id = ?) AND m.direction = 'incoming'"
        f" AND NOT m.read {_NEWEST} ?",
        (thread, limit),
    )
    return tuple(columns.kept_message(row).message for row in found_rows)


def newest(db: apsw.Connection, limit: int) -> tuple[KeptMessage, ...]:
    """The newest texts of all conversations, oldest first."""
    found_rows = db.execute(f"{_MESSAGES} ORDER BY m.place DESC LIMIT ?", (limit,)).fetchall()
    return tuple(columns.kept_message(row) for row in reversed(found_rows))


def not_sent(db: apsw.Connection, limit: int) -> tuple[KeptMessage, ...]:
    """The newest texts of ours that failed, or may have been sent, oldest first."""
    found_rows = db.execute(
        f"{_MESSAGES} WHERE m.state IN ('failed', 'unknown') ORDER BY m.place DESC LIMIT ?", (limit,)
    ).fetchall()
    return tuple(columns.kept_message(row) for row in reversed(found_rows))


def extents(db: apsw.Connection) -> tuple[ThreadExtent, ...]:
    """What retention asks of each conversation that holds texts."""
    found_rows = db.execute(
        "SELECT id, total, (SELECT min(at) FROM messages WHERE thread = threads.n) FROM threads WHERE total > 0"
    )
    return tuple(ThreadExtent(ThreadId(id_), total, columns.moment(at)) for id_, total, at in found_rows)


def actions(db: apsw.Connection, limit: int) -> tuple[Action, ...]:
    """The newest lines of the audit, newest first."""
    found_rows = db.execute(
        "SELECT at, action, outcome, subject, origin FROM actions ORDER BY n DESC LIMIT ?", (limit,)
    )
    return tuple(
        Action(columns.moment(at), action, outcome, subject, origin)
        for at, action, outcome, subject, origin in found_rows
    )


def info(db: apsw.Connection) -> ArchiveInfo:
    """How the archive stands."""

    def one(statement: str) -> Any:
        return db.execute(statement).fetchall()[0][0]

    return ArchiveInfo(
        phone_id=one("SELECT value FROM meta WHERE name = 'phone_id'"),
        schema=one("PRAGMA user_version"),
        bytes_on_disk=one("PRAGMA page_count") * one("PRAGMA page_size"),
        messages=one("SELECT ifnull(sum(total), 0) FROM threads"),
        threads=one("SELECT count(*) FROM threads"),
        notifications=one("SELECT count(*) FROM notifications"),
        actions=one("SELECT count(*) FROM actions"),
        oldest=columns.moment_or_none(
            one("SELECT at FROM messages ORDER BY place LIMIT 1") if _any(db) else None
        ),
        newest=columns.moment_or_none(
            one("SELECT at FROM messages ORDER BY place DESC LIMIT 1") if _any(db) else None
        ),
    )


def _any(db: apsw.Connection) -> bool:
    return bool(db.execute("SELECT 1 FROM messages LIMIT 1").fetchall())


def _thread(db: apsw.Connection, row: columns.Row, marks: dict[ThreadId, ThreadMarks]) -> KeptThread:
    n, id_ = row[0], ThreadId(row[1])
    last = db.execute(f"{_MESSAGES} WHERE m.thread = ? {_NEWEST} 1", (n,)).fetchall()
    incoming = db.execute(
        f"{_MESSAGES} WHERE m.thread = ? AND m.direction = 'incoming' {_NEWEST} 1", (n,)
    ).fetchall()
    return KeptThread(
        id=id_,
        audience=Audience(row[2]),
        address=columns.address(*row[3:6]),
        created_at=columns.moment(row[6]),
        total=row[7],
        unread=row[8],
        first_at=columns.moment_or_none(row[9]),
        last=columns.kept_message(last[0]) if last else None,
        last_incoming=columns.kept_message(incoming[0]) if incoming else None,
        marks=marks.get(id_, ThreadMarks(id_)),
    )


def _among(db: apsw.Connection, column: str, values: Sequence[str]) -> tuple[KeptMessage, ...]:
    found: list[KeptMessage] = []
    for begin in range(0, len(values), _IDS):
        some = values[begin : begin + _IDS]
        marks = ", ".join("?" * len(some))
        found.extend(map(columns.kept_message, db.execute(f"{_MESSAGES} WHERE {column} IN ({marks})", some)))
    return tuple(found)


def _outbox(db: apsw.Connection) -> tuple[tuple[OutboxRow, TextMessage], ...]:
    found_rows = db.execute(
        "SELECT o.message, o.step, a.value, a.kind, a.key, o.hold_until, o.expires_at, o.confirmed, o.command,"
        " o.attempts FROM outbox o JOIN addresses a ON a.n = o.recipient WHERE o.step <> 'settled' ORDER BY o.n"
    )
    entries = [columns.outbox_row(row) for row in found_rows]
    messages = {k.message.id: k.message for k in by_ids(db, [e.id for e in entries])}
    return tuple((entry, messages[entry.id]) for entry in entries if entry.id in messages)


def _stranded(db: apsw.Connection) -> tuple[TextMessage, ...]:
    found_rows = db.execute(
        f"{_MESSAGES} WHERE m.state IN ('held', 'queued', 'handed_over') AND m.id NOT IN"
        " (SELECT message FROM outbox WHERE step <> 'settled') ORDER BY m.place"
    )
    return tuple(columns.kept_message(row).message for row in found_rows)


def _looked_at(db: apsw.Connection) -> datetime | None:
    found = rows(db, "SELECT value FROM meta WHERE name = 'looked_at'")
    return columns.moment(int(found[0][0])) if found else None


def _drafts(db: apsw.Connection) -> tuple[Draft, ...]:
    return tuple(map(columns.draft, db.execute("SELECT thread, text, at FROM drafts ORDER BY thread")))


def gaps(db: apsw.Connection) -> tuple[Gap, ...]:
    """Times of which nothing is known, oldest first."""
    found_rows = db.execute("SELECT id, started_at, ended_at, reason FROM gaps ORDER BY n")
    return tuple(columns.gap(row) for row in found_rows)


def contacts(db: apsw.Connection) -> tuple[Contact, ...]:
    """The phone's book, as last told."""
    addresses: dict[int, list[Any]] = {}
    for contact, *address in db.execute(
        "SELECT c.contact, a.value, a.kind, a.key FROM contact_addresses c JOIN addresses a ON a.n = c.address"
        " ORDER BY c.contact, c.position"
    ):
        addresses.setdefault(contact, []).append(columns.address(*address))
    found_rows = db.execute("SELECT n, name FROM contacts ORDER BY n")
    return tuple(Contact(RemoteText(name), tuple(addresses.get(n, ()))) for n, name in found_rows)


def _calls(db: apsw.Connection) -> tuple[Call, ...]:
    found_rows = db.execute(
        "SELECT c.kind, a.value, a.kind, a.key, c.name, c.at FROM calls c JOIN addresses a ON a.n = c.address"
        " ORDER BY c.n"
    )
    return tuple(
        Call(CallKind(row[0]), columns.address(*row[1:4]), RemoteText(row[4]), columns.moment_or_none(row[5]))
        for row in found_rows
    )
