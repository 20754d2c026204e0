"""How do texts and cards go to obexd and come from it? As files, in a directory that only this user may enter.

Each session has a directory of its own below the runtime directory, held by a lock; one without a lock was left by
a program that died, and is removed by the next. Files live as long as the request they serve.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from phonelink_tui.errors import BluetoothUnavailable, LimitExceeded, ProfileError, RemoteProtocolError

PREFIX: Final = "obexd-"

YOUNG_S: Final = 60.0
"""A directory without a lock is left alone so long: its owner may be about to lock it."""


class PrivateFiles:
    """A directory of one session; made by `make`."""

    def __init__(self, directory: Path, descriptor: int) -> None:
        self._directory = directory
        self._descriptor = descriptor

    @classmethod
    def make(cls, parent: Path | None) -> PrivateFiles:
        """A new directory; those of dead programs are removed.

        Args:
            parent: Private already, see `config.paths.private_dir`; None: there is none.

        Raises:
            BluetoothUnavailable: It cannot be made.
        """
        unusable = BluetoothUnavailable(
            "There is no private place for the files that go to and from obexd.",
            "XDG_RUNTIME_DIR must name a directory of yours with mode 0700.",
        )
        if parent is None:
            raise unusable
        try:
            _sweep(parent)
            directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise unusable from None
        return cls(directory, descriptor)

    def new_path(self) -> str:
        """Where obexd may write; nobody can know the name before."""
        return str(self._directory / secrets.token_hex(8))

    def write(self, data: bytes) -> str:
        """A new file with this content, for obexd to read.

        Raises:
            ProfileError: The disk is full, or the directory gone.
        """
        path = self.new_path()
        try:
            with os.fdopen(os.open(Path(path).name, _NEW, 0o600, dir_fd=self._descriptor), "wb") as file:
                file.write(data)
        except OSError as error:
            raise ProfileError("The text cannot be written for obexd.", "Is the disk full?") from error
        return path

    def size(self, path: str) -> int | None:
        """Bytes in a file so far; None while it is not there."""
        try:
            return os.stat(Path(path).name, dir_fd=self._descriptor, follow_symlinks=False).st_size
        except OSError:
            return None

    def read(self, path: str, limit_bytes: int) -> bytes:
        """What obexd wrote.

        Raises:
            LimitExceeded: More than `limit_bytes`.
            RemoteProtocolError: This is no private file of ours: somebody else put it there.
            ProfileError: It is not there.
        """
        try:
            descriptor = os.open(Path(path).name, _READ, dir_fd=self._descriptor)
        except FileNotFoundError:
            raise ProfileError("obexd says that it wrote a file, and did not.") from None
        except OSError:
            raise _not_ours() from None  # ELOOP: a link
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            private = not found.st_mode & 0o077 and found.st_uid == os.getuid() and found.st_nlink == 1
            if not stat.S_ISREG(found.st_mode) or not private:
                raise _not_ours()
            data = file.read(limit_bytes + 1)
        if len(data) > limit_bytes:
            raise LimitExceeded(f"The phone sent more than {limit_bytes} bytes.")
        return data

    def remove(self, path: str) -> None:
        """A file has served."""
        with suppress(OSError):
            os.unlink(Path(path).name, dir_fd=self._descriptor)

    def close(self) -> None:
        """Remove the directory with all in it."""
        shutil.rmtree(self._directory, ignore_errors=True)
        os.close(self._descriptor)


_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def _not_ours() -> RemoteProtocolError:
    return RemoteProtocolError("What lies where obexd was to write is not what obexd writes.")


def _sweep(parent: Path) -> None:
    for found in parent.glob(PREFIX + "*"):
        with suppress(OSError):
            descriptor = os.open(found, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - os.fstat(descriptor).st_mtime > YOUNG_S:
                    shutil.rmtree(found, ignore_errors=True)
            finally:
                os.close(descriptor)
