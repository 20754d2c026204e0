"""How does `python -m phonelink_tui` start? Like the commands `phonelink` and `phonelink-tui`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final

INTERRUPTED: Final = 130


def main() -> None:
    """Run the command line; exits with its code."""
    app = _read()
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def _read() -> Callable[[], object]:
    """The program, which takes half a second to read; Ctrl+C meanwhile ends it without a word.

    An exception would not do: Python 3.11 makes a RuntimeError of one that comes while a class is made.
    """
    is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_usual:
        signal.signal(signal.SIGINT, _end)
    try:
        from phonelink_tui.config.platform import unsupported

        if (line := unsupported()) is not None:
            sys.stderr.write(line + "\n")
            raise SystemExit(3)
        from phonelink_tui.cli.app import app

        return app
    finally:
        if is_usual:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(_signal: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
