"""The app on a terminal, for tests that type bytes: writes what the relay was told to a file.

`python -m tests.ui.pty_app LOG` opens three conversations; with names of hostile texts, those everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from phonelink_tui.domain.events import Event
from phonelink_tui.relay.api import Command, Looked, MarkRead, SaveDraft, SendText
from phonelink_tui.ui.app import run_app
from phonelink_tui.ui.settings import UiSettings
from tests.hostile_texts import HOSTILE
from tests.ui.believable import NOW
from tests.ui.hostile_relay import hostile_relay
from tests.ui.stage import a_relay, takes_up


def main(arguments: Sequence[str]) -> int:
    """Run until it is left."""
    log = Path(arguments[0])
    relay = (
        hostile_relay([HOSTILE[name] for name in arguments[2:]], cleaned=arguments[1] == "clean")
        if arguments[1:]
        else a_relay()
    )

    def noted(command: Command) -> list[Event]:
        with log.open("a") as file:
            if isinstance(command, SendText):
                file.write(f"SEND {command.thread} {command.text!r}\n")
            elif not isinstance(command, MarkRead | Looked | SaveDraft):
                file.write(f"{type(command).__name__}\n")
        return takes_up(command) if not arguments[1:] else []

    relay.answer = noted
    return run_app(relay, UiSettings(zone=UTC, bell=False), now=lambda: NOW)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
