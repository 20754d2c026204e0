"""On which characters do terminals disagree about the width, and what is shown in their place?"""

from __future__ import annotations

import re
from typing import Final

_MODIFIERS: Final = re.compile(
    "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\u20e3]|\u200d[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?"
)


def simple_emoji(text: str) -> str:
    """The text with emoji whose width every terminal agrees on.

    No variation selector, no skin tone, no keycap, and of a joined chain the first emoji only: tmux 3.3a and
    other terminals count those two to four cells where Rich counts two.
    """
    return text if text.isascii() else _MODIFIERS.sub("", text)
