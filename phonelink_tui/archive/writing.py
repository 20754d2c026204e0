"""How does each fact become rows? Called on the writer's thread only, inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import apsw
from attrs import define

from phonelink_tui.archive import columns
from phonelink_tui.archive.database import rows
from phonelink_tui.archive.facts import (
    Action,
    Calls,
    Contacts,
    Draft,
    Fact,
    HandleGiven,
    LookedAt,
    MessageGone,
    NotificationGone,
    OutboxRow,
    OutboxStep,
    ThreadGone,
    ThreadMarks,
    ThreadStarted,
)
from phonelink_tui.archive.query import sender_text
from phonelink_tui.archive.words import words
from phonelink_tui.domain.address import Address
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import Direction, TextMessage, tells_of_trust
from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.domain.observed import handle_key

PLACES: Final = 1024
"""Of each second. A second that is full goes on in the next one: order by place is then that much off."""

REMEMBERED: Final = {"notifications": 1000, "gaps": 500, "actions": 10_000}
"""Rows of each kept; the oldest go first."""

COMMANDS: Final = 1000
"""Settled rows of the outbox kept, so that a command that comes again sends nothing twice."""

_CACHED: Final = 10_000


@define
class _Entry:
    """What the index had of a place before the facts of a batch, and what it is to have of it."""

    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None


class Writing:
    """Facts to rows, over one connection; `apply` and `apply_all` alone also keep the full-text index."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self._addresses: dict[Address, int] = {}
        self._unindexed: dict[int, _Entry] = {}
        ((last,),) = rows(db, "SELECT ifnull(max(arrival), -1) FROM messages")
        self._arrivals: int = last

    def apply(self, fact: Fact) -> None:
        """Write one fact; the newest of each kind and id is what stays."""
        self.apply_all((fact,))

    def apply_all(self, facts: Iterable[Fact]) -> None:
        """Write facts in their order."""
        for fact in facts:
            _APPLY[type(fact)](self, fact)
        self._index()

    def rolled_back(self) -> None:
        """Forget what was remembered of rows that are not there now."""
        self._addresses.clear()
        self._unindexed.clear()

    # Texts

    def put_message(self, message: TextMessage) -> None:
        """Add a text, or replace the one with its id, wherever it lay."""
        old = self._found(message.id)
        other = message.sender or message.recipient
        assert other is not None, "a message has another end"
        thread = self._thread(message, other)
        values = columns.message_columns(message)
        values["thread"] = thread
        values["sender"] = self._address_or_none(message.sender)
        values["recipient"] = self._address_or_none(message.recipient)
        values["place"] = self._place(values["at"], old)
        found = _found_text(message)
        if old is None:
            self._arrivals += 1
            values["arrival"] = self._arrivals
            self._run("INSERT INTO messages ({}) VALUES ({})", values)
            self._count(thread, 1, _unread(message))
        else:
            self._db.execute(_UPDATE_MESSAGE, {**values, "old": old[0]})
            self._count(old[1], -1, -old[2])
            self._count(thread, 1, _unread(message))
            self._drop_if_empty(old[1])
        if old is None or (old[0], old[3]) != (values["place"], found):
            if old is not None:
                self._unfind(old[0], old[3])
            self._find(values["place"], found)
        if tells_of_trust(message):
            self._db.execute("UPDATE addresses SET written_to = 1 WHERE n = ?", (values["recipient"],))

    def drop_message(self, gone: MessageGone) -> None:
        """Remove a text from everywhere."""
        old = self._found(gone.id)
        if old is not None:
            self._unfind(old[0], old[3])
            self._db.execute("DELETE FROM messages WHERE place = ?", (old[0],))
            self._count(old[1], -1, -old[2])
            self._drop_if_empty(old[1])
            self._db.execute("DELETE FROM outbox WHERE message = ?", (gone.id,))

    def give_handle(self, given: HandleGiven) -> None:
        """Bind a handle to a text; a handle names one text at a time, an empty one names nothing."""
        if given.handle:
            key = handle_key(given.handle)
            self._db.execute(
                "UPDATE messages SET handle = NULL, handle_key = NULL WHERE handle_key = ?", (key,)
            )
            self._db.execute(
                "UPDATE messages SET handle = ?, handle_key = ? WHERE id = ?", (given.handle, key, given.id)
            )

    # Conversations

    def start_thread(self, started: ThreadStarted) -> None:
        """Make a conversation exist."""
        self._db.execute(
            "INSERT INTO threads (id, audience, address, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                started.id,
                started.audience.value,
                self._address(started.address),
                columns.ticks(started.at),
            ),
        )

    def drop_thread(self, gone: ThreadGone) -> None:
        """Remove a conversation that holds nothing."""
        self._db.execute("DELETE FROM threads WHERE id = ? AND total = 0", (gone.id,))

    def put_marks(self, marks: ThreadMarks) -> None:
        """What a person set; no marks at all leave no row."""
        if marks == ThreadMarks(marks.thread):
            self._db.execute("DELETE FROM marks WHERE thread = ?", (marks.thread,))
            return
        self._db.execute(
            "REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(marks.thread, marks.pinned, marks.muted, marks.archived, marks.unread),
                columns.listed(marks.confirmed),
            ),
        )

    def put_draft(self, draft: Draft) -> None:
        """The newest draft of a conversation; an empty one leaves no row."""
        if draft.text:
            self._db.execute(
                "REPLACE INTO drafts VALUES (?, ?, ?)", (draft.thread, draft.text, columns.ticks(draft.at))
            )
        else:
            self._db.execute("DELETE FROM drafts WHERE thread = ?", (draft.thread,))

    # Everything else

    def put_looked_at(self, looked: LookedAt) -> None:
        """When a person looked last."""
        self._db.execute("REPLACE INTO meta VALUES ('looked_at', ?)", (str(columns.ticks(looked.at)),))

    def put_notification(self, value: PhoneNotification) -> None:
        """Add a notification, or replace the one with its id; the newest come last."""
        self.drop_notification(NotificationGone(value.id))
        marks = ", ".join("?" * (columns.NOTIFICATION.count(",") + 1))
        self._db.execute(
            f"INSERT INTO notifications ({columns.NOTIFICATION}) VALUES ({marks})",
            columns.notification_row(value),
        )
        self._forget_oldest("notifications")

    def drop_notification(self, gone: NotificationGone) -> None:
        """Remove a notification."""
        self._db.execute("DELETE FROM notifications WHERE id = ?", (gone.id,))

    def put_gap(self, gap: Gap) -> None:
        """A gap begins, or the known one changes."""
        self._db.execute(
            "INSERT INTO gaps (id, started_at, ended_at, reason) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET started_at = excluded.started_at, ended_at = excluded.ended_at, reason = excluded.reason",
            (gap.id, columns.ticks(gap.started_at), columns.ticks_or_none(gap.ended_at), gap.reason.value),
        )
        self._forget_oldest("gaps")

    def put_contacts(self, book: Contacts) -> None:
        """The whole book in place of the old one."""
        self._db.execute("DELETE FROM contact_addresses; DELETE FROM contacts")
        for n, contact in enumerate(book.contacts):
            self._db.execute("INSERT INTO contacts VALUES (?, ?)", (n, contact.name))
            self._db.executemany(
                "INSERT INTO contact_addresses VALUES (?, ?, ?)",
                [(n, position, self._address(a)) for position, a in enumerate(contact.addresses)],
            )

    def put_calls(self, history: Calls) -> None:
        """The whole history in place of the old one."""
        self._db.execute("DELETE FROM calls")
        self._db.executemany(
            "INSERT INTO calls VALUES (?, ?, ?, ?, ?)",
            [
                (n, c.kind.value, self._address(c.address), c.name, columns.ticks_or_none(c.at))
                for n, c in enumerate(history.calls)
            ],
        )

    def put_outbox(self, row: OutboxRow) -> None:
        """How far a text of ours got."""
        values = {
            "message": row.id,
            "step": row.step.value,
            "recipient": self._address(row.recipient),
            "hold_until": columns.ticks_or_none(row.hold_until),
            "expires_at": columns.ticks_or_none(row.expires_at),
            "confirmed": columns.listed(row.confirmed),
            "command": row.command,
            "attempts": row.attempts,
        }
        changed = ", ".join(f"{name} = excluded.{name}" for name in values)
        self._run(
            f"INSERT INTO outbox ({{}}) VALUES ({{}}) ON CONFLICT (message) DO UPDATE SET {changed}", values
        )
        if row.step is OutboxStep.SETTLED:
            self._db.execute(
                "DELETE FROM outbox WHERE step = 'settled' AND n <= (SELECT max(n) FROM outbox) - ?",
                (COMMANDS,),
            )

    def put_action(self, action: Action) -> None:
        """One line of the audit."""
        self._db.execute(
            "INSERT INTO actions (at, action, outcome, subject, origin) VALUES (?, ?, ?, ?, ?)",
            (columns.ticks(action.at), action.action, action.outcome, action.subject, action.origin),
        )
        self._forget_oldest("actions")

    # How

    def _run(self, statement: str, values: dict[str, Any]) -> None:
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        self._db.execute(statement.format(names, marks), values)

    def _found(self, id_: str) -> tuple[int, int, int, tuple[str, str]] | None:
        """(place, thread, unread, what it is found by) of a text."""
        row = rows(self._db, _FIND_MESSAGE, (id_,))
        if not row:
            return None
        kept = columns.kept_message(row[0][2:])
        return row[0][0], row[0][1], _unread(kept.message), _found_text(kept.message)

    def _find(self, place: int, found: tuple[str, str]) -> None:
        self._unindexed.setdefault(place, _Entry()).after = found

    def _unfind(self, place: int, found: tuple[str, str]) -> None:
        entry = self._unindexed.setdefault(place, _Entry(before=found))
        entry.after = None

    def _index(self) -> None:
        """Newest first, in the order of the index: it writes out all that it holds at a row out of order."""
        for place in sorted(self._unindexed, reverse=True):
            entry = self._unindexed[place]
            if entry.before == entry.after:
                continue
            if entry.before is not None:
                self._db.execute(_UNINDEX, (found_rowid(place), *entry.before))
            if entry.after is not None:
                self._db.execute(INDEX, (found_rowid(place), *entry.after))
        self._unindexed.clear()

    def _place(self, at: int, old: tuple[int, int, int, tuple[str, str]] | None) -> int:
        second = at // columns.SECOND
        if old is not None and old[0] // PLACES == second:
            return old[0]
        while True:
            first = second * PLACES
            last = rows(
                self._db,
                "SELECT max(place) FROM messages WHERE place BETWEEN ? AND ?",
                (first, first + PLACES - 1),
            )[0][0]
            if last is None:
                return first
            if last < first + PLACES - 1:
                return int(last) + 1
            second += 1

    def _thread(self, message: TextMessage, other: Address) -> int:
        found = rows(self._db, "SELECT n FROM threads WHERE id = ?", (message.thread,))
        if not found:
            self.start_thread(ThreadStarted(message.thread, message.audience, other, message.at))
            return int(self._db.last_insert_rowid())
        return int(found[0][0])

    def _count(self, thread: int, texts: int, unread: int) -> None:
        self._db.execute(
            "UPDATE threads SET total = total + ?, unread = unread + ? WHERE n = ?", (texts, unread, thread)
        )

    def _drop_if_empty(self, thread: int) -> None:
        self._db.execute("DELETE FROM threads WHERE n = ? AND total = 0", (thread,))

    def _address_or_none(self, address: Address | None) -> int | None:
        return None if address is None else self._address(address)

    def _address(self, address: Address) -> int:
        known = self._addresses.get(address)
        if known is not None:
            return known
        key = (address.key, address.kind.value, address.value)
        self._db.execute(
            "INSERT INTO addresses (key, kind, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key
        )
        ((n,),) = rows(self._db, "SELECT n FROM addresses WHERE key = ? AND kind = ? AND value = ?", key)
        if len(self._addresses) >= _CACHED:
            self._addresses.clear()
        self._addresses[address] = n
        return int(n)

    def _forget_oldest(self, table: str) -> None:
        self._db.execute(
            f"DELETE FROM {table} WHERE n <= (SELECT max(n) FROM {table}) - ?", (REMEMBERED[table],)
        )


