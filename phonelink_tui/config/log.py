"""What goes into the log? Counts and states in a 0600 file; the terminal gets nothing.

Our own lines hold no text, names or numbers by rule. The formatter is the second gate: whatever looks like an
address is masked, and of an exception only its class and the places it passed are kept, because messages of
foreign libraries quote what they were given.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping
from copy import copy
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final

from phonelink_tui.config.private_files import open_private

FILE_BYTES: Final = 1024 * 1024
"""The log and the one before it are each no larger."""

_ADDRESSES: Final = (
    (
        re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?:[:_-][0-9A-Fa-f]{2}){5}(?![0-9A-Fa-f])"),
        "<bluetooth-address>",
    ),
    (re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+"), "<email>"),
)
_NUMBER: Final = re.compile(r"\+?\d(?:[ ()./-]{0,2}\d){6,}")


def mask(text: str, *, numbers: bool = True) -> str:
    """`text` without what looks like an address; versions look like telephone numbers, so these may stay."""
    for pattern, word in _ADDRESSES:
        text = pattern.sub(word, text)
    return _NUMBER.sub("<number>", text) if numbers else text


def start_log(state_dir: Path | None, *, level: int = logging.INFO, name: str = "phonelink") -> Path | None:
    """Send this program's log to a file, and keep every library off the terminal.

    Args:
        state_dir: Where; None: nothing is logged.
        level: Of our own loggers; foreign ones are kept at WARNING.
        name: Of the file, without `.log`: the app and its relay have one each.

    Returns:
        The file, or None where there is none.
    """
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, _PrivateFileHandler):
            root.removeHandler(handler)
            handler.close()
    root.addHandler(logging.NullHandler())  # without any handler, logging writes warnings to stderr
    root.setLevel(logging.WARNING)
    logging.getLogger("phonelink_tui").setLevel(level)
    if state_dir is None:
        return None
    path = state_dir / f"{name}.log"
    try:
        file_handler = _PrivateFileHandler(path, maxBytes=FILE_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        return None
    file_handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root.addHandler(file_handler)
    return path


def log_to_stderr(environ: Mapping[str, str]) -> None:
    """Send this program's log to stderr too: for a relay in the foreground, and for the journal.

    The journal adds time and name itself, and reads the level from the line's begin (sd-daemon(3)); whether
    stderr leads there is told by `JOURNAL_STREAM`, its device and inode.
    """
    found = os.fstat(2)
    journal = environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JournalFormatter() if journal else RedactingFormatter("%(asctime)s %(message)s"))
    logging.getLogger().addHandler(handler)


class RedactingFormatter(logging.Formatter):
    """One line a record, addresses masked, exceptions without their words."""

    stamp_chars = 23
    """The time at the begin, which is no number of anybody's."""

    def formatException(  # noqa: N802 named by logging
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        kind, _, trace = ei
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
        return f"{kind.__name__ if kind else 'no exception'} at {' > '.join(places)}"

    def format(self, record: logging.LogRecord) -> str:
        record = copy(record)
        record.exc_text = None  # another handler's formatter may have left its own there
        line = super().format(record)
        stamp, rest = line[: self.stamp_chars], mask(line[self.stamp_chars :])
        return stamp + "".join(c if c.isprintable() else " " for c in rest)


class _JournalFormatter(RedactingFormatter):
    """The level as syslog's number in front."""

    stamp_chars = 0

    def format(self, record: logging.LogRecord) -> str:
        level = {logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}.get(record.levelno, 3)
        return f"<{level}>{super().format(record)}"


class _PrivateFileHandler(RotatingFileHandler):
    """Makes its files 0600 whatever the umask, and follows no link."""

    def _open(self) -> TextIOWrapper:
        fd = open_private(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND)
        return open(fd, "a", encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 named by logging
        """A full disk is no reason to write to the terminal."""
