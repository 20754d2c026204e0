"""How is one phone reached over real Bluetooth? `PhoneLink` on BlueZ."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from attrs import frozen

from phonelink_tui.domain.bond import Bond
from phonelink_tui.errors import PhonelinkError, PhoneUnreachable, TransportError
from phonelink_tui.protocol.map.constants import Features
from phonelink_tui.protocol.map.sdp_record import MNS_FEATURES
from phonelink_tui.protocol.pbap.sdp_record import PCE_FEATURES
from phonelink_tui.transport.bluez import mns_profile, names
from phonelink_tui.transport.bluez.adapter import Adapter, class_of_device, find_adapter
from phonelink_tui.transport.bluez.advertisement import Solicitor
from phonelink_tui.transport.bluez.bus import Bus
from phonelink_tui.transport.bluez.call_back_watch import CALL_BACK_S, CallBackWatch
from phonelink_tui.transport.bluez.daemon import Daemon
from phonelink_tui.transport.bluez.device import Device, find_device
from phonelink_tui.transport.bluez.gatt_link import attached
from phonelink_tui.transport.bluez.phones import bond_of
from phonelink_tui.transport.bluez.sdp_query import ServiceDirectory
from phonelink_tui.transport.bluez.socket_errors import is_settling
from phonelink_tui.transport.bluez.sockets import Dial, Kind, dial
from phonelink_tui.transport.gatt import GattClient
from phonelink_tui.transport.link import CallBack, Service
from phonelink_tui.transport.socket_stream import SocketStream
from phonelink_tui.transport.stream import ByteStream
from phonelink_tui.transport.together import beside

SETTLING_PAUSES_S: Final = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Between tries while an earlier connection ends: 3 s in all, for what is a round trip or two. A channel that is
still taken then is somebody else's."""

Admit = Callable[[Bond, str], None]
"""Given what is seen of the pairing and the adapter's address; raises BondRefused."""


@frozen
class BluezSpec:
    """Which phone, and through which adapter."""

    adapter: str | None = None
    """For example `hci0`; None: the one the phone is paired with, or the first that is on."""
    address: str | None = None
    """The phone's public address; None: the only paired phone."""
    solicits: bool = True
    """Whether the phone is asked for its LE link; only phones with ANCS answer that."""
    features: Features = MNS_FEATURES
    """What our notification server tells the phone; see `call_back_watch` for when it is reduced."""
    call_back_s: float = CALL_BACK_S
    """How long the phone may take to call back before that."""


