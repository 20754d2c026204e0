"""Where do the embedded phone and the fake bluetoothd meet? Sockets instead of radio, and the phone as an object."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum

from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.protocol.ancs.constants import (
    CONTROL_POINT_UUID,
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    SERVICE_UUID,
    AttErrorCode,
)
from phonelink_tui.protocol.map.constants import Features
from phonelink_tui.protocol.map.sdp_record import MasRecord
from phonelink_tui.protocol.pbap.sdp_record import PseRecord
from phonelink_tui.protocol.sdp import PSM, Record, answer_search
from phonelink_tui.protocol.sdp_records import build_mas_record, build_pse_record
from phonelink_tui.transport.bluez.names import DEVICE_NAME_UUID, MNS_UUID
from phonelink_tui.transport.bluez.socket_errors import translate
from phonelink_tui.transport.bluez.sockets import Kind
from phonelink_tui.transport.link import Service
from phonelink_tui.transport.socket_stream import SocketStream
from phonelink_tui.virtual.ancs import AncsSession
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.services import PhoneServices
from tests.transport.bluez.fake_bluetoothd import ADAPTER, FakeBluetoothd, FakeCharacteristic, Refused

PHONE_ADDRESS = "00:AA:01:01:00:01"
DEVICE = f"{ADAPTER}/dev_60_4B_90_72_E0_DB"
"""The private address of the first contact stays in the path for ever."""

MAS_CHANNEL = 2
PBAP_CHANNEL = 13
"""An iPhone's own."""
CHANNELS = {MAS_CHANNEL: Service.MAS, PBAP_CHANNEL: Service.PBAP}
GATT = "org.bluez.GattCharacteristic1"


class LeLoss(Enum):
    """How bluetoothd tells that the LE link is gone."""

    ALONE = "no link is left: Connected becomes false"
    BESIDE_BREDR = "Connected stays; ServicesResolved and Notifying become false [seen on 5.66]"
    NOT_AT_ALL = "nothing changes [seen by others]"


class PhoneEnd(SocketStream):
    """The phone's end of a connection, which a lost radio link breaks."""

    async def abort(self) -> None:
        """Break it."""
        await self.aclose()


