"""Does a script of this package leave processes behind, however it ends?"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.crew import ROOT, Crew

pytestmark = pytest.mark.timeout(180)

SLEEP = ["timeit", "-n1", "-r1", "import time; time.sleep(600)"]
"""A module that does nothing for ten minutes."""

STARTS = f"""
import os, sys, time
from tests.bench.crew import Crew
with Crew(os.environ) as crew:
    print(crew.start({SLEEP}).pid, flush=True)
    {{}}
"""


def is_running(pid: int) -> bool:
    """Whether there is such a process, other than one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_gone(pid: int) -> bool:
    """Whether a process ends within a minute: it may have to start first, on a machine that does other things."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(fd) as file:
        return bool(select.select([file], [], [], 60)[0])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_what_a_killed_script_started_ends(number: signal.Signals) -> None:
    """The script is killed at once, or interrupted; its process ends with it."""
    words = [sys.executable, "-c", STARTS.format("time.sleep(600)")]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as script:
        assert script.stdout is not None
        child = int(script.stdout.readline())
        assert is_running(child)
        script.send_signal(number)
        assert wait_gone(child)


def test_what_a_script_that_fails_started_ends() -> None:
    """An error in the middle is an end like any other."""
    words = [sys.executable, "-c", STARTS.format("1 / 0")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert "ZeroDivisionError" in done.stderr
    assert wait_gone(int(done.stdout))


def test_a_group_ends_with_its_leader() -> None:
    """`kill` ends what a process has started, too: a relay whose hook runs leaves no hook."""
    starts = f"p = subprocess.Popen([sys.executable, '-m', *{SLEEP}]); print(p.pid, flush=True); p.wait()"
    words = ["timeit", "-n1", "-r1", f"import subprocess, sys; {starts}"]
    with Crew(os.environ) as crew, crew.start(words) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        crew.kill(process)
        assert wait_gone(child)
