"""What keys the ids of threads, so that an id says nothing about a number?"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

SECRET_BYTES: Final = 32

VIRTUAL_SECRET: Final = b"the virtual phone has no secrets"
"""For virtual phones: their people do not exist, and tests and screenshots want the same ids everywhere."""


def install_secret(state_dir: Path | None) -> bytes:
    """The secret of this installation, made at first use (0600).

    Args:
        state_dir: Where it lives; None, or a place that fails: a new one, so ids last for this run only.
    """
    if state_dir is None:
        return secrets.token_bytes(SECRET_BYTES)
    path = state_dir / "secret"
    try:
        return _read(path) or _create(path)
    except OSError:
        return secrets.token_bytes(SECRET_BYTES)


def _read(path: Path) -> bytes | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(fd, "rb") as file:
        os.fchmod(fd, 0o600)
        secret = file.read(SECRET_BYTES + 1)
    return secret if len(secret) == SECRET_BYTES else None


def _create(path: Path) -> bytes:
    """Make the file whole or not at all; of two processes at once, one makes it and both use it."""
    secret = secrets.token_bytes(SECRET_BYTES)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(fd)
        try:
            os.link(part, path)
        except FileExistsError:
            found = _read(path)
            if found is not None:
                return found
            part.replace(path)  # what is there is cut short: it keys nothing any more
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return secret
