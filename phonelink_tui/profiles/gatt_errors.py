"""What do bleak's errors mean? Each becomes one of ours, here and nowhere else."""

from __future__ import annotations

import re
from typing import Final

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakError,
    BleakGATTProtocolError,
)

from phonelink_tui.errors import (
    AncsRefused,
    BluetoothUnavailable,
    LinkLost,
    PhonelinkError,
    PhoneUnreachable,
)
from phonelink_tui.protocol.ancs.constants import AttErrorCode

NEEDS_CONSENT: Final = frozenset(
    {
        AttErrorCode.WRITE_NOT_PERMITTED,
        AttErrorCode.INSUFFICIENT_AUTHENTICATION,
        AttErrorCode.INSUFFICIENT_AUTHORIZATION,
        AttErrorCode.INSUFFICIENT_ENCRYPTION,
    }
)
"""ATT errors with which phones answer before a person has allowed notifications."""

_ATT_ERROR: Final = re.compile(r"ATT error: 0x([0-9a-fA-F]{1,2})")
"""BlueZ puts the code into the text of org.bluez.Error.Failed."""

_SENTENCES: Final[dict[int, str]] = {
    AttErrorCode.UNKNOWN_COMMAND: "The phone does not know this command.",
    AttErrorCode.INVALID_COMMAND: "The phone did not understand the command.",
    AttErrorCode.INVALID_PARAMETER: "This notification is no longer on the phone.",
    AttErrorCode.ACTION_FAILED: "The phone could not do it.",
}


def refused(code: int) -> AncsRefused:
    """The error for an ATT error code."""
    if code in NEEDS_CONSENT:
        return AncsRefused(
            code,
            "The phone does not share its notifications with this computer yet.",
            "On the iPhone: Settings → Bluetooth → ⓘ → Share System Notifications.",
        )
    return AncsRefused(code, _SENTENCES.get(code, f"The phone answered with ATT error 0x{code:02X}."))


def translate(error: BleakError) -> PhonelinkError:
    """The error of ours for one of bleak's."""
    match error:
        case BleakGATTProtocolError():
            return refused(int(error.code))
        case BleakCharacteristicNotFoundError():
            return PhoneUnreachable(
                "The phone offers no notifications on this link.",
                "On the iPhone: Settings → Bluetooth → ⓘ → Share System Notifications.",
            )
        case BleakBluetoothNotAvailableError():
            return BluetoothUnavailable("Bluetooth is off, or this computer has none.", "Switch it on.")
        case BleakDBusError():
            return _translate_dbus(error)
        case _:
            return LinkLost("The link for notifications was lost.")


def _translate_dbus(error: BleakDBusError) -> PhonelinkError:
    if error.dbus_error.endswith((".NotPermitted", ".NotAuthorized")):
        return refused(AttErrorCode.INSUFFICIENT_AUTHORIZATION)
    code = _ATT_ERROR.search(error.dbus_error_details or "")
    if code:
        return refused(int(code[1], 16))
    return LinkLost("The link for notifications was lost.")
