"""What may lie where obexd was to write a file, besides that file?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.profiles.obexd.mischief import Odd

LATER_S: Final = 0.3
SHORT_BYTES: Final = 5
"""Written of a file that is cut, at first or for good."""


async def write(file: Path, data: bytes, odd: Odd | None) -> None:
    """Write a file as obexd does, or as it should not."""
    if odd in (Odd.LATE, Odd.SHORT):
        file.write_bytes(data[:SHORT_BYTES])
        if odd is Odd.LATE:
            file.unlink()
        await asyncio.sleep(LATER_S)
    if not file.parent.exists():
        return
    if odd in _INSTEAD:
        file.unlink(missing_ok=True)
        _INSTEAD[odd](file)
    elif odd is Odd.HUGE:
        with file.open("wb") as huge:
            huge.truncate(1 << 31)
    else:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(data[:SHORT_BYTES] if odd is Odd.CUT else data)


def _secret(file: Path) -> Path:
    secret = file.parent.parent / "secret"
    secret.write_text("BEGIN:BMSG")
    secret.chmod(0o600)
    return secret


def _readable(file: Path) -> None:
    file.write_bytes(b"BEGIN:BMSG")
    file.chmod(0o644)


_INSTEAD: Final[dict[Odd | None, Callable[[Path], None]]] = {
    Odd.MISSING: lambda _: None,
    Odd.LINK: lambda file: file.symlink_to(_secret(file)),
    Odd.HARD_LINK: lambda file: file.hardlink_to(_secret(file)),
    Odd.READABLE: _readable,
    Odd.FIFO: os.mkfifo,
}
