"""Which numbers and words does MAP 1.4 use?

Words are open: fields that hold them are plain `str`, so a word of a later version passes through.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag, StrEnum
from typing import Final
from uuid import UUID

MAS_TARGET: Final = UUID("bb582b40-420c-11db-b0de-0800200c9a66").bytes
"""OBEX Target of the Message Access Server, on the phone."""

MNS_TARGET: Final = UUID("bb582b41-420c-11db-b0de-0800200c9a66").bytes
"""OBEX Target of the Message Notification Server, on us."""

MAS_SERVICE: Final = 0x1132
MNS_SERVICE: Final = 0x1133
MAP_PROFILE: Final = 0x1134
"""SDP: two service classes and the profile."""

FILLER: Final = b"0"
"""The body of a PUT that has nothing to say; without any it would mean delete."""

INBOX, OUTBOX, SENT, DELETED, DRAFT = "inbox", "outbox", "sent", "deleted", "draft"
FOLDERS: Final = (INBOX, OUTBOX, SENT, DELETED, DRAFT)
"""The folders below `telecom/msg`. Some phones list none of them and have them all."""

FOLDER_PATH: Final = ("telecom", "msg")
"""From the root to the folder of folders."""


class TypeString(StrEnum):
    """Values of the OBEX Type header. Sent exactly so: obexd compares them with their case."""

    FOLDER_LISTING = "x-obex/folder-listing"
    MESSAGES_LISTING = "x-bt/MAP-msg-listing"
    MESSAGE = "x-bt/message"
    MESSAGE_STATUS = "x-bt/messageStatus"
    NOTIFICATION_REGISTRATION = "x-bt/MAP-NotificationRegistration"
    MESSAGE_UPDATE = "x-bt/MAP-messageUpdate"
    INSTANCE_INFORMATION = "x-bt/MASInstanceInformation"
    NOTIFICATION_FILTER = "x-bt/MAP-notification-filter"
    EVENT_REPORT = "x-bt/MAP-event-report"


class Tag(IntEnum):
    """Application parameter tags."""

    MAX_LIST_COUNT = 0x01
    LIST_START_OFFSET = 0x02
    FILTER_MESSAGE_TYPE = 0x03
    FILTER_PERIOD_BEGIN = 0x04
    FILTER_PERIOD_END = 0x05
    FILTER_READ_STATUS = 0x06
    FILTER_RECIPIENT = 0x07
    FILTER_ORIGINATOR = 0x08
    FILTER_PRIORITY = 0x09
    ATTACHMENT = 0x0A
    TRANSPARENT = 0x0B
    RETRY = 0x0C
    NEW_MESSAGE = 0x0D
    NOTIFICATION_STATUS = 0x0E
    MAS_INSTANCE_ID = 0x0F
    PARAMETER_MASK = 0x10
    FOLDER_LISTING_SIZE = 0x11
    LISTING_SIZE = 0x12
    SUBJECT_LENGTH = 0x13
    CHARSET = 0x14
    FRACTION_REQUEST = 0x15
    FRACTION_DELIVER = 0x16
    STATUS_INDICATOR = 0x17
    STATUS_VALUE = 0x18
    MSE_TIME = 0x19
    DATABASE_IDENTIFIER = 0x1A
    CONVERSATION_LISTING_VERSION_COUNTER = 0x1B
    PRESENCE_AVAILABILITY = 0x1C
    PRESENCE_TEXT = 0x1D
    LAST_ACTIVITY = 0x1E
    FILTER_LAST_ACTIVITY_BEGIN = 0x1F
    FILTER_LAST_ACTIVITY_END = 0x20
    CHAT_STATE = 0x21
    CONVERSATION_ID = 0x22
    FOLDER_VERSION_COUNTER = 0x23
    FILTER_MESSAGE_HANDLE = 0x24
    NOTIFICATION_FILTER_MASK = 0x25
    CONVERSATION_PARAMETER_MASK = 0x26
    OWNER_UCI = 0x27
    EXTENDED_DATA = 0x28
    MAP_SUPPORTED_FEATURES = 0x29
    MESSAGE_HANDLE = 0x2A
    MODIFY_TEXT = 0x2B


class Features(IntFlag):
    """MapSupportedFeatures, in SDP records and in CONNECT."""

    NOTIFICATION_REGISTRATION = 1 << 0
    NOTIFICATION = 1 << 1
    BROWSING = 1 << 2
    UPLOADING = 1 << 3
    DELETE = 1 << 4
    INSTANCE_INFORMATION = 1 << 5
    EXTENDED_EVENT_REPORT_1_1 = 1 << 6
    EVENT_REPORT_1_2 = 1 << 7
    MESSAGE_FORMAT_1_1 = 1 << 8
    MESSAGES_LISTING_1_1 = 1 << 9
    PERSISTENT_HANDLES = 1 << 10
    DATABASE_IDENTIFIER = 1 << 11
    FOLDER_VERSION_COUNTER = 1 << 12
    CONVERSATION_VERSION_COUNTERS = 1 << 13
    PARTICIPANT_PRESENCE = 1 << 14
    PARTICIPANT_CHAT_STATE = 1 << 15
    PBAP_CROSS_REFERENCE = 1 << 16
    NOTIFICATION_FILTERING = 1 << 17
    UTC_OFFSET_TIMESTAMPS = 1 << 18
    FEATURES_IN_CONNECT = 1 << 19
    CONVERSATION_LISTING = 1 << 20
    OWNER_STATUS = 1 << 21
    MESSAGE_FORWARDING = 1 << 22


class MessageTypes(IntFlag):
    """SupportedMessageTypes of a MAS record."""

    EMAIL = 1 << 0
    SMS_GSM = 1 << 1
    SMS_CDMA = 1 << 2
    MMS = 1 << 3
    IM = 1 << 4


class ExcludedTypes(IntFlag):
    """FilterMessageType: a set bit leaves the type out. The order is not that of `MessageTypes`."""

    SMS_GSM = 1 << 0
    SMS_CDMA = 1 << 1
    EMAIL = 1 << 2
    MMS = 1 << 3
    IM = 1 << 4


class ParameterMask(IntFlag):
    """Which attributes a message listing is to have; 0 means the phone's choice."""

    SUBJECT = 1 << 0
    DATETIME = 1 << 1
    SENDER_NAME = 1 << 2
    SENDER_ADDRESSING = 1 << 3
    RECIPIENT_NAME = 1 << 4
    RECIPIENT_ADDRESSING = 1 << 5
    TYPE = 1 << 6
    SIZE = 1 << 7
    RECEPTION_STATUS = 1 << 8
    TEXT = 1 << 9
    ATTACHMENT_SIZE = 1 << 10
    PRIORITY = 1 << 11
    READ = 1 << 12
    SENT = 1 << 13
    PROTECTED = 1 << 14
    REPLYTO_ADDRESSING = 1 << 15
    DELIVERY_STATUS = 1 << 16
    CONVERSATION_ID = 1 << 17
    CONVERSATION_NAME = 1 << 18
    DIRECTION = 1 << 19
    ATTACHMENT_MIME_TYPES = 1 << 20