class BluezLink:
    """A `PhoneLink` over Bluetooth; made by `open_bluez_link`.

    Every method raises `BluetoothUnavailable` where this computer is the reason (no system bus, no bluetoothd, no
    adapter, switched off; the message says which), and recovers by itself when that ends.
    """

    def __init__(self, daemon: Daemon, spec: BluezSpec, dial: Dial, admit: Admit) -> None:
        self._daemon = daemon
        self._spec = spec
        self._dial = dial
        self._admit = admit
        self._directory = ServiceDirectory(dial)
        self._solicitor = Solicitor(daemon, self._adapter, self._wants_le)
        self._watch = CallBackWatch(spec.features, call_back_s=spec.call_back_s)
        self._attached = 0
        self._asks_for_features: dict[Service, bool] = {}

    async def addresses(self) -> tuple[str, str]:
        """The public addresses of the adapter and of the phone.

        Raises:
            BluetoothUnavailable, PhoneUnreachable: There is no such adapter; the phone is not paired.
        """
        _, adapter, device = await self._phone()
        return adapter.address, device.address

    async def open_stream(self, service: Service) -> ByteStream:
        """See `PhoneLink.open_stream`.

        Raises:
            BondRefused: It is not paired, or not as it was known.
            LinkLost, RemoteProtocolError: The search for the service broke, or was answered with nonsense.
        """
        _, adapter, device = await self._phone()
        try:
            offer = await self._directory.offer(adapter.address, device.address, service)
            connected = await self._dial_settled(adapter.address, device.address, offer.channel)
        except PhonelinkError as failure:
            self._directory.forget()
            if isinstance(failure, PhoneUnreachable) and failure.refused and not adapter.is_hands_free:
                # Phones that have granted it once go on serving a computer, so the class alone proves nothing.
                raise class_of_device() from failure
            raise
        self._asks_for_features[service] = offer.wants_features
        stream = await SocketStream.open(connected)
        if service is Service.MAS:
            self._watch.opened(stream)
        return stream

    def connect_features(self, service: Service) -> int | None:
        """See `PhoneLink.connect_features`. For messages the same as in our record, which they stand for."""
        if not self._asks_for_features.get(service):
            return None
        return int(self._watch.features if service is Service.MAS else PCE_FEATURES)

    async def _dial_settled(self, own_address: str, phone_address: str, channel: int) -> socket.socket:
        """Connect, again where an earlier connection of ours is still ending."""
        for pause_s in SETTLING_PAUSES_S:
            try:
                return await self._dial(Kind.RFCOMM, own_address, phone_address, channel)
            except TransportError as failure:
                if not is_settling(failure):
                    raise
            await asyncio.sleep(pause_s)
        return await self._dial(Kind.RFCOMM, own_address, phone_address, channel)

    @asynccontextmanager
    async def serve_call_backs(self, serve: CallBack) -> AsyncIterator[None]:
        """See `PhoneLink.serve_call_backs`. To be entered before MAS is opened: the phone reads our record then.

        Raises:
            ObexdInTheWay: Another program receives the phone's reports already.
        """
        bus, _, _ = await self._phone()

        async def take(stream: ByteStream) -> None:
            self._watch.called()
            await serve(stream)

        async with (
            mns_profile.published(bus, self._is_phone, take, features=self._watch.features),
            self._watch.watching(),
        ):
            yield

    @asynccontextmanager
    async def attach_gatt(self, on_lost: Callable[[], None]) -> AsyncIterator[GattClient]:
        """See `PhoneLink.attach_gatt`. Meanwhile the phone is not asked to connect.

        Raises:
            BluetoothUnavailable: Also where this computer cannot ask the phone to connect, and it has not.
        """
        _, _, device = await self._phone()
        async with AsyncExitStack() as stack:
            try:
                client = await stack.enter_async_context(attached(self._daemon, device, on_lost))
            except PhoneUnreachable as failure:
                raise self._solicitor.failure or failure from None
            self._count_attached(1)
            stack.callback(self._count_attached, -1)
            yield client

    async def run(self) -> None:
        """Keep in touch with bluetoothd, and ask the phone for its LE link while nothing is attached to it."""
        unwatch = self._daemon.tree.watch(self._on_change)
        try:
            async with beside(self._daemon.run()):  # whose bus outlives what is taken off the air at the end
                await self._solicitor.run()
        finally:
            unwatch()

    def _count_attached(self, change: int) -> None:
        self._attached += change
        self._daemon.tree.touch()

    def _wants_le(self) -> bool:
        """Never for a phone that is not paired: that would make a second record of us on it."""
        return self._spec.solicits and not self._attached and self._known_phone() is not None

    def _on_change(self) -> None:
        """A phone that went may come back with other channels."""
        device = self._known_phone()
        if device is None or not device.is_connected:
            self._directory.forget()

    async def _phone(self) -> tuple[Bus, Adapter, Device]:
        bus = await self._daemon.ready()
        adapter = self._adapter()
        device = find_device(self._daemon.tree, adapter.path, self._spec.address)
        self._admit(bond_of(self._daemon.tree, device.path), adapter.address.upper())
        return bus, adapter, device

    def _adapter(self) -> Adapter:
        return find_adapter(self._daemon.tree, self._spec.adapter, self._spec.address)

    def _known_phone(self) -> Device | None:
        try:
            return find_device(self._daemon.tree, self._adapter().path, self._spec.address)
        except PhonelinkError:
            return None

    def _is_phone(self, path: str) -> bool:
        """Whether a device that calls is the phone."""
        phone = self._known_phone()
        address = str(self._daemon.tree.value(path, names.DEVICE, names.ADDRESS) or "")
        return phone is not None and address.upper() == phone.address


def admit_any(_bond: Bond, _adapter_address: str) -> None:
    """Any pairing is good."""


@asynccontextmanager
async def open_bluez_link(
    spec: BluezSpec, *, dial: Dial = dial, admit: Admit = admit_any
) -> AsyncIterator[BluezLink]:
    """A link to a phone while inside. Opening needs nothing to be there yet, not even Bluetooth.

    Args:
        spec: Which phone.
        dial: Opens sockets.
        admit: Asked before anything is opened whether the pairing is the right one; raises BondRefused.
    """
    link = BluezLink(Daemon(), spec, dial, admit)
    async with beside(link.run()):
        yield link
