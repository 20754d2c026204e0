"""The whole app on a real terminal: typed bytes reach whom they were typed for, and what it writes is its own."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.terminal.pty_process import PtyProcess
from tests.terminal.screen import Screen
from tests.ui.stage import ALICE, BOB, CAROL

ENTER, ESC, CTRL_DOWN, CTRL_UP, CTRL_O, TAB, ALT_A = (
    b"\r",
    b"\x1b",
    b"\x1b[1;5B",
    b"\x1b[1;5A",
    b"\x0f",
    b"\t",
    b"\x1ba",
)
READY = b"Ctrl+J"
"""In the footer of the composer."""
TAKES_KEYS = b"\x1b[?2004h"
"""Written when the terminal no longer changes what is typed, long before anything is drawn."""
QUIET_S = 0.2
"""What was typed is drawn: the app's own waits before it draws are 33 ms and shorter."""


class Session:
    """The app on a pty, and what its relay was told."""

    def __init__(self, process: PtyProcess, log: Path) -> None:
        self.process = process
        self._log = log
        self._read = 0

    def burst(self, keys: bytes, count: int) -> list[str]:
        """Type in one write; the next `count` lines of the log."""
        self.process.type(keys)
        self.process.read_until(lambda: len(self._lines()) >= count)
        self.process.read(limit_s=30, quiet_s=QUIET_S)
        lines = self._lines()
        self._read += len(lines)
        return lines

    def _lines(self) -> list[str]:
        return self._log.read_text().splitlines()[self._read :] if self._log.exists() else []


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with PtyProcess("tests.ui.pty_app", [str(tmp_path / "log")]) as process:
        process.read_until(READY)
        process.read(limit_s=30, quiet_s=QUIET_S)
        yield Session(process, tmp_path / "log")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PtyProcess]:
    """One app for tests that leave it as they found it."""
    log = tmp_path_factory.mktemp("shared") / "log"
    with PtyProcess("tests.ui.pty_app", [str(log)]) as process:
        process.read_until(READY)
        process.read(limit_s=30, quiet_s=QUIET_S)
        yield process


def test_a_burst_over_two_conversations(session: Session) -> None:
    """Each text to its own; the switch in between acts in its place."""
    assert session.burst(b"hello" + ENTER + CTRL_DOWN + b"yes" + ENTER, 2) == [
        f"SEND {ALICE.id} 'hello'",
        f"SEND {CAROL.id} 'yes'",
    ]


def test_a_burst_through_the_switcher(session: Session) -> None:
    """Opening it, typing a name, choosing and writing, all in one write."""
    assert session.burst(CTRL_O + b"bob" + ENTER + b"hi bob" + ENTER, 1) == [f"SEND {BOB.id} 'hi bob'"]


def test_typed_in_pieces(session: Session) -> None:
    """However a slow line cuts what is typed, each text reaches whom it was typed for."""
    rng = Random(7)
    for n in range(12):
        name, thread = rng.choice([(b"alice", ALICE.id), (b"bob", BOB.id), (b"carol", CAROL.id)])
        keys = CTRL_O + name + ENTER + b"for %s %d" % (name, n)
        while keys:
            size = rng.choice([1, 1, 2, 3, 5, 8])
            session.process.type(keys[:size])
            keys = keys[size:]
            time.sleep(rng.choice([0, 0, 0.0005, 0.001, 0.002, 0.005, 0.01]))
        assert session.burst(ENTER, 1) == [f"SEND {thread} 'for {name.decode()} {n}'"]


def test_typed_before_anything_is_here(tmp_path: Path) -> None:
    """It waits for the first conversations, and then acts in order."""
    with PtyProcess("tests.ui.pty_app", [str(tmp_path / "log")]) as process:
        process.read_until(TAKES_KEYS)
        session = Session(process, tmp_path / "log")
        assert session.burst(CTRL_O + b"bob" + ENTER + b"hi bob" + ENTER, 1) == [f"SEND {BOB.id} 'hi bob'"]


