"""Where do our requests differ from obexd's for the same operation, and why? Data: every difference is here.

Whatever is not listed is the same, byte for byte: the CONNECT for messages, both leave-takings, the folders entered,
the pushed bMessage, the body fillers, the read status, the values of every parameter both send.
"""

from __future__ import annotations

LENGTH = (
    "Length is optional (OBEX 1.5, 2.2.4), and phones find the end by End-of-Body; gobex always writes it."
)
ORDER = "MAP and PBAP fix no order of Type and Name; ours is that of their tables, Type first."
PARAMETERS = "Application parameters may stand in any order (OBEX 1.5, 2.2.12)."
HANDLE = "obexd writes a handle anew from its number, in lower case; we hand back what the phone wrote."
WHOLE_PATH = "PullPhoneBook names the whole path, so we do not walk there first; obexd selects each book."

REGISTRATION = "PUT x-bt/MAP-NotificationRegistration"
LISTING = "GET x-bt/MAP-msg-listing inbox"
MESSAGE = "GET x-bt/message HANDLE"
STATUS = "PUT x-bt/messageStatus HANDLE"
PUSH = "PUT x-bt/message outbox"
UPDATE = "PUT x-bt/MAP-messageUpdate"
CARD = "GET x-bt/vcard 0.vcf"
BOOK = "GET x-bt/phonebook telecom/pb.vcf"
CALLS = "GET x-bt/phonebook telecom/cch.vcf"

DIFFERENCES: dict[tuple[str, str], str] = {
    (REGISTRATION, "headers"): LENGTH,
    (REGISTRATION, "header c3"): LENGTH,
    (f"{REGISTRATION} (2)", "headers"): LENGTH,
    (f"{REGISTRATION} (2)", "header c3"): LENGTH,
    (
        "CONNECT",
        "parameter 10",
    ): "PbapSupportedFeatures: we name the two that we use, as AOSP's client does; obexd names all ten.",
    (LISTING, "headers"): ORDER,
    (LISTING, "parameters"): "We name the columns we read, and the longest subject (MAP 1.4, 5.5.4).",
    (
        LISTING,
        "parameter 10",
    ): "ParameterMask: without it phones list every column, most of which we would not read.",
    (LISTING, "parameter 13"): "SubjectLength 255, the most; obexd leaves the phone's own length.",
    (MESSAGE, "headers"): ORDER,
    (MESSAGE, "parameters"): PARAMETERS,
    (MESSAGE, "header 01"): HANDLE,
    (STATUS, "headers"): f"{ORDER} {LENGTH}",
    (STATUS, "header c3"): LENGTH,
    (STATUS, "header 01"): HANDLE,
    (PUSH, "headers"): f"{ORDER} {LENGTH}",
    (PUSH, "header c3"): LENGTH,
    (UPDATE, "headers"): LENGTH,
    (UPDATE, "header c3"): LENGTH,
    (CARD, "headers"): ORDER,
    (CARD, "parameters"): "obexd sends the window of a whole book with one card as well.",
    (CARD, "parameter 04"): "MaxListCount has no meaning for one card (PBAP 1.2.3, 5.4).",
    (CARD, "parameter 05"): "ListStartOffset has no meaning for one card (PBAP 1.2.3, 5.4).",
    (BOOK, "headers"): ORDER,
    (BOOK, "parameters"): PARAMETERS,
    (
        f"{BOOK} (2)",
        "asked",
    ): "We ask for the next page until one is empty: some phones give fewer cards than asked.",
    (CALLS, "headers"): ORDER,
    (CALLS, "parameters"): PARAMETERS,
    (CALLS, "parameter 05"): "ListStartOffset 0 is what is meant without it.",
    (CALLS, "parameter 06"): "PropertySelector: the columns we read, the time of the call among them.",
    ("SETPATH root (2)", "asked"): WHOLE_PATH,
    ("SETPATH telecom (2)", "asked"): WHOLE_PATH,
    ("SETPATH cch", "asked"): WHOLE_PATH,
}
"""Operation and field (see `obex_packets.Request.fields`): the reason."""
