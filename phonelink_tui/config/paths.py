"""Where do files of ours live, and are they private?"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

import platformdirs
from attrs import frozen

APP: Final = "phonelink-tui"


@frozen
class Paths:
    """Places of one user. None where nothing can be kept: a read-only or missing home."""

    config_file: Path | None
    """May not exist; never made by us."""
    state_dir: Path | None
    """Log and secret."""
    runtime_dir: Path | None
    """The socket of a shared relay."""


def find_paths() -> Paths:
    """The XDG places of this user; the directories that we write to are made."""
    config = _absolute(platformdirs.user_config_path(APP))
    runtime = os.environ.get("XDG_RUNTIME_DIR")  # never a stand-in below /tmp, where others can be first
    return Paths(
        config_file=config / "config.toml" if config else None,
        state_dir=private_dir(platformdirs.user_state_path(APP)),
        runtime_dir=private_dir(Path(runtime) / APP) if runtime else None,
    )


def private_dir(path: Path) -> Path | None:
    """`path` as a directory that only this user may enter, made if need be.

    Returns:
        The path; None where it cannot be made, is no directory, is another user's, or cannot be written.
    """
    if _absolute(path) is None:
        return None
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return None
        if found.st_mode & 0o077:
            path.chmod(0o700)
    except OSError:
        return None
    return path if os.access(path, os.W_OK | os.X_OK) else None


def _absolute(path: Path) -> Path | None:
    """None for the `~/…` that is left when there is no home at all: it would lie in the working directory."""
    return path if path.is_absolute() else None
