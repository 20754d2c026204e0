"""Which numbers does OBEX give to operations, answers and headers?

Open enums: a number nobody knows becomes a member named after itself, so that it can be kept, shown and
sent back. Compare by value, never by identity.
"""

from __future__ import annotations

from typing import Final

from phonelink_tui.protocol.open_enum import OpenIntEnum

FINAL_BIT: Final = 0x80
"""Set in the last packet of a request, and in every response."""


class Opcode(OpenIntEnum):
    """Request opcodes (IrOBEX 1.5, chapter 3); those in `MULTI_PACKET` without the final bit."""

    PUT = 0x02
    GET = 0x03
    ACTION = 0x06
    CONNECT = 0x80
    DISCONNECT = 0x81
    SETPATH = 0x85
    SESSION = 0x87
    ABORT = 0xFF


MULTI_PACKET: Final = frozenset({Opcode.PUT, Opcode.GET, Opcode.ACTION})
"""Opcodes whose wire byte has the final bit set or not; all others are one number."""


class ResponseCode(OpenIntEnum):
    """Response codes with the final bit, as on the wire (IrOBEX 1.5, chapter 3)."""

    CONTINUE = 0x90
    SUCCESS = 0xA0
    CREATED = 0xA1
    ACCEPTED = 0xA2
    NON_AUTHORITATIVE = 0xA3
    NO_CONTENT = 0xA4
    RESET_CONTENT = 0xA5
    PARTIAL_CONTENT = 0xA6
    MULTIPLE_CHOICES = 0xB0
    MOVED_PERMANENTLY = 0xB1
    MOVED_TEMPORARILY = 0xB2
    SEE_OTHER = 0xB3
    NOT_MODIFIED = 0xB4
    USE_PROXY = 0xB5
    BAD_REQUEST = 0xC0
    UNAUTHORIZED = 0xC1
    PAYMENT_REQUIRED = 0xC2
    FORBIDDEN = 0xC3
    NOT_FOUND = 0xC4
    METHOD_NOT_ALLOWED = 0xC5
    NOT_ACCEPTABLE = 0xC6
    PROXY_AUTHENTICATION_REQUIRED = 0xC7
    REQUEST_TIMEOUT = 0xC8
    CONFLICT = 0xC9
    GONE = 0xCA
    LENGTH_REQUIRED = 0xCB
    PRECONDITION_FAILED = 0xCC
    ENTITY_TOO_LARGE = 0xCD
    URL_TOO_LARGE = 0xCE
    UNSUPPORTED_MEDIA_TYPE = 0xCF
    INTERNAL_SERVER_ERROR = 0xD0
    NOT_IMPLEMENTED = 0xD1
    BAD_GATEWAY = 0xD2
    SERVICE_UNAVAILABLE = 0xD3
    GATEWAY_TIMEOUT = 0xD4
    HTTP_VERSION_NOT_SUPPORTED = 0xD5
    DATABASE_FULL = 0xE0
    DATABASE_LOCKED = 0xE1

    @property
    def is_success(self) -> bool:
        """Whether the operation is over and was carried out (A0 to AF)."""
        return self & 0xF0 == 0xA0


class HeaderId(OpenIntEnum):
    """Header ids (IrOBEX 1.5, 2.2). The top two bits say how the value is encoded."""

    NAME = 0x01
    DESCRIPTION = 0x05
    DEST_NAME = 0x15
    TYPE = 0x42
    TIME = 0x44
    TARGET = 0x46
    HTTP = 0x47
    BODY = 0x48
    END_OF_BODY = 0x49
    WHO = 0x4A
    APPLICATION_PARAMETERS = 0x4C
    AUTH_CHALLENGE = 0x4D
    AUTH_RESPONSE = 0x4E
    WAN_UUID = 0x50
    OBJECT_CLASS = 0x51
    SESSION_PARAMETERS = 0x52
    SESSION_SEQUENCE = 0x93
    ACTION_ID = 0x94
    SINGLE_RESPONSE_MODE = 0x97
    SINGLE_RESPONSE_MODE_PARAMETER = 0x98
    COUNT = 0xC0
    LENGTH = 0xC3
    TIME_4_BYTE = 0xC4
    CONNECTION_ID = 0xCB
    CREATOR_ID = 0xCF
    PERMISSIONS = 0xD6
