"""What stands on the terminal after any keys is what a full redraw would write: nothing was drawn too little."""

from __future__ import annotations

import random
import signal
from typing import Final

import pytest

from tests.terminal.pty_process import PtyProcess
from tests.terminal.screen import Screen

KEYS: Final = {
    "help": b"\x1bOP",
    "status": b"\x1b[19~",
    "queue": b"\x1bOR",
    "hide": b"\x1b[20~",
    "palette": b"\x10",
    "search": b"\x06",
    "go to": b"\x0f",
    "esc": b"\x1b",
    "enter": b"\r",
    "tab": b"\t",
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "page up": b"\x1b[5~",
    "next": b"\x1b[1;5B",
    "mark": b"\x1bt",
    "filter": b"\x07",
    "newline": b"\n",
    "word": b"ab ",
    "clear": b"\x15",
    "banner": b"b",
    "why": b"?",
    "alone": b"Z",
}
REDRAW: Final = b"\x0c"
KEY_S: Final = 0.08
"""A key is done: a lone Escape is one after 20 ms, a held Enter after 30, and 33 ms later all is drawn."""
QUIET_S: Final = 0.25
"""Whatever was typed is drawn."""


class Painted:
    """The app on a terminal whose cells are kept."""

    def __init__(self, process: PtyProcess, columns: int, rows: int) -> None:
        self.process = process
        self._screen = Screen(columns, rows)
        self._fed = 0

    def lines(self) -> list[str]:
        """The lines of the screen once nothing comes any more."""
        self.process.read(limit_s=5, quiet_s=QUIET_S)
        self._screen.feed(bytes(self.process.output[self._fed :]))
        self._fed = len(self.process.output)
        return self._screen.lines()


def without(lines: list[str], row: int) -> list[str]:
    return lines[:row] + lines[row + 1 :]


@pytest.mark.parametrize(("columns", "rows"), [(100, 30), (60, 16), (150, 40)])
def test_no_cell_is_left_behind(columns: int, rows: int) -> None:
    """Keys in an order nobody would think of, texts that arrive meanwhile; now and then all is drawn anew."""
    chosen = random.Random(columns)
    with PtyProcess("tests.bench.whole_app", ["dark"], columns=columns, rows=rows) as process:
        painted = Painted(process, columns, rows)
        process.read_until(b"Ctrl+J")
        painted.lines()
        walked: list[str] = []
        for _ in range(12):
            for _ in range(4):
                name = chosen.choice([*KEYS])
                walked.append(name)
                process.type(KEYS[name])
                process.read(limit_s=3, quiet_s=KEY_S)
            if chosen.random() < 0.4:
                process.signal(signal.SIGUSR1)
                walked.append("a text")
            before = painted.lines()
            process.type(REDRAW)
            # Any key takes a notice away, which stands in the line above the last.
            assert without(painted.lines(), rows - 2) == without(before, rows - 2), walked


def test_nothing_is_left_of_a_text_in_the_composer() -> None:
    """Emptied at once, it shows its hint alone, as after a full redraw."""
    with PtyProcess("tests.bench.whole_app", ["dark"], columns=80, rows=24) as process:
        painted = Painted(process, 80, 24)
        process.read_until(b"Ctrl+J")
        painted.lines()
        process.type(b"a text that is longer than the hint of the composer")
        assert any("longer than the hint" in line for line in painted.lines())
        process.type(b"\r")
        emptied = painted.lines()
        assert not any(line.endswith("of the composer") for line in emptied[20:])
        process.type(REDRAW)
        assert without(painted.lines(), 22) == without(emptied, 22)
