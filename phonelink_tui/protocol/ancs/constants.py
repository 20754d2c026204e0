"""Which numbers and UUIDs does ANCS use? (Apple Notification Center Service Specification, appendix A.)"""

from __future__ import annotations

from enum import IntFlag
from typing import Final

from phonelink_tui.protocol.open_enum import OpenIntEnum

SERVICE_UUID: Final = "7905f431-b5ce-4e99-a40f-4b1e122d00d0"

NOTIFICATION_SOURCE_UUID: Final = "9fbf120d-6301-42d9-8c58-25e699a21dbd"
"""Notify; mandatory."""

CONTROL_POINT_UUID: Final = "69d1d8f3-45e1-49a8-9821-9bbdfdaad9d9"
"""Write with response."""

DATA_SOURCE_UUID: Final = "22eac6e9-24d6-4bb5-be44-b36ace7c7bfb"
"""Notify. Subscribe to it before the Notification Source."""

MIN_ATT_MTU: Final = 23
"""ATT_MTU of an LE link before any exchange (Core 5.4, Vol 3, Part G, 5.2.1)."""


class EventId(OpenIntEnum):
    """What happened to the notification."""

    ADDED = 0
    MODIFIED = 1
    REMOVED = 2


class EventFlags(IntFlag):
    """Circumstances of an event; unnamed bits are kept."""

    SILENT = 0x01
    IMPORTANT = 0x02
    PRE_EXISTING = 0x04
    POSITIVE_ACTION = 0x08
    NEGATIVE_ACTION = 0x10


class CategoryId(OpenIntEnum):
    """The kind of notification, as the phone sees it."""

    OTHER = 0
    INCOMING_CALL = 1
    MISSED_CALL = 2
    VOICEMAIL = 3
    SOCIAL = 4
    SCHEDULE = 5
    EMAIL = 6
    NEWS = 7
    HEALTH_AND_FITNESS = 8
    BUSINESS_AND_FINANCE = 9
    LOCATION = 10
    ENTERTAINMENT = 11


class CommandId(OpenIntEnum):
    """First byte of a Control Point command and of a Data Source reply."""

    GET_NOTIFICATION_ATTRIBUTES = 0
    GET_APP_ATTRIBUTES = 1
    PERFORM_NOTIFICATION_ACTION = 2


class NotificationAttributeId(OpenIntEnum):
    """What can be asked about a notification."""

    APP_IDENTIFIER = 0
    TITLE = 1
    SUBTITLE = 2
    MESSAGE = 3
    MESSAGE_SIZE = 4
    DATE = 5
    POSITIVE_ACTION_LABEL = 6
    NEGATIVE_ACTION_LABEL = 7


class AppAttributeId(OpenIntEnum):
    """What can be asked about an app."""

    DISPLAY_NAME = 0


class ActionId(OpenIntEnum):
    """What can be done to a notification; its labels say what that means."""

    POSITIVE = 0
    NEGATIVE = 1


class AttErrorCode(OpenIntEnum):
    """ATT error codes a Control Point write is answered with: ANCS's four, and GATT's that matter here."""

    WRITE_NOT_PERMITTED = 0x03
    INSUFFICIENT_AUTHENTICATION = 0x05
    INSUFFICIENT_AUTHORIZATION = 0x08
    INSUFFICIENT_ENCRYPTION = 0x0F
    INSUFFICIENT_RESOURCES = 0x11
    UNKNOWN_COMMAND = 0xA0
    INVALID_COMMAND = 0xA1
    INVALID_PARAMETER = 0xA2
    ACTION_FAILED = 0xA3


NO_FLAGS: Final = EventFlags(0)

LENGTH_LIMITED_ATTRIBUTES: Final = frozenset(
    {NotificationAttributeId.TITLE, NotificationAttributeId.SUBTITLE, NotificationAttributeId.MESSAGE}
)
"""The attributes whose request carries a two-byte maximum length; no other one may."""