ALL_PARAMETERS: Final = ParameterMask(0x001FFFFF)
"""Every attribute there is; an iPhone accepts it."""


class NotificationFilter(IntFlag):
    """NotificationFilterMask: a set bit lets the event through. All are set from the start."""

    NEW_MESSAGE = 1 << 0
    MESSAGE_DELETED = 1 << 1
    MESSAGE_SHIFT = 1 << 2
    SENDING_SUCCESS = 1 << 3
    SENDING_FAILURE = 1 << 4
    DELIVERY_SUCCESS = 1 << 5
    DELIVERY_FAILURE = 1 << 6
    MEMORY_FULL = 1 << 7
    MEMORY_AVAILABLE = 1 << 8
    READ_STATUS_CHANGED = 1 << 9
    CONVERSATION_CHANGED = 1 << 10
    PARTICIPANT_PRESENCE_CHANGED = 1 << 11
    PARTICIPANT_CHAT_STATE_CHANGED = 1 << 12
    MESSAGE_EXTENDED_DATA_CHANGED = 1 << 13
    MESSAGE_REMOVED = 1 << 14


class Charset(IntEnum):
    """How GetMessage and PushMessage carry the text."""

    NATIVE = 0
    """The SMS as hex of its PDU."""
    UTF_8 = 1


class StatusIndicator(IntEnum):
    """Which status SetMessageStatus sets."""

    READ = 0
    DELETED = 1
    EXTENDED_DATA = 2


class ReadFilter(IntEnum):
    """FilterReadStatus."""

    ALL = 0
    UNREAD = 1
    READ = 2


class MessageType(StrEnum):
    """`type` in listings, `msg_type` in events, TYPE in bMessage."""

    EMAIL = "EMAIL"
    SMS_GSM = "SMS_GSM"
    SMS_CDMA = "SMS_CDMA"
    MMS = "MMS"
    IM = "IM"


class EventType(StrEnum):
    """`type` of an event."""

    NEW_MESSAGE = "NewMessage"
    DELIVERY_SUCCESS = "DeliverySuccess"
    SENDING_SUCCESS = "SendingSuccess"
    DELIVERY_FAILURE = "DeliveryFailure"
    SENDING_FAILURE = "SendingFailure"
    MEMORY_FULL = "MemoryFull"
    MEMORY_AVAILABLE = "MemoryAvailable"
    MESSAGE_DELETED = "MessageDeleted"
    MESSAGE_SHIFT = "MessageShift"
    READ_STATUS_CHANGED = "ReadStatusChanged"
    MESSAGE_REMOVED = "MessageRemoved"
    MESSAGE_EXTENDED_DATA_CHANGED = "MessageExtendedDataChanged"
    CONVERSATION_CHANGED = "ConversationChanged"
    PARTICIPANT_PRESENCE_CHANGED = "ParticipantPresenceChanged"
    PARTICIPANT_CHAT_STATE_CHANGED = "ParticipantChatStateChanged"
