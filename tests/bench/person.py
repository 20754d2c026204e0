"""What does a person at a terminal do with the app, and what do they see? Keys in, rows of the screen out.

Somebody careful: they look before they press Enter, send again what came back only where the conversation does not
show it, and read a whole conversation from its first row to its last.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.terminal.pty_process import PtyProcess
from tests.terminal.screen import Screen

COLUMNS: Final = 110
ROWS: Final = 60
TOKEN: Final = re.compile(r"\b[prwab]\d{5}\b")
"""The first word of every text of a long run, never used twice."""

GO_TO, CLOSE, BACKSPACE, ENTER, DOWN = b"\x0f", b"\x1b", b"\x7f", b"\r", b"\x1b[B"
BACK_TAB, TOP, PAGE_DOWN = b"\x1b[Z", b"\x1b[1;5H", b"\x1b[6~"
_EDGE: Final = "▕"
_GONE: Final = "✕ relay ended"
_EMPTY: Final = "Write, Enter sends"
_UNFINISHED: Final = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*|\][^\x07]*)?$")
READ_S: Final = 1.0
"""How long a question is read: the app takes no answer that comes too soon."""

_COPIED: Final = re.compile(rb"\x1b\]52;[^\x07]*\x07")
"""What the app puts on the clipboard."""

LOOK_S: Final = 20.0
"""How long the app may take to answer a key; the machine is shared with all the other processes."""


class NotSeen(Exception):
    """The screen never showed what was waited for; the rows are in the message."""


class Person:
    """At an app on a terminal of its own."""

    def __init__(self, hand: str, environment: Mapping[str, str], diary: Path) -> None:
        """
        Args:
            hand: The letter with which every text of theirs begins. Drafts show in both terminals; nobody touches
                what another began, and whose part stands behind another's takes it back.
            environment: Of the app.
            diary: What was done and what the screen showed then goes there.
        """
        self.hand = hand
        self.pty = PtyProcess("phonelink_tui", columns=COLUMNS, rows=ROWS, environment=environment)
        self.withdrawn: set[str] = set()
        """The first words of what they took back."""
        self._screen = Screen(COLUMNS, ROWS)
        self._diary = diary.open("a")

    def look(self, quiet_s: float = 0.2) -> list[str]:
        """The rows, once nothing more came for a moment."""
        self.pty.read(limit_s=3, quiet_s=quiet_s)
        fresh = bytes(self.pty.output)
        cut = _whole(fresh)
        self._screen.feed(_COPIED.sub(b"", fresh[:cut]))
        del self.pty.output[:cut]
        return self._screen.lines()

    def see(self, holds: Callable[[list[str]], object], limit_s: float = LOOK_S) -> list[str]:
        """The first rows of which this holds. Raises NotSeen."""
        end = time.monotonic() + limit_s
        while not holds(rows := self.look()):
            if self.pty.exit_status is not None or time.monotonic() > end:
                raise NotSeen("\n".join(row for row in rows if row))
        return rows

    def note(self, what: str) -> None:
        """Into the diary, with what the screen shows."""
        rows = [row for row in self._screen.lines() if row.partition(_EDGE)[2] or (row and _EDGE not in row)]
        self._diary.write("\n".join([f"== {datetime.now(UTC):%H:%M:%S.%f} {what}", *rows, ""]))
        self._diary.flush()

    def head(self) -> str:
        """Which conversation is open: its name, and what kind it is."""
        return _right(self.look()[0])

    def open(self, name: str, place: int = 0) -> str:
        """Go to a conversation by a name, the nth of those that have it; its head."""
        self.pty.type(GO_TO)
        self.see(_is_picking)
        self.pty.type(name.encode())
        rows = self.see(lambda rows: any(row.strip() == name for row in rows))
        if not any(row.lstrip("▌ ●").startswith(name + "  ") and _EDGE not in row for row in rows):
            self.back()
            raise NotSeen(f"nobody is called {name}")
        self.pty.type(DOWN * place)
        self.look()
        self.pty.type(ENTER)
        self.see(lambda rows: not _is_picking(rows))
        return self.head()

    def back(self) -> None:
        """Out of the picker, if it is open."""
        if _is_picking(self.look()):
            self.pty.type(CLOSE)
            self.see(lambda rows: not _is_picking(rows))

    def draft(self) -> str:
        """What stands in the composer, its lines put together; empty where nothing does."""
        rows = self.look()
        to = next((n for n, row in enumerate(rows) if _right(row).startswith("To: ")), None)
        if to is None:
            return ""
        lines = [_right(row) for row in rows[to + 1 :] if _EDGE in row]
        return "" if lines[:1] == [_EMPTY] else " ".join(lines)

    def write(self, text: str) -> bool:
        """Write a text into the open conversation and send it; whether the composer let it go."""
        self.pty.type(text.encode())
        self.see(lambda _: text.split()[0] in self.draft())
        return self.send()

    def send(self) -> bool:
        """Press Enter, and say yes where the app asks; whether the composer let the text go.

        Not where something of the other person stands in the composer too: one of the two goes first.
        """
        if not self.is_own(self.draft()):
            return False
        self.note(f"Enter on {self.draft()}")
        self.pty.type(ENTER)
        try:
            self.see(lambda rows: _asks(rows) or not self.draft())
            self.confirm()
        except NotSeen:
            pass
        self.note("after it")
        return not self.draft()

    def confirm(self) -> None:
        """Say yes, as often as the app asks: with the keys at the question, and not sooner than one can read it."""
        for _ in range(10):
            if not _asks(self.look()):
                return
            time.sleep(READ_S)
            if not _asks(self.look()):
                return
            self.pty.type(b"y")
            self.look(0.5)
            if self.draft():  # the keys were in the composer
                self.pty.type(BACKSPACE + BACK_TAB)

    def is_alone(self) -> bool:
        """Whether the app has lost its relay, and says so."""
        return any(_GONE in row for row in self.look())

    def tidy(self) -> None:
        """What came back into the composer: drop it where the conversation shows it, else send it again."""
        self.confirm()
        if self.is_alone():
            return  # what the relay took up shows only when it is here again
        draft = self.draft()
        found = TOKEN.search(draft)
        if not draft:
            return
        if not self.is_own(draft):
            self._withdraw(draft)
        elif found is None or any(found.group() in row for row in self.thread_rows()):
            self.note("it is there already")
            self.pty.type(BACKSPACE * (len(draft) + 20))
            self.see(lambda _: not self.draft())
        else:
            self.send()

    def is_own(self, draft: str) -> bool:
        """Whether nothing of the other person is in it."""
        return all(token.startswith(self.hand) for token in TOKEN.findall(draft))

    def _withdraw(self, draft: str) -> None:
        """Take back what is theirs behind what the other one began; the rest stays as it is."""
        found = [*TOKEN.finditer(draft)]
        own = [match for match in found if match.group().startswith(self.hand)]
        rest = draft[: own[0].start()].rstrip() if own else ""
        if not rest or found[-len(own) :] != own:
            return
        self.note(f"{own[0].group()} is taken back")
        self.withdrawn.update(match.group() for match in own)
        end = time.monotonic() + LOOK_S
        while len(left := self.draft()) > len(rest) and time.monotonic() < end:
            self.pty.type(BACKSPACE * max(1, len(left) - len(rest) - 4))
            self.look()
        self.note("after it")

    def thread_rows(self) -> list[str]:
        """The rows of the open conversation, without what is below it."""
        rows = self.look()
        end = next((n for n, row in enumerate(rows) if _right(row).startswith("To: ")), len(rows))
        return [_right(row) for row in rows[1:end]]

    def read_conversation(self) -> list[list[str]]:
        """The open conversation page by page from its begin: each page its rows."""
        rows, same = self._after(TOP), 0
        while same < 3:  # the app fetches what is older when one comes near it
            before, rows = rows, self._after(TOP)
            same = same + 1 if rows == before else 0
        pages = [rows]
        while (rows := self._after(PAGE_DOWN)) != pages[-1]:
            pages.append(rows)
        return pages

    def _after(self, key: bytes) -> list[str]:
        self.pty.type(key)
        self.look(0.6)
        return self.thread_rows()


def _right(row: str) -> str:
    """What stands beside the list."""
    return row.partition(_EDGE)[2].strip()


def _is_picking(rows: list[str]) -> bool:
    return any(row.startswith(" Go to") for row in rows)


def _asks(rows: list[str]) -> bool:
    return any("y send it" in row for row in rows)


def _whole(output: bytes) -> int:
    """How much of an output ends neither inside a sequence nor inside a character."""
    match = _UNFINISHED.search(output)
    end = match.start() if match else len(output)
    for back in range(1, min(4, end) + 1):
        byte = output[end - back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return end if back >= length else end - back
        if byte < 0x80:
            break
    return end
