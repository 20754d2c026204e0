"""What does a phone publish about its services? Its SDP records, which the computer searches for."""

from __future__ import annotations

from bumble import sdp
from bumble.core import BT_L2CAP_PROTOCOL_ID, BT_OBEX_PROTOCOL_ID, BT_RFCOMM_PROTOCOL_ID, UUID

MAS, MNS, MAP_PROFILE, PSE, PBAP_PROFILE = (
    UUID.from_16_bits(number) for number in (0x1132, 0x1133, 0x1134, 0x112F, 0x1130)
)

WIRELESS_IAP = UUID("00000000-deca-fade-deca-deafdecacafe")
"""In the records of every iPhone; by it bluetoothd's list of services tells one from other phones."""

Record = list[sdp.ServiceAttribute]

_uint8, _uint16, _uint32 = (
    sdp.DataElement.unsigned_integer_8,
    sdp.DataElement.unsigned_integer_16,
    sdp.DataElement.unsigned_integer_32,
)


def mas_record(
    channel: int,
    *,
    name: str = "MAP MAS-iOS",
    version: int = 0x0104,
    message_types: int = 0x02,
    features: int = 0x0006027F,
) -> Record:
    """A MAP server's. The defaults are an iPhone's, without its L2CAP PSM."""
    return [
        *_service(MAS, MAP_PROFILE, channel, name, version),
        sdp.ServiceAttribute(0x0315, _uint8(0)),  # MASInstanceID
        sdp.ServiceAttribute(0x0316, _uint8(message_types)),
        sdp.ServiceAttribute(0x0317, _uint32(features)),
    ]


def pse_record(
    channel: int, *, name: str = "Phonebook", repositories: int = 0x01, features: int | None = None
) -> Record:
    """A PBAP server's; of version 1.2 with features, of 1.1 without."""
    told = [sdp.ServiceAttribute(0x0317, _uint32(features))] if features is not None else []
    return [
        *_service(PSE, PBAP_PROFILE, channel, name, 0x0102 if told else 0x0101),
        sdp.ServiceAttribute(0x0314, _uint8(repositories)),
        *told,
    ]


def iap_record(channel: int) -> Record:
    """The record of Apple's accessory protocol, which nobody here speaks."""
    return _service(WIRELESS_IAP, WIRELESS_IAP, channel, "Wireless iAP v2", 0x0100)


def _service(uuid: UUID, profile: UUID, channel: int, name: str, version: int) -> Record:
    element, attribute = sdp.DataElement, sdp.ServiceAttribute
    protocols = [
        element.sequence([element.uuid(BT_L2CAP_PROTOCOL_ID)]),
        element.sequence([element.uuid(BT_RFCOMM_PROTOCOL_ID), _uint8(channel)]),
        element.sequence([element.uuid(BT_OBEX_PROTOCOL_ID)]),
    ]
    return [
        attribute(0x0001, element.sequence([element.uuid(uuid)])),
        attribute(0x0004, element.sequence(protocols)),
        attribute(0x0005, element.sequence([element.uuid(sdp.SDP_PUBLIC_BROWSE_ROOT)])),
        attribute(0x0009, element.sequence([element.sequence([element.uuid(profile), _uint16(version)])])),
        attribute(0x0100, element.text_string(name.encode())),
    ]
