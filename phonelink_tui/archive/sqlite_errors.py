"""Which of our errors is an error of SQLite?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import apsw

from phonelink_tui.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveFull,
    ArchiveUnwritable,
    DeadlineExceeded,
)

_DAMAGED: Final = (
    "The archive is damaged.",
    "The next start checks all of it, sets it aside and begins anew; `phonelink archive info --check` says more.",
)
_UNWRITABLE: Final = (
    "The archive cannot be written.",
    "Look whether the disk is mounted read-only and the directory is yours.",
)
_BUSY: Final = ("Another process has the archive.", "Close the other phonelink, or use its relay.")

_BY_CLASS: Final[tuple[tuple[type[apsw.Error], type[ArchiveError], tuple[str, str]], ...]] = (
    (apsw.FullError, ArchiveFull, ("The disk is full.", "Make room; what waits is written then.")),
    (apsw.BusyError, ArchiveBusy, _BUSY),
    (apsw.LockedError, ArchiveBusy, _BUSY),
    (apsw.CorruptError, ArchiveDamaged, _DAMAGED),
    (apsw.NotADBError, ArchiveDamaged, _DAMAGED),
    (apsw.FormatError, ArchiveDamaged, _DAMAGED),
    (apsw.ReadOnlyError, ArchiveUnwritable, _UNWRITABLE),
    (apsw.CantOpenError, ArchiveUnwritable, _UNWRITABLE),
    (apsw.PermissionsError, ArchiveUnwritable, _UNWRITABLE),
    (apsw.AuthError, ArchiveUnwritable, _UNWRITABLE),
    (apsw.IOError, ArchiveUnwritable, ("The disk does not take what is written.", "See the system's log.")),
)


OnDamage = Callable[[], None]
"""Called, on whichever thread, before an `ArchiveDamaged` is raised."""


def tell_nobody() -> None:
    """For whoever looks at the archive only now, and handles what it finds."""


@contextmanager
def translated(on_damage: OnDamage = tell_nobody) -> Iterator[None]:
    """Errors of SQLite that a person can meet become ours; any other is a bug and stays what it is.

    Raises:
        ArchiveError: Full, busy, damaged or unwritable.
        DeadlineExceeded: The statement was interrupted.
    """
    try:
        yield
    except apsw.InterruptError as error:
        raise DeadlineExceeded("The archive took too long.", "Ask for something narrower.") from error
    except apsw.Error as error:
        for foreign, ours, (message, hint) in _BY_CLASS:
            if isinstance(error, foreign):
                if ours is ArchiveDamaged:
                    on_damage()
                raise ours(message, hint) from error
        raise
