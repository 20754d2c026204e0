"""How is a Bluetooth socket connected, also on a Python without `socket.AF_BLUETOOTH`?

Many Pythons (uv's, pyenv's without BlueZ's headers) lack the address family: they make such a socket, but cannot
write its addresses. So libc binds and connects, with addresses packed here. (PROTOCOLS: bluetooth/{rfcomm,l2cap}.h)
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final

from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.transport.bluez.socket_errors import translate

AF_BLUETOOTH: Final = 31
SOL_BLUETOOTH: Final = 274
BT_SECURITY: Final = 4
BT_SECURITY_LOW: Final = 1
BT_SECURITY_MEDIUM: Final = 2
"""The link is encrypted, with the key of the pairing."""

_BTPROTO_L2CAP: Final = 0
BTPROTO_RFCOMM: Final = 3

_SOCKADDR_RC: Final = struct.Struct("<H6sBx")
_SOCKADDR_L2: Final = struct.Struct("<HH6sHBx")

CONNECT_S: Final = 15.0
"""Paging a phone takes up to 5 s, authentication and encryption a few more."""


class Kind(Enum):
    """What is connected to: a channel of RFCOMM, or a PSM of L2CAP."""

    RFCOMM = "rfcomm"
    L2CAP = "l2cap"


Dial = Callable[[Kind, str, str, int], Awaitable[socket.socket]]
"""`dial(kind, own_address, phone_address, port)`: a connected non-blocking socket. Raises TransportError."""


async def dial(kind: Kind, own_address: str, phone_address: str, port: int) -> socket.socket:
    """Connect to a phone from one adapter.

    Args:
        kind: RFCOMM gives a stream, encrypted; L2CAP packets, as secure as the port needs.
        own_address: The adapter's.
        phone_address: The phone's public one.
        port: RFCOMM channel (1 to 30) or PSM.

    Raises:
        PhoneUnreachable: Out of range, refused (`refused` tells), or no answer within `CONNECT_S`.
        BluetoothUnavailable: The adapter is off or gone, or the kernel has no Bluetooth.
    """
    stream = kind is Kind.RFCOMM
    try:
        made = socket.socket(
            AF_BLUETOOTH,
            (socket.SOCK_STREAM if stream else socket.SOCK_SEQPACKET) | socket.SOCK_NONBLOCK,
            BTPROTO_RFCOMM if stream else _BTPROTO_L2CAP,
        )
    except OSError as error:
        raise translate(error.errno or 0) from error
    try:
        level = BT_SECURITY_MEDIUM if stream else BT_SECURITY_LOW
        made.setsockopt(SOL_BLUETOOTH, BT_SECURITY, struct.pack("BB", level, 0))
        pack = pack_rfcomm if stream else pack_l2cap
        bind(made, pack(own_address, 0))
        await connect(made, pack(phone_address, port))
    except OSError as error:
        made.close()
        raise translate(error.errno or 0) from error
    except BaseException:
        made.close()
        raise
    return made


async def connect(
    unconnected: socket.socket, packed_address: bytes, *, deadline_s: float = CONNECT_S
) -> None:
    """Connect a non-blocking socket of any family to a packed `struct sockaddr`.

    Raises:
        OSError: With the errno of the failure.
        PhoneUnreachable: Not connected by then.
    """
    try:
        _libc_call("connect", unconnected, packed_address)
    except OSError as error:
        if error.errno not in (errno.EINPROGRESS, errno.EAGAIN):
            raise
        try:
            async with asyncio.timeout(deadline_s):
                await _writable(unconnected)
        except TimeoutError:
            raise PhoneUnreachable("The phone did not answer in time.") from None
        failure = unconnected.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failure:
            raise OSError(failure, os.strerror(failure)) from None


def bind(unbound: socket.socket, packed_address: bytes) -> None:
    """Bind a socket of any family to a packed `struct sockaddr`.

    Raises:
        OSError: With the errno of the failure.
    """
    _libc_call("bind", unbound, packed_address)


def pack_rfcomm(address: str, channel: int) -> bytes:
    """`struct sockaddr_rc`."""
    return _SOCKADDR_RC.pack(AF_BLUETOOTH, _little_endian(address), channel)


def pack_l2cap(address: str, psm: int) -> bytes:
    """`struct sockaddr_l2`, BR/EDR."""
    return _SOCKADDR_L2.pack(AF_BLUETOOTH, psm, _little_endian(address), 0, 0)


def _little_endian(address: str) -> bytes:
    return bytes.fromhex(address.replace(":", ""))[::-1]


def _libc_call(name: str, of: socket.socket, packed_address: bytes) -> None:
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    if function(of.fileno(), packed_address, len(packed_address)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


async def _writable(waiting: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    loop.add_writer(waiting.fileno(), done.set)
    try:
        await done.wait()
    finally:
        loop.remove_writer(waiting.fileno())
