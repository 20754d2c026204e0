"""How does an archive get opened, changed in its key, and erased?"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import apsw
from attrs import evolve, frozen

from phonelink_tui.archive import key_file, reading
from phonelink_tui.archive.archive import Archive, IsKept, keep_everything
from phonelink_tui.archive.database import connect, problems, rows
from phonelink_tui.archive.facts import Action, ArchiveInfo
from phonelink_tui.archive.files import ArchiveFiles, held, make_private, remove, set_aside, suspect
from phonelink_tui.archive.key_sources import Secret
from phonelink_tui.archive.reindexing import index_anew_if_needed
from phonelink_tui.archive.schema import VERSION, migrate, version_of
from phonelink_tui.archive.sqlite_errors import translated
from phonelink_tui.archive.writing import Writing
from phonelink_tui.errors import ArchiveDamaged, ArchiveError, ArchiveLocked, ArchiveUnwritable

CHECK_S: Final = 0.1
"""Spent on a check at each start. Every page is authenticated when it is read, whatever this finds; should a read
meet damage that this did not, the next start takes the time to look at all of it."""

FULL_CHECK_S: Final = 600.0


@frozen
class Opened:
    """An archive, and what happened on the way."""

    archive: Archive
    set_aside: Path | None = None
    """A damaged file was found; it was renamed to this, and a new archive begun."""


@asynccontextmanager
async def open_archive(
    files: ArchiveFiles,
    secret: Secret | None,
    phone_id: str,
    now: Callable[[], datetime],
    is_kept: IsKept = keep_everything,
) -> AsyncIterator[Opened]:
    """The archive of a phone, made if there is none, for this process alone; leaving the block closes it.

    Blocks the event loop for the key (0.4 s for a passphrase), and works in a thread for `CHECK_S`; after a read that
    met damage for a check of all of it instead, and after an update perhaps for an index made anew (`reindexing`).
    Cancelling waits for that thread.

    Args:
        files: Where.
        secret: What opens it.
        phone_id: Written into a new archive; another phone's is refused.
        now: The clock (UTC), for the name of what is set aside.
        is_kept: Asked for each text and notification before it is written.

    Raises:
        ArchiveLocked: The secret is missing or wrong.
        ArchiveTooNew: A later program has written it.
        ArchiveBusy: Another process has it.
        ArchiveUnwritable: The place cannot be written.
        ArchiveFull: The disk is full.
        ArchiveDamaged: The key file is damaged. A damaged archive itself is set aside and is no error.
    """
    make_private(files)
    with ExitStack() as stack:
        stack.enter_context(held(files))
        key = _key(files, secret)
        aside = None
        try:
            run = await _beside(partial(_prepare, files, key, phone_id))
        except ArchiveDamaged:
            aside = _set_aside(files, now())
            run = await _beside(partial(_prepare, files, key, phone_id))
        with suppress(OSError):  # then all of it is checked once more
            files.suspect.unlink(missing_ok=True)
        on_damage = partial(suspect, files)
        archive = Archive(
            lambda write: connect(files.database, key, write=write, on_damage=on_damage),
            run,
            is_kept,
            on_damage,
        )
        try:
            yield Opened(archive, aside)
        finally:
            await archive.aclose()


def inspect(files: ArchiveFiles, secret: Secret | None, *, check: bool) -> ArchiveInfo:
    """How an archive stands, also while a relay has it open; with `check`, every page of it is looked at.

    What it finds has the next opening look, too.

    Raises:
        ArchiveLocked: The secret is missing or wrong, or there is no archive.
        ArchiveError: It cannot be opened at all.
    """
    key = key_file.unwrap(files.key, secret)
    if not files.database.exists():
        raise ArchiveLocked("There is no archive for this phone.")
    on_damage = partial(suspect, files)
    db = connect(files.database, key, write=False, on_damage=on_damage)
    try:
        with translated(on_damage):
            info = reading.info(db)
        found = problems(db, full=True, within_s=FULL_CHECK_S) if check else []
    finally:
        db.close()
    if found:
        suspect(files)
    return evolve(info, problems=tuple(found))


def note_action(files: ArchiveFiles, secret: Secret | None, action: Action) -> None:
    """Write a line of the audit, also while a relay has the archive open: SQLite lets both write in turn.

    Raises:
        ArchiveLocked: The secret is missing or wrong, or there is no archive.
        ArchiveError: It cannot be written, or another version of the program has written it.
    """
    key = key_file.unwrap(files.key, secret)
    if not files.database.exists():
        raise ArchiveLocked("There is no archive for this phone.")
    db = connect(files.database, key, write=True)
    try:
        with translated():
            if version_of(db) != VERSION:
                raise ArchiveError("The archive is of another version; its audit was not written.")
            Writing(db).put_action(action)
    finally:
        db.close()


def change_secret(files: ArchiveFiles, old: Secret, new: Secret) -> None:
    """From now on `new` opens the archive and `old` does not. The archive itself stays as it is.

    Raises:
        ArchiveLocked: `old` does not open it.
        ArchiveUnwritable: The key file cannot be written; `old` still opens it.
    """
    key = key_file.unwrap(files.key, old)
    try:
        key_file.rewrap(files.key, key, new)
    except OSError as error:
        raise ArchiveUnwritable("The key file cannot be written.", f"{error.strerror}.") from error


def erase(files: ArchiveFiles) -> bool:
    """Forget a phone: the key first, so that whatever happens next only noise is left; then all files.

    Returns:
        Whether there was a key.

    Raises:
        ArchiveBusy: A process has it open.
        ArchiveUnwritable: A file cannot be removed; the message says whether the key is gone.
    """
    if not files.database.parent.exists():
        return False
    with held(files):
        gone = False
        try:
            gone = key_file.erase(files.key)
            remove(files)
        except OSError as error:
            sentence = "The key is erased, but a file stays." if gone else "The key could not be erased."
            raise ArchiveUnwritable(sentence, f"{error.strerror}.") from error
        files.lock.unlink(missing_ok=True)
    return gone


def _key(files: ArchiveFiles, secret: Secret | None) -> bytes:
    if key_file.kind_wanted(files.key) is None and not files.database.exists():
        if secret is None:
            raise ArchiveLocked("There is no key to begin an archive with.", "Name one: --key-file FILE.")
        try:
            return key_file.create(files.key, secret)
        except OSError as error:
            raise ArchiveUnwritable("The key file cannot be written.", f"{error.strerror}.") from error
    return key_file.unwrap(files.key, secret)


async def _beside(work: Callable[[], int]) -> int:
    """What `work` answers. A relay that is unlocked while it runs has a watchdog to answer meanwhile."""
    working = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])  # the lock on the files is held for it
        working.exception()
        raise


def _prepare(files: ArchiveFiles, key: bytes, phone_id: str) -> int:
    """Make the file what this program expects; the number of this run."""
    db = connect(files.database, key, write=True)
    try:
        with translated():
            within_s = math.inf if files.suspect.exists() else CHECK_S
            if version_of(db) and (found := problems(db, full=False, within_s=within_s)):
                raise ArchiveDamaged(f"The archive is damaged: {found[0]}")
            migrate(db, phone_id)
            index_anew_if_needed(db)
            return _begin_run(db, phone_id)
    finally:
        db.close()


def _begin_run(db: apsw.Connection, phone_id: str) -> int:
    meta = dict(rows(db, "SELECT name, value FROM meta"))
    if meta["phone_id"] != phone_id:
        raise ArchiveError("This archive is of another phone.", "Each phone has its own.")
    run = int(meta["run"]) + 1
    db.execute("UPDATE meta SET value = ? WHERE name = 'run'", (str(run),))
    return run


def _set_aside(files: ArchiveFiles, at: datetime) -> Path:
    try:
        return set_aside(files, at)
    except OSError as error:
        raise ArchiveUnwritable(
            "The archive is damaged and cannot be set aside.", f"{error.strerror}."
        ) from error
