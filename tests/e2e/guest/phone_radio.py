"""What does the phone do on the air: pair, publish its services, open and accept RFCOMM?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

from bumble import hci, rfcomm, sdp
from bumble.core import BaseBumbleError, PhysicalTransport
from bumble.core import ConnectionError as ConnectionRefused
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.hci import HCI_Error
from bumble.pairing import PairingConfig, PairingDelegate

from phonelink_tui.errors import PhoneUnreachable
from tests.e2e.guest import bumble_fixes
from tests.e2e.guest.dlc_stream import DlcStream
from tests.e2e.guest.patience import step
from tests.e2e.guest.phone_le import PhoneLe
from tests.e2e.guest.phone_records import MNS, Record
from tests.e2e.guest.radio import PhoneSource

FIRST_RECORD_HANDLE = 0x00010000


class Delegate(PairingDelegate):  # type: ignore[misc]  # Bumble is read as untyped
    """A person who says yes to every number, and keeps them."""

    def __init__(self) -> None:
        keys = PairingDelegate.KeyDistribution
        # With the link key: a pairing over LE then serves BR/EDR as well, as an iPhone's does.
        distributed = keys.DISTRIBUTE_ENCRYPTION_KEY | keys.DISTRIBUTE_IDENTITY_KEY | keys.DISTRIBUTE_LINK_KEY
        capability = PairingDelegate.IoCapability.DISPLAY_OUTPUT_AND_YES_NO_INPUT
        super().__init__(capability, distributed, distributed)
        self.numbers: list[int] = []

    async def compare_numbers(self, number: int, digits: int) -> bool:
        """Numeric comparison."""
        self.numbers.append(number)
        return True


class ChoosyServer(rfcomm.Server):  # type: ignore[misc]  # Bumble is read as untyped
    """Bumble's RFCOMM server, which may turn a connection away before it is one, as phones do."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.admissions: dict[int, Callable[[], bool]] = {}

    def accept_dlc(self, channel_number: int) -> tuple[int, int] | None:
        """What is offered for a channel; None: refused."""
        admits = self.admissions.get(channel_number)
        if admits is None or not admits():
            return None
        config: tuple[int, int] | None = super().accept_dlc(channel_number)
        return config


