"""What does an errno of a Bluetooth socket mean?

The kernel turns the controller's reasons into errno values (net/bluetooth/lib.c, bt_to_errno); the numbers are
Linux's, the same on every architecture this runs on.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Final

from phonelink_tui.errors import BluetoothReason, BluetoothUnavailable, PhoneUnreachable, TransportError
from phonelink_tui.transport.bluez.sentences import UNPAIRED

_AWAY: Final = "The phone is out of range, or its Bluetooth is off."
_NEARER: Final = "Bring it near, with Bluetooth on."
_PAIR_AGAIN: Final = "Remove it on both sides and pair again."
_REFUSED: Final = "The phone refused the connection."
_HELD: Final = "Another computer may hold it; or a switch in the phone's Bluetooth settings is off."

REFUSED: Final[Mapping[int, tuple[str, str]]] = {
    errno.ECONNREFUSED: (_REFUSED, _HELD),
    errno.EBUSY: ("Another program on this computer holds the connection.", "obexd, for example."),
    errno.EADDRINUSE: ("Another program on this computer holds the connection.", "obexd, for example."),
}

OUT_OF_REACH: Final[Mapping[int, tuple[str, str]]] = {
    errno.EHOSTDOWN: (_AWAY, _NEARER),
    errno.ETIMEDOUT: (_AWAY, _NEARER),
    errno.ECONNRESET: ("The phone broke the connection off.", ""),
    errno.ECONNABORTED: ("The connection was broken off.", ""),
    errno.ENOTCONN: ("The connection was broken off.", ""),
    errno.EPIPE: ("The connection was broken off.", ""),
    errno.EIO: ("The Bluetooth adapter failed.", ""),
    errno.EMLINK: ("The Bluetooth adapter has too many connections.", "Disconnect another device."),
    errno.EACCES: (UNPAIRED, _PAIR_AGAIN),
    errno.EBADE: (UNPAIRED, _PAIR_AGAIN),
    errno.EPERM: (UNPAIRED, _PAIR_AGAIN),
    errno.ELOOP: (UNPAIRED, _PAIR_AGAIN),
}

UNAVAILABLE: Final[Mapping[int, tuple[str, str]]] = {
    errno.EAFNOSUPPORT: ("This computer's kernel has no Bluetooth.", ""),
    errno.EPROTONOSUPPORT: ("This computer's kernel lacks RFCOMM.", "sudo modprobe rfcomm"),
    errno.ENODEV: ("The Bluetooth adapter is gone.", ""),
    errno.ENETDOWN: ("The Bluetooth adapter is off.", "Switch it on: bluetoothctl power on"),
    errno.EHOSTUNREACH: ("The Bluetooth adapter is off or gone.", "Switch it on: bluetoothctl power on"),
    errno.EADDRNOTAVAIL: ("The Bluetooth adapter is gone.", ""),
}


SWITCHED_OFF: Final = frozenset({errno.ENETDOWN, errno.EHOSTUNREACH})

SETTLING: Final = frozenset({errno.EBUSY, errno.ECONNRESET})
"""What a connection fails with while the kernel and the phone still take an earlier one down: closing a socket
returns before the phone has answered DISC. EBUSY: the channel's connection is not gone yet; ECONNRESET: the
multiplexer under it went while this one was being made (net/bluetooth/rfcomm/core.c)."""


def translate(number: int) -> TransportError:
    """The error of ours for a connection that could not be opened."""
    if number in REFUSED:
        return PhoneUnreachable(*REFUSED[number], refused=True)
    if number in UNAVAILABLE:
        off = number in SWITCHED_OFF
        reason = BluetoothReason.ADAPTER_OFF if off else BluetoothReason.MISSING
        return BluetoothUnavailable(*UNAVAILABLE[number], reason=reason)
    if number in OUT_OF_REACH:
        return PhoneUnreachable(*OUT_OF_REACH[number])
    name = errno.errorcode.get(number, str(number))
    return PhoneUnreachable(f"The phone cannot be connected ({name}).")


def is_settling(failure: TransportError) -> bool:
    """Whether the same connection may open a moment later: an earlier one of ours may still be ending."""
    cause = failure.__cause__
    return isinstance(cause, OSError) and cause.errno in SETTLING
