"""On which characters do terminals disagree about the width, and what is shown in their place?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_IDLE_JOINER: Final = re.compile(f"(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])")
MODIFIERS: Final = f"[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\u20e3]|\u200d[{_EMOJI}]\ufe0f?"
"""A pattern of what makes an emoji of several code points out of one."""

_MODIFIERS: Final = re.compile(MODIFIERS)


def has_odd_widths(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is one that counts joined emoji otherwise: tmux, screen."""
    return bool(environ.get("TMUX") or environ.get("STY"))


def measurable(text: str) -> str:
    """The text without the joiners that Rich mistakes: it counts no cell for whatever follows a joiner.

    Between emoji that is right. Behind an Indic virama, where the joiner only asks for another shape, the line
    would be a cell wider than its box.
    """
    return _IDLE_JOINER.sub("", text) if "\u200d" in text else text


def simple_emoji(text: str) -> str:
    """The text with emoji whose width every terminal agrees on.

    No variation selector, no skin tone, no keycap, and of a joined chain the first emoji only: tmux 3.3a and
    other terminals count those as one to four cells where Rich counts two.
    """
    return text if text.isascii() else _MODIFIERS.sub("", text)