class FakeAir:
    """A phone in range of the fake bluetoothd's adapter. Made by `in_range`."""

    def __init__(self, daemon: FakeBluetoothd, phone: VirtualPhone, tasks: asyncio.TaskGroup) -> None:
        self._daemon = daemon
        self._phone = phone
        self._tasks = tasks
        self._services = PhoneServices(phone, tasks)
        self._ancs: AncsSession | None = None
        self._servers: list[asyncio.Task[None]] = []
        self._ends: list[PhoneEnd] = []
        self.dialled: Counter[Kind] = Counter()
        self.errnos: list[int] = []
        """What the next dials fail with."""
        self.records: list[Record] = [
            build_mas_record(
                MasRecord("MAP MAS-iOS", MAS_CHANNEL, features=Features(phone.persona.map_features))
            ),
            build_pse_record(PseRecord("Phonebook", PBAP_CHANNEL)),
        ]
        self.le_is_up = False

    @classmethod
    @asynccontextmanager
    async def in_range(
        cls, daemon: FakeBluetoothd, phone: VirtualPhone, *, paired: bool = True
    ) -> AsyncIterator[FakeAir]:
        """The phone is paired, or not yet, and its radio on, while inside."""
        async with asyncio.TaskGroup() as tasks:
            air = cls(daemon, phone, tasks)
            air.pair(paired=paired)
            try:
                yield air
            finally:
                air._services.close()
                for server in air._servers:
                    server.cancel()
                for end in air._ends:  # those whose task never began
                    await end.aclose()

    def pair(self, path: str = DEVICE, address: str = PHONE_ADDRESS, *, paired: bool = True) -> None:
        """bluetoothd knows a device."""
        self._daemon.add(
            path,
            "org.bluez.Device1",
            {
                "Address": ("s", address),
                "Alias": ("s", "Robin's iPhone"),
                "Class": ("u", 0x7A020C),
                "Paired": ("b", paired),
                "Bonded": ("b", paired),
                "Trusted": ("b", paired),
                "Connected": ("b", False),
                "ServicesResolved": ("b", False),
                "UUIDs": ("as", []),
            },
        )

    async def dial(self, kind: Kind, own_address: str, phone_address: str, port: int) -> socket.socket:
        """`sockets.Dial` to the phone."""
        self.dialled[kind] += 1
        if self.errnos:
            number = self.errnos.pop(0)
            raise translate(number) from OSError(number, os.strerror(number))
        if not self._phone.present or phone_address != PHONE_ADDRESS:
            raise translate(errno.EHOSTDOWN)
        if (kind, port) == (Kind.L2CAP, PSM):
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._servers.append(self._tasks.create_task(self._serve_sdp(theirs)))
        elif kind is Kind.RFCOMM and port in CHANNELS:
            try:
                self._services.admit(CHANNELS[port])
            except PhoneUnreachable:
                raise translate(errno.ECONNREFUSED) from None
            ours, theirs = socket.socketpair()
            theirs.setblocking(False)
            try:
                stream = await self._open_end(theirs)
            except BaseException:
                ours.close()
                raise
            self._services.serve(CHANNELS[port], stream, self._call_out)
        else:
            raise translate(errno.ECONNREFUSED)
        ours.setblocking(False)
        self._daemon.set(DEVICE, "org.bluez.Device1", "Connected", "b", True)
        return ours

    def connect_le(self) -> None:
        """The phone opens its LE link: its services appear."""
        self.le_is_up = True
        service = f"{DEVICE}/service000e"
        self._daemon.add(
            service, "org.bluez.GattService1", {"UUID": ("s", SERVICE_UUID), "Primary": ("b", True)}
        )
        self._characteristic(service, 0x03, DEVICE_NAME_UUID, "read", read=self._read_name)
        self._characteristic(
            service, 0x0F, NOTIFICATION_SOURCE_UUID, "notify", subscribe=NOTIFICATION_SOURCE_UUID
        )
        self._characteristic(service, 0x12, DATA_SOURCE_UUID, "notify", subscribe=DATA_SOURCE_UUID)
        self._characteristic(service, 0x15, CONTROL_POINT_UUID, "write", write=True)
        self._daemon.set(DEVICE, "org.bluez.Device1", "ServicesResolved", "b", True)
        self._daemon.set(DEVICE, "org.bluez.Device1", "Connected", "b", True)

    def drop_le(self, *, seen: LeLoss) -> None:
        """The LE link goes; its objects stay, as those of a bonded phone do."""
        self.le_is_up = False
        if self._ancs is not None:
            self._ancs.close()
            self._ancs = None
        if seen is not LeLoss.NOT_AT_ALL:
            self._daemon.set(DEVICE, "org.bluez.Device1", "ServicesResolved", "b", False)
            for path, interfaces in self._daemon.objects.items():
                if GATT in interfaces and interfaces[GATT]["Notifying"].value:
                    self._daemon.set(path, GATT, "Notifying", "b", False)
        if seen is LeLoss.ALONE:
            self._daemon.set(DEVICE, "org.bluez.Device1", "Connected", "b", False)

    def _characteristic(
        self,
        service: str,
        handle: int,
        uuid: str,
        flag: str,
        *,
        read: object = None,
        subscribe: str = "",
        write: bool = False,
    ) -> None:
        path = f"{service}/char{handle:04x}"
        self._daemon.add(
            path,
            GATT,
            {
                "UUID": ("s", uuid),
                "Service": ("o", service),
                "Flags": ("as", [flag]),
                "Notifying": ("b", False),
                "MTU": ("q", 185),
            },
        )
        FakeCharacteristic(
            self._daemon,
            path,
            read=self._read_name if read else None,
            write=self._write_control_point if write else None,
            subscribe=(lambda on: self._subscribe(subscribe, on)) if subscribe else None,
        )

    def _read_name(self) -> bytes:
        self._require_le()
        return self._phone.persona.device_name.encode()

    def _subscribe(self, uuid: str, on: bool) -> None:
        self._require_le()
        if on:
            self._session().subscribe(uuid)
        else:
            self._session().unsubscribe(uuid)

    def _write_control_point(self, value: bytes) -> None:
        self._require_le()
        error = self._session().write_control_point(value)
        if error is AttErrorCode.WRITE_NOT_PERMITTED:
            raise Refused("org.bluez.Error.NotPermitted", "Write not permitted")
        if error is not None:
            raise Refused("org.bluez.Error.Failed", f"Operation failed with ATT error: 0x{error:02x}")

    def _require_le(self) -> None:
        if not self.le_is_up:
            raise Refused("org.bluez.Error.Failed", "Not connected")

    def _session(self) -> AncsSession:
        if self._ancs is None:
            self._ancs = AncsSession(self._phone, self._notify)
        return self._ancs

    def _notify(self, uuid: str, value: bytes) -> None:
        for path, interfaces in self._daemon.objects.items():
            if GATT in interfaces and interfaces[GATT]["UUID"].value == uuid:
                # Not inside the call that causes it, and after its answer: as over the air.
                asyncio.get_running_loop().call_later(
                    0.001, self._daemon.set, path, GATT, "Value", "ay", value
                )

    async def _serve_sdp(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        with connection, suppress(ConnectionError):  # who asks may leave before the answer
            while request := await loop.sock_recv(connection, 0xFFFF):
                await loop.sock_sendall(connection, answer_search(request, self.records, mtu=48))

    async def _call_out(self) -> PhoneEnd:
        if MNS_UUID not in self._daemon.profiles:
            raise PhoneUnreachable("The computer publishes no notification server.", refused=True)
        try:
            connected = await self._daemon.connect_profile(MNS_UUID, DEVICE)
        except Refused:
            raise PhoneUnreachable("The computer refused the phone's call.", refused=True) from None
        connected.setblocking(False)
        return await self._open_end(connected)

    async def _open_end(self, connected: socket.socket) -> PhoneEnd:
        end = await PhoneEnd.open(connected)
        self._ends.append(end)
        return end
