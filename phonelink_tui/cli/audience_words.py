"""How is it said to a person who else reads a conversation?"""

from __future__ import annotations

from typing import Final

from phonelink_tui.domain.message import Audience

AUDIENCE_WORDS: Final[dict[Audience, str]] = {
    Audience.PRIVATE: "",
    Audience.GROUP: "group",
    Audience.UNKNOWN: "group or private?",
}
"""Beside a title; what is usual needs no word."""
