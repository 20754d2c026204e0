"""Where do byte vectors come from? From tests/vectors/*.toml; one without a source fails the suite."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Vector: TypeAlias = dict[str, Any]

_DIRECTORY = Path(__file__).parent.parent / "vectors"


def load(file: str, kind: str) -> list[Any]:
    """The vectors of one kind in one file, as pytest parameters named after them."""
    vectors: list[Vector] = tomllib.loads((_DIRECTORY / file).read_text())[kind]
    for vector in vectors:
        assert vector["source"], f"{file}: {vector['name']} has no source"
    return [pytest.param(vector, id=vector["name"]) for vector in vectors]


def wire(vector: Vector) -> bytes:
    """The bytes of a vector; spaces and line ends in its hex are for reading."""
    return bytes.fromhex("".join(vector["hex"].split()))
