"""A phone on TCP that keeps its texts over a kill: `simulate`, with a journal on the disk.

`python -m tests.bench.lasting_phone JOURNAL SCENARIO MAS PBAP MNS` (ports): acts as JSON lines in, what happened out.
The journal is what the phone counts: every text it received, every text it took, one JSON line each, written before
anybody is told. At the start what was received is put on the phone again, under other handles, as a restart may do.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from phonelink_tui.cli.stdin_lines import stdin_lines
from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.transport.tcp import LOOPBACK, Endpoint
from phonelink_tui.virtual.act_lines import perform_line, pushed_line
from phonelink_tui.virtual.embed import open_simulated_phone
from phonelink_tui.virtual.entries import PhoneChange, TextArrived, TextPushed
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.serve import Ports

Line = dict[str, Any]


def read_journal(path: Path) -> list[Line]:
    """All that was written; of a line that a kill cut off nobody was told."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


def restore(phone: VirtualPhone, journal: list[Line]) -> None:
    """Put what was received on a phone, with its times."""
    for line in journal:
        if line["type"] == "received":
            at = datetime.fromisoformat(line["at"])
            phone.receive_text(line["from"], line["text"], at=at, notify=False)


def journal_to(file: int, say: Callable[[Line], None]) -> Callable[[PhoneChange], None]:
    """Writes texts as they come and go; what was taken is said, too."""

    def write(line: Line) -> None:
        os.write(file, json.dumps(line).encode() + b"\n")

    def take(change: PhoneChange) -> None:
        match change:
            case TextArrived(text):
                write(
                    {
                        "type": "received",
                        "from": text.sender,
                        "text": text.text,
                        "at": text.at.isoformat(),
                    }
                )
            case TextPushed(pushed):
                write(pushed_line(pushed))
                say(pushed_line(pushed))
            case _:
                pass

    return take


async def live(path: Path, scenario: str, ports: Ports, seed: int) -> None:
    """Until stdin ends."""
    kept = read_journal(path)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    # Cut off what a kill left of a last line.
    os.truncate(file, path.read_bytes().rfind(b"\n") + 1)

    def say(line: Line) -> None:
        print(json.dumps(line), flush=True)

    async with open_simulated_phone(VirtualSpec(scenario, seed=seed), ports) as simulated:
        restore(simulated.phone, kept)
        simulated.phone.listen(journal_to(file, say))
        say(simulated.listening.line())
        async with stdin_lines() as lines:
            async for line in lines:
                if line.strip():
                    say(perform_line(simulated.phone, line))


def main() -> None:
    """As a script."""
    journal, scenario, mas, pbap, mns = sys.argv[1:]
    at_mas, at_pbap, at_mns = (Endpoint(LOOPBACK, int(port)) for port in (mas, pbap, mns))
    ports = Ports(at_mas, at_pbap, at_mns)
    with suppress(KeyboardInterrupt):
        asyncio.run(live(Path(journal), scenario, ports, seed=os.getpid()))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    main()
