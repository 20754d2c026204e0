"""What may no widget ever write to the terminal? The second gate behind `domain.text.clean`.

Textual removes five controls and lets all others through, from every widget. An app adds this filter:

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._gate]
"""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"

_NO_CHARACTERS = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))

FORBIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d165-\U0001d169\U0001d16d-\U0001d182\U000e0000-\U000e0fff"
    f"\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]|(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])"
)
"""Controls, bidirectional overrides, invisible formatters, lone surrogates, noncharacters; joiners, except within
an emoji."""

REPLACEMENT: Final = "\ufffd"


class ControlGate(LineFilter):
    """Replaces what `FORBIDDEN` matches in every line that is drawn, and drops links that hold any of it.

    What had no width leaves no trace: the line stays in its box.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments where nothing is wrong, which is nearly always."""
        if not any(_wrong(segment) for segment in segments):
            return segments
        return [_repair(segment) if _wrong(segment) else segment for segment in segments]


def _wrong(segment: Segment) -> bool:
    if segment.control:
        return False
    link = segment.style.link if segment.style else None
    return FORBIDDEN.search(segment.text) is not None or (
        link is not None and FORBIDDEN.search(link) is not None
    )


def _repair(segment: Segment) -> Segment:
    style = segment.style
    if style is not None and style.link is not None and FORBIDDEN.search(style.link):
        style = style.update_link(None)
    # Lines are laid out already: the cells must stay as many as they were counted.
    text = FORBIDDEN.sub(lambda found: REPLACEMENT * cell_len(found[0]), segment.text)
    return Segment(set_cell_size(text, segment.cell_length), style)
