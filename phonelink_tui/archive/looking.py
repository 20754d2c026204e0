"""How is all that is kept read once, in order, without holding it? For an export, also beside a relay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import apsw

from phonelink_tui.archive import columns, key_file, reading
from phonelink_tui.archive.database import connect
from phonelink_tui.archive.facts import KeptThread
from phonelink_tui.archive.files import ArchiveFiles
from phonelink_tui.archive.key_sources import Secret
from phonelink_tui.archive.pruning import count_cut
from phonelink_tui.archive.retention import Retention, cuts
from phonelink_tui.archive.sqlite_errors import translated
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import ArchiveLocked


class Look:
    """One consistent look at an archive, as of its first read."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db

    def threads(self) -> tuple[KeptThread, ...]:
        """All conversations, newest first."""
        return reading.threads(self._db)

    def contacts(self) -> tuple[Contact, ...]:
        """The phone's book."""
        return reading.contacts(self._db)

    def gaps(self) -> tuple[Gap, ...]:
        """Times of which nothing is known, oldest first."""
        return reading.gaps(self._db)

    def texts(self, thread: ThreadId) -> Iterator[TextMessage]:
        """All texts of a conversation, oldest first; read as they are asked for."""
        found = self._db.execute(
            f"SELECT {columns.MESSAGE} FROM {columns.MESSAGE_FROM}"
            " WHERE m.thread = (SELECT n FROM threads WHERE id = ?) ORDER BY m.at, m.arrival",
            (thread,),
        )
        return (columns.kept_message(row).message for row in found)

    def would_go(self, retention: Retention, now: datetime) -> Mapping[ThreadId, int]:
        """How many texts of which conversations a prune would remove at `now` (UTC)."""
        found = {
            cut.thread: count_cut(cut, self._db) for cut in cuts(retention, now, reading.extents(self._db))
        }
        return {thread: number for thread, number in found.items() if number}


@contextmanager
def look_at(files: ArchiveFiles, secret: Secret | None) -> Iterator[Look]:
    """A look while inside; a relay may go on writing meanwhile.

    Raises:
        ArchiveLocked: The secret is missing or wrong, or there is no archive.
        ArchiveError: It cannot be read.
    """
    key = key_file.unwrap(files.key, secret)
    if not files.database.exists():
        raise ArchiveLocked("There is no archive for this phone.")
    db = connect(files.database, key, write=False)
    try:
        with translated(), db:
            yield Look(db)
    finally:
        db.close()
