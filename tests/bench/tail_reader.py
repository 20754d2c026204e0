"""What does a script know that reads `tail --json` and comes back with `--since`, whatever ends?

The events folded by what they are about: a message replaces the one of its id, `gone` takes it away. After a `resync`
the relay's pages are read, and all events since then are told once more on top: they may be as old as the pages.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from phonelink_tui.errors import PhonelinkError
from phonelink_tui.ipc.shared import shared_relay
from phonelink_tui.ipc.values import to_json
from phonelink_tui.relay.api import MESSAGES_PAGE
from tests.bench.agreement import Seen
from tests.bench.crew import Crew


async def read_pages(socket: Path) -> dict[str, list[Seen]]:
    """Every conversation of the relay, oldest text first. Raises PhonelinkError."""
    async with asyncio.timeout(120), shared_relay(socket) as client:
        found: dict[str, list[Seen]] = {}
        for thread in (await client.snapshot()).threads:
            page = await client.messages(thread.id, limit=MESSAGES_PAGE)
            texts = [*page.messages]
            while page.before is not None:
                page = await client.messages(thread.id, before=page.before, limit=MESSAGES_PAGE)
                texts = [*page.messages, *texts]
            found[thread.id] = [Seen.of(to_json(text)) for text in texts]
        return found


class TailReader:
    """Runs `tail --json`, one after another, until `ending` is set; `run` is a thread's."""

    def __init__(self, crew: Crew, socket: Path) -> None:
        self.texts: dict[str, Seen] = {}
        """By id, as far as this script knows."""
        self.events = self.resyncs = self.starts = self.resumed = 0
        self.holes: list[str] = []
        """Revisions that were skipped or told twice within one run of the relay."""
        self.ending = threading.Event()
        self.rev = 0
        self._crew = crew
        self._socket = socket
        self._epoch = ""
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Read until the end, starting a new `tail` whenever one ends."""
        while not self.ending.is_set():
            place = ["--since", f"{self._epoch or '0'}:{self.rev}"]
            process = self._process = self._crew.start(["phonelink_tui", "tail", "--json", *place])
            self.starts += 1
            assert process.stdout is not None
            for line in process.stdout:
                self._take(json.loads(line))
            process.wait()
            self._crew.forget(process.pid)
            time.sleep(0.3)

    def interrupt(self) -> None:
        """`kill -9` the `tail` of the moment; `run` starts another."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _take(self, told: Mapping[str, Any]) -> None:
        if told["type"] == "hello":
            if told["epoch"] == self._epoch:
                self.resumed += 1
            self._epoch = told["epoch"]
            return
        if told["type"] == "resync":
            self.resyncs += 1
            self.rev = told["rev"]
            self._read_anew()
            return
        if told["rev"] != self.rev + 1:
            self.holes.append(f"{self._epoch}: {told['rev']} after {self.rev}")
        self.events += 1
        self.rev = told["rev"]
        if told["type"] == "message":
            if told.get("gone"):
                self.texts.pop(told["id"], None)
            else:
                self.texts[told["id"]] = Seen.of(told)

    def _read_anew(self) -> None:
        """Events that come meanwhile wait in the pipe; where the relay is gone again, another resync follows."""
        try:
            pages = asyncio.run(read_pages(self._socket))
        except (PhonelinkError, TimeoutError):
            self._epoch = ""
            self.interrupt()
        else:
            self.texts = {text.id: text for texts in pages.values() for text in texts}


def texts_of(pages: Mapping[str, Sequence[Seen]]) -> frozenset[Seen]:
    """All texts of all conversations."""
    return frozenset(text for texts in pages.values() for text in texts)
