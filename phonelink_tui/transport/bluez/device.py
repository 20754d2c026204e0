"""Which of BlueZ's devices is the phone?

The path says nothing: a phone that first came with a private address keeps that in its path for ever, while the
property `Address` becomes its public one with the pairing. [seen on BlueZ 5.66 and 5.87]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from phonelink_tui.errors import BondRefused, PhoneUnreachable
from phonelink_tui.transport.bluez import names, signs
from phonelink_tui.transport.bluez.objects import ObjectTree, Properties


@frozen
class Device:
    """The phone, paired."""

    path: str
    address: str
    """Public, upper case."""
    name: str
    """What the phone, or its owner here, calls it: not to be trusted."""
    properties: dict[str, Any]
    """As BlueZ told them."""

    @property
    def is_connected(self) -> bool:
        """Whether any link is up: BR/EDR or LE."""
        return bool(self.properties.get(names.CONNECTED))


def find_device(tree: ObjectTree, adapter_path: str, address: str | None) -> Device:
    """The phone with this address; without one, the only paired phone.

    Raises:
        BondRefused: It is not paired.
        PhoneUnreachable: None is paired, or it is not clear which phone is meant.
    """
    paired = [
        (path, properties)
        for path, properties in tree.having(names.DEVICE, below=adapter_path)
        if properties.get(names.PAIRED)
    ]
    if address is not None:
        found = [entry for entry in paired if str(entry[1].get(names.ADDRESS, "")).upper() == address.upper()]
    else:
        found = [entry for entry in paired if is_phone(entry[1])]
        if len(found) > 1:
            raise PhoneUnreachable(
                "Several phones are paired with this computer.", "Name one: --phone bluez/ADDRESS"
            )
    if not found and address is not None:
        raise BondRefused("The phone is not paired with this computer.", "`phonelink pair` pairs it.")
    if not found:
        raise PhoneUnreachable("No phone is paired with this computer.", "`phonelink pair` pairs one.")
    # After a botched pairing there may be two; the connected one is the live one.
    path, properties = max(found, key=lambda entry: bool(entry[1].get(names.CONNECTED)))
    shown_address = str(properties.get(names.ADDRESS, "")).upper()
    return Device(path, shown_address, str(properties.get(names.ALIAS, "")), dict(properties))


def is_phone(properties: Properties) -> bool:
    """Whether a device looks like a phone."""
    return signs.is_phone(int(properties.get(names.CLASS, 0)), uuids_of(properties))


def uuids_of(properties: Properties) -> frozenset[str]:
    """What a device offers, in lower case."""
    uuids: Iterable[str] = properties.get(names.UUIDS, ())
    return frozenset(uuid.lower() for uuid in uuids)
