"""What may text from a phone contain once it is inside? The one gate, from bytes' neighbours to everywhere.

Terminals obey escape sequences, bidirectional controls and invisible characters whoever wrote them.
`RemoteText` is text in which nothing can act on a terminal: only `clean` and `clean_line` make it.
"""

from __future__ import annotations

import re
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


def _table() -> dict[int, int | None]:
    table: dict[int, int | None] = {c: 0x2400 + c for c in range(0x20) if c not in (0x09, 0x0A)}
    table[0x7F] = 0x2421
    table.update(dict.fromkeys(range(128, 160), _REPLACEMENT))
    table.update(dict.fromkeys(range(55296, 57344), _REPLACEMENT))
    table.update({0x85: 0x0A, 0x2028: 0x0A, 0x2029: 0x0A, 0x0D: 0x0A})
    invisible = (
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x200E, 0x200F),
        *range(0x180B, 0x180E),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *(0x3164, 0xFEFF, 0xFFA0),
        *range(0xFFF0, 0xFFFC),
        *range(0x1BCA0, 0x1BCA4),
        *range(0x1D173, 0x1D17B),
        *range(0xE0000, 0xE1000),
    )
    table.update(dict.fromkeys(invisible))
    return table


_ACTS_ON_TERMINAL: Final = _table()
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_STACKED_MARKS: Final = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_JOINER_RUN: Final = re.compile("([\u200c\u200d])[\u200c\u200d]+")
_VARIATION_RUN: Final = re.compile("([\ufe00-\ufe0f])[\ufe00-\ufe0f]+")


def clean(raw: str, *, limit: int = BODY_CHARS) -> RemoteText:
    """Text that cannot act on the terminal, with its line breaks as LF.

    C0 and DEL become their control pictures, C1 and lone surrogates U+FFFD; bidirectional controls and
    invisible formatters go, except the joiners that emoji and several scripts need (one at a time). Tabs
    become spaces, at most four combining marks stay on one character. Idempotent.

    Args:
        raw: Any string.
        limit: Characters kept; what is longer is cut and ends in `CUT_MARK`.
    """
    if len(raw) <= limit and raw.isascii() and raw.isprintable():
        return RemoteText(raw)
    text = raw[: limit * 4 + 4].replace("\r\n", "\n").translate(_ACTS_ON_TERMINAL).expandtabs(4)
    text = _STACKED_MARKS.sub(r"\1", text)
    text = _VARIATION_RUN.sub(r"\1", _JOINER_RUN.sub(r"\1", text))
    if len(text) > limit:
        text = text[: limit - 1].rstrip("\u200c\u200d") + CUT_MARK
    return RemoteText(text)


def clean_line(raw: str, *, limit: int = LINE_CHARS) -> RemoteText:
    """Like `clean`, on one line: every run of white space is one space, the ends are bare."""
    return RemoteText(_cut(" ".join(clean(raw, limit=max(limit * 2, 16)).split()), limit))


def preview(text: RemoteText, *, limit: int = LINE_CHARS) -> RemoteText:
    """The first line's worth of a body, for lists and notices."""
    return clean_line(text[: limit * 2], limit=limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + CUT_MARK
