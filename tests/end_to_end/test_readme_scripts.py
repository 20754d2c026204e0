"""Do the scripts of the README do what is said of them, word for word? With a relay and commands as processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.end_to_end.test_command_line import DEADLINE_S
from tests.end_to_end.test_shared_relay import relay

pytestmark = [pytest.mark.needs("jq", "jq"), pytest.mark.needs("bash", "bash"), pytest.mark.timeout(240)]

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def script(first_words: str) -> str:
    """The block of the README that begins so."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    (found,) = (block for block in blocks if block.startswith(first_words))
    return str(found)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is searched first; `phonelink` is there, and home is a new one."""
    directory = tmp_path / "bin"
    directory.mkdir()
    write_program(directory / "phonelink", f'exec "{sys.executable}" -m phonelink_tui "$@"')
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    return directory


def write_program(path: Path, body: str) -> None:
    """A program of one line."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@contextmanager
def running(text: str) -> Iterator[subprocess.Popen[str]]:
    """A script under way, ended with all it began."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        ["bash", "-c", text], stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def lines_of(path: Path, enough: Callable[[list[str]], bool]) -> list[str]:
    """The whole lines of a file, once there are enough: a long one is written in pieces."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        if enough(lines):
            return lines
        time.sleep(0.05)
    raise AssertionError(f"{path.name}: never enough")


def test_who_writes_is_said_aloud(programs: Path, tmp_path: Path) -> None:
    """Alice writes within the first seconds of this phone's day."""
    write_program(programs / "spd-say", f'echo "$1" >> "{tmp_path}/said"')
    with relay("virtual:first-day"), running(script("# Say aloud")):
        said = lines_of(tmp_path / "said", lambda lines: len(lines) > 0)
    assert said[0].startswith("A text from ")
    assert said[0] != "A text from "


@pytest.mark.parametrize(
    ("answer", "said"), [(0, "On its way."), (9, "May have been sent"), (4, "Not sent.")]
)
def test_what_became_of_a_text(programs: Path, answer: int, said: str) -> None:
    """By its exit code; the words of the command are words that it takes."""
    with relay("virtual:first-day"):
        done = subprocess.run(
            ["bash", "-c", script("# Tell somebody").replace("--expires 18:00", "--expires 18:00 --explain")],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
    assert (done.stdout.splitlines()[-1], done.stderr) == ("On its way.", "")
    write_program(programs / "phonelink", f"exit {answer}")
    done = subprocess.run(
        ["bash", "-c", script("# Tell somebody")],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert said in done.stdout


@pytest.mark.usefixtures("programs")
def test_no_event_is_left_out(tmp_path: Path) -> None:
    """The third cannot be done: it is the first of the next run, and none comes twice or never."""
    handled, state = tmp_path / "handled", tmp_path / ".my-script"
    work = f'handle() {{ echo "$1" >> "{handled}"; }}\n'
    fails = f'handle() {{ echo "$1" >> "{handled}"; [ "$(wc -l < "{handled}")" != 3 ]; }}\n'
    with relay("virtual:first-day"):
        with running(fails + script("# Every event")) as first:
            lines_of(handled, lambda lines: len(lines) >= 3)
            first.wait(DEADLINE_S)
        before = [json.loads(line) for line in handled.read_text().splitlines()]
        assert len(before) == 3
        assert state.read_text().strip().endswith(f":{before[1]['rev']}")
        with running(work + script("# Every event")):
            lines = lines_of(handled, lambda lines: len(lines) >= 6)
    revs = [json.loads(line)["rev"] for line in lines[2:]]
    assert revs[:2] == [before[2]["rev"]] * 2
    assert revs[1:] == list(range(revs[1], revs[1] + len(revs) - 1))
