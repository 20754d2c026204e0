"""Is a hostile text safe where this program shows it? Each text through both gates and the drawing of a conversation.

Nothing here trusts the tables of the gates: what would be written is held against Unicode's own categories.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from attrs import frozen
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.hostile_texts import HostileText
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.text import RemoteText, clean, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.cells import cut, fit
from phonelink_tui.ui.control_gate import ControlGate
from phonelink_tui.ui.row_layout import columns, row_lines, shown_row
from phonelink_tui.ui.thread_rows import Clock, thread_rows
from phonelink_tui.ui.width import simple_emoji

WIDTHS: Final = (140, 80, 40)
"""Of the panes that are drawn: wide, the usual, and one whose names stand on lines of their own."""

_AT: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
_BLACK: Final = Color(0, 0, 0)
_STYLE: Final = Style(color="red", bold=True)
_OURS: Final = re.compile(r"\x1b\[[0-9;]*m")
"""Colours, the only sequence that a drawn line consists of."""
_KEPT: Final = "\u200c\u200d"
"""The joiners that a script or an emoji needs; the gates let through no others."""


@frozen
class TextResult:
    """What came of one text."""

    name: str
    why: str
    wrong: tuple[str, ...]
    """Empty: it is safe."""
    shown: str
    """As a name of it stands on one line of this terminal."""
    cells: int
    """How wide this program takes that to be."""


def check_text(case: HostileText, *, width: int = 80, simple: bool = False) -> TextResult:
    """Hold one text against every promise.

    Args:
        case: The text.
        width: Cells that `shown` may have.
        simple: `shown` is for a terminal that counts joined emoji otherwise (`width.has_odd_widths`).
    """
    wrong = dict.fromkeys([*_wrong_when_clean(case.text), *_wrong_when_drawn(case.text)])
    name = clean_line(case.text)
    shown = cut(simple_emoji(name) if simple else name, width)
    return TextResult(case.name, case.why, tuple(wrong), shown, cell_len(shown))


def _wrong_when_clean(raw: str) -> Iterator[str]:
    """The first gate: of bodies, and of names and titles."""
    for text in (clean(raw), clean_line(raw)):
        if found := acting(text.replace("\n", "")):
            yield f"{found} passes the first gate"
        if clean(text) != text:
            yield "cleaned twice it is another text"
    if "\n" in clean_line(raw):
        yield "a name breaks its line"


def _wrong_when_drawn(raw: str) -> Iterator[str]:
    """A conversation and a row of a list, also with a text that missed the first gate."""
    console = Console(color_system="truecolor", width=max(WIDTHS), force_terminal=True, legacy_windows=False)
    for body, name in ((clean(raw), clean_line(raw)), (RemoteText(raw), RemoteText(raw.replace("\n", " ")))):
        for width in WIDTHS:
            gutter = columns(width).gutter
            for number, line in enumerate(_drawn(body, name, width)):
                written = _written(line, console)
                if found := acting(_OURS.sub("", written)):
                    yield f"{found} is written at {width} columns"
                if body == clean(raw) and cell_len(_OURS.sub("", written)) > width:
                    yield f"it leaves a box of {width} columns"
                if body == clean(raw) and number and line[0].text[:gutter].strip() and not _is_head(line):
                    yield "it stands where senders stand"
            row = _written([Segment(fit(name, width), _STYLE)], console)
            if found := acting(_OURS.sub("", row)):
                yield f"{found} is written in a list"


def _is_head(line: list[Segment]) -> bool:
    """Whether it is the line of a name, alone or left of a text."""
    return bool(re.match(r"12:00|── ", line[0].text))


def _drawn(body: RemoteText, name: RemoteText, width: int) -> Iterator[list[Segment]]:
    message = TextMessage(
        id=MessageId("m"),
        thread=ThreadId("t"),
        direction=Direction.INCOMING,
        sender=identify("+15550100"),
        sender_name=name or RemoteText("-"),
        recipient=None,
        text=body,
        at=_AT,
        read=True,
        state=DeliveryState.RECEIVED,
        sources=frozenset({Source.MAP}),
    )
    for row in thread_rows([message], Clock(_AT, UTC)):
        for line in row_lines(shown_row(row, simple=False), columns(width)):
            yield [Segment(piece, _STYLE) for _ink, piece in line]


def _written(line: list[Segment], console: Console) -> str:
    """What goes to the terminal: the second gate, then the way Textual writes a line."""
    return Strip(ControlGate().apply(line, _BLACK)).render(console)


def acting(text: str) -> str:
    """The first character that a terminal acts on, that reorders, or that nobody sees; empty where there is none."""
    for character in text:
        category = unicodedata.category(character)
        nothing = (ord(character) & 0xFFFE) == 0xFFFE  # Unicode 23.7: never a character
        if nothing or category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and character not in _KEPT):
            return f"U+{ord(character):04X}"
    return ""
