"""How does the app end when its terminal goes away, or when it is told to? By unmounting, as on quit.

Without this, SIGHUP and SIGTERM leave the terminal on the alternate screen with mouse reports on, and SIGINT
(from `kill`: the key is read as a key) looks like an ordinary end.
"""

from __future__ import annotations

import asyncio
import signal
from typing import Any, Final

from textual.app import App

EXIT_SIGNALS: Final = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)

_SIGNALLED: Final = 128
"""A shell's exit code for death by signal n is 128 + n."""


def install_exit_signals(app: App[Any]) -> None:
    """Leave the app in good order on `EXIT_SIGNALS`, with the return code a shell gives for them.

    Call it from `on_load`: inside the loop, and before anything is written to the terminal.
    """
    loop = asyncio.get_running_loop()
    for number in EXIT_SIGNALS:
        loop.add_signal_handler(number, _leave, app, number)


def _leave(app: App[Any], number: signal.Signals) -> None:
    app.exit(return_code=_SIGNALLED + number)
