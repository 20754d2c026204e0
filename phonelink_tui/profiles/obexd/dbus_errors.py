"""What do obexd's errors on D-Bus mean? Each becomes one of ours, here and nowhere else.

obexd has one name, `org.bluez.obex.Error.Failed`, for nearly everything; its text tells the rest. [BlueZ 5.66 to
5.87, read]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from dbus_fast import Message

from phonelink_tui.errors import (
    BluetoothUnavailable,
    DeadlineExceeded,
    LinkLost,
    ObexRefused,
    PhonelinkError,
    PhoneUnreachable,
    ProfileError,
)
from phonelink_tui.profiles.refusals import refusal
from phonelink_tui.protocol.obex.codes import FINAL_BIT, ResponseCode
from phonelink_tui.transport.bluez import socket_errors

UNTOLD: Final = 0
"""Code of an `ObexRefused` where the phone said no and obexd does not pass on how."""

_DBUS: Final = "org.freedesktop.DBus.Error."
_OBEX: Final = "org.bluez.obex.Error."

NOBODY: Final = frozenset(
    _DBUS + word for word in ("ServiceUnknown", "NameHasNoOwner", "Spawn.ServiceNotFound")
)
"""The call reached nobody."""

UNKNOWN_OBJECT: Final = frozenset(
    _DBUS + word for word in ("UnknownObject", "UnknownMethod", "UnknownInterface", "UnknownProperty")
)

MAYBE_DELIVERED: Final = frozenset(
    _DBUS + word for word in ("NoReply", "Timeout", "TimedOut", "Disconnected")
)
"""Who was called may have carried the call out."""

_GONE: Final = "obexd ended the session."
_DISCONNECTED: Final = frozenset(
    {
        "transport got disconnected",
        "session closed by user",
        "session not connected",
        "session disconnected",
        "the transport is not connected",
    }
)

_NAMES: Final[Mapping[str, int]] = {
    **{code.name.replace("_", " ").lower(): code.value for code in ResponseCode},
    "request time out": ResponseCode.REQUEST_TIMEOUT.value,
    "request entity too large": ResponseCode.ENTITY_TOO_LARGE.value,
    "request url too large": ResponseCode.URL_TOO_LARGE.value,
    "version not supported": ResponseCode.HTTP_VERSION_NOT_SUPPORTED.value,
}
"""As gobex words response codes."""

_CONNECT_CODE: Final = re.compile(r"OBEX Connect failed with 0x([0-9a-fA-F]{1,2})\Z")
_ERRNO: Final = re.compile(r"\((\d{1,3})\)\Z")


def opening_error(reply: Message) -> PhonelinkError:
    """The error of ours for a session that could not be opened."""
    name, text = _said(reply)
    if name in NOBODY or name.startswith(_DBUS + "Spawn."):
        return no_obexd()
    if name in MAYBE_DELIVERED:
        return BluetoothUnavailable(
            "obexd ended while it connected the phone.", "It is tried again by itself."
        )
    if name == _DBUS + "AccessDenied":
        return BluetoothUnavailable(
            "This computer does not let you use obexd.", "Log in at the machine itself."
        )
    if name in UNKNOWN_OBJECT:
        return BluetoothUnavailable("This obexd does not offer what is needed.", "BlueZ 5.66 or newer does.")
    if match := _CONNECT_CODE.search(text):
        return refusal(int(match[1], 16) | FINAL_BIT)
    if match := _ERRNO.search(text):
        return socket_errors.translate(int(match[1]))
    lost = _by_text(text)
    if isinstance(lost, DeadlineExceeded | ObexRefused):
        return lost
    # "Unable to find service record" is all it says of any failed search: away, switched off, or nothing offered.
    return PhoneUnreachable(
        "The phone was not found, or offers this computer nothing of the sort.",
        "Bring it near, and look at the switches for this computer in its Bluetooth settings.",
    )


def session_error(reply: Message) -> PhonelinkError:
    """The error of ours for a request of an open session. `LinkLost`, `DeadlineExceeded`: it is over."""
    name, text = _said(reply)
    if name in NOBODY or name in MAYBE_DELIVERED:
        return LinkLost("obexd ended.")
    if name in UNKNOWN_OBJECT:
        return refusal(ResponseCode.NOT_FOUND)
    if name == _OBEX + "Failed" and (known := _by_text(text)) is not None:
        return known
    return ProfileError("obexd refused the request.", "obexd's log may tell why.")


def untold() -> ObexRefused:
    """The phone said no to a transfer, and obexd does not tell how."""
    return ObexRefused(
        UNTOLD, "the phone refused it; obexd does not tell why", "Try again; if it stays, report it."
    )


def gone() -> LinkLost:
    """obexd took the session away: the phone left, or broke the rules."""
    return LinkLost(_GONE)


def no_obexd() -> BluetoothUnavailable:
    """There is no obexd, and none can be started."""
    return BluetoothUnavailable(
        "obexd is not installed.", "sudo apt install bluez-obexd, or use --phone bluez."
    )


def no_session_bus() -> BluetoothUnavailable:
    """The session bus cannot be reached."""
    return BluetoothUnavailable(
        "This login has no session bus, on which obexd would be.",
        "Use --phone bluez, or log in with systemd.",
    )


def _by_text(text: str) -> PhonelinkError | None:
    words = text.strip().rstrip(".").lower()
    if words in _NAMES:
        return refusal(_NAMES[words])
    return next((make() for known, make in _SENTENCES.items() if words.startswith(known)), None)


def _late() -> PhonelinkError:
    return DeadlineExceeded("The phone did not answer in time.")


_SENTENCES: Final[Mapping[str, Callable[[], PhonelinkError]]] = {
    "timed out": _late,
    **dict.fromkeys(_DISCONNECTED, gone),
}


def _said(reply: Message) -> tuple[str, str]:
    text = reply.body[0] if reply.body and isinstance(reply.body[0], str) else ""
    return reply.error_name or "", text
