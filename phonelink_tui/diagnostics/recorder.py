"""How is the week remembered? As lines in a small file for each phone: times and states only."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.private_files import open_private, read_private, write_private
from phonelink_tui.diagnostics.history import DAYS, Beat, Entry, Transition, anything_known, mark_of, strips
from phonelink_tui.diagnostics.values import from_json, to_json
from phonelink_tui.domain.phone import Capability, LinkPhase, Phone
from phonelink_tui.domain.week import Mark, Week

FILE_BYTES: Final = 512 * 1024
"""A week of beats and of a link that changes every minute has less; a larger file is cut to its newest entries."""

KEPT: Final = 3000
"""Entries that are left when a file is cut."""

AGE: Final = timedelta(days=DAYS + 1)


def history_path(state_dir: Path | None, phone_id: str, secret: bytes) -> Path | None:
    """Where a phone's week is: the name says nothing of the phone without this installation's secret."""
    if state_dir is None:
        return None
    return state_dir / f"history-{hmac.new(secret, phone_id.encode(), hashlib.sha256).hexdigest()[:12]}.jsonl"


def load_history(path: Path | None) -> tuple[Entry, ...]:
    """All entries of a file, as written; lines that are none, as the last one after a crash, are passed over."""
    if path is None:
        return ()
    try:
        lines = (read_private(path, 2 * FILE_BYTES) or b"").splitlines()
    except OSError:
        return ()
    return tuple(entry for entry in map(_decode, lines) if entry is not None)


def load_week(path: Path | None, phone: Phone) -> Week:
    """What is remembered of a phone's last week, in this computer's zone; empty where nothing is."""
    zone = datetime.now().astimezone().tzinfo or UTC
    week = strips(load_history(path), utc_now(), zone)
    had = {c: row for c, row in week.items() if phone.phase(c) is not LinkPhase.ABSENT}
    return had if anything_known(had) else {}


class Recorder:
    """Writes one phone's transitions. A file that cannot be written is given up silently: it is only a comfort."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now
        self._marks: dict[Capability, Mark] = {}

    def take(self, phone: Phone) -> None:
        """How the phone stands now; only what differs is written."""
        for capability, state in phone.capabilities.items():
            self._enter(capability, mark_of(state))

    def beat(self) -> None:
        """The relay is alive; to be called every `history.BEAT_S`."""
        self._write(Beat(self._now()))

    def end(self) -> None:
        """The relay ends: from now on nothing is known."""
        for capability in tuple(self._marks):
            self._enter(capability, Mark.UNKNOWN)

    def _enter(self, capability: Capability, mark: Mark) -> None:
        if self._marks.get(capability, Mark.UNKNOWN) is not mark:
            self._write(Transition(self._now(), capability, mark))
        self._marks[capability] = mark

    def _write(self, entry: Entry) -> None:
        with suppress(OSError):
            with open(open_private(self._path, os.O_WRONLY | os.O_APPEND), "ab") as file:
                file.write(_encode(entry))
                size = file.tell()
            if size > FILE_BYTES:
                self._cut()

    def _cut(self) -> None:
        newest = [entry for entry in load_history(self._path) if entry.at > self._now() - AGE][-KEPT:]
        write_private(self._path, b"".join(map(_encode, newest)))


def _encode(entry: Entry) -> bytes:
    return json.dumps(to_json(entry), separators=(",", ":")).encode() + b"\n"


def _decode(line: bytes) -> Entry | None:
    try:
        value = json.loads(line)
        return from_json(value, Transition) if "mark" in value else from_json(value, Beat)
    except (ValueError, TypeError, RecursionError):
        return None
