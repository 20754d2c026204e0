"""Who of this user's programs has Bluetooth? One at a time: bluetoothd takes one server of messages, and one only."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from phonelink_tui.config.private_files import lock_private
from phonelink_tui.errors import PhoneInUse

LOCK: Final = "bluetooth.lock"

WAIT_S: Final = 5.0
"""For a program that is just leaving: it finishes what is on its way."""

LOOK_S: Final = 0.1

_log = logging.getLogger(__name__)


@asynccontextmanager
async def sole_use(runtime_dir: Path | None) -> AsyncIterator[None]:
    """Nobody else of this user has Bluetooth while inside.

    Args:
        runtime_dir: Private; None: there is none, and whoever comes second is told by bluetoothd, less clearly.

    Raises:
        PhoneInUse: Another phonelink has it, and keeps it.
    """
    if runtime_dir is None:
        yield
        return
    try:
        fd = await _lock(runtime_dir / LOCK)
    except OSError as error:
        _log.warning("no lock for Bluetooth can be made: %s", error.strerror)
        yield
        return
    try:
        yield
    finally:
        os.close(fd)


async def _lock(path: Path) -> int:
    for _ in range(round(WAIT_S / LOOK_S)):
        try:
            return lock_private(path)
        except BlockingIOError:
            await asyncio.sleep(LOOK_S)
    raise PhoneInUse("Another phonelink of yours has this computer's Bluetooth.")
