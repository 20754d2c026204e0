"""Which emoji does `:name:` mean? The names of Rich's table, and a few that people type elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rich.emoji import Emoji

ALSO: Final[Mapping[str, str]] = {
    "thumbsup": "👍",
    "thumbsdown": "👎",
    "haha": "😂",
    "lol": "😂",
    "shrug": "🤷",
    "facepalm": "🤦",
    "thinking": "🤔",
    "rofl": "🤣",
    "hug": "🤗",
    "party": "🥳",
    "love": "❤️",
    "heart": "❤️",
    "<3": "❤️",
    "thanks": "🙏",
}
"""Names that Rich has not, or whose emoji a phone would show without colour."""

_NAME: Final = re.compile(r"(?:^|(?<=[^\w:])):([a-z0-9_+<’-]{2,40}):$")


def emoji_before(text: str) -> tuple[str, str] | None:
    """The `:name:` that a text ends with and its emoji, or None: a time such as `12:30:` is none."""
    if not text.endswith(":") or not (found := _NAME.search(text)):
        return None
    name = found[1]
    emoji = ALSO.get(name) or Emoji.replace(f":{name}:")
    return None if emoji == f":{name}:" else (found[0], emoji)
