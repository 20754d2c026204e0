"""Does the program behave as a process: signals, pipes, no terminal, and cheap `--help`?"""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import suppress
from select import select
from typing import Any

import pytest

from tests.terminal.pty_process import PtyProcess

ME = [sys.executable, "-m", "tests.cli.fake_phonelink"]
DEADLINE_S = 40


def start(*words: str, **options: Any) -> subprocess.Popen[bytes]:
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # unbuffered: `communicate` would not see what a first `readline` read ahead
    return subprocess.Popen([*ME, *words], bufsize=0, **{**pipes, **options})


def finish(process: subprocess.Popen[bytes]) -> tuple[list[dict[str, Any]], str]:
    out, error = process.communicate(timeout=DEADLINE_S)
    return [json.loads(line) for line in out.splitlines()], error.decode()


def shown_on(terminal: int, *words: bytes) -> bytes:
    """What came from a terminal until all of these words were there: it comes in as many pieces as it likes."""
    shown = b""
    end = time.monotonic() + DEADLINE_S
    while not all(word in shown for word in words):
        assert select([terminal], [], [], max(0.0, end - time.monotonic()))[0], shown
        shown += os.read(terminal, 10_000)
    return shown


def rest_of(terminal: int) -> bytes:
    """What is still to come from a terminal that no process has open any more."""
    shown = b""
    with suppress(OSError):  # EIO: all was read
        while piece := os.read(terminal, 10_000):
            shown += piece
    return shown


def test_demo_without_a_terminal_ends_with_the_scenario() -> None:
    """Events as JSON lines, beginning with a greeting and what is known, ending with counts."""
    process = start("demo", "--scenario", "short")
    frames, error = finish(process)
    assert (process.returncode, error) == (0, "")
    assert frames[0]["type"] == "hello"
    assert all(frame["v"] == 1 and "rev" in frame and "at" in frame for frame in frames)
    live = [frame["text"] for frame in frames if frame["type"] == "message" and frame["live"]]
    assert live == [f"live {number}" for number in range(5)]
    end = frames[-1]
    assert (end["type"], end["reason"], end["rev"]) == ("end", "scenario", 5)
    assert end["events"] == len(frames) - 2 == sum(end["counts"].values())
    assert end["counts"]["thread"] == 3


def test_demo_ends_at_its_seconds() -> None:
    """`--seconds` bounds a scenario that goes on."""
    process = start("demo", "--headless", "--seconds", "0.3")
    frames, _ = finish(process)
    assert (process.returncode, frames[-1]["reason"]) == (0, "seconds")


def test_demo_ends_at_sigterm() -> None:
    """SIGTERM is an orderly end with counts, exit 0."""
    process = start("demo", "--headless", "--seconds", "60")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    frames, _ = finish(process)
    assert (process.returncode, frames[-1]["reason"]) == (0, "signal")


@pytest.mark.parametrize("words", [["demo", "--headless", "--seconds", "60"], ["tail", "--json"], ["tail"]])
def test_reader_that_goes_ends_it_quietly(words: list[str]) -> None:
    """`| head -1` is no error and prints nothing."""
    process = start(*words)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(DEADLINE_S) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_interrupt_is_130() -> None:
    """Ctrl+C leaves no traceback."""
    process = start("tail", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, error = finish(process)
    assert (process.returncode, error) == (130, "")


def test_tail_greets_then_tells() -> None:
    """The first line says whose relay it is and where the stream stands."""
    process = start("tail", "--json")
    assert process.stdout is not None
    hello, event = (json.loads(process.stdout.readline()) for _ in range(2))
    process.send_signal(signal.SIGINT)
    finish(process)
    assert (hello["type"], hello["phone"]["name"]) == ("hello", "Test iPhone")
    assert event["rev"] > hello["rev"] or event["rev"] == 1


def test_app_without_a_terminal_says_what_to_do() -> None:
    """No terminal and no command: exit 3 and a line that helps."""
    process = start()
    frames, error = finish(process)
    assert (process.returncode, frames) == (3, [])
    assert "terminal" in error
    assert "phonelink demo" in error


def test_plain_mode_lists_and_sends() -> None:
    """One line an event, one line a command, without a single escape sequence."""
    process = start("--plain", stdin=subprocess.PIPE)
    out, error = process.communicate(b"l\nr 1 on my way\no 1\nn\nr 9 x\nwhat\nq\n", timeout=DEADLINE_S)
    text = out.decode()
    assert (process.returncode, error) == (0, b"")
    for words in (
        "1. Alice, 1 unread",
        "To: Alice +15550100",
        "text 2",
        "Parcels",
        "No such number",
        "reply",
    ):
        assert words in text
    assert "\x1b" not in text


def test_dumb_terminal_gets_lines() -> None:
    """A terminal that can do nothing is asked for nothing."""
    ours, theirs = pty.openpty()
    process = start(stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "dumb"})
    os.close(theirs)
    os.write(ours, b"q\n")
    assert process.wait(DEADLINE_S) == 0
    shown = rest_of(ours)
    os.close(ours)
    assert b"Test iPhone" in shown
    assert b"\x1b" not in shown


