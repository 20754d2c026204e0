"""Which numbers and names does PBAP use? (PBAP 1.2.3, 5 to 7)"""

from __future__ import annotations

from enum import IntFlag
from typing import Final
from uuid import UUID

from phonelink_tui.protocol.open_enum import OpenIntEnum

TARGET: Final = UUID("796135f0-f0c5-11d8-0966-0800200c9a66").bytes

PSE_UUID16: Final = 0x112F
PCE_UUID16: Final = 0x112E
PROFILE_UUID16: Final = 0x1130

TYPE_PHONEBOOK: Final = "x-bt/phonebook"
TYPE_VCARD_LISTING: Final = "x-bt/vcard-listing"
TYPE_VCARD: Final = "x-bt/vcard"

CONTACTS_PATH: Final = "telecom/pb.vcf"
INCOMING_CALLS_PATH: Final = "telecom/ich.vcf"
OUTGOING_CALLS_PATH: Final = "telecom/och.vcf"
MISSED_CALLS_PATH: Final = "telecom/mch.vcf"
COMBINED_CALLS_PATH: Final = "telecom/cch.vcf"
FAVOURITES_PATH: Final = "telecom/fav.vcf"
SPEED_DIAL_PATH: Final = "telecom/spd.vcf"

SIM_PREFIX: Final = "SIM1/"
"""In front of a path: the same phonebook on the SIM card; favourites and speed dial have none there."""

OWNER_CARD: Final = "0.vcf"
"""The entry of `telecom/pb` with the name and number of the phone itself."""


class Tag(OpenIntEnum):
    """Application parameters (PBAP 1.2.3, 6.2.1)."""

    ORDER = 0x01
    SEARCH_VALUE = 0x02
    SEARCH_PROPERTY = 0x03
    MAX_LIST_COUNT = 0x04
    LIST_START_OFFSET = 0x05
    PROPERTY_SELECTOR = 0x06
    FORMAT = 0x07
    PHONEBOOK_SIZE = 0x08
    NEW_MISSED_CALLS = 0x09
    PRIMARY_FOLDER_VERSION = 0x0A
    SECONDARY_FOLDER_VERSION = 0x0B
    VCARD_SELECTOR = 0x0C
    DATABASE_IDENTIFIER = 0x0D
    VCARD_SELECTOR_OPERATOR = 0x0E
    RESET_NEW_MISSED_CALLS = 0x0F
    PBAP_SUPPORTED_FEATURES = 0x10


class Order(OpenIntEnum):
    """How a vCard listing is sorted."""

    INDEXED = 0
    ALPHABETICAL = 1
    PHONETIC = 2


class SearchProperty(OpenIntEnum):
    """What a vCard listing's SearchValue is compared with."""

    NAME = 0
    NUMBER = 1
    SOUND = 2


class Format(OpenIntEnum):
    """Which vCard is asked for."""

    VCARD_2_1 = 0
    VCARD_3_0 = 1


class PropertySelector(IntFlag):
    """Properties of a vCard; unnamed bits are kept. Zero or absent asks for all."""

    VERSION = 1 << 0
    FN = 1 << 1
    N = 1 << 2
    PHOTO = 1 << 3
    BDAY = 1 << 4
    ADR = 1 << 5
    LABEL = 1 << 6
    TEL = 1 << 7
    EMAIL = 1 << 8
    MAILER = 1 << 9
    TZ = 1 << 10
    GEO = 1 << 11
    TITLE = 1 << 12
    ROLE = 1 << 13
    LOGO = 1 << 14
    AGENT = 1 << 15
    ORG = 1 << 16
    NOTE = 1 << 17
    REV = 1 << 18
    SOUND = 1 << 19
    URL = 1 << 20
    UID = 1 << 21
    KEY = 1 << 22
    NICKNAME = 1 << 23
    CATEGORIES = 1 << 24
    PROID = 1 << 25
    CLASS = 1 << 26
    SORT_STRING = 1 << 27
    CALL_DATETIME = 1 << 28
    SPEED_DIAL_KEY = 1 << 29
    BT_UCI = 1 << 30
    BT_UID = 1 << 31
    PROPRIETARY = 1 << 39


ALL_PROPERTIES: Final = PropertySelector(0)

CONTACT_PROPERTIES: Final = (
    PropertySelector.VERSION
    | PropertySelector.FN
    | PropertySelector.N
    | PropertySelector.TEL
    | PropertySelector.EMAIL
    | PropertySelector.ORG
)
"""What we ask of contacts. Without PHOTO: 1,441 contacts are 199 kB and 4 s instead of 3.6 MB and 45 s."""

CALL_PROPERTIES: Final = CONTACT_PROPERTIES | PropertySelector.CALL_DATETIME
"""What we ask of call histories."""


class Features(IntFlag):
    """PbapSupportedFeatures; unnamed bits are kept."""

    DOWNLOAD = 1 << 0
    BROWSING = 1 << 1
    DATABASE_IDENTIFIER = 1 << 2
    FOLDER_VERSION_COUNTERS = 1 << 3
    VCARD_SELECTING = 1 << 4
    ENHANCED_MISSED_CALLS = 1 << 5
    BT_UCI = 1 << 6
    BT_UID = 1 << 7
    CONTACT_REFERENCING = 1 << 8
    DEFAULT_IMAGE_FORMAT = 1 << 9


DEFAULT_FEATURES: Final = Features.DOWNLOAD | Features.BROWSING
"""What a record without PbapSupportedFeatures means."""


class Repositories(IntFlag):
    """SupportedRepositories of a PSE record; unnamed bits are kept."""

    LOCAL = 1 << 0
    SIM = 1 << 1
    SPEED_DIAL = 1 << 2
    FAVOURITES = 1 << 3
