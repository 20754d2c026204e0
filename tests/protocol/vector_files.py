"""Where do byte vectors come from? One reader for `tests/vectors/*.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_DIRECTORY = Path(__file__).parent.parent / "vectors"


def load_vectors(file: str, table: str) -> list[dict[str, Any]]:
    """Read one array of tables; every entry must have a name, a source and, decoded here, `hex` bytes."""
    with (_DIRECTORY / file).open("rb") as stream:
        entries: list[dict[str, Any]] = tomllib.load(stream)[table]
    for entry in entries:
        if not entry.get("source") or not entry.get("name"):
            raise ValueError(f"A vector of {file} [{table}] lacks its name or source: {entry}")
        if "hex" in entry:
            entry["bytes"] = bytes.fromhex(entry["hex"])
    return entries


def name_of(entry: dict[str, Any]) -> str:
    """The id of a vector in test reports."""
    return str(entry["name"])
