"""Does anything of a measuring script live on when the script itself is killed?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.bench.crew import ROOT
from tests.bench.test_crew import wait_gone

DEADLINE_S = 60
"""Until a script has started what it starts, on a machine that does other things, too."""


def below(pid: int) -> set[int]:
    """All processes that a process has started, with what they have started."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: set[int] = set()
    left = [pid]
    while left:
        children = parents.get(left.pop(), [])
        found.update(children)
        left += children
    return found


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("script", "processes", "number"),
    [
        ("long_run", 6, signal.SIGKILL),
        ("long_run", 6, signal.SIGTERM),
        ("load_relay", 1, signal.SIGKILL),
        ("screen_bytes", 1, signal.SIGKILL),
        ("thread_and_composer", 1, signal.SIGKILL),
    ],
)
def test_nothing_is_left(script: str, processes: int, number: signal.Signals) -> None:
    """With a kill in the middle, and with a plain end by a signal; a long run has six processes at the least."""
    with (
        tempfile.TemporaryDirectory(prefix="s") as place,  # short: the path of a socket has at most 107 bytes
        subprocess.Popen(
            [sys.executable, "-m", f"tests.bench.{script}"],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": place},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        end = time.monotonic() + DEADLINE_S
        while len(started := below(process.pid)) < processes:
            assert time.monotonic() < end, f"it has started {len(started)}"
            assert process.poll() is None, "it ended"
            time.sleep(0.05)
        process.send_signal(number)
    assert [pid for pid in started if not wait_gone(pid)] == []
