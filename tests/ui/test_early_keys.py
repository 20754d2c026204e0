"""Keys that are typed before the screen is there harm nothing."""

from __future__ import annotations

from pathlib import Path

from tests.terminal.pty_process import PtyProcess


def test_type_ahead_at_the_start(tmp_path: Path) -> None:
    """Whatever was typed while the app was starting, it starts and takes keys."""
    with PtyProcess("tests.ui.pty_app", [str(tmp_path / "log")]) as process:
        while b"\x1b[?1049h" not in process.output:
            process.type(b"tjx?")
            process.read(limit_s=0.05, quiet_s=0.05)
        process.read_until(b"Anna's iPhone")
        process.read(limit_s=30, quiet_s=0.5)
        process.type(b"\x1b[19~")
        process.read_until(b"Limits in force")
        assert b"Traceback" not in process.output
