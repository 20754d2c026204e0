"""Is a device a phone, and whose? What its class, its services and its Device ID say. Pure."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from phonelink_tui.protocol.ancs.constants import SERVICE_UUID as ANCS_UUID
from phonelink_tui.transport.bluez import names

WIRELESS_IAP_UUID: Final = "00000000-deca-fade-deca-deafdecacafe"
"""Wireless iAP v2, which iPhones list in their records."""

_MAJOR_CLASS: Final = 0x1F00
_PHONE: Final = 0x0200
_PHONES: Final = frozenset({names.MAS_UUID, ANCS_UUID.lower()})
_APPLES: Final = frozenset({ANCS_UUID.lower(), WIRELESS_IAP_UUID})
_APPLE: Final = "bluetooth:v004C"
"""Modalias of Apple's devices: Bluetooth SIG company 0x004C."""


def is_phone(class_of_device: int, uuids: Set[str]) -> bool:
    """Whether it looks like a phone: by its class, or by what it offers (UUIDs in lower case)."""
    return class_of_device & _MAJOR_CLASS == _PHONE or not _PHONES.isdisjoint(uuids)


def is_apple(modalias: str, uuids: Set[str]) -> bool:
    """Whether a phone is Apple's, as far as it says (UUIDs in lower case)."""
    return modalias.startswith(_APPLE) or not _APPLES.isdisjoint(uuids)
