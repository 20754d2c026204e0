"""Can a text act on the terminal? Every payload in every kind of widget, all that is written is read strictly."""

from __future__ import annotations

import re
from functools import cache

import pytest

from phonelink_tui.domain.text import clean
from tests.hostile_texts import HOSTILE
from tests.terminal.hostile_app import COLUMNS, FENCE, ROWS, WIDGETS
from tests.terminal.pty_process import READY, PtyProcess
from tests.terminal.screen import Screen, UnexpectedOutput


@cache
def shown(kind: str, variant: str) -> Screen:
    """Run the app on a large terminal, to its end, once, and read all that it wrote."""
    with PtyProcess("tests.terminal.hostile_app", [kind, variant], columns=COLUMNS, rows=ROWS) as process:
        process.read_until(READY)
        process.read(limit_s=30, quiet_s=0.2)
        screen = Screen(COLUMNS, ROWS)
        screen.feed(bytes(process.output))
        return screen


@pytest.mark.parametrize("variant", ["raw", "clean"])
@pytest.mark.parametrize("kind", sorted(WIDGETS))
def test_nothing_of_a_payload_is_a_control(kind: str, variant: str) -> None:
    """Only Textual's own sequences are written, even for text that missed the first gate, and the box holds."""
    screen = shown(kind, variant)
    assert set(screen.column(COLUMNS - 1)[: ROWS - 1]) == {FENCE}


def test_a_cleaned_payload_is_seen() -> None:
    """In the thread pane, what the gate left of each payload is on the screen, as text."""
    text = shown("pane", "clean").text().replace(FENCE, "")
    missing = [name for name, raw in HOSTILE.items() if not _parts_seen(clean(raw), text)]
    assert missing == []


def test_no_text_reaches_the_gutter() -> None:
    """A text that imitates a sender, a banner or a day line begins right of the gutter, on every line."""
    lines = shown("pane", "clean").lines()
    forged = [line for line in lines if "I agree to everything" in line or "Messages are off" in line]
    assert len(forged) == 2
    assert all(line.startswith(" " * 20) for line in forged)


@pytest.mark.parametrize(
    "payload",
    [b"\x1b]0;pwned\x1b\\", b"\x1b[31m", b"\x1b[2J", b"\x1b[6n", b"\x1b[?47h", b"\x07", b"\xc2\x9b2J"],
)
def test_the_reader_refuses_what_textual_never_writes(payload: bytes) -> None:
    """The strict reader would see each class of attack."""
    with pytest.raises(UnexpectedOutput):
        Screen(COLUMNS, ROWS).feed(b"text" + payload + b"more")


def _parts_seen(text: str, screen: str) -> bool:
    return all(re.sub(r"\s", "", part) in screen for part in text.split("\n") if len(part) <= COLUMNS - 30)