class PhoneRadio:
    """Bumble's host as the radio of a phone; what is said over its streams is not its business.

    Args:
        source, sink: The HCI of the phone's controller.
    """

    def __init__(self, source: PhoneSource, sink: object, name: str = "Virtual iPhone") -> None:
        bumble_fixes.apply()
        self._source = source
        config = DeviceConfiguration(
            name=name,
            address=hci.Address("F0:F1:F2:F3:F4:F5"),
            classic_enabled=True,
            le_enabled=True,
            enhanced_retransmission_supported=True,
            irk=os.urandom(16),
            le_privacy_enabled=True,
        )
        self._device = Device.from_config_with_hci(config, source, sink)
        self.le = PhoneLe(self._device)
        self._delegate = Delegate()
        self._device.pairing_config_factory = self._pairing_config
        self._rfcomm: ChoosyServer | None = None
        self._multiplexer: rfcomm.Multiplexer | None = None
        self.begun = 0
        """How many pairings the phone began by itself."""

    @property
    def name(self) -> str:
        """What it calls itself."""
        return str(self._device.name)

    @property
    def address(self) -> str:
        """The public address, as D-Bus writes it."""
        return str(self._device.public_address).partition("/")[0]

    @property
    def numbers(self) -> list[int]:
        """The numbers the phone showed for comparison."""
        return self._delegate.numbers

    @property
    def links(self) -> list[str]:
        """The transports of the links that are up."""
        return sorted(link.transport.name for link in self._device.connections.values())

    async def power_on(self) -> None:
        """Bring the controller up."""
        async with step():
            await self._device.power_on()

    async def be_found(self) -> None:
        """Answer inquiry and paging."""
        await self._device.set_discoverable(True)
        await self._device.set_connectable(True)

    async def begin_pairings(self) -> None:
        """Begin to pair on every classic link with a computer that has no key, as an iPhone does; for ever."""
        opened: asyncio.Queue[Connection] = asyncio.Queue()
        self._device.on(Device.EVENT_CONNECTION, opened.put_nowait)
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    link = await opened.get()
                    known = await self._device.get_link_key(link.peer_address)
                    if link.transport == PhysicalTransport.BR_EDR and known is None:
                        self.begun += 1
                        tasks.create_task(self._begin_pairing(link))
        finally:
            self._device.remove_listener(Device.EVENT_CONNECTION, opened.put_nowait)

    async def has_key(self) -> bool:
        """Whether the phone holds a key of any pairing."""
        assert self._device.keystore is not None
        return bool(await self._device.keystore.get_all())

    async def forget(self) -> None:
        """The person forgets every computer on the phone."""
        assert self._device.keystore is not None
        await self._device.keystore.delete_all()

    async def _begin_pairing(self, link: Connection) -> None:
        with suppress(BaseBumbleError):
            await link.authenticate()
            await link.encrypt()

    def set_away(self, *, away: bool) -> None:
        """Whether the phone is out of reach: from this moment on it answers nobody."""
        self._source.controller.is_away = away

    async def drop_links(self) -> None:
        """Break the links that are up."""
        for link in list(self._device.connections.values()):
            with suppress(HCI_Error):
                async with step():
                    await link.disconnect()

    def serve(
        self,
        record: Callable[[int], Record],
        accept: Callable[[DlcStream], None],
        admits: Callable[[], bool] = lambda: True,
    ) -> Callable[[], None]:
        """Publish a service and hand each connection to `accept`; returns what withdraws it.

        Args:
            record: Makes the service's record for the channel it gets.
            accept: Takes a connection.
            admits: Asked when a connection is wanted; one that is not admitted is refused where it is made.
        """
        if self._rfcomm is None:
            self._rfcomm = ChoosyServer(self._device)
        server = self._rfcomm

        def opened(dlc: rfcomm.DLC) -> None:
            self._multiplexer = dlc.multiplexer
            accept(DlcStream(dlc))

        channel = server.listen(opened)
        assert channel, "no channel is free"
        server.admissions[channel] = admits
        handle = FIRST_RECORD_HANDLE + channel
        self._device.sdp_service_records[handle] = [
            sdp.ServiceAttribute(0x0000, sdp.DataElement.unsigned_integer_32(handle)),
            *record(channel),
        ]

        def withdraw() -> None:
            del self._device.sdp_service_records[handle]
            del server.acceptors[channel], server.dlc_configs[channel], server.admissions[channel]

        return withdraw

    async def open_mns(self) -> DlcStream:
        """Call back: look the computer's MNS up over SDP and connect to it.

        On the multiplexer the computer opened for MAS, as a phone does: RFCOMM allows one a pair.

        Raises:
            PhoneUnreachable: The computer has no connection to the phone, publishes no MNS, or went meanwhile.
        """
        links = self._device.connections.values()
        classic = [link for link in links if link.transport == PhysicalTransport.BR_EDR]
        if self._multiplexer is None or not classic:
            raise PhoneUnreachable("The computer has opened no RFCOMM connection yet.")
        async with step():
            try:
                channel = await rfcomm.find_rfcomm_channel_with_uuid(classic[0], MNS)
                if channel is None:
                    raise PhoneUnreachable("The computer publishes no notification server.", refused=True)
                return DlcStream(await self._multiplexer.open_dlc(channel))
            except ConnectionRefused as refused:
                raise PhoneUnreachable("The computer refused the phone's call.", refused=True) from refused
            except BaseBumbleError as gone:
                raise PhoneUnreachable("The computer went in the middle of the phone's call.") from gone

    def _pairing_config(self, _link: Connection) -> PairingConfig:
        return PairingConfig(
            sc=True,
            mitm=True,
            bonding=True,
            delegate=self._delegate,
            identity_address_type=PairingConfig.AddressType.PUBLIC,
        )
