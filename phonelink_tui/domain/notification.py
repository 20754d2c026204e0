"""What is a notification, and what can be done about it from here?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

from attrs import frozen

from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.text import RemoteText

NotificationId = NewType("NotificationId", str)
"""Session number and a count: phones use a UID again, an id of ours is never given twice."""


class Category(StrEnum):
    """ANCS CategoryID (Apple ANCS, Appendix A); unknown ones are OTHER."""

    OTHER = "other"
    INCOMING_CALL = "incoming_call"
    MISSED_CALL = "missed_call"
    VOICEMAIL = "voicemail"
    SOCIAL = "social"
    SCHEDULE = "schedule"
    EMAIL = "email"
    NEWS = "news"
    HEALTH = "health"
    FINANCE = "finance"
    LOCATION = "location"
    ENTERTAINMENT = "entertainment"


class NotificationAction(StrEnum):
    """The two buttons a phone may offer; their labels are the phone's own."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


@frozen
class PhoneNotification:
    """One notification as it stands on the phone."""

    id: NotificationId
    app_id: RemoteText
    app_name: RemoteText
    title: RemoteText
    subtitle: RemoteText
    text: RemoteText
    category: Category
    at: datetime
    """By the phone's clock where it says so, else when it reached us (UTC)."""
    silent: bool = False
    important: bool = False
    pre_existing: bool = False
    """Was already there when we connected: part of the digest, not news."""
    positive_label: RemoteText | None = None
    negative_label: RemoteText | None = None
    text_message: MessageId | None = None
    """The text it announces, where one matched: shown there, not in the queue."""
    stale: bool = False
    """From an earlier session: can be read, no longer acted on."""
