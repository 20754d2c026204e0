"""Which words does a phone use of itself? App ids and names, previews, group subtitles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MESSAGES_APP: Final = "com.apple.MobileSMS"
CALL_APP: Final = "com.apple.mobilephone"

STOCK_APPS: Final = {
    MESSAGES_APP: "Messages",
    CALL_APP: "Phone",
    "com.apple.facetime": "FaceTime",
    "com.apple.mobilemail": "Mail",
    "com.apple.mobilecal": "Calendar",
    "com.apple.reminders": "Reminders",
}

HIDDEN_TEXT: Final = {MESSAGES_APP: "Message", "": "Notification"}
"""By app id, "" for all others: what stands in place of a text while previews are hidden."""

PHOTO_BYTES: Final = 245_760
PHOTO_PREVIEW: Final = "Attachment: 1 Image"

TEXT_CHARS: Final = 200_000
"""In UTF-8 and as a bMessage this stays below a megabyte, which is where readers stop."""

NAMED_MEMBERS: Final = 4
"""Of a group without a name, so many members are named; of a larger one the first, and a count."""


def group_subtitle(group_name: str, members: Sequence[str]) -> str:
    """The subtitle of a group text's notification; "" for a text to the owner alone.

    Args:
        group_name: "" for a group without a name.
        members: Names of everyone besides the owner and the sender.
    """
    if group_name or not members:
        return group_name
    if len(members) <= NAMED_MEMBERS:
        return "To you & " + members[0] if len(members) == 1 else "To you, " + ", ".join(members)
    return f"To you, {members[0]} & {len(members) - 1} others"


def plain(text: str) -> str:
    """A text as a phone can hold it: UTF-8 (JSON can spell lone surrogates), and no longer than `TEXT_CHARS`."""
    return text[:TEXT_CHARS].encode("utf-8", "replace").decode()
