"""Which data elements are the records of MAP and PBAP, and how does BlueZ want one as XML?

Reading is tolerant: a record that is not of the service, or has no RFCOMM channel to connect to, is passed
over; any other attribute that is missing or strange has its default. (MAP 1.4, 7.1; PBAP 1.2.3, 7.1.2)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID
from xml.sax.saxutils import quoteattr

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol.map.constants import Features as MapFeatures
from phonelink_tui.protocol.map.constants import MessageTypes
from phonelink_tui.protocol.map.sdp_record import (
    FEATURES_IF_ABSENT,
    VERSION_1_0,
    MasRecord,
    MnsRecord,
    is_valid_psm,
)
from phonelink_tui.protocol.pbap.constants import Features as PbapFeatures
from phonelink_tui.protocol.pbap.constants import Repositories
from phonelink_tui.protocol.pbap.sdp_record import PseRecord
from phonelink_tui.protocol.sdp import Record
from phonelink_tui.protocol.sdp_elements import (
    Element,
    ElementType,
    full_uuid,
    sequence,
    text,
    uint,
    uuid16,
)

MAS_UUID16: Final = 0x1132
MNS_UUID16: Final = 0x1133
MAP_UUID16: Final = 0x1134
PSE_UUID16: Final = 0x112F
PBAP_UUID16: Final = 0x1130

_L2CAP: Final = 0x0100
_RFCOMM: Final = 0x0003
_OBEX: Final = 0x0008

_SERVICE_CLASSES: Final = 0x0001
_PROTOCOLS: Final = 0x0004
_PROFILES: Final = 0x0009
_NAME: Final = 0x0100
_PSM: Final = 0x0200
_REPOSITORIES: Final = 0x0314
_INSTANCE_ID: Final = 0x0315
_MESSAGE_TYPES: Final = 0x0316
_FEATURES: Final = 0x0317


def mas_records(records: Iterable[Record]) -> tuple[MasRecord, ...]:
    """The Message Access Servers among the records, in their order."""
    return tuple(
        MasRecord(
            name=_text(record),
            rfcomm_channel=channel,
            version=_version(record, MAP_UUID16),
            instance_id=_number(record, _INSTANCE_ID, 0),
            message_types=MessageTypes(_number(record, _MESSAGE_TYPES, 0)),
            features=MapFeatures(_number(record, _FEATURES, FEATURES_IF_ABSENT)),
            l2cap_psm=_psm(record),
        )
        for record, channel in _services(records, MAS_UUID16)
    )


def mns_records(records: Iterable[Record]) -> tuple[MnsRecord, ...]:
    """The Message Notification Servers among the records, in their order."""
    return tuple(
        MnsRecord(
            name=_text(record),
            rfcomm_channel=channel,
            version=_version(record, MAP_UUID16),
            features=MapFeatures(_number(record, _FEATURES, FEATURES_IF_ABSENT)),
            l2cap_psm=_psm(record),
        )
        for record, channel in _services(records, MNS_UUID16)
    )


def pse_records(records: Iterable[Record]) -> tuple[PseRecord, ...]:
    """The phonebook servers among the records, in their order."""
    return tuple(
        PseRecord(
            name=_text(record),
            rfcomm_channel=channel,
            version=_version(record, PBAP_UUID16),
            repositories=Repositories(_number(record, _REPOSITORIES, Repositories.LOCAL)),
            features=PbapFeatures(_number(record, _FEATURES, 0)) if _FEATURES in record else None,
            l2cap_psm=_psm(record),
        )
        for record, channel in _services(records, PSE_UUID16)
    )


def build_mas_record(mas: MasRecord) -> Record:
    """The record of a phone's Message Access Server, as the virtual phone publishes it."""
    return _record(MAS_UUID16, MAP_UUID16, mas.name, mas.rfcomm_channel, mas.version, mas.l2cap_psm) | {
        _INSTANCE_ID: uint(mas.instance_id, 1),
        _MESSAGE_TYPES: uint(mas.message_types, 1),
        _FEATURES: uint(mas.features, 4),
    }


def build_mns_record(mns: MnsRecord) -> Record:
    """The record of our Message Notification Server."""
    return _record(MNS_UUID16, MAP_UUID16, mns.name, mns.rfcomm_channel, mns.version, mns.l2cap_psm) | {
        _FEATURES: uint(mns.features, 4)
    }


