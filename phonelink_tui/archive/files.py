"""Which files is an archive made of, and are they private, ours alone, and gone when they shall be?"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

from attrs import frozen

from phonelink_tui.config.private_files import open_private, sync_directory
from phonelink_tui.errors import ArchiveBusy, ArchiveUnwritable

BESIDE: Final = ("-wal", "-shm")
"""What SQLite keeps beside its file while it is open."""


@frozen
class ArchiveFiles:
    """The places of one phone's archive."""

    database: Path

    @property
    def key(self) -> Path:
        """The wrapped data key."""
        return self.database.with_suffix(".key")

    @property
    def lock(self) -> Path:
        """Held by the process that writes."""
        return self.database.with_suffix(".lock")

    @property
    def suspect(self) -> Path:
        """There while the archive may be damaged: something met a page that cannot be read."""
        return self.database.with_name(self.database.name + ".suspect")


def archive_files(directory: Path, phone_id: str) -> ArchiveFiles:
    """Where the archive of a phone lies in a directory; the name says nothing about the phone."""
    name = blake2b(phone_id.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return ArchiveFiles(directory / f"{name}.archive")


def make_private(files: ArchiveFiles) -> None:
    """The directory made (0700), and whatever files there are, ours and 0600.

    Raises:
        ArchiveUnwritable: They are another user's, links, or cannot be made private.
    """
    directory = files.database.parent
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _own(directory, stat.S_ISDIR, 0o700)
        for path in (files.database, files.key, *_beside(files.database)):
            with suppress(FileNotFoundError):
                _own(path, stat.S_ISREG, 0o600)
    except OSError as error:
        raise ArchiveUnwritable("The archive's directory cannot be used.", f"{error.strerror}.") from error


def make_file(path: Path) -> None:
    """An empty file (0600) should there be none: SQLite would make it by the umask. Raises ArchiveUnwritable."""
    try:
        os.close(open_private(path, os.O_WRONLY))
    except OSError as error:
        raise ArchiveUnwritable("The archive cannot be written.", f"{error.strerror}.") from error


def suspect(files: ArchiveFiles) -> None:
    """Have the next opening look at all of the archive; where that cannot be noted, it looks at some."""
    with suppress(OSError):
        os.close(open_private(files.suspect, os.O_WRONLY))


@contextmanager
def held(files: ArchiveFiles) -> Iterator[None]:
    """This process alone writes the archive while inside.

    Raises:
        ArchiveBusy: Another process does.
        ArchiveUnwritable: The lock cannot be made.
    """
    try:
        fd = open_private(files.lock, os.O_RDWR)
    except OSError as error:
        raise ArchiveUnwritable("The archive's directory cannot be used.", f"{error.strerror}.") from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise ArchiveBusy(
            "Another phonelink keeps this phone's history.", "Attach to it, or start with --no-history."
        ) from None
    try:
        yield
    finally:
        os.close(fd)


def set_aside(files: ArchiveFiles, at: datetime) -> Path:
    """Rename a damaged archive and what is beside it; nothing is deleted. Where it is now. Raises OSError."""
    name = f"{files.database.name}.damaged-{at:%Y%m%dT%H%M%SZ}"
    aside, number = files.database.with_name(name), 1
    while aside.exists():
        number += 1
        aside = files.database.with_name(f"{name}-{number}")
    for path in (*_beside(files.database), files.database):
        with suppress(FileNotFoundError):
            path.rename(aside.with_name(aside.name + path.name.removeprefix(files.database.name)))
    sync_directory(files.database.parent)
    return aside


def set_aside_before(files: ArchiveFiles) -> tuple[Path, ...]:
    """The damaged archives of this phone that still lie there, oldest first; none where that cannot be seen."""
    found = files.database.parent.glob(f"{files.database.name}.damaged-*")
    return tuple(sorted(path for path in found if not path.name.endswith(BESIDE)))


def remove(files: ArchiveFiles) -> None:
    """Remove the archive and all that was ever set aside of it; the key is erased before. Raises OSError."""
    directory, name = files.database.parent, files.database.name
    for path in sorted(directory.glob(name + "*")):
        path.unlink()
    sync_directory(directory)


def _beside(database: Path) -> tuple[Path, ...]:
    return tuple(database.with_name(database.name + suffix) for suffix in BESIDE)


def _own(path: Path, is_kind: object, mode: int) -> None:
    found = path.lstat()
    assert callable(is_kind), "a test of `stat`"
    if not is_kind(found.st_mode) or found.st_uid != os.getuid():
        raise OSError(0, "It is not this user's own")
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)
