"""How wide is a text on this very terminal? Written, and asked where the cursor is then (ECMA-48 DSR, CPR).

Beside `output` the only writer to a terminal: what it writes has passed the gates, and is erased again.
"""

from __future__ import annotations

import os
import re
import select
import termios
import time
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

FIRST_ANSWER_S: Final = 2.0
"""For the first answer, also over SSH; a terminal that gives none is not asked again."""

ANSWER_S: Final = 1.0

_ASK: Final = b"\x1b[6n"
_WHERE: Final = re.compile(rb"\x1b\[[0-9]{1,5};([0-9]{1,5})R")
_ERASE: Final = b"\r\x1b[2K"
_ANSWER_BYTES: Final = 4096


def measured(texts: Sequence[str], keyboard: int, screen: int) -> list[int] | None:
    """The cells that each text takes on this terminal; None where the terminal does not tell.

    Args:
        texts: Each fits on one line.
        keyboard: A descriptor of the terminal, to read from.
        screen: The same, to write to.
    """
    with _unechoed(keyboard):
        try:
            if _column(keyboard, screen, b"", FIRST_ANSWER_S) != 0:
                return None
            widths = []
            for text in texts:
                width = _column(keyboard, screen, text.encode(), ANSWER_S)
                if width is None:
                    return None
                widths.append(width)
            return widths
        finally:
            os.write(screen, _ERASE)


def _column(keyboard: int, screen: int, text: bytes, within_s: float) -> int | None:
    """The cursor's column, from 0, behind a text at the begin of a line; None without an answer in time."""
    os.write(screen, _ERASE + text + _ASK)
    answer = b""
    end = time.monotonic() + within_s
    while (left := end - time.monotonic()) > 0 and len(answer) < _ANSWER_BYTES:
        if not select.select([keyboard], [], [], left)[0]:
            break
        answer += os.read(keyboard, 256)
        if (found := _WHERE.search(answer)) is not None:
            return int(found[1]) - 1
    return None


@contextmanager
def _unechoed(keyboard: int) -> Iterator[None]:
    """Answers come at once and are not shown; Ctrl+C works as ever."""
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)
