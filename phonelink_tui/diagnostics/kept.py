"""Where are the last good facts kept between runs? One small file, 0600, written whole or not at all."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.values import from_json, to_json

LAST_GOOD: Final = "last-good.json"
FILE_BYTES: Final = 64 * 1024
VERSION: Final = 1


def load_last_good(state_dir: Path | None) -> LastGood | None:
    """What was kept; None where there is nothing, or nothing that can be read."""
    if state_dir is None:
        return None
    try:
        fd = os.open(state_dir / LAST_GOOD, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(fd, "rb") as file:
            value = json.loads(file.read(FILE_BYTES))
        return from_json(value.get("last_good"), LastGood) if value.get("v") == VERSION else None
    except (OSError, ValueError, RecursionError, AttributeError):
        return None


def keep_last_good(state_dir: Path | None, good: LastGood) -> None:
    """Keep these facts in place of older ones. Where nothing can be kept, nothing is."""
    if state_dir is None:
        return
    value: dict[str, Any] = {"v": VERSION, "last_good": to_json(good)}
    with suppress(OSError):
        write_private(state_dir / LAST_GOOD, json.dumps(value).encode() + b"\n")


def write_private(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a 0600 file, whole or not at all.

    Args:
        path: Where.
        content: All of it.
        replace: Whether a file that is there is replaced.

    Raises:
        FileExistsError: There is a file, and it is not to be replaced.
        OSError: It cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "wb") as file:
            os.fchmod(fd, 0o600)
            file.write(content)
            file.flush()
            os.fsync(fd)
        if replace:
            part.replace(path)
        else:
            os.link(part, path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
