"""`phonelink` as a process on a terminal of its own: what it writes, what is typed, how it ends."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

DEADLINE_S = 40.0
"""Of each wait, for a Python process that starts on a machine that does other things, too."""


class TerminalProcess:
    """Made by `on_terminal`."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self._process = process
        self._master = master
        self._more = asyncio.Event()
        self._closed = asyncio.Event()
        self.written = ""
        asyncio.get_running_loop().add_reader(master, self._read)

    async def until(self, words: str) -> None:
        """Wait until it has written this, whatever breaks of lines are in it."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                while words not in " ".join(self.written.split()):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"{words!r} was not written:\n{self.written}") from None

    def type(self, line: str) -> None:
        """A line, with Enter."""
        os.write(self._master, line.encode() + b"\n")

    def interrupt(self) -> None:
        """Ctrl+C."""
        os.write(self._master, b"\x03")

    def signal(self, number: int) -> None:
        """Another signal."""
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Its exit code, once all that it wrote is in `written`: that comes through the pty, later than its end."""
        async with asyncio.timeout(DEADLINE_S):
            code = await self._process.wait()
            await self._closed.wait()
            return code

    def close(self) -> None:
        """Kill it where it still runs."""
        asyncio.get_running_loop().remove_reader(self._master)
        if self._process.returncode is None:
            self._process.kill()
        os.close(self._master)

    def _read(self) -> None:
        try:
            read = os.read(self._master, 65536)
        except OSError:
            read = b""
        if not read:
            asyncio.get_running_loop().remove_reader(self._master)
            self._closed.set()
        self.written += read.decode("utf-8", "replace")
        self._more.set()


def _own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@asynccontextmanager
async def on_terminal(*words: str, columns: int = 80) -> AsyncIterator[TerminalProcess]:
    """The process while inside."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "phonelink_tui", *words),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            preexec_fn=_own_terminal,
            env={name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")},
        )
    finally:
        os.close(slave)
    terminal = TerminalProcess(process, master)
    try:
        yield terminal
    finally:
        terminal.close()
        await process.wait()


async def run(*words: str) -> tuple[int, str, str]:
    """Without a terminal: exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "phonelink_tui", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(DEADLINE_S):
        out, error = await process.communicate()
    return process.returncode or 0, out.decode(), error.decode()
