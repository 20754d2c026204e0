"""How large may anything from a phone be? Every bound of the protocol room, each with its reason."""

from __future__ import annotations

from typing import Final

OBEX_PACKET_BYTES: Final = 0xFFFF
"""Length is a u16 that includes its own three bytes (IrOBEX 1.5, 3.1)."""

OBEX_MIN_PACKET_BYTES: Final = 255
"""Every implementation accepts this much; a smaller maximum is read as this (IrOBEX 1.5, 3.3.1.4)."""

OBEX_DEFAULT_PACKET_BYTES: Final = 0x1000
"""What we announce: the default of BlueZ's gobex, near the 4000 an iPhone announced."""

OBEX_HEADERS: Final = 64
"""Headers in one packet. Profiles use at most eight; an empty header costs 3 bytes, so 21,000 would fit."""

OBEX_BODY_BYTES: Final = 8 * 1024 * 1024
"""A body collected over one operation. 1,441 contacts with photos were 3.6 MB on a real iPhone."""

LISTING_ENTRIES: Final = 4096
"""Entries in one folder, message or phonebook listing. MaxListCount defaults to 1024."""

BMESSAGE_BYTES: Final = 1024 * 1024
"""One bMessage. MMS parts come base64 inside; texts are a few kB."""

BMESSAGE_NESTING: Final = 3
"""BENV levels (MAP 1.4, 3.1.3)."""

VCARDS: Final = 0x10000
"""vCards in one phonebook: PhonebookSize is a u16."""

VCARD_PROPERTIES: Final = 512
"""Properties of one vCard that are kept. A contact with a hundred is a curiosity."""

VCARD_LINE_BYTES: Final = 64 * 1024
"""One unfolded line of a vCard that is collected: a name, a number, an address. Photos are passed over."""

VCARD_VALUE_CHARS: Final = 4096
"""Of one value that is read; a name has tens. The rest of a longer one is dropped before escapes are undone."""

VCARD_STEP_BYTES: Final = 8 * 1024
"""Read of a phonebook between two pauses. Measured on a loaded machine: 5 ms of CPU for ordinary cards, 17 ms
for the worst (empty properties), 1 to 22 times a bare loop over the same lines. 32 kB took 46 and 94 ms."""

EVENT_REPORTS: Final = 64
"""<event> elements in one event report. One is usual; obexd tolerates several."""

XML_BYTES: Final = 4 * 1024 * 1024
"""One XML body: 4,096 listing entries of 1 kB."""

ANCS_ATTRIBUTE_BYTES: Final = 2048
"""One attribute of a Data Source reply; we never ask for more."""

ANCS_REPLY_BYTES: Final = 16 * 1024
"""One reassembled Data Source reply: eight attributes of the size above."""

ANCS_COMMAND_BYTES: Final = 512
"""One Control Point command: no GATT value is longer (Core 5.4, Vol 3, Part F, 3.2.9)."""

ANCS_COMMAND_ATTRIBUTES: Final = 16
"""Attributes asked for in one command. Eight exist; 507 would fit and be answered with 11 MB."""

ANCS_APP_ID_BYTES: Final = 500
"""One app identifier: with its command byte, NUL and attribute ids it must fit a GATT value."""

ANCS_WAITING_FETCHES: Final = 256
"""Attribute and app name requests waiting their turn. A replay at subscription brings some dozens."""

ANCS_WAITING_ACTIONS: Final = 16
"""Actions waiting their turn: a person presses one at a time."""

ANCS_LIVE_NOTIFICATIONS: Final = 1024
"""Notifications of one session that are remembered as still on the phone."""

ANCS_UNREAD_EVENTS: Final = 1024
"""Events of a consumer that nobody has taken yet; a full replay fits."""

ANCS_UNSENT_VALUES: Final = 4096
"""Values a provider holds for the link: 80 kB at the smallest ATT_MTU, so one answer of any size fits."""

SDP_RESPONSE_BYTES: Final = 64 * 1024
"""All parts of one SDP answer together."""

SDP_NESTING: Final = 8
"""Data elements inside data elements. Real records use four levels."""

OBEX_EMPTY_PACKETS: Final = 64
"""Packets in a row that bring neither headers nor body. obexd sends one; without a bound, a phone that
answers Continue for ever keeps us asking for ever."""

BMESSAGE_VCARDS: Final = 256
"""vCards in one bMessage. A group text has tens of recipients."""

BMESSAGE_LINES: Final = 4096
"""Lines of one bMessage outside of its text."""

XML_ATTRIBUTES: Final = 64
"""Attributes of one element. The richest MAP element knows 20."""

DBUS_TEXT_CHARS: Final = 4096
"""One text of a phone's that obexd passes on. Subjects are 255 bytes, lists of recipients a few hundred."""
