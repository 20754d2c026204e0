"""Is the terminal as it was when the app is told to end, or when the terminal goes away?"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.terminal.pty_process import READY, PtyProcess
from tests.terminal.screen import Screen

ON_AT_FIRST = {7, 25}
"""Modes that are set in every terminal: lines wrap, the cursor is seen."""


@pytest.mark.parametrize("moment", [b"\x1b[?1049h", READY], ids=["starting", "running"])
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_restores_the_terminal(number: signal.Signals, moment: bytes, tmp_path: Path) -> None:
    """No alternate screen, no mouse, no paste or focus reports are left; the cursor and the echo are back."""
    with PtyProcess("tests.terminal.order_app", [str(tmp_path / "log"), "send"]) as process:
        process.read_until(moment)
        process.signal(number)
        assert process.wait() == 128 + number
        process.read(limit_s=30, quiet_s=0.1)
        screen = Screen(100, 30)
        screen.feed(bytes(process.output))
        assert {mode for mode, is_set in screen.modes.items() if is_set} == ON_AT_FIRST
        assert process.terminal_attributes() == process.attributes_at_first


def test_a_terminal_that_goes_away_ends_the_app(tmp_path: Path) -> None:
    """When its window closes the app ends by itself, instead of spinning on a dead terminal."""
    with PtyProcess("tests.terminal.order_app", [str(tmp_path / "log"), "send"]) as process:
        process.read_until(READY)
        process.hang_up()
        # Not by the signal: the app unmounts. Python itself then finds its standard error gone (120).
        assert process.wait() in (128 + signal.SIGHUP, 120)
