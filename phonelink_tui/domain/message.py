"""What is a text, and how far did one of ours get?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from attrs import frozen

from phonelink_tui.domain.address import Address
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.text import RemoteText

if TYPE_CHECKING:
    from phonelink_tui.domain.thread import ThreadId

MessageId = NewType("MessageId", str)
"""Opaque, unique within one relay."""


class Direction(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Audience(StrEnum):
    """Who else reads a text, as far as evidence goes."""

    PRIVATE = "private"
    """Positive evidence: a matched notification, or a phone that lists all recipients."""
    GROUP = "group"
    UNKNOWN = "unknown"


class UnknownReason(StrEnum):
    """Why the audience of a text is not known."""

    NO_MATCH = "no_match"
    """No notification matched: muted on the phone, or dismissed too soon."""
    NOTIFICATIONS_OFF = "notifications_off"
    BEFORE_CONNECTION = "before_connection"
    AMBIGUOUS = "ambiguous"


class DeliveryState(StrEnum):
    """The delivery ladder. What is not known is said: UNKNOWN is never pushed a second time."""

    RECEIVED = "received"
    HELD = "held"
    """In the hold window: can be taken back."""
    QUEUED = "queued"
    """Waits for the phone; certainly not sent."""
    HANDED_OVER = "handed_over"
    """On its way to the phone at this moment."""
    ACCEPTED = "accepted"
    """The phone took it. On an iPhone this is the last thing that is ever known."""
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Certainly not sent."""
    UNKNOWN = "unknown"
    """The link broke after the text left us: it may have been sent."""


UNSETTLED = frozenset(
    {DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.HANDED_OVER, DeliveryState.UNKNOWN}
)
"""States a person must be told of before quitting."""


LEFT_FOR_SURE = frozenset(
    {DeliveryState.ACCEPTED, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN}
)
"""States of a text of ours after which its recipient counts as written to; UNKNOWN was decided on, too."""


class Source(StrEnum):
    """Who told us of a text."""

    MAP = "map"
    ANCS = "ancs"
    OWN = "own"
    """Written here."""


class Placeholder(StrEnum):
    """What stands for content that stays on the phone."""

    MEDIA = "media"


@frozen
class TextMessage:
    """One text, in or out."""

    id: MessageId
    thread: ThreadId
    direction: Direction
    sender: Address | None
    """None on texts of our own."""
    sender_name: RemoteText
    recipient: Address | None
    """The one person a text of ours goes to; None on incoming texts."""
    text: RemoteText
    at: datetime
    """When it was sent, by the phone's clock where it says so, else when it reached us (UTC)."""
    read: bool
    state: DeliveryState
    sources: frozenset[Source]
    audience: Audience = Audience.UNKNOWN
    unknown_reason: UnknownReason | None = None
    group: RemoteText | None = None
    """The group's name, as far as a notification tells."""
    placeholder: Placeholder | None = None
    detail: str = ""
    """Our own words on FAILED and UNKNOWN; on HELD the question whether it still holds."""
    partial: bool = False
    """Only its beginning is known yet, on one line; the whole is read ahead, or when somebody looks at it."""
    failure: Failure | None = None
    """With FAILED: the cause."""

    @property
    def asks(self) -> bool:
        """Whether it waits for a person to say that it still holds."""
        return self.state is DeliveryState.HELD and bool(self.detail)


def tells_of_trust(message: TextMessage) -> bool:
    """Whether its recipient counts as written to: it left, and to nobody else.

    What is written here goes to one person. A row of the phone's sent folder may be a text to a group whose first
    member it names: it counts with positive evidence only.
    """
    alone = Source.OWN in message.sources or message.audience is Audience.PRIVATE
    return message.recipient is not None and alone and message.state in LEFT_FOR_SURE
