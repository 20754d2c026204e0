"""How does the phone find and call our notification server? Its record, published, and the calls it brings.

No postponed annotations here: dbus-fast (5.2.0) reads them, and takes the text "None" for a signature.
"""

import asyncio
import os
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

from dbus_fast import MessageType, Variant
from dbus_fast.annotations import DBusObjectPath, DBusSignature, DBusUnixFd
from dbus_fast.errors import DBusError
from dbus_fast.service import ServiceInterface, dbus_method

from phonelink_tui.errors import ObexdInTheWay, PhonelinkError
from phonelink_tui.protocol.map.constants import Features
from phonelink_tui.protocol.map.sdp_record import MNS_FEATURES, MnsRecord
from phonelink_tui.protocol.sdp_elements import sequence, uuid16
from phonelink_tui.protocol.sdp_records import build_mns_record, record_xml
from phonelink_tui.transport.bluez import names
from phonelink_tui.transport.bluez.bus import Bus
from phonelink_tui.transport.bluez.dbus_errors import NOT_PERMITTED, REJECTED, refusal
from phonelink_tui.transport.link import CallBack
from phonelink_tui.transport.socket_stream import SocketStream
from phonelink_tui.transport.together import beside

CHANNEL: Final = 17
"""obexd's own, and so free where obexd does not run."""

CALLS: Final = 4
"""Connections served at once. A phone opens one; a second may come while the first is not yet seen to have ended."""

_BROWSABLE: Final = {0x0005: sequence(uuid16(0x1002))}
"""PublicBrowseRoot, as in BlueZ's record for obexd: bluetoothd announces no UUID without it. [seen on 5.66]"""

_PATH: Final = f"{names.OUR_PATH}/mns"


class MnsProfile(ServiceInterface):
    """The object that bluetoothd hands connections to.

    Args:
        admits: Whether a device, by its path, is the phone.
        accept: Takes a connected socket over.
    """

    def __init__(self, admits: Callable[[str], bool], accept: Callable[[socket.socket], bool]) -> None:
        super().__init__(names.PROFILE)
        self._admits = admits
        self._accept = accept

    @dbus_method("Release")
    def release(self) -> None:
        """bluetoothd has let the profile go."""

    @dbus_method("NewConnection")
    def new_connection(
        self,
        device: DBusObjectPath,
        fd: DBusUnixFd,
        _properties: Annotated[dict[str, Any], DBusSignature("a{sv}")],
    ) -> None:
        """A device has connected."""
        # A number of our own: whoever handed this one over may still use it.
        own = os.dup(fd)
        os.close(fd)
        connected = socket.socket(fileno=own)
        if not self._admits(device) or not self._accept(connected):
            connected.close()
            raise DBusError(REJECTED, "Not this device, or not now.")

    @dbus_method("RequestDisconnection")
    def request_disconnection(self, _device: DBusObjectPath) -> None:
        """bluetoothd wants the connection closed; it closes its own copy, which ends it for us too."""


@asynccontextmanager
async def published(
    bus: Bus, admits: Callable[[str], bool], serve: CallBack, *, features: Features = MNS_FEATURES
) -> AsyncIterator[None]:
    """Publish our record while inside, and serve each connection of the phone in a task of its own.

    Args:
        bus: Where bluetoothd is.
        admits: Whether a device, by its path, is the phone; others are turned away.
        serve: Serves one connection.
        features: What our record says we understand.

    Raises:
        ObexdInTheWay: Another program, mostly obexd, serves this already.
        BluetoothUnavailable, TransportError, DeadlineExceeded: bluetoothd does not publish it.
    """
    calls = _Calls(serve)
    async with beside(calls.run()):
        profile = MnsProfile(admits, calls.accept)
        bus.export(_PATH, profile)
        try:
            await _register(bus, features)
            try:
                yield
            finally:
                await _unregister(bus)
        finally:
            bus.unexport(_PATH, profile)


class _Calls:
    """Serves each accepted socket in a task of its own."""

    def __init__(self, serve: CallBack) -> None:
        self._serve = serve
        self._accepted: deque[socket.socket] = deque()
        self._more = asyncio.Event()
        self._open = 0

    def accept(self, connected: socket.socket) -> bool:
        """Take a socket over; False when there are too many."""
        if self._open >= CALLS:
            return False
        self._open += 1
        self._accepted.append(connected)
        self._more.set()
        return True

    async def run(self) -> None:
        """Serve what was accepted; for ever."""
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._more.clear()
                    for _ in range(len(self._accepted)):
                        tasks.create_task(self._serve_one())
                    await self._more.wait()
        finally:
            while self._accepted:
                self._accepted.popleft().close()

    async def _serve_one(self) -> None:
        # Taken here: a task that is cancelled before it begins leaves its socket where it will be closed.
        if not self._accepted:
            return
        connected = self._accepted.popleft()
        try:
            connected.setblocking(False)
            stream = await SocketStream.open(connected)
            try:
                await self._serve(stream)
            finally:
                await stream.aclose()
        finally:
            self._open -= 1


async def _register(bus: Bus, features: Features) -> None:
    record = MnsRecord(rfcomm_channel=CHANNEL, features=features)
    options = {
        "Name": Variant("s", record.name),
        "Role": Variant("s", "server"),
        "Channel": Variant("q", CHANNEL),
        "RequireAuthentication": Variant("b", True),
        # `admits` does that: an agent would have to ask a person each time.
        "RequireAuthorization": Variant("b", False),
        "ServiceRecord": Variant("s", record_xml({**build_mns_record(record), **_BROWSABLE})),
    }
    body = [_PATH, names.MNS_UUID, options]
    reply = await bus.request(names.BLUEZ_PATH, names.PROFILE_MANAGER, "RegisterProfile", "osa{sv}", body)
    if reply.message_type is not MessageType.ERROR:
        return
    if reply.error_name == NOT_PERMITTED:
        raise ObexdInTheWay(
            "Another program on this computer, mostly obexd, receives the phone's reports already.",
            "Use --phone obexd, or stop it: systemctl --user mask --now obex.service",
        )
    raise refusal(reply)


async def _unregister(bus: Bus) -> None:
    """Best effort: where bluetoothd is gone, so is the record."""
    try:
        await bus.call(names.BLUEZ_PATH, names.PROFILE_MANAGER, "UnregisterProfile", "o", [_PATH])
    except PhonelinkError:
        return
