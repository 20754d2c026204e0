"""Does the log hold counts and states, and the terminal nothing?"""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from phonelink_tui.config.log import start_log


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """The root logger as pytest had it, afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("phonelink_tui").setLevel(logging.NOTSET)


def test_log_is_private_and_redacted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Numbers, addresses and the words of exceptions never reach the file, and nothing the terminal."""
    path = start_log(tmp_path)
    assert path is not None
    log = logging.getLogger("phonelink_tui.test")
    log.info("took %d texts from +1 (555) 010-0123 on 00:11:22:AA:bb:cc", 12)
    log.warning("mail of bob@example.net\x1b[31m")
    try:
        raise ValueError("Alice: dinner at eight?")
    except ValueError:
        log.exception("a bug")
    logging.getLogger("bleak.backends").info("chatter")
    logging.getLogger("bleak.backends").warning("lost dev_00_11_22_AA_BB_CC")
    text = path.read_text()
    assert "took 12 texts from <number> on <bluetooth-address>" in text
    assert "ValueError at test_log.py:" in text
    for secret in ("555", "bob@", "dinner", "\x1b", "chatter", "11_22"):
        assert secret not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert capfd.readouterr() == ("", "")


def test_without_a_place_there_is_no_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A read-only home costs the log, not the program, and still keeps warnings off the terminal."""
    assert start_log(None) is None
    assert start_log(tmp_path / "missing") is None
    logging.getLogger("somebody").error("loud")
    assert capfd.readouterr() == ("", "")
