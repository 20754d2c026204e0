"""What does the phone do on the air: pair, publish its services, open and accept RFCOMM?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from bumble import hci, rfcomm, sdp
from bumble.core import (
    BT_L2CAP_PROTOCOL_ID,
    BT_OBEX_PROTOCOL_ID,
    BT_RFCOMM_PROTOCOL_ID,
    UUID,
    PhysicalTransport,
)
from bumble.core import ConnectionError as ConnectionRefused
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.pairing import PairingConfig, PairingDelegate

from phonelink_tui.errors import PhoneUnreachable
from tests.e2e.guest import bumble_fixes
from tests.e2e.guest.dlc_stream import DlcStream
from tests.e2e.guest.phone_le import PhoneLe

MAS, MNS, MAP_PROFILE = (UUID.from_16_bits(number) for number in (0x1132, 0x1133, 0x1134))
MAS_RECORD_HANDLE = 0x00010001
STEP_LIMIT_S = 20.0


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


class PhoneRadio:
    """Bumble's host as the radio of a phone; what is said over its streams is not its business.

    Args:
        source, sink: The HCI of the phone's controller.
    """

    def __init__(self, source: object, sink: object, name: str = "Virtual iPhone") -> None:
        bumble_fixes.apply()
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
        self._rfcomm: rfcomm.Server | None = None
        self._multiplexer: rfcomm.Multiplexer | None = None

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
        await asyncio.wait_for(self._device.power_on(), STEP_LIMIT_S)

    async def be_found(self) -> None:
        """Answer inquiry and paging."""
        await self._device.set_discoverable(True)
        await self._device.set_connectable(True)

    def serve_mas(
        self,
        accept: Callable[[DlcStream], None],
        *,
        name: str = "MAP MAS-iOS",
        version: int = 0x0104,
        message_types: int = 0x02,
        features: int = 0x0006027F,
    ) -> None:
        """Publish a MAP server and hand each connection to `accept`.

        The record's defaults are an iPhone's, without its L2CAP PSM.
        """
        if self._rfcomm is None:
            self._rfcomm = rfcomm.Server(self._device)

        def opened(dlc: rfcomm.DLC) -> None:
            self._multiplexer = dlc.multiplexer
            accept(DlcStream(dlc))

        channel = self._rfcomm.listen(opened)
        element, attribute = sdp.DataElement, sdp.ServiceAttribute
        protocols = [
            element.sequence([element.uuid(BT_L2CAP_PROTOCOL_ID)]),
            element.sequence([element.uuid(BT_RFCOMM_PROTOCOL_ID), element.unsigned_integer_8(channel)]),
            element.sequence([element.uuid(BT_OBEX_PROTOCOL_ID)]),
        ]
        profile = element.sequence([element.uuid(MAP_PROFILE), element.unsigned_integer_16(version)])
        self._device.sdp_service_records[MAS_RECORD_HANDLE] = [
            attribute(0x0000, element.unsigned_integer_32(MAS_RECORD_HANDLE)),
            attribute(0x0001, element.sequence([element.uuid(MAS)])),
            attribute(0x0004, element.sequence(protocols)),
            attribute(0x0005, element.sequence([element.uuid(sdp.SDP_PUBLIC_BROWSE_ROOT)])),
            attribute(0x0009, element.sequence([profile])),
            attribute(0x0100, element.text_string(name.encode())),
            attribute(0x0315, element.unsigned_integer_8(0)),  # MASInstanceID
            attribute(0x0316, element.unsigned_integer_8(message_types)),
            attribute(0x0317, element.unsigned_integer_32(features)),
        ]

    async def open_mns(self) -> DlcStream:
        """Call back: look the computer's MNS up over SDP and connect to it.

        On the multiplexer the computer opened for MAS, as a phone does: RFCOMM allows one a pair.

        Raises:
            PhoneUnreachable: The computer has no connection to the phone, or publishes no MNS.
        """
        if self._multiplexer is None:
            raise PhoneUnreachable("The computer has opened no RFCOMM connection yet.")
        links = self._device.connections.values()
        classic = [link for link in links if link.transport == PhysicalTransport.BR_EDR]
        async with asyncio.timeout(STEP_LIMIT_S):
            channel = await rfcomm.find_rfcomm_channel_with_uuid(classic[0], MNS)
            if channel is None:
                raise PhoneUnreachable("The computer publishes no notification server.", refused=True)
            try:
                return DlcStream(await self._multiplexer.open_dlc(channel))
            except ConnectionRefused as refused:
                raise PhoneUnreachable("The computer refused the phone's call.", refused=True) from refused

    def _pairing_config(self, _link: Connection) -> PairingConfig:
        return PairingConfig(
            sc=True,
            mitm=True,
            bonding=True,
            delegate=self._delegate,
            identity_address_type=PairingConfig.AddressType.PUBLIC,
        )
