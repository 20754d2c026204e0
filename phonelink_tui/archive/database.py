"""How is a keyed connection to an archive opened, and how much of it is checked?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import apsw

from phonelink_tui.archive.files import make_file
from phonelink_tui.archive.sqlite_errors import OnDamage, tell_nobody, translated
from phonelink_tui.errors import ArchiveDamaged, DeadlineExceeded

KEY_BYTES: Final = 32

CIPHER: Final = "chacha20"
"""ChaCha20 with Poly1305: each page carries its own authenticator, so a changed byte is an error and never a
wrong text. It needs no AES instructions; `sqlcipher` took 1.1 to 3 times as long for the same work."""

BUSY_MS: Final = 2000
"""How long a statement waits for another process that holds the file."""

CACHE_KIB: Final = 8192
"""Decrypted pages a connection keeps."""

PROBLEMS: Final = 20
"""Lines of a check that are told."""

_STEPS: Final = 200
"""Pages checked between two looks at the clock."""


def connect(path: Path, key: bytes, *, write: bool, on_damage: OnDamage = tell_nobody) -> apsw.Connection:
    """A connection to the archive at `path`, made if need be when `write`.

    Args:
        path: The file.
        key: `KEY_BYTES` random bytes; derived and checked by `keyring_file`.
        write: Whether this is the one connection that writes.
        on_damage: See `OnDamage`.

    Raises:
        ArchiveError: As `translated`. With a key that was checked, a file it does not open is damaged.
    """
    assert len(key) == KEY_BYTES, "the data key is of one length"
    flags = apsw.SQLITE_OPEN_READWRITE
    if write:
        make_file(path)
    with translated(on_damage):
        db = apsw.Connection(str(path), flags=flags)
        try:
            _set_up(db, key, write=write)
        except BaseException:
            db.close()
            raise
    return db


def _set_up(db: apsw.Connection, key: bytes, *, write: bool) -> None:
    db.set_busy_timeout(BUSY_MS)
    db.pragma("cipher", CIPHER)
    db.pragma(
        "key", f"raw:{key.hex()}"
    )  # the key itself: it was derived already, and a second KDF costs 80 ms
    db.pragma("cache_size", -CACHE_KIB)
    db.pragma("temp_store", "memory")
    db.pragma("secure_delete", True)
    db.pragma("trusted_schema", False)
    if write:
        db.pragma("journal_mode", "wal")
        db.pragma("synchronous", "full")  # an acknowledged commit survives a power cut, not only kill -9
        db.pragma("journal_size_limit", 16 * 1024 * 1024)
    else:
        db.pragma("query_only", True)
    db.execute("SELECT count(*) FROM sqlite_schema").fetchall()


def rows(db: apsw.Connection, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement."""
    return db.execute(statement, values).fetchall()


def problems(db: apsw.Connection, *, full: bool, within_s: float) -> list[str]:
    """What a check of the file finds; empty where it is sound as far as the time allowed to look.

    Args:
        db: An open connection.
        full: Every page, index and list; else the structure only.
        within_s: After that many seconds the check stops, and what it has not looked at counts as sound.
    """
    ends = time.monotonic() + within_s
    db.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
    try:
        with translated():
            check = "integrity_check" if full else "quick_check"
            found = db.execute(f"PRAGMA {check}({PROBLEMS})").fetchall()
    except DeadlineExceeded:
        return []
    except ArchiveDamaged as error:
        return [error.message]
    finally:
        db.set_progress_handler(None)
    return [str(line) for (line,) in found if line != "ok"]
