"""Who writes to stdout and stderr? This file alone, so that nothing reaches a terminal uncleaned."""

from __future__ import annotations

import base64
import json
import os
import select
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from attrs import frozen

from phonelink_tui.domain.text import clean, clean_line


@frozen
class Paragraph:
    """A paragraph for people."""

    style: str
    """Of `_STYLES`. A `command` is never wrapped: it is copied whole."""
    text: str
    indent: int = 0
    """Columns before each of its lines."""
    mark: str = ""
    """Stands in the indent of the first line."""


_LOOK_S: Final = 0.2

_STYLES: Final = {"heading": "bold underline", "verdict": "bold", "command": "cyan", "detail": "dim"}


class Output:
    """The two streams of one command. `BrokenPipeError` leaves from every method that writes to stdout."""

    @property
    def is_terminal(self) -> bool:
        """Whether stdout is a terminal that can do more than print lines."""
        return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def can_ask(self) -> bool:
        """Whether a question can be put: both its words and the answer go through a terminal."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def json(self, value: dict[str, Any]) -> None:
        """One object as one line, at once."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
        sys.stdout.buffer.flush()

    def line(self, text: str) -> None:
        """One line for people. Whatever it holds, it cannot act on the terminal."""
        self._write(clean_line(text, limit=4000) + "\n")

    def text(self, text: str) -> None:
        """Several lines for people."""
        self._write(clean(text) + "\n")

    def document(self, line: str) -> None:
        """A line of a document, of any length; for a program, or for people who asked for all of it."""
        self._write(clean(line, limit=max(16, len(line))) + "\n")

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Rows for people: a table on a terminal, tab-separated lines without headings elsewhere."""
        cells = [[clean_line(cell, limit=1000) for cell in row] for row in rows]
        if self.is_terminal:
            self._rich_table(headings, cells)
        else:
            for row in cells:
                self._write("\t".join(row) + "\n")

    def paragraphs(self, paragraphs: Iterable[Paragraph]) -> None:
        """Paragraphs for people: wrapped on a terminal, one line each elsewhere."""
        if self.is_terminal:
            self._rich_paragraphs(paragraphs)
            return
        for one in paragraphs:
            self._write(one.mark.ljust(one.indent) + clean_line(one.text, limit=4000) + "\n")

    def notice(self, text: str) -> None:
        """One line on stderr."""
        with suppress(OSError):
            sys.stderr.write(_encodable(clean_line(text, limit=2000), sys.stderr.encoding) + "\n")
            sys.stderr.flush()

    def error(self, message: str, hint: str) -> None:
        """What went wrong and what to do about it, on stderr."""
        self.notice(message)
        if hint:
            self.notice(hint)

    def ask(self, question: str) -> bool:
        """A yes or no; anything but yes is no. `KeyboardInterrupt` leaves at once, also inside an event loop."""
        with _interruptible():
            sys.stderr.write(_encodable(clean_line(question, limit=2000), sys.stderr.encoding) + " [y/N] ")
            sys.stderr.flush()
            _await_typing()
            return sys.stdin.readline().strip().casefold() in ("y", "yes")

    def read_all(self, notice: str, limit: int) -> bytes:
        """All that comes on stdin, up to about `limit` bytes. `KeyboardInterrupt` leaves as from `ask`.

        Args:
            notice: What a person at a terminal is told first.
            limit: In bytes.
        """
        with _interruptible():
            if not sys.stdin.isatty():
                return sys.stdin.buffer.read(limit)
            self.notice(notice)
            typed = b""
            while len(typed) < limit:
                _await_typing()
                line = os.read(sys.stdin.fileno(), limit)
                if not line:
                    break
                typed += line
            return typed

    def ask_on_terminal(self, question: str) -> bool:
        """The same where there is a terminal; without one nobody is asked and the answer is yes."""
        return not self.can_ask or self.ask(question)

    def copy(self, text: str) -> None:
        """Give a text to the clipboard of the terminal that stdout is (OSC 52, xterm ctlseqs).

        Whether the terminal takes it cannot be known.
        """
        data = base64.b64encode(clean_line(text, limit=4000).encode()).decode("ascii")
        sys.stdout.write(f"\x1b]52;c;{data}\x07")
        sys.stdout.flush()

    def abandon(self) -> None:
        """Nobody reads any more: keep the interpreter's last flush from complaining."""
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _write(self, text: str) -> None:
        sys.stdout.write(_encodable(text, sys.stdout.encoding))
        sys.stdout.flush()

    def _rich_table(self, headings: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in cells:
            table.add_row(*(Text(cell) for cell in row))
        Console(markup=False, emoji=False, highlight=False).print(table)

    def _rich_paragraphs(self, paragraphs: Iterable[Paragraph]) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        console = Console(markup=False, emoji=False, highlight=False)
        first = True
        for one in paragraphs:
            shown = Text(clean_line(one.text, limit=4000), style=_STYLES.get(one.style, ""))
            if one.style == "heading" and not first:
                console.print()
            first = False
            if not one.indent:
                console.print(shown)
                continue
            if one.style == "command":
                console.print(Text(one.mark.ljust(one.indent)) + shown, soft_wrap=True)
                continue
            row = Table.grid()
            row.add_column(width=one.indent, no_wrap=True)
            row.add_column(overflow="fold")
            row.add_row(Text(one.mark), shown)
            console.print(row)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl+C raises inside. asyncio's own handler only marks the task as cancelled, and the read goes on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        if sys.stdin.isatty():
            sys.stderr.write("\n")  # what follows begins on a line of its own, behind the terminal's ^C
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def _await_typing() -> None:
    """Until a terminal has a line. A signal that comes just before a read that waits would not be heard by it."""
    while sys.stdin.isatty() and not select.select([sys.stdin], [], [], _LOOK_S)[0]:
        pass


def _encodable(text: str, encoding: str | None) -> str:
    """`text` with what the stream's encoding lacks replaced."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
