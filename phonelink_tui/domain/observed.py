"""What was the phone seen to say, before the relay makes sense of it?

The values that cross the three ports (`profiles.ports`): profile words are translated, text is cleaned,
but nothing is yet identified, correlated or decided.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from phonelink_tui.domain.notification import Category
from phonelink_tui.domain.text import NO_TEXT, RemoteText


class Folder(StrEnum):
    """Message folders below telecom/msg (MAP 1.4, 3.2)."""

    INBOX = "inbox"
    OUTBOX = "outbox"
    SENT = "sent"
    DELETED = "deleted"
    DRAFT = "draft"


@frozen
class Party:
    """A sender or recipient as the phone names it."""

    address: RemoteText
    """A number or e-mail address as spelled by the phone, quirks removed; may be empty."""
    name: RemoteText = NO_TEXT


@frozen
class ListedText:
    """One row of a message listing."""

    handle: str
    """Valid with this phone only; compare `handle_key`s."""
    folder: Folder
    sender: Party
    recipients: tuple[Party, ...]
    subject: RemoteText
    """The text, flattened and cut by the phone; the body is in `FetchedText`."""
    at: datetime | None
    """UTC."""
    read: bool
    outgoing: bool
    has_attachment: bool

    @property
    def other_end(self) -> Party:
        """Who sent it; of a text of ours, to whom it went first."""
        if not self.outgoing:
            return self.sender
        return self.recipients[0] if self.recipients else Party(NO_TEXT)


@frozen
class FetchedText:
    """One text with its body."""

    handle: str
    folder: Folder
    sender: Party
    recipients: tuple[Party, ...]
    """All it went to besides the phone's owner, where the phone says so; iPhones do not."""
    text: RemoteText
    read: bool
    has_attachment: bool = False


class ChangeKind(StrEnum):
    """What happened to a text on the phone (MAP event types)."""

    NEW = "new"
    DELETED = "deleted"
    SHIFTED = "shifted"
    READ_CHANGED = "read_changed"
    SENT = "sent"
    SENDING_FAILED = "sending_failed"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    OTHER = "other"


@frozen
class FolderChange:
    """An event report."""

    kind: ChangeKind
    handle: str
    folder: Folder | None
    read: bool | None = None
    """With READ_CHANGED, where the phone says which way."""
    at: datetime | None = None
    """UTC; when the text was sent, where the report says so (event report 1.1)."""
    sender_name: RemoteText = NO_TEXT


@frozen
class OutgoingText:
    """A text on its way out, as the guard let it through."""

    recipient: RemoteText
    """Exactly one address, as the phone spells it."""
    text: str


@frozen
class ObservedNotification:
    """A notification with its attributes fetched."""

    uid: int
    """Valid within this session only."""
    app_id: RemoteText
    app_name: RemoteText
    title: RemoteText
    subtitle: RemoteText
    text: RemoteText
    category: Category
    at: datetime | None
    """UTC."""
    silent: bool
    important: bool
    pre_existing: bool
    positive_label: RemoteText | None
    negative_label: RemoteText | None
    modified: bool = False
    """The phone changed a notification it had sent before."""


@frozen
class NotificationGone:
    """A notification that is no longer on the phone."""

    uid: int


def handle_key(handle: str) -> str:
    """Equal for two spellings of one handle: phones drop leading zeros and change the case (MAP 1.4, 5.7).

    Empty for no handle at all.
    """
    return handle.lstrip("0").casefold() or handle[:1]
