"""How do rows stay in their columns in a terminal that counts joined emoji otherwise? They are drawn without joints.

Behind the layout: what is shown has as many cells as were counted, whichever widget drew it.
"""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from phonelink_tui.ui.width import MODIFIERS, simple_emoji

_JOINED: Final = re.compile(f".?(?:{MODIFIERS})+", re.DOTALL)


class SimpleWidth(LineFilter):
    """Replaces emoji of several code points by their first one, and blanks where that is narrower."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments where there is no such emoji, which is nearly always."""
        if not any(_has_joined(segment) for segment in segments):
            return segments
        return [_simple(segment) if _has_joined(segment) else segment for segment in segments]


def _has_joined(segment: Segment) -> bool:
    return not segment.control and not segment.text.isascii() and _JOINED.search(segment.text) is not None


def _simple(segment: Segment) -> Segment:
    def shown(found: re.Match[str]) -> str:
        return set_cell_size(simple_emoji(found[0]), cell_len(found[0]))

    return Segment(set_cell_size(_JOINED.sub(shown, segment.text), segment.cell_length), segment.style)
