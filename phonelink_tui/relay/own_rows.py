"""Is a row of the phone's sent folder a text that was written here, coming back? Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from phonelink_tui.domain.message import DeliveryState, TextMessage
from phonelink_tui.domain.observed import ListedText
from phonelink_tui.relay.correlation import flatten

OWN_WINDOW: Final = timedelta(seconds=120)
"""A row of the phone's sent folder with our text and recipient within this time is our own push coming back."""

LEFT: Final = frozenset(
    {
        DeliveryState.HANDED_OVER,
        DeliveryState.ACCEPTED,
        DeliveryState.SENT,
        DeliveryState.DELIVERED,
        DeliveryState.UNKNOWN,
    }
)
"""States of a text of ours that the phone may know of."""

SUBJECT_CHARS: Final = 200
"""Of a subject compared: it is cut at 255 bytes, perhaps inside a character."""


def comes_back(message: TextMessage, row: ListedText, recipient_key: str | None) -> bool:
    """Whether `row` is the text `message` of ours.

    Args:
        message: A text that was written here.
        row: Of the sent folder.
        recipient_key: `Address.key` of whom the row went to.
    """
    if message.state not in LEFT or message.recipient is None or message.recipient.key != recipient_key:
        return False
    near = row.at is None or abs(row.at - message.at) <= OWN_WINDOW
    return near and same_text(message, row)


def same_text(message: TextMessage, row: ListedText) -> bool:
    """Whether the subject of a row is the beginning of a text; an empty one is the beginning of none."""
    subject = flatten(row.subject)[:SUBJECT_CHARS]
    return bool(subject) and flatten(message.text).startswith(subject)
