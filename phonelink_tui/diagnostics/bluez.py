"""What does bluetoothd have, and is obexd there? BlueZ's objects in, facts out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from phonelink_tui.diagnostics.facts import (
    AdapterFacts,
    Bluez,
    BluezVersion,
    DaemonState,
    DeviceFacts,
    NotKnown,
)
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.domain.text import clean_line
from phonelink_tui.protocol.ancs.constants import SERVICE_UUID as ANCS_UUID
from phonelink_tui.transport.bluez import names

Objects = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Paths to interfaces to properties, without variants."""

MOST: Final = 64
"""Adapters, and devices, kept."""

SERVICE_WORDS: Final[Mapping[str, str]] = {
    names.MAS_UUID: "messages",
    names.MNS_UUID: "message reports",
    "0000112f-0000-1000-8000-00805f9b34fb": "contacts",
    ANCS_UUID.lower(): "notifications",
    "00000000-deca-fade-deca-deafdecacafe": "wireless iap",
    "0000110b-0000-1000-8000-00805f9b34fb": "a2dp sink",
    "0000110a-0000-1000-8000-00805f9b34fb": "a2dp source",
    "0000111e-0000-1000-8000-00805f9b34fb": "hands-free",
    "0000111f-0000-1000-8000-00805f9b34fb": "hands-free gateway",
    "00001108-0000-1000-8000-00805f9b34fb": "headset",
}
"""UUIDs that matter here; others are not kept."""

APPLE: Final = "v004C"
"""Apple's company identifier in a Modalias `bluetooth:v004Cp<product>d<version>`."""

_DEVICE_ID: Final = re.compile("(bluetooth|usb):v[0-9A-F]{4}p[0-9A-F]{4}d[0-9A-F]{4}")
_ADDRESS: Final = re.compile("[0-9A-F]{2}(:[0-9A-F]{2}){5}")
_ADAPTER: Final = re.compile("hci[0-9]{1,3}")
_MAJOR_CLASS: Final = 0x1F00
_PHONE: Final = 0x0200
_VERSION: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
_MONITOR_MANAGER: Final = "org.bluez.AdvertisementMonitorManager1"
"""Only there with --experimental; the bearer interfaces are empty markers without. (PROTOCOLS 7.4)"""

SERVICE_UNKNOWN: Final = frozenset({"org.freedesktop.DBus.Error.NameHasNoOwner"})


def bluez_facts(objects: Objects) -> Bluez:
    """The facts in BlueZ's objects. Values of unexpected types count as not told."""
    adapters = [_adapter(path, interfaces) for path, interfaces in sorted(objects.items())]
    devices = [_device(path, interfaces) for path, interfaces in sorted(objects.items())]
    return Bluez(
        DaemonState.RUNNING,
        experimental=any(_MONITOR_MANAGER in interfaces for interfaces in objects.values()),
        bearer_api=any(interfaces.get(names.BEARER_LE) for interfaces in objects.values()),
        adapters=tuple(adapter for adapter in adapters if adapter is not None)[:MOST],
        devices=tuple(device for device in devices if device is not None)[:MOST],
    )


def version_facts(said: str) -> BluezVersion | NotKnown:
    """The version in what `bluetoothctl --version` said."""
    found = _VERSION.search(said)
    return BluezVersion(found.group()) if found else NotKnown("bluetoothctl does not say it")


def _adapter(path: str, interfaces: Mapping[str, Mapping[str, Any]]) -> AdapterFacts | None:
    properties = interfaces.get(names.ADAPTER)
    name = path.rpartition("/")[2]
    if properties is None or not _ADAPTER.fullmatch(name):
        return None
    advertising = interfaces.get(names.ADVERTISING_MANAGER)
    return AdapterFacts(
        name,
        powered=properties.get(names.POWERED) is True,
        class_of_device=_number(properties.get(names.CLASS)),
        pairable=_truth(properties.get("Pairable")),
        services=_services(properties.get(names.UUIDS)),
        can_advertise=advertising is not None,
        advertisements=_number((advertising or {}).get("ActiveInstances")),
        free_advertisements=_number((advertising or {}).get("SupportedInstances")),
    )


def _device(path: str, interfaces: Mapping[str, Mapping[str, Any]]) -> DeviceFacts | None:
    """A device that is paired or a phone; whatever else was heard in passing is not our business."""
    properties = interfaces.get(names.DEVICE)
    if properties is None:
        return None
    services = _services(properties.get(names.UUIDS))
    device_id = properties.get("Modalias")
    device_id = device_id if isinstance(device_id, str) and _DEVICE_ID.fullmatch(device_id) else ""
    of_phone_class = (_number(properties.get(names.CLASS)) or 0) & _MAJOR_CLASS == _PHONE
    is_phone = of_phone_class or bool(services & {"messages", "notifications"})
    paired = properties.get(names.PAIRED) is True
    address = str(properties.get(names.ADDRESS, "")).upper()
    if not (paired or is_phone) or not _ADDRESS.fullmatch(address):
        return None
    is_apple = is_phone and (APPLE in device_id or bool(services & {"notifications", "wireless iap"}))
    le = interfaces.get(names.BEARER_LE) or {}
    return DeviceFacts(
        address,
        clean_line(str(properties.get(names.ALIAS, "")), limit=64),
        _adapter_of(path),
        is_phone=is_phone,
        kind=PhoneKind.IPHONE if is_apple else None,
        device_id=device_id,
        paired=paired,
        bonded=_truth(properties.get("Bonded")),
        trusted=properties.get("Trusted") is True,
        blocked=properties.get("Blocked") is True,
        connected=properties.get(names.CONNECTED) is True,
        services_resolved=properties.get(names.SERVICES_RESOLVED) is True,
        services=services,
        le_bonded=_truth(le.get("Bonded")),
        le_connected=_truth(le.get(names.CONNECTED)),
    )


def _adapter_of(path: str) -> str:
    return next((part for part in path.split("/") if _ADAPTER.fullmatch(part)), "")


def _services(uuids: object) -> frozenset[str]:
    if not isinstance(uuids, Iterable) or isinstance(uuids, str | bytes):
        return frozenset()
    words = (SERVICE_WORDS.get(uuid.lower()) for uuid in uuids if isinstance(uuid, str))
    return frozenset(word for word in words if word)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
