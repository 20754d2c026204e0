"""What may text from a phone contain once it is inside? The one gate, from bytes' neighbours to everywhere.

Terminals obey escape sequences, bidirectional controls and invisible characters whoever wrote them.
`RemoteText` is text in which nothing can act on a terminal: only `clean` and `clean_line` make it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NewType

RemoteText = NewType("RemoteText", str)
"""Text from a phone that went through `clean` or `clean_line`. May hold newlines; never other controls."""

NO_TEXT: Final = RemoteText("")

BODY_CHARS: Final = 20_000
"""A body longer than this is cut and marked: ten times the longest text phones are known to send."""

LINE_CHARS: Final = 256
"""Names, titles, labels, previews."""

CUT_MARK: Final = "…"

_REPLACEMENT = 0xFFFD
_NO_CHARACTERS: Final = tuple(plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF))


def _table() -> dict[int, int | None]:
    table: dict[int, int | None] = {c: 0x2400 + c for c in range(0x20) if c not in (0x09, 0x0A)}
    table[0x7F] = 0x2421
    table.update(dict.fromkeys(range(128, 160), _REPLACEMENT))
    table.update(dict.fromkeys(range(55296, 57344), _REPLACEMENT))
    table.update(dict.fromkeys((*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2), _REPLACEMENT))
    table.update(dict.fromkeys((0x110BD, 0x110CD, *range(0x13430, 0x13440)), _REPLACEMENT))
    # Noncharacters: tmux draws none of them, Rich counts a cell for each.
    table.update(dict.fromkeys((*range(0xFDD0, 0xFDF0), *_NO_CHARACTERS), _REPLACEMENT))
    table.update({0x85: 0x0A, 0x2028: 0x0A, 0x2029: 0x0A, 0x0D: 0x0A})
    invisible = (
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x200E, 0x200F),
        *range(0x180B, 0x180E),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *(0x3164, 0xFEFF, 0xFFA0),
        *range(0xFFF0, 0xFFFC),
        *range(0x1BCA0, 0x1BCA4),
        *range(0x1D165, 0x1D16A),
        *range(0x1D16D, 0x1D183),
        *range(0xE0000, 0xE1000),
    )
    table.update(dict.fromkeys(invisible))
    return table


_ACTS_ON_TERMINAL: Final = _table()


_MARK_BLOCKS: Final = (
    *(range(0x300, 0x370), range(0x483, 0x48A), range(0x591, 0x5C8), range(0x610, 0x6EE)),
    *(range(0x711, 0x74B), range(0x7A6, 0x1000), range(0x102D, 0x109E), range(0x135D, 0x1360)),
    *(range(0x1712, 0x17DE), range(0x18A9, 0x1CFA), range(0x1DC0, 0x1E00), range(0x20D0, 0x20F1)),
    *(range(0x2CEF, 0x2CF2), range(0x2DE0, 0x2E00), range(0x302A, 0x309B), range(0xA66F, 0xABEE)),
    *(range(0xFB1E, 0xFB1F), range(0xFE20, 0xFE30)),
)
"""Where the non-spacing marks are that a phone can type; scanning all planes would cost every start 90 ms."""


def _marks() -> str:
    """The marks of these blocks as ranges of a character class; within the first plane `re` looks them up fast."""
    spans: list[list[int]] = []
    for code in (code for block in _MARK_BLOCKS for code in block):
        if unicodedata.category(chr(code)) in ("Mn", "Me"):
            if spans and spans[-1][1] == code - 1:
                spans[-1][1] = code
            else:
                spans.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)


_VARIATIONS = "\ufe00-\ufe0f"
_ABOVE = f"[{_marks()}{_VARIATIONS}\u200c]"
_ADJACENT: Final = re.compile(_ABOVE + "{2}")
_STACKED: Final = re.compile(f"({_ABOVE}{{4}}){_ABOVE}+")
_DOUBLED: Final = re.compile(f"(\u200c|[{_VARIATIONS}])(?:\u200c|[{_VARIATIONS}])+")

_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_EMOJI_END = _EMOJI + "\ufe0f"
_VIRAMA = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
_IDLE_JOINER: Final = re.compile(f"(?<![{_VIRAMA}])(?:(?<![{_EMOJI_END}])\u200d|\u200d(?![{_EMOJI}]))")
_JOINED_APART: Final = re.compile("\u200d\u200c+")
_LONG_CHAIN: Final = re.compile(f"((?:[{_EMOJI_END}]{{1,3}}\u200d){{3}}[{_EMOJI_END}]{{1,3}})\u200d")
"""The longest joined emoji, a family or a kiss, have four parts. Longer chains hide text: a terminal shows all
the parts where the width counted for them is that of one."""


def clean(raw: str, *, limit: int = BODY_CHARS) -> RemoteText:
    """Text that cannot act on the terminal, with its line breaks as LF.

    C0 and DEL become their control pictures; C1, lone surrogates, noncharacters and formatters that are drawn U+FFFD;
    bidirectional controls and invisible formatters go. Of the joiners stay: the zero width joiner between two
    emoji, up to four in a chain, and after an Indic virama; a single non-joiner. Tabs become spaces, at most
    four marks stay on one character. Idempotent.

    Args:
        raw: Any string.
        limit: Characters kept; what is longer is cut and ends in `CUT_MARK`.
    """
    if len(raw) <= limit and raw.isascii() and raw.isprintable():
        return RemoteText(raw)
    text = raw[: limit * 4 + 4].replace("\r\n", "\n").translate(_ACTS_ON_TERMINAL).expandtabs(4)
    if "\u200d" in text:
        text = _LONG_CHAIN.sub(r"\1", _JOINED_APART.sub("\u200d", _IDLE_JOINER.sub("", text)))
    if _ADJACENT.search(text):
        text = _STACKED.sub(r"\1", _DOUBLED.sub(r"\1", text))
    return RemoteText(_cut(text, limit))


def clean_line(raw: str, *, limit: int = LINE_CHARS) -> RemoteText:
    """Like `clean`, on one line: every run of white space is one space, the ends are bare."""
    return RemoteText(_cut(" ".join(clean(raw, limit=max(limit * 2, 16)).split()), limit))


def preview(text: RemoteText, *, limit: int = LINE_CHARS) -> RemoteText:
    """The first line's worth of a body, for lists and notices."""
    return clean_line(text[: limit * 2], limit=limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip("\u200d") + CUT_MARK
