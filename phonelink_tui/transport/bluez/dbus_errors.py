"""What do BlueZ's errors on D-Bus mean? Each becomes one of ours, here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dbus_fast import Message
from dbus_fast.errors import AuthError, DBusFastError, InvalidAddressError

from phonelink_tui.errors import (
    BluetoothReason,
    BluetoothUnavailable,
    PairingFailed,
    PhonelinkError,
    PhoneUnreachable,
    TransportError,
)
from phonelink_tui.transport.bluez.sentences import BUSY, UNPAIRED

NOT_PERMITTED: Final = "org.bluez.Error.NotPermitted"
IN_PROGRESS: Final = "org.bluez.Error.InProgress"
REJECTED: Final = "org.bluez.Error.Rejected"
CANCELED: Final = "org.bluez.Error.Canceled"
ACCESS_DENIED: Final = "org.freedesktop.DBus.Error.AccessDenied"

CONNECT_ERRORS: Final = (OSError, AuthError, InvalidAddressError, DBusFastError, EOFError)
"""What dbus-fast raises when there is no bus, or the bus does not let us in."""

_NO_DAEMON: Final = ("The Bluetooth service is not running.", "Start it: sudo systemctl start bluetooth")
_OFF: Final = ("Bluetooth is off.", "Switch it on: bluetoothctl power on")
_DENIED: Final = (
    "This computer does not let you use Bluetooth.",
    "Log in at the machine itself, or join the group bluetooth.",
)
_TOO_OLD: Final = ("The Bluetooth service does not offer what is needed.", "A newer BlueZ may.")
_BUSY: Final = (BUSY, "It is tried again by itself.")
_AWAY: Final = ("The phone is not connected.", "Bring it near, with Bluetooth on.")
_UNPAIRED: Final = (UNPAIRED, "Remove it on both sides and pair again.")

_AGAIN: Final = "Try again, and allow it on the phone."
_BOTH_SIDES: Final = (
    "Forget this computer on the phone, switch the phone's Bluetooth off and on, and try again."
)
_SCREEN_ON: Final = "Keep Settings → Bluetooth open on the phone, and try again."

_UNAVAILABLE: Final[Mapping[str, tuple[str, str]]] = {
    "org.freedesktop.DBus.Error.ServiceUnknown": _NO_DAEMON,
    "org.freedesktop.DBus.Error.NameHasNoOwner": _NO_DAEMON,
    "org.freedesktop.DBus.Error.NoReply": _NO_DAEMON,
    "org.freedesktop.DBus.Error.Disconnected": _NO_DAEMON,
    "org.freedesktop.DBus.Error.Spawn.ChildExited": _NO_DAEMON,
    ACCESS_DENIED: _DENIED,
    "org.freedesktop.DBus.Error.AuthFailed": _DENIED,
    "org.freedesktop.DBus.Error.UnknownMethod": _TOO_OLD,
    "org.freedesktop.DBus.Error.UnknownInterface": _TOO_OLD,
    "org.freedesktop.DBus.Error.UnknownObject": _TOO_OLD,
    "org.bluez.Error.NotReady": _OFF,
    "org.bluez.Error.NotAvailable": _TOO_OLD,
    "org.bluez.Error.NotSupported": _TOO_OLD,
    "org.bluez.Error.NotAuthorized": _DENIED,
    "org.bluez.Error.Busy": _BUSY,
    IN_PROGRESS: _BUSY,
}

_REASONS: Final = {_OFF: BluetoothReason.ADAPTER_OFF, _TOO_OLD: BluetoothReason.TOO_OLD}

_UNREACHABLE: Final[Mapping[str, tuple[str, str]]] = {
    "org.bluez.Error.NotConnected": _AWAY,
    "org.bluez.Error.DoesNotExist": _AWAY,
    "org.bluez.Error.ConnectionAttemptFailed": _AWAY,
    "org.bluez.Error.AuthenticationFailed": _UNPAIRED,
    "org.bluez.Error.AuthenticationRejected": _UNPAIRED,
    "org.bluez.Error.AuthenticationCanceled": _UNPAIRED,
    "org.bluez.Error.AuthenticationTimeout": _UNPAIRED,
}


def translate(name: str) -> PhonelinkError:
    """The error of ours for a D-Bus error's name."""
    if name in _UNAVAILABLE:
        words = _UNAVAILABLE[name]
        return BluetoothUnavailable(*words, reason=_REASONS.get(words, BluetoothReason.MISSING))
    if name in _UNREACHABLE:
        return PhoneUnreachable(*_UNREACHABLE[name])
    return TransportError(f"Bluetooth refused ({name.rpartition('.')[2]}).", "bluetoothd's log may tell why.")


_PAIRING: Final[Mapping[str, tuple[str, str, str]]] = {
    "org.bluez.Error.AlreadyExists": ("already-paired", "The phone is paired already.", ""),
    "org.bluez.Error.AuthenticationCanceled": ("cancelled", "The phone cancelled the pairing.", _AGAIN),
    "org.bluez.Error.AuthenticationRejected": ("rejected", "The phone rejected the pairing.", _AGAIN),
    "org.bluez.Error.AuthenticationTimeout": ("timeout", "Nobody allowed the pairing in time.", _AGAIN),
    "org.bluez.Error.AuthenticationFailed": ("failed", "The pairing failed.", _BOTH_SIDES),
    "org.bluez.Error.ConnectionAttemptFailed": ("away", "The phone does not answer.", _SCREEN_ON),
    "org.bluez.Error.InProgress": (
        "busy",
        "A pairing is under way already.",
        "Wait a moment, and try again.",
    ),
    "org.bluez.Error.NotReady": ("off", *_OFF),
    "org.bluez.Error.DoesNotExist": ("away", "The phone is gone.", _SCREEN_ON),
    "org.freedesktop.DBus.Error.UnknownObject": ("away", "The phone is gone.", _SCREEN_ON),
}

_KEY_MISSING: Final = "key-missing"
"""In the text of `org.bluez.Error.Failed` (br-connection-key-missing): only one side still has the bond."""


def pairing_failure(reply: Message) -> PairingFailed | None:
    """Why a phone was not connected or paired; None: the error says nothing about pairing."""
    if any(_KEY_MISSING in str(part) for part in reply.body):
        return PairingFailed("stale-bond", "Only one side still knows of an older pairing.", _BOTH_SIDES)
    words = _PAIRING.get(reply.error_name or "")
    return PairingFailed(*words) if words is not None else None


def refusal(reply: Message) -> PhonelinkError:
    """The error of ours for an error reply."""
    return translate(reply.error_name or "")


def no_bus(error: Exception) -> BluetoothUnavailable:
    """The error of ours for a bus that cannot be reached."""
    if isinstance(error, PermissionError | AuthError):
        return BluetoothUnavailable(*_DENIED)
    return BluetoothUnavailable("This computer's system bus cannot be reached.", "Is D-Bus running?")


def no_daemon() -> BluetoothUnavailable:
    """bluetoothd is not there, or went away."""
    return BluetoothUnavailable(*_NO_DAEMON)


def switched_off() -> BluetoothUnavailable:
    """The adapter is off."""
    return BluetoothUnavailable(*_OFF, reason=BluetoothReason.ADAPTER_OFF)


def away() -> PhoneUnreachable:
    """There is no link to the phone."""
    return PhoneUnreachable(*_AWAY)
