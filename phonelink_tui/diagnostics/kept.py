"""Where are the last good facts kept between runs? One small file, 0600, written whole or not at all."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from phonelink_tui.config.private_files import read_private, write_private
from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.values import from_json, to_json

LAST_GOOD: Final = "last-good.json"
FILE_BYTES: Final = 64 * 1024
VERSION: Final = 1


def load_last_good(state_dir: Path | None) -> LastGood | None:
    """What was kept; None where there is nothing, or nothing that can be read."""
    if state_dir is None:
        return None
    try:
        value = json.loads(read_private(state_dir / LAST_GOOD, FILE_BYTES) or b"{}")
        return from_json(value.get("last_good"), LastGood) if value.get("v") == VERSION else None
    except (OSError, ValueError, RecursionError, AttributeError):
        return None


def keep_last_good(state_dir: Path | None, good: LastGood) -> None:
    """Keep these facts in place of older ones. Where nothing can be kept, nothing is."""
    if state_dir is None:
        return
    value: dict[str, Any] = {"v": VERSION, "last_good": to_json(good)}
    with suppress(OSError):
        write_private(state_dir / LAST_GOOD, json.dumps(value).encode() + b"\n")
