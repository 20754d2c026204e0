"""How does a batch of facts get written, all or nothing, though one of them cannot be written at all?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import apsw

from phonelink_tui.archive.facts import Fact
from phonelink_tui.archive.sqlite_errors import OnDamage, translated
from phonelink_tui.archive.writing import Writing
from phonelink_tui.errors import ArchiveError

T = TypeVar("T")

Numbered = tuple[int, Fact]
"""A fact, and the number by which the writer knows it."""

_log = logging.getLogger(__name__)


def write_batch(
    db: apsw.Connection, writing: Writing, batch: Sequence[Numbered], on_damage: OnDamage
) -> list[int]:
    """Write a batch in one transaction; the numbers of the facts that no disk could take.

    Raises:
        ArchiveError: Nothing of it was written.
    """
    try:
        with translated(on_damage):
            transact(db, writing, lambda: writing.apply_all(fact for _, fact in batch))
    except ArchiveError:
        raise
    except Exception:  # noqa: BLE001 - an error of ours in one fact, which must not keep the others from the disk
        return _write_each(db, writing, batch, on_damage)
    return []


def _write_each(
    db: apsw.Connection, writing: Writing, batch: Sequence[Numbered], on_damage: OnDamage
) -> list[int]:
    left_out: list[int] = []

    def write() -> None:
        for number, fact in batch:
            try:
                with translated(on_damage), db:
                    writing.apply(fact)
            except ArchiveError:
                raise
            except Exception as error:
                if not db.in_transaction:
                    raise  # SQLite has undone what was written before, too
                _log.error("not kept: %s, for %s", type(fact).__name__, type(error).__name__)
                writing.rolled_back()
                left_out.append(number)

    try:
        with translated(on_damage):
            transact(db, writing, write)
    except ArchiveError:
        raise
    except Exception as error:
        _log.error("the archive cannot be written: %s", type(error).__name__)
        raise ArchiveError("The archive cannot be written, by an error of ours.", "Start anew.") from error
    return left_out


def transact(db: apsw.Connection, writing: Writing, work: Callable[[], T]) -> T:
    """All that `work` writes, or nothing. Raises what it raises, and apsw.Error."""
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work()
        db.execute("COMMIT")
    except BaseException:
        writing.rolled_back()
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return result
