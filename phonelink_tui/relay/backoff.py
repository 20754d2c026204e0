"""How long until the next attempt? By cause, with jitter, without end; as data."""

from __future__ import annotations

from random import Random
from typing import Final

from phonelink_tui.domain.phone import DownReason
from phonelink_tui.errors import (
    AncsRefused,
    BluetoothReason,
    BluetoothUnavailable,
    BondRefused,
    DeadlineExceeded,
    ObexRefused,
    PhonelinkError,
    PhoneUnreachable,
    ProtocolError,
)

PAUSES_S: Final[dict[DownReason, tuple[float, ...]]] = {
    DownReason.LINK_LOST: (0.5, 1, 2, 5, 10, 30),
    DownReason.OUT_OF_RANGE: (2, 3, 5, 10, 20, 30),
    DownReason.REFUSED: (5, 10, 15, 30),
    DownReason.FORBIDDEN: (5, 15, 60),
    DownReason.TIMEOUT: (2, 5, 15, 30),
    DownReason.PROTOCOL: (2, 10, 60),
    DownReason.NO_BLUETOOTH: (10, 30, 60),
    DownReason.ADAPTER_OFF: (2, 5, 10),
    DownReason.BLUEZ_TOO_OLD: (60,),
    DownReason.CLASS_OF_DEVICE: (5, 15, 30),
    DownReason.OBEXD_IN_THE_WAY: (10, 30, 60),
    DownReason.ASLEEP: (1,),
    DownReason.NOT_RUNNING: (1,),
    DownReason.BOND_CHANGED: (30, 60),
}
"""Seconds before attempt 1, 2, …; the last repeats. Forbidden waits for a person to find the switch (iPhones were
seen polled at 5, 15, 60 s without harm); out of range is cheap to try and short in daily life."""

JITTER: Final = 0.2
"""Each pause is stretched or shortened by up to this part, so that two computers do not keep colliding."""

SWITCHED_OFF: Final = frozenset({0xC1, 0xC3})
"""OBEX Unauthorized and Forbidden: a switch on the phone."""

BUSY: Final = 0xD3
"""OBEX Service Unavailable: the phone serves somebody else."""

ANCS_ERRORS: Final = range(0xA0, 0xA4)
"""ATT errors of ANCS itself; all others come from GATT, before a person has allowed it."""


_UNAVAILABLE: Final = {
    BluetoothReason.MISSING: DownReason.NO_BLUETOOTH,
    BluetoothReason.ADAPTER_OFF: DownReason.ADAPTER_OFF,
    BluetoothReason.TOO_OLD: DownReason.BLUEZ_TOO_OLD,
    BluetoothReason.CLASS_OF_DEVICE: DownReason.CLASS_OF_DEVICE,
    BluetoothReason.OBEXD: DownReason.OBEXD_IN_THE_WAY,
}


def pause_s(reason: DownReason, attempt: int, rng: Random) -> float:
    """Seconds to wait before attempt number `attempt` (from 0) after failing for `reason`."""
    pauses = PAUSES_S[reason]
    return pauses[min(attempt, len(pauses) - 1)] * rng.uniform(1 - JITTER, 1 + JITTER)


def reason_of(error: PhonelinkError) -> DownReason:
    """Which cause an error of a session counts as."""
    match error:
        case ObexRefused(code=code) if code in SWITCHED_OFF:
            return DownReason.FORBIDDEN
        case ObexRefused(code=code):
            return DownReason.REFUSED if code == BUSY else DownReason.PROTOCOL
        case AncsRefused(code=code):
            return DownReason.PROTOCOL if code in ANCS_ERRORS else DownReason.FORBIDDEN
        case PhoneUnreachable(refused=True):
            return DownReason.REFUSED
        case PhoneUnreachable():
            return DownReason.OUT_OF_RANGE
        case BluetoothUnavailable(reason=reason):
            return _UNAVAILABLE[reason]
        case BondRefused():
            return DownReason.BOND_CHANGED
        case DeadlineExceeded():
            return DownReason.TIMEOUT
        case ProtocolError():
            return DownReason.PROTOCOL
        case _:
            return DownReason.LINK_LOST