_FIND_MESSAGE: Final = (
    f"SELECT m.place, m.thread, {columns.MESSAGE} FROM {columns.MESSAGE_FROM} WHERE m.id = ?"
)

_UPDATE_MESSAGE: Final = """
    UPDATE messages SET place = :place, thread = :thread, at = :at, direction = :direction, sender = :sender,
    recipient = :recipient, sender_name = :sender_name, text = :text, read = :read, state = :state,
    sources = :sources, audience = :audience, unknown_reason = :unknown_reason, group_name = :group_name,
    placeholder = :placeholder, detail = :detail, partial = :partial, failure = :failure WHERE place = :old
"""

INDEX: Final = "INSERT INTO found (rowid, text, who) VALUES (?, ?, ?)"
_UNINDEX: Final = "INSERT INTO found (found, rowid, text, who) VALUES ('delete', ?, ?, ?)"

_APPLY: Final[dict[type, Callable[[Writing, Any], None]]] = {
    TextMessage: Writing.put_message,
    MessageGone: Writing.drop_message,
    HandleGiven: Writing.give_handle,
    ThreadStarted: Writing.start_thread,
    ThreadGone: Writing.drop_thread,
    ThreadMarks: Writing.put_marks,
    Draft: Writing.put_draft,
    LookedAt: Writing.put_looked_at,
    PhoneNotification: Writing.put_notification,
    NotificationGone: Writing.drop_notification,
    Gap: Writing.put_gap,
    Contacts: Writing.put_contacts,
    Calls: Writing.put_calls,
    OutboxRow: Writing.put_outbox,
    Action: Writing.put_action,
}


def found_rowid(place: int) -> int:
    """Where the full-text index has the text at a place: the newest first.

    FTS5 reads its lists forwards without their beginnings; backwards it reads them whole once something was deleted
    under `secure-delete` (an index of version 5: 680 pages for the newest text with a word in `a`, out of a million).
    """
    return -place


def found_row(text: str, who: str) -> tuple[str, str]:
    """What the full-text index is told of a text and its sender."""
    return " ".join(words(text)), " ".join(words(who))


def _found_text(message: TextMessage) -> tuple[str, str]:
    return found_row(message.text, sender_text(message))


def _unread(message: TextMessage) -> int:
    return int(message.direction is Direction.INCOMING and not message.read)
