"""Does every error of BlueZ's become one of ours that says what to do?"""

from __future__ import annotations

import pytest
from dbus_fast.errors import AuthError

from phonelink_tui.errors import BluetoothUnavailable, PhoneUnreachable, TransportError
from phonelink_tui.transport.bluez.dbus_errors import no_bus, translate


@pytest.mark.parametrize(
    ("name", "kind", "word"),
    [
        ("org.freedesktop.DBus.Error.ServiceUnknown", BluetoothUnavailable, "not running"),
        ("org.freedesktop.DBus.Error.AccessDenied", BluetoothUnavailable, "does not let you"),
        ("org.freedesktop.DBus.Error.UnknownMethod", BluetoothUnavailable, "does not offer"),
        ("org.bluez.Error.NotReady", BluetoothUnavailable, "off"),
        ("org.bluez.Error.InProgress", BluetoothUnavailable, "busy"),
        ("org.bluez.Error.NotConnected", PhoneUnreachable, "not connected"),
        ("org.bluez.Error.AuthenticationFailed", PhoneUnreachable, "pairing"),
        ("org.bluez.Error.NotPermitted", TransportError, "NotPermitted"),
        ("org.example.Error.Surprise", TransportError, "Surprise"),
        ("", TransportError, "refused"),
    ],
)
def test_names(name: str, kind: type[TransportError], word: str) -> None:
    """Names have their class and words; a name nobody knows is told as it is, without bluetoothd's text."""
    error = translate(name)
    assert type(error) is kind
    assert word in error.message


def test_a_bus_that_does_not_let_us_in() -> None:
    """Permission is told apart from absence."""
    assert "let you" in no_bus(PermissionError()).message
    assert "let you" in no_bus(AuthError("REJECTED")).message
    assert "cannot be reached" in no_bus(FileNotFoundError()).message