def build_pse_record(pse: PseRecord) -> Record:
    """The record of a phone's phonebook server, as the virtual phone publishes it."""
    record = _record(PSE_UUID16, PBAP_UUID16, pse.name, pse.rfcomm_channel, pse.version, pse.l2cap_psm)
    record[_REPOSITORIES] = uint(pse.repositories, 1)
    if pse.features is not None:
        record[_FEATURES] = uint(pse.features, 4)
    return record


def record_xml(record: Record) -> str:
    """A record in the XML that `ServiceRecord` of BlueZ's ProfileManager1.RegisterProfile takes.

    Raises:
        LocalProtocolError: The record holds an element of a type BlueZ has no XML for.
    """
    attributes = "".join(
        f'<attribute id="0x{id_:04x}">{_element_xml(record[id_])}</attribute>' for id_ in sorted(record)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><record>{attributes}</record>'


def _services(records: Iterable[Record], service: int) -> Iterator[tuple[Record, int]]:
    for record in records:
        classes = record[_SERVICE_CLASSES].elements if _SERVICE_CLASSES in record else ()
        channel = _rfcomm_channel(record)
        if channel is not None and any(_is(element, service) for element in classes):
            yield record, channel


def _rfcomm_channel(record: Record) -> int | None:
    for protocol in record[_PROTOCOLS].elements if _PROTOCOLS in record else ():
        if len(protocol.elements) >= 2 and _is(protocol.elements[0], _RFCOMM):
            channel = protocol.elements[1].number
            return channel if channel is not None and 1 <= channel <= 30 else None
    return None


def _version(record: Record, profile: int) -> int:
    for entry in record[_PROFILES].elements if _PROFILES in record else ():
        if len(entry.elements) >= 2 and _is(entry.elements[0], profile):
            return entry.elements[1].number or VERSION_1_0
    return VERSION_1_0


def _is(element: Element, uuid: int) -> bool:
    return element.uuid == full_uuid(uuid.to_bytes(2, "big"))


def _text(record: Record) -> str:
    return record[_NAME].text if _NAME in record else ""


def _number(record: Record, attribute: int, default: int) -> int:
    """An unsigned number of at most 32 bits, or the default."""
    number = record[attribute].number if attribute in record else None
    return number if number is not None and 0 <= number <= 0xFFFF_FFFF else default


def _psm(record: Record) -> int | None:
    psm = _number(record, _PSM, 0)
    return psm if is_valid_psm(psm) else None


def _record(
    service: int, profile: int, name: str, rfcomm_channel: int, version: int, l2cap_psm: int | None
) -> dict[int, Element]:
    protocols = sequence(
        sequence(uuid16(_L2CAP)),
        sequence(uuid16(_RFCOMM), uint(rfcomm_channel, 1)),
        sequence(uuid16(_OBEX)),
    )
    record = {
        _SERVICE_CLASSES: sequence(uuid16(service)),
        _PROTOCOLS: protocols,
        _PROFILES: sequence(sequence(uuid16(profile), uint(version, 2))),
        _NAME: text(name),
    }
    if l2cap_psm is not None:
        record[_PSM] = uint(l2cap_psm, 2)
    return record


def _element_xml(element: Element) -> str:
    value = element.value
    if isinstance(value, tuple) and element.type in _CONTAINER_TAGS:
        tag = _CONTAINER_TAGS[element.type]
        return f"<{tag}>{''.join(map(_element_xml, value))}</{tag}>"
    if isinstance(value, bytes) and element.type is ElementType.UUID:
        word = f"0x{value.hex()}" if len(value) < 16 else str(UUID(bytes=value))
        return f'<uuid value="{word}"/>'
    if element.type is ElementType.UINT and element.number is not None:
        return f'<uint{element.size * 8} value="0x{element.number:0{element.size * 2}x}"/>'
    if element.type is ElementType.BOOL:
        return f'<boolean value="{"true" if value else "false"}"/>'
    if element.type is ElementType.TEXT and element.text.isprintable():
        return f"<text value={quoteattr(element.text)}/>"
    raise LocalProtocolError(f"There is no XML for this SDP {element.type.name}.")


_CONTAINER_TAGS: Final[Mapping[ElementType, str]] = {
    ElementType.SEQUENCE: "sequence",
    ElementType.ALTERNATIVE: "alternate",
}
