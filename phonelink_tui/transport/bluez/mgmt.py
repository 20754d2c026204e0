"""What does the kernel itself say of its controllers? Its management interface, which everyone may ask to read.

Packets as in BlueZ's doc/mgmt-api.txt; unprivileged programs may list controllers and read their information
(kernel: net/bluetooth/mgmt.c, commands marked untrusted).
"""

from __future__ import annotations

import errno
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from attrs import frozen

from phonelink_tui.errors import RemoteProtocolError
from phonelink_tui.transport.bluez.sockets import AF_BLUETOOTH, bind

SETTINGS: Final = (
    "powered", "connectable", "fast connectable", "discoverable", "bondable", "link security", "ssp",
    "br/edr", "high speed", "le", "advertising", "secure connections", "debug keys", "privacy",
)  # fmt: skip
"""Bits of supported and current settings, from bit 0 on; later ones do not matter here."""

ANSWER_S: Final = 1.0
"""The kernel answers at once."""

_BTPROTO_HCI: Final = 1
_CHANNEL_CONTROL: Final = 3
_NO_CONTROLLER: Final = 0xFFFF
_SOCKADDR_HCI: Final = struct.Struct("<HHH")

_HEADER: Final = struct.Struct("<HHH")
_ANSWER: Final = struct.Struct("<HB")
_COUNT: Final = struct.Struct("<H")
_READ_INDEX_LIST: Final = 0x0003
_READ_INFO: Final = 0x0004
_COMMAND_COMPLETE: Final = 0x0001
_COMMAND_STATUS: Final = 0x0002
_INFO: Final = struct.Struct("<6sBHII3s")

PACKET_BYTES: Final = 2048
"""The longest answer asked for has 289."""

EVENTS: Final = 64
"""Other events that may come before an answer."""


@frozen
class ControllerInfo:
    """A controller."""

    index: int
    supported: frozenset[str]
    current: frozenset[str]
    class_of_device: int


def read_controllers(open_socket: Callable[[], socket.socket] | None = None) -> tuple[ControllerInfo, ...]:
    """All controllers. Blocks up to `ANSWER_S`.

    Raises:
        OSError: The kernel has no Bluetooth, does not let us, or does not answer.
        RemoteProtocolError: Its answer makes no sense.
    """
    with (open_socket or _open)() as control:
        until = time.monotonic() + ANSWER_S
        count, rest = _split(_COUNT, _ask(control, _READ_INDEX_LIST, _NO_CONTROLLER, until))
        indexes = [index for (index,) in _COUNT.iter_unpack(rest[: len(rest) // 2 * 2])][: count[0]]
        return tuple(_info(index, _ask(control, _READ_INFO, index, until)) for index in indexes)


def _open() -> socket.socket:
    control = socket.socket(AF_BLUETOOTH, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _BTPROTO_HCI)
    try:
        bind(control, _SOCKADDR_HCI.pack(AF_BLUETOOTH, _NO_CONTROLLER, _CHANNEL_CONTROL))
    except BaseException:
        control.close()
        raise
    return control


def _ask(control: socket.socket, command: int, index: int, until: float) -> bytes:
    """The parameters of the answer to a command without parameters."""
    control.settimeout(ANSWER_S)
    control.send(_HEADER.pack(command, index, 0))
    for _ in range(EVENTS):
        control.settimeout(max(until - time.monotonic(), 0.001))
        (event, of, length), body = _split(_HEADER, control.recv(PACKET_BYTES))
        if of != index or event not in (_COMMAND_COMPLETE, _COMMAND_STATUS):
            continue
        (answered, status), parameters = _split(_ANSWER, body[:length])
        if answered == command:
            if status:
                raise OSError(errno.EPERM, f"the kernel refuses (status {status})")
            return parameters
    raise OSError(errno.ETIMEDOUT, "the kernel does not answer")


def _info(index: int, parameters: bytes) -> ControllerInfo:
    (_, _, _, supported, current, cod), _ = _split(_INFO, parameters)
    return ControllerInfo(
        index, frozenset(_words(supported)), frozenset(_words(current)), int.from_bytes(cod, "little")
    )


def _words(bits: int) -> Iterator[str]:
    return (word for number, word in enumerate(SETTINGS) if bits >> number & 1)


def _split(layout: struct.Struct, data: bytes) -> tuple[tuple[Any, ...], bytes]:
    if len(data) < layout.size:
        raise RemoteProtocolError("The kernel's management interface sent too little.")
    return layout.unpack_from(data), data[layout.size :]
