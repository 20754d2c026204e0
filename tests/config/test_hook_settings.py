"""Are hooks read as lists of words for known events, and is everything else named?"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import pytest

from phonelink_tui.config.log import log_to_stderr
from phonelink_tui.config.settings import HookPrivacy, read_settings
from phonelink_tui.errors import SettingsError


def test_hooks_are_words() -> None:
    """An event's program and arguments, and how much of the event they get; the least unless more is asked for."""
    hooks = read_settings({"hooks": {"message": ["notify-send", "a b"], "privacy": "full"}}, "f").hooks
    assert (hooks.commands, hooks.privacy) == ({"message": ("notify-send", "a b")}, HookPrivacy.FULL)
    assert read_settings({"hooks": {}}, "f").hooks.privacy is HookPrivacy.SENDER
    assert read_settings({}, "f").hooks.commands == {}


@pytest.mark.parametrize(
    "hooks",
    [
        [],
        "x",
        {"message": "rm -rf"},
        {"message": []},
        {"message": [""]},
        {"message": ["a", 1]},
        {"message": ["a\0"]},
        {"telepathy": ["a"]},
        {"privacy": "some"},
        {"privacy": ["full"]},
    ],
    ids=repr,
)
def test_wrong_hooks_are_named(hooks: Any) -> None:
    """No shell line, no unknown event, no made-up level: the file and the key are in the error."""
    with pytest.raises(SettingsError, match="f: `hooks`"):
        read_settings({"hooks": hooks}, "f")


@pytest.mark.parametrize("journal", [True, False])
def test_log_on_stderr(capfd: pytest.CaptureFixture[str], journal: bool) -> None:
    """The journal gets levels and no time of ours, a terminal the time; both without numbers of anybody."""
    found = os.fstat(2)
    root = logging.getLogger()
    handlers = root.handlers[:]
    stream, sys.stderr = sys.stderr, sys.__stderr__ or sys.stderr
    try:
        log_to_stderr({"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"} if journal else {})
        root.handlers[-1].emit(
            logging.LogRecord("phonelink_tui", logging.WARNING, "f", 1, "call +15550100", None, None)
        )
    finally:
        sys.stderr = stream
        root.handlers[:] = handlers
    line = capfd.readouterr().err
    assert line.endswith("call <number>\n")
    assert line.startswith("<4>" if journal else "20")
