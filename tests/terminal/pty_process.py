"""How does a program behave on a real terminal? Starts it on a pty, types in single writes, keeps what it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
READY: Final = b"READY-MARK"
"""A test app shows this when it takes keys."""

DRAW_MARK: Final = b"\x1b[18~"
"""The key, F7, to which a test app answers with `drawn(n)` on the screen, once all before it is drawn."""

ESCAPE_MS: Final = 20
"""So long a lone Escape waits for more; each key is one write here, and no line tears it."""

LIMIT_S: Final = 45.0
"""So long what must happen may take, a start of Python among it; pytest's own limit is not far behind."""

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_POLL_S: Final = 0.02


def drawn(count: int) -> str:
    """What a test app shows after the nth `DRAW_MARK`."""
    return f"DRAWN-{count:04}"


Start = Callable[[str, Sequence[str], Mapping[str, str], str], int]
"""`start(module, arguments, environment, terminal)`: a child that runs the module in a session of its own, with
nothing open but that terminal, by its name; its process id."""


def spawn(module: str, arguments: Sequence[str], environment: Mapping[str, str], terminal: str) -> int:
    """`Start` with a fresh interpreter."""
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", module, *arguments],
        environment,
        setsid=True,
        file_actions=[
            # Opened by name after setsid, the pty becomes the controlling terminal of the new session.
            (os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ],
    )


class PtyProcess:
    """A Python module of the tests, run on a pty of its own. Answers no terminal query."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str] = (),
        *,
        columns: int = 100,
        rows: int = 30,
        environment: Mapping[str, str] | None = None,
        start: Start = spawn,
    ) -> None:
        variables = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "TEXTUAL_ANIMATIONS": "none",
            "ESCDELAY": str(ESCAPE_MS),
            "PYTHONPATH": str(ROOT),
            **(environment or {}),
        }
        size = struct.pack("HHHH", rows, columns, 0, 0)
        self.output = bytearray()
        self.exit_status: int | None = None
        self._marks = 0
        parent, child = pty.openpty()
        self.attributes_at_first: list[object] = termios.tcgetattr(child)
        """The line settings before the program began."""
        fcntl.ioctl(child, termios.TIOCSWINSZ, size)
        self.pid = start(module, arguments, variables, os.ttyname(child))
        os.close(child)
        self._fd: int | None = parent

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def descriptor(self) -> int:
        """Our end of the pty."""
        assert self._fd is not None
        return self._fd

    def type(self, keys: bytes) -> None:
        """Send keys in one write."""
        assert self._fd is not None
        os.write(self._fd, keys)

    def read(self, *, limit_s: float, quiet_s: float) -> bytes:
        """What comes until nothing came for `quiet_s` while the program slept, for at most `limit_s`.

        A program that waits for a processor is not quiet, however long that takes on a busy machine.
        """
        start = len(self.output)
        end = last = time.monotonic()
        end += limit_s
        while (now := time.monotonic()) < end and now - last < quiet_s:
            if self._read_some() or self._is_running():
                last = time.monotonic()
        return bytes(self.output[start:])

    def read_until(self, done: Callable[[], bool] | bytes, *, limit_s: float = LIMIT_S) -> None:
        """Read until `done` is true, or was written.

        Raises:
            TimeoutError: It did not happen within `limit_s`; the end of the output is in the message.
        """
        end = time.monotonic() + limit_s
        while not (bytes(self.output).find(done) >= 0 if isinstance(done, bytes) else done()):
            if time.monotonic() > end:
                raise TimeoutError(f"waited {limit_s} s; the output ends in {bytes(self.output[-600:])!r}")
            self._read_some()

    def read_drawn(self) -> bytes:
        """All output until an app that knows `DRAW_MARK` has drawn what was typed so far, however long it takes.

        The first mark may be written in the middle of a frame; the second comes when that is whole.
        """
        for _ in range(2):
            self._marks += 1
            self.type(DRAW_MARK)
            mark = drawn(self._marks).encode()
            self.read_until(mark)
        return bytes(self.output[: self.output.rfind(mark) + len(mark)])

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def terminal_attributes(self) -> list[object]:
        """The line settings of the terminal: echo, line editing and the like."""
        assert self._fd is not None
        return termios.tcgetattr(self._fd)

    def hang_up(self) -> None:
        """Close the terminal, as when its window or the connection goes."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def wait(self, *, limit_s: float = LIMIT_S) -> int:
        """Wait for the end; the exit code, negative for death by a signal.

        Raises:
            TimeoutError: It still runs after `limit_s`.
        """
        end = time.monotonic() + limit_s
        while self.exit_status is None:
            self._reap()
            if time.monotonic() > end:
                raise TimeoutError(f"process still runs after {limit_s} s")
            self._read_some()
        while (
            time.monotonic() < end and self._read_some()
        ):  # its last words come through the pty after its end
            pass
        return self.exit_status

    def cpu_s(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def close(self) -> None:
        """End the program, by force if it does not obey."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.exit_status is not None:
                break
            os.kill(self.pid, number)
            try:
                self.wait(limit_s=3)
            except TimeoutError:
                continue
        self.hang_up()

    def _is_running(self) -> bool:
        """Whether one of its threads has, or waits for, a processor (proc(5), state R)."""
        try:
            states = [task.read_text() for task in Path(f"/proc/{self.pid}/task").glob("*/stat")]
        except OSError:  # it ends
            return False
        return any(state.rpartition(")")[2].split()[0] == "R" for state in states)

    def _reap(self) -> None:
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.exit_status = os.waitstatus_to_exitcode(status)

    def _read_some(self) -> bool:
        if self._fd is None:
            time.sleep(_POLL_S)
            return False
        readable, _, _ = select.select([self._fd], [], [], _POLL_S)
        if not readable:
            return False
        try:
            data = os.read(self._fd, 65_536)
        except OSError:
            time.sleep(_POLL_S)
            return False
        self.output += data
        return bool(data)