def test_terminal_gets_a_table_and_a_question() -> None:
    """On a terminal a list has headings, and an ask is put to the person: anything but yes sends nothing."""
    ours, theirs = pty.openpty()
    terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "NO_COLOR": "1"}
    listing = start("threads", env=env, **terminal)
    assert listing.wait(DEADLINE_S) == 0
    shown = shown_on(ours, b"Alice", b"Family").decode()
    assert "conversation" in shown.splitlines()[0]
    asking = start("--phone", "virtual:asks", "send", "+15550199", "-m", "x", env=env, **terminal)
    os.close(theirs)
    shown_on(ours, b"Send it? [y/N]")
    os.write(ours, b"n\n")
    assert asking.wait(DEADLINE_S) == 4
    os.close(ours)


@pytest.mark.parametrize(
    ("words", "shown", "number"),
    [
        (["--phone", "virtual:asks", "send", "+15550199", "-m", "x"], b"[y/N]", None),
        (["send", "+15550199"], b"Ctrl+D", None),
        (["reply", "--last"], b"Ctrl+D", None),
        (["--plain"], b"? is help", None),
        (["tail"], b"Ctrl+C ends", None),
        (["--phone", "virtual:asks", "send", "+15550199", "-m", "x"], b"[y/N]", signal.SIGINT),
    ],
    ids=["question", "text", "reply", "plain", "tail", "question, by kill"],
)
def test_interrupt_at_a_prompt(words: list[str], shown: bytes, number: signal.Signals | None) -> None:
    """Ctrl+C ends whatever waits for words, at once, with 130, and the terminal is as it was."""
    with PtyProcess("tests.cli.fake_phonelink", words, environment={"TERM": "xterm"}) as process:
        before = process.terminal_attributes()
        process.read_until(shown)
        if number is None:
            process.type(b"\x03")
        else:
            process.signal(number)
        assert process.wait(limit_s=DEADLINE_S) == 130
        assert process.terminal_attributes() == before
        assert b"Traceback" not in process.output


@pytest.mark.parametrize("module", ["phonelink_tui.config.platform", "typer", "phonelink_tui.cli.recipient"])
def test_interrupted_before_it_has_begun(module: str) -> None:
    """Ctrl+C while the program is still being read: 130, and not a word."""
    code = (
        "import os, signal, sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "from phonelink_tui.__main__ import main\n"
        "sys.argv[1:] = ['--phone', 'virtual', 'send', 'ben', '-m', 'hi']\n"
        "main()\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=DEADLINE_S)
    assert (run.returncode, run.stdout, run.stderr) == (130, b"", b"")


def test_a_bug_says_its_class_only() -> None:
    """Exit 1, one line, and nothing of what the error quotes."""
    process = start("--phone", "virtual:broken", "threads")
    frames, error = finish(process)
    assert (process.returncode, frames) == (1, [])
    assert error == "A bug of this program: RuntimeError.\n"


HEAVY = ("textual", "bleak", "dbus_fast", "rich", "cattrs", "phonenumbers")


@pytest.mark.parametrize("words", [["--help"], ["send", "--help"], ["--version"]])
def test_help_is_cheap(words: list[str]) -> None:
    """Help imports none of the large libraries."""
    code = (
        "import sys\nfrom phonelink_tui.__main__ import main\n"
        f"sys.argv[1:] = {words!r}\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=DEADLINE_S, check=True)
    assert run.stderr.decode().strip() == "[]"
    assert run.stdout


def test_commands_import_no_textual() -> None:
    """No command but the app's own screen brings the libraries of screen and Bluetooth."""
    code = (
        "import sys\n"
        "import phonelink_tui.cli.opening, phonelink_tui.cli.reading, phonelink_tui.cli.acting\n"
        "print([name for name in ('textual', 'bleak', 'dbus_fast') if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=DEADLINE_S, check=True)
    assert run.stdout.decode().strip() == "[]"
