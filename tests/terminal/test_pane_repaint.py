"""Is the screen right although only changed cells are written? Compared with the pane drawn anew."""

from __future__ import annotations

import random
import re

import pytest

from tests.terminal.pty_process import READY, PtyProcess
from tests.terminal.screen import Screen

APPEND, CHANGE, UP, ANEW, END = b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[17~"
COLUMNS, ROWS = 90, 16


def screen_of(process: PtyProcess) -> list[str]:
    """What is on the screen once all is drawn, but for the mark that says so."""
    screen = Screen(COLUMNS, ROWS)
    screen.feed(process.read_drawn())
    return [re.sub(r"DRAWN-\d{4}", " " * 10, line) for line in screen.lines()]


@pytest.mark.parametrize("jump_lines", [0, 4])
@pytest.mark.parametrize("seed", range(2))
def test_the_screen_is_that_of_a_full_drawing(jump_lines: int, seed: int) -> None:
    """After any mixture of new messages, new states and scrolling, drawing anew changes no cell."""
    chosen = random.Random(seed)
    with PtyProcess("tests.terminal.pane_app", [str(jump_lines)], columns=COLUMNS, rows=ROWS) as process:
        process.read_until(READY)
        process.read_drawn()
        for _ in range(6):
            for _ in range(8):
                process.type(chosen.choice((APPEND, APPEND, CHANGE, UP, END)))
                process.read(limit_s=0.02, quiet_s=0.02)
            before = screen_of(process)
            process.type(ANEW)
            after = screen_of(process)
            assert before == after
            assert any(line.strip() for line in after)
