"""How are lines read from stdin while events go on?"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import FileIO
from typing import Final

LINE_BYTES: Final = 64 * 1024
"""One line; a longer one ends the input."""


@asynccontextmanager
async def stdin_lines() -> AsyncIterator[AsyncIterator[str]]:
    """The lines of stdin, without their ends, until it ends.

    A terminal is opened anew: reading it through the event loop makes it non-blocking, and stdin, stdout and
    stderr of a terminal are one open file, on which `print` would then fail at random. A regular file cannot
    be waited for and is read at once.
    """
    fd = sys.stdin.fileno()
    if stat.S_ISREG(os.fstat(fd).st_mode):
        yield _of_file(fd)
        return
    own = os.open(os.ttyname(fd), os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY) if os.isatty(fd) else os.dup(fd)
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), FileIO(own, "rb")
    )
    try:
        yield _of_stream(reader)
    finally:
        transport.close()


async def _of_stream(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    while True:
        try:
            line = await reader.readline()
        except ValueError:
            return
        if not line:
            return
        yield line.decode("utf-8", "replace").rstrip("\r\n")


async def _of_file(fd: int) -> AsyncIterator[str]:
    with FileIO(fd, "rb", closefd=False) as file:
        for line in file:
            yield line.decode("utf-8", "replace").rstrip("\r\n")
