"""bleak's errors, each as one of ours."""

from __future__ import annotations

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
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
from phonelink_tui.profiles.gatt_errors import NEEDS_CONSENT, refused, translate
from phonelink_tui.protocol.ancs.constants import AttErrorCode

TABLE: list[tuple[BleakError, type[PhonelinkError], int | None]] = [
    (BleakGATTProtocolError(AttErrorCode.INVALID_PARAMETER), AncsRefused, 0xA2),
    (BleakGATTProtocolError(AttErrorCode.INSUFFICIENT_AUTHENTICATION), AncsRefused, 0x05),
    (BleakCharacteristicNotFoundError("9fbf120d"), PhoneUnreachable, None),
    (
        BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF),
        BluetoothUnavailable,
        None,
    ),
    (BleakDBusError("org.bluez.Error.NotPermitted", ["Write not permitted"]), AncsRefused, 0x08),
    (BleakDBusError("org.bluez.Error.NotAuthorized", []), AncsRefused, 0x08),
    (BleakDBusError("org.bluez.Error.Failed", ["Operation failed with ATT error: 0xa2"]), AncsRefused, 0xA2),
    (BleakDBusError("org.bluez.Error.Failed", ["Not connected"]), LinkLost, None),
    (BleakDBusError("org.bluez.Error.InProgress", []), LinkLost, None),
    (BleakError("disconnected"), LinkLost, None),
]


@pytest.mark.parametrize(("error", "kind", "code"), TABLE, ids=[repr(row[0]) for row in TABLE])
def test_each_error_is_one_of_ours(error: BleakError, kind: type[PhonelinkError], code: int | None) -> None:
    """With the ATT code where there is one."""
    ours = translate(error)
    assert type(ours) is kind
    assert getattr(ours, "code", None) == code
    assert ours.message


def test_before_consent_the_hint_names_the_switch() -> None:
    """And only then: other refusals have a sentence of their own, or their number."""
    for code in NEEDS_CONSENT:
        assert "Share System Notifications" in refused(code).hint
    assert "Share System Notifications" not in refused(0xA3).hint
    assert "0x0E" in refused(0x0E).message
