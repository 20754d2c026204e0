"""What did a program write to its terminal? A strict reader: it knows what Textual writes, and refuses the rest.

A payload that reached the terminal as a control is either a sequence that is refused, or moves text to where
it does not belong, which the cells show.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from rich.cells import cell_len

MODES: Final = {7, 25, 1000, 1002, 1003, 1004, 1006, 1015, 1016, 1049, 2004, 2026, 2048}
"""DEC private modes that Textual sets: wrap, cursor, mouse, focus, alternate screen, paste, synchronised, resize."""

_SGR_PART: Final = re.compile(r"(?:0|1|2|3|4|5|7|9|2[1-9]|[34]8;2;\d{1,3};\d{1,3};\d{1,3})(?:;|$)")
_CSI: Final = re.compile(r"\x1b\[([?<>=]?)([0-9;]*)(\$?)([@-~])")
_POINTER: Final = re.compile(r"\x1b\]22;(?:default|text|pointer)\x07")
"""The one OSC: Textual's shape of the mouse pointer."""
_ALLOWED_CATEGORIES: Final = "LMNPSZ"
_JOINERS: Final = "\u200c\u200d"


class UnexpectedOutput(AssertionError):
    """The program wrote something it must never write."""


class Screen:
    """The cells, the modes, and nothing unexpected.

    Raises:
        UnexpectedOutput: From `feed`, at the first control or character that Textual does not write itself.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.modes: dict[int, bool] = {}
        self._cells: list[list[str]] = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0

    def feed(self, output: bytes) -> None:
        """Read all of an output."""
        text = output.decode("utf-8")
        place = 0
        while place < len(text):
            character = text[place]
            if character == "\x1b":
                match = _POINTER.match(text, place)
                if match is not None:
                    place = match.end()
                    continue
                match = _CSI.match(text, place)
                if match is None:
                    raise UnexpectedOutput(f"not a CSI: {text[place : place + 20]!r}")
                self._control(match)
                place = match.end()
            else:
                self._write(character)
                place += 1

    def lines(self) -> list[str]:
        """The rows as text."""
        return ["".join(row).rstrip() for row in self._cells]

    def column(self, number: int) -> list[str]:
        """The characters of a column, without marks on them, top to bottom."""
        return [row[number][:1] for row in self._cells]

    def text(self) -> str:
        """The whole screen without spaces and line ends, for texts that were folded."""
        return re.sub(r"\s", "", "".join("".join(row) for row in self._cells))

    def _control(self, match: re.Match[str]) -> None:
        prefix, parameters, dollar, final = match.groups()
        kind = prefix + dollar + final
        if kind == "H":
            row, column = (int(part or 1) for part in (parameters or "1;1").split(";"))
            if not (1 <= row <= self.rows and 1 <= column <= self.columns):
                raise UnexpectedOutput(f"cursor off the screen: {match.group()!r}")
            self._row, self._column = row - 1, column - 1
        elif kind == "m":
            if _SGR_PART.sub("", parameters):
                raise UnexpectedOutput(f"colour that no theme uses: {match.group()!r}")
        elif kind in ("?h", "?l"):
            if int(parameters) not in MODES:
                raise UnexpectedOutput(f"mode: {match.group()!r}")
            self.modes[int(parameters)] = kind == "?h"
        elif kind not in ("?$p", ">u", "<u"):
            raise UnexpectedOutput(f"control: {match.group()!r}")

    def _write(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._row = min(self._row + 1, self.rows - 1)
        elif unicodedata.category(character)[0] in _ALLOWED_CATEGORIES or character in _JOINERS:
            if unicodedata.category(character) in ("Zl", "Zp"):
                raise UnexpectedOutput(f"line separator {character!r} at {self._row}")
            self._put(character)
        elif unicodedata.category(character) not in ("Cn", "Co"):
            raise UnexpectedOutput(f"character {character!r} in row {self._row}")
        else:
            self._put(character)

    def _put(self, character: str) -> None:
        cells = self._cells[self._row]
        before = cells[self._column - 1] or cells[self._column - 2] if self._column else ""
        width = cell_len(before + character) - cell_len(before) if before.strip() else cell_len(character)
        if width == 0:
            cells[max(0, self._column - 1)] += character
            return
        if self._column + width > self.columns:
            raise UnexpectedOutput(f"text {character!r} beyond the right edge in row {self._row}")
        cells[self._column] = character
        for follower in range(self._column + 1, self._column + width):
            cells[follower] = ""
        self._column += width
