"""Is a text or notification about a one-time code, and which? Pure; a guess that rather finds one too many."""

from __future__ import annotations

import re
from typing import Final

from phonelink_tui.domain.message import Direction, TextMessage
from phonelink_tui.domain.notification import PhoneNotification

_CODE_WORDS: Final = re.compile(r"code|passcode|PIN|OTP|TAN|Kod|verif|one-time", re.IGNORECASE)
_CODE: Final = re.compile(r"(?<![\w.,€$£-])(?:[A-Z]{1,3}-)?(\d{4,8}|\d{3}[- ]\d{3})(?![\w.,]\d|[\w€$£%])")


def find_code(text: str) -> str | None:
    """The first group of digits that looks like a code, where a word says that one is meant."""
    if not _CODE_WORDS.search(text):
        return None
    found = _CODE.search(text)
    return re.sub(r"[- ]", "", found.group(1)) if found else None


def code_in(notification: PhoneNotification) -> str | None:
    """The one-time code a notification speaks of, or None."""
    return find_code(f"{notification.title} {notification.subtitle} {notification.text}")


def tells_code(value: TextMessage | PhoneNotification) -> bool:
    """Whether somebody else sent a one-time code: shown, and never written to disk.

    A text of our own is kept whatever it says: a restart must know that it left.
    """
    if isinstance(value, PhoneNotification):
        return code_in(value) is not None
    return value.direction is Direction.INCOMING and find_code(value.text) is not None
