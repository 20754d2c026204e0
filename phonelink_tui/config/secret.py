"""What keys the ids of threads, so that an id says nothing about a number?"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from phonelink_tui.config.private_files import read_private, write_private

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
    found = read_private(path, SECRET_BYTES + 1)
    return found if found is not None and len(found) == SECRET_BYTES else None


def _create(path: Path) -> bytes:
    """Make the file; of two processes at once, one makes it and both use it."""
    secret = secrets.token_bytes(SECRET_BYTES)
    try:
        write_private(path, secret, replace=False)
    except FileExistsError:
        found = _read(path)
        if found is not None:
            return found
        write_private(path, secret)  # what is there is cut short: it keys nothing any more
    return secret
