"""Who starts the processes of a long run, and ends them all whatever happens to the run?

Each process leads a group of its own. The crew ends the groups when it is left; a warden, a process beside it, ends
those that are left when the crew itself was killed: it sees the end of a pipe that only the crew holds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
END_S: Final = 5.0
"""How long a process may take to end in good order."""


class Crew:
    """Use as a context; every method may be called from any thread."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """
        Args:
            environment: Of every process; the crew's own variables are not inherited.
        """
        self.environment = dict(environment)
        self._lock = threading.Lock()
        self._running: dict[int, subprocess.Popen[str] | None] = {}
        self._warden = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.crew"],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(
        self, words: Sequence[str], *, stdin: int | None = subprocess.DEVNULL, errors: IO[Any] | None = None
    ) -> subprocess.Popen[str]:
        """A Python module with its arguments, in a group of its own; its stdout is a pipe."""
        with self._lock:
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=errors if errors is not None else subprocess.DEVNULL,
                text=True,
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,
            )
            self._note(process.pid, process)
        return process

    def adopt(self, pid: int) -> None:
        """A process that leads its group and that somebody else started and reaps."""
        with self._lock:
            self._note(pid, None)

    def kill(self, process: subprocess.Popen[str]) -> None:
        """`kill -9`, now, with all of its group; waits for the end."""
        end_group(process.pid, signal.SIGKILL)
        process.wait(END_S)
        self.forget(process.pid)

    def forget(self, pid: int) -> None:
        """It has ended and was waited for: its number may be another's now."""
        with self._lock:
            if self._running.pop(pid, self) is not self:
                self._tell(-pid)

    def run(self, *words: str, limit_s: float = 120) -> subprocess.CompletedProcess[str]:
        """A module to its end. Raises subprocess.TimeoutExpired, when it is killed."""
        process = self.start(words, errors=None)
        try:
            out, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            self.kill(process)
            raise
        self.forget(process.pid)
        return subprocess.CompletedProcess(words, process.returncode, out, "")

    def close(self) -> None:
        """End all groups, and the warden."""
        with self._lock:
            running, self._running = self._running, {}
        for pid in running:
            end_group(pid, signal.SIGTERM)
        for pid, process in running.items():
            if process is not None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(END_S)
            end_group(pid, signal.SIGKILL)
            if process is not None:
                process.wait(END_S)
        assert self._warden.stdin is not None
        self._warden.stdin.close()
        self._warden.wait(END_S)

    def _note(self, pid: int, process: subprocess.Popen[str] | None) -> None:
        self._running[pid] = process
        self._tell(pid)

    def _tell(self, number: int) -> None:
        assert self._warden.stdin is not None
        os.write(self._warden.stdin.fileno(), b"%d\n" % number)


def end_group(pid: int, number: signal.Signals) -> None:
    """Signal a group, if there still is one."""
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def main() -> None:
    """The warden: reads which groups began and (negative) ended; at the end of the pipe kills what is left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    running: set[int] = set()
    for line in sys.stdin:
        number = int(line)
        (running.add if number > 0 else running.discard)(abs(number))
    for pid in running:
        end_group(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
