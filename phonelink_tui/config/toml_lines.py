"""On which line of a TOML document does each key stand? tomllib does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final

Path = tuple[str, ...]

_PIECE: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})'
    r'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|\#[^\n]*|[\[{]|[\]}]|=|\n|[^\s"\'#\[\]{}=]+|.',
    re.DOTALL,
)
"""Strings of four kinds, comments, brackets, and what lies between; each begins where the one before ends."""


def key_lines(text: str) -> dict[Path, int]:
    """The line, counted from 1, of each table's heading and of each key that stands on one of its own.

    Args:
        text: A document that `tomllib` has read. Keys inside inline tables and arrays are not listed.
    """
    lines: dict[Path, int] = {}
    table: Path = ()
    for line, head, is_key in _statements(text):
        if is_key:
            path = table + _path(f"{head} = 0")
        else:
            table = path = _path(head)
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], line)
        lines[path] = line
    return lines


def _statements(text: str) -> Iterator[tuple[int, str, bool]]:
    """Line, words and kind of each: the key of `key = value`, or a heading with its brackets."""
    line, depth, words, begins, is_key = 1, 0, "", 1, False
    for piece in _PIECE.findall(text.replace("\r\n", "\n") + "\n"):
        if piece == "\n" and depth == 0:
            if words.strip():
                yield begins, words.strip(), is_key
            words, is_key = "", False
        elif not piece.startswith("#") and not is_key:
            if piece == "=":
                is_key = True
            else:
                begins = begins if words.strip() else line
                words += piece
        elif is_key:
            depth += (piece in "[{") - (piece in "]}")
        line += piece.count("\n")


def _path(statement: str) -> Path:
    """The dotted key of a statement, as tomllib reads it."""
    path: Path = ()
    found: Any = tomllib.loads(statement)
    while isinstance(found, list | dict) and found:
        if isinstance(found, list):
            found = found[0]
        else:
            key, found = next(iter(found.items()))
            path += (key,)
    return path
