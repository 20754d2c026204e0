"""How is a file of this user's own read and written, so that nobody else reads it and no crash leaves half of it?"""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path


def read_private(path: Path, most: int) -> bytes | None:
    """The first `most` bytes of a file, made 0600 where it was not; None where there is none.

    Raises:
        OSError: It is a link, or cannot be read or made private.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(fd, "rb") as file:
        if (
            stat.S_IMODE(os.fstat(fd).st_mode) != 0o600
        ):  # not always: a read-only file system refuses even no change
            os.fchmod(fd, 0o600)
        return file.read(most)


def write_private(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a 0600 file, whole or not at all; it is on the disk when this returns.

    Args:
        path: Where.
        content: All of it.
        replace: Whether a file that is there is replaced.

    Raises:
        FileExistsError: There is a file, and it is not to be replaced.
        OSError: It cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    fd = open_private(part, os.O_WRONLY | os.O_TRUNC)
    try:
        with open(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        if replace:
            part.replace(path)
        else:
            os.link(part, path)
        sync_directory(path.parent)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a file that is made (0600) should there be none, and made 0600 whatever the umask was.

    Args:
        path: Where; no link is followed.
        flags: Of `os.open`: how it is written, and `O_EXCL`, `O_TRUNC` or `O_APPEND`.

    Raises:
        OSError: It cannot be opened, or is another user's.
    """
    fd = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(fd, 0o600)
    except OSError:
        os.close(fd)
        raise
    return fd


def lock_private(path: Path) -> int:
    """A descriptor of a lock file (0600) that this process alone holds; however it ends, the kernel lets it go.

    Raises:
        BlockingIOError: Another process, or another descriptor of this one, holds it.
        OSError: It cannot be made.
    """
    fd = open_private(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise
    return fd


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable. Raises OSError."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
