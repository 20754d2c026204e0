"""What were iPhones and Androids seen to do? Data; the servers read it where phones differ.

Sources are in the project's protocol notes: captures of iPhones from 2021 to 2026, and AOSP 14's Bluetooth app.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.errors import UsageError
from phonelink_tui.protocol.obex.codes import ResponseCode


@frozen
class Persona:
    """One sort of phone. A field says what it does, not how."""

    kind: PhoneKind
    device_name: str
    map_features: int
    """MapSupportedFeatures of its SDP record (MAP 1.4, 7.1.1)."""
    supported_message_types: int
    """SupportedMessageTypes of the same record."""
    pbap_features: int | None
    """PbapSupportedFeatures of its phonebook's record, which is of 1.2 then; None: of 1.1, which has none."""
    has_mms: bool
    """Group texts and pictures are listed as MMS with all recipients; else everything is SMS_GSM."""
    keeps_sent: bool
    """Own texts stand in the sent folder, and the outbox moves there with events."""
    one_map_session: bool
    """A second message session is refused where the connection is opened."""
    tags_addresses: bool
    """vCards of texts carry a one-character scheme tag: `TEL:7:…`, `EMAIL:7:…`."""
    flattens_subject: bool
    """Line breaks of a text are blanks in its subject."""
    zero_pads_handles: bool
    no_such_folder: ResponseCode
    """The answer to a folder that is not there, or two levels away."""
    update_inbox_supported: bool
    charset_required: bool
    """A push without Charset is refused with Precondition Failed."""
    push_folders: frozenset[str] | None
    """Where a push may go, else Not Acceptable; None: anywhere."""
    joins_crlf_lines: bool
    """A pushed text loses its CRLF line breaks (LF stays)."""
    reports_delivery: bool
    target_first: bool
    """The CONNECT reply has Target before Connection ID and Who."""
    has_notifications: bool
    """It offers ANCS."""
    phonebooks: frozenset[str]
    """Names of the phonebooks below `telecom` that it serves; any other is Not Found."""
    att_mtu: int = 185


IPHONE: Final = Persona(
    kind=PhoneKind.IPHONE,
    device_name="iPhone",
    map_features=0x0006027F,
    supported_message_types=0x02,
    pbap_features=None,
    has_mms=False,
    keeps_sent=False,
    one_map_session=True,
    tags_addresses=True,
    flattens_subject=True,
    zero_pads_handles=False,
    no_such_folder=ResponseCode.INTERNAL_SERVER_ERROR,
    update_inbox_supported=True,
    charset_required=False,
    push_folders=None,
    joins_crlf_lines=False,
    reports_delivery=False,
    target_first=True,
    has_notifications=True,
    phonebooks=frozenset({"pb", "ich", "och", "mch", "cch", "fav"}),
)

ANDROID: Final = Persona(
    kind=PhoneKind.ANDROID,
    device_name="Pixel",
    map_features=0x000603FF,
    supported_message_types=0x0E,
    pbap_features=0x0000021F,
    has_mms=True,
    keeps_sent=True,
    one_map_session=False,
    tags_addresses=False,
    flattens_subject=False,
    zero_pads_handles=True,
    no_such_folder=ResponseCode.NOT_FOUND,
    update_inbox_supported=False,
    charset_required=True,
    push_folders=frozenset({"outbox", "draft"}),
    joins_crlf_lines=True,
    reports_delivery=True,
    target_first=False,
    has_notifications=False,
    phonebooks=frozenset({"pb", "ich", "och", "mch", "cch", "fav", "spd"}),
)

PERSONAS: Final = {PhoneKind.IPHONE: IPHONE, PhoneKind.ANDROID: ANDROID}


def persona_named(name: str) -> Persona:
    """The persona of that name.

    Raises:
        UsageError: There is none.
    """
    try:
        return PERSONAS[PhoneKind(name.casefold())]
    except ValueError as error:
        known = ", ".join(kind.value for kind in PERSONAS)
        raise UsageError(f"There is no persona “{name[:40]}”.", f"Known: {known}.") from error