def test_a_burst_through_the_list(session: Session) -> None:
    """Tab to the list, move, open, write: letters act there and are text here."""
    keys = TAB + TAB + b"gj" + ENTER + b"jk ok" + ENTER
    assert session.burst(keys, 1) == [f"SEND {CAROL.id} 'jk ok'"]


def test_type_ahead_from_the_list_is_text(session: Session) -> None:
    """`i`, a text that holds command letters, and Enter: one text and nothing else."""
    assert session.burst(TAB + TAB + b"ithanks Max" + ENTER, 1) == [f"SEND {ALICE.id} 'thanks Max'"]


def test_an_unread_jump_in_a_burst(session: Session) -> None:
    """Alt+A moves before the letters behind it are text."""
    assert session.burst(ALT_A + b"late" + ENTER, 1) == [f"SEND {CAROL.id} 'late'"]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_signals_leave_the_terminal_in_order(session: Session, number: signal.Signals) -> None:
    """The alternate screen is left and the exit code names the signal."""
    session.process.signal(number)
    assert session.process.wait() == 128 + number
    assert b"\x1b[?1049l" in session.process.output


def test_bytes_of_a_key_a_move_and_idling(session: Session) -> None:
    """Smoke bounds for a slow line: a key in the composer, a move in the list, and nothing at all."""
    process = session.process

    def cost(keys: bytes) -> int:
        process.type(keys)
        return len(process.read(limit_s=30, quiet_s=0.3))

    cost(b"a")
    assert cost(b"b") <= 200
    cost(b" word" * 24)
    assert min(cost(b"c"), cost(b"d")) <= 200, "in a text of several lines; at times its counter is drawn too"
    cost(b"\x15" * 3 + TAB + TAB)
    cost(b"G")
    assert cost(b"k") <= 400
    assert len(process.read(limit_s=1.5, quiet_s=1.5)) == 0


@pytest.mark.parametrize("keys", [b"\x1bOP", b"\x1b[19~", b"\x10", b"\x06", b"\x0f"])
def test_a_panel_costs_less_than_the_screen(shared: PtyProcess, keys: bytes) -> None:
    """Opened and closed, it is written once: each is cheaper than every cell of the screen, in the same run."""
    process = shared

    def cost(typed: bytes) -> int:
        before = len(process.output)
        process.type(typed)
        process.read_until(lambda: len(process.output) > before)
        process.read(limit_s=30, quiet_s=QUIET_S)
        return len(process.output) - before

    screen = cost(b"\x0c")
    assert screen > 4000
    assert 0 < cost(keys) < screen
    assert 0 < cost(ESC) < screen
    assert 0 < cost(ESC) < screen / 4, "to the list: a move of the focus is a row and the hints"
    assert 0 < cost(b"i") < screen / 4, "and back"


HOSTILE_NAMES = ("osc52-st", "osc0-title", "csi-erase", "c1-csi", "rlo", "markup-link", "dcs", "bell")


@pytest.mark.parametrize("cleaned", ["clean", "raw"])
def test_nothing_hostile_is_written(tmp_path: Path, cleaned: str) -> None:
    """With such texts as every name, number and body, all that is written is Textual's own."""
    log = str(tmp_path / "log")
    with PtyProcess("tests.ui.pty_app", [log, cleaned, *HOSTILE_NAMES], columns=150, rows=40) as process:
        process.read_until(READY)
        panels = (CTRL_O, ESC, b"\x1b[19~", ESC, b"\x1b[13~", ENTER, ESC, ESC, b"i")
        for keys in (*((b"x" + ENTER, CTRL_DOWN) * len(HOSTILE_NAMES)), *panels):
            process.type(keys)
            process.read(limit_s=30, quiet_s=0.1)
        screen = Screen(150, 40)
        screen.feed(bytes(process.output))
