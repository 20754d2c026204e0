"""Which message is meant? Handles are up to 16 hex digits, equal as numbers, written back as they came."""

from __future__ import annotations

import re

from attrs import field, frozen

from phonelink_tui.errors import LocalProtocolError

_DIGITS = re.compile(r"[0-9A-Fa-f]{1,16}")


def _is_handle(text: str) -> bool:
    return _DIGITS.fullmatch(text) is not None


@frozen(init=False)
class MessageHandle:
    """A phone's name for one message, valid with that phone only.

    A real phone sent 15 digits in its events (seen by MyPhone, 2022): they are not padded when they go
    back, and `0A` and `a` are the same message.

    Raises:
        LocalProtocolError: Not 1 to 16 hex digits; see `decode_handle` for text from a phone.
    """

    text: str = field(eq=False)
    """As the phone wrote it."""
    number: int = field(repr=False)

    def __init__(self, text: str) -> None:
        if not _is_handle(text):
            raise LocalProtocolError("A message handle has 1 to 16 hex digits.")
        self.__attrs_init__(text, int(text, 16))

    def __str__(self) -> str:
        return self.text


def decode_handle(text: str | None) -> MessageHandle | None:
    """Read a handle from a phone; None where it is none. Blanks around it are ignored. Never raises."""
    text = (text or "").strip(" \t\r\n")
    return MessageHandle(text) if _is_handle(text) else None
