"""How long until the next attempt: every error has a cause, every cause its pauses."""

from __future__ import annotations

from random import Random

import pytest

from phonelink_tui.domain.phone import DownReason
from phonelink_tui.errors import (
    AncsRefused,
    BluetoothReason,
    BluetoothUnavailable,
    BondRefused,
    DeadlineExceeded,
    LimitExceeded,
    LinkLost,
    LocalProtocolError,
    ObexdInTheWay,
    ObexRefused,
    PhonelinkError,
    PhoneUnreachable,
    ProfileError,
    RemoteProtocolError,
)
from phonelink_tui.relay.backoff import JITTER, PAUSES_S, pause_s, reason_of

CAUSES: list[tuple[PhonelinkError, DownReason]] = [
    (ObexRefused(0xC3, ""), DownReason.FORBIDDEN),
    (ObexRefused(0xC1, ""), DownReason.FORBIDDEN),
    (ObexRefused(0xD3, ""), DownReason.REFUSED),
    (ObexRefused(0xD0, ""), DownReason.PROTOCOL),
    (AncsRefused(0x03, ""), DownReason.FORBIDDEN),
    (AncsRefused(0x08, ""), DownReason.FORBIDDEN),
    (AncsRefused(0xA0, ""), DownReason.PROTOCOL),
    (PhoneUnreachable("", refused=True), DownReason.REFUSED),
    (PhoneUnreachable(""), DownReason.OUT_OF_RANGE),
    (BluetoothUnavailable(""), DownReason.NO_BLUETOOTH),
    (BluetoothUnavailable("", reason=BluetoothReason.ADAPTER_OFF), DownReason.ADAPTER_OFF),
    (BluetoothUnavailable("", reason=BluetoothReason.TOO_OLD), DownReason.BLUEZ_TOO_OLD),
    (BluetoothUnavailable("", reason=BluetoothReason.CLASS_OF_DEVICE), DownReason.CLASS_OF_DEVICE),
    (BluetoothUnavailable("", reason="of a newer version"), DownReason.NO_BLUETOOTH),
    (ObexdInTheWay(""), DownReason.OBEXD_IN_THE_WAY),
    (BondRefused(""), DownReason.BOND_CHANGED),
    (DeadlineExceeded(""), DownReason.TIMEOUT),
    (RemoteProtocolError(""), DownReason.PROTOCOL),
    (LimitExceeded(""), DownReason.PROTOCOL),
    (LocalProtocolError(""), DownReason.PROTOCOL),
    (LinkLost(""), DownReason.LINK_LOST),
    (ProfileError(""), DownReason.LINK_LOST),
    (PhonelinkError(""), DownReason.LINK_LOST),
]


@pytest.mark.parametrize(("error", "reason"), CAUSES, ids=lambda v: repr(v))
def test_every_error_counts_as_a_cause(error: PhonelinkError, reason: DownReason) -> None:
    """A banner rests on it, so another computer is blamed only where the phone says that it is busy."""
    assert reason_of(error) is reason


@pytest.mark.parametrize("reason", DownReason)
def test_pauses_grow_and_never_end(reason: DownReason) -> None:
    """Each within its jitter, the last for ever."""
    pauses = PAUSES_S[reason]
    assert list(pauses) == sorted(pauses)
    for attempt in range(len(pauses) + 3):
        base = pauses[min(attempt, len(pauses) - 1)]
        drawn = {pause_s(reason, attempt, Random(seed)) for seed in range(20)}
        assert all(base * (1 - JITTER) <= p <= base * (1 + JITTER) for p in drawn)
        assert len(drawn) > 1
