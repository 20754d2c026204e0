"""What is the air between the kernel's hci0 and the phone?

Two software controllers on one link of Bumble's, the first of them behind /dev/vhci.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bumble import hci
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink
from bumble.transport import open_transport
from bumble.transport.common import AsyncPipeSink

from tests.e2e.guest.controller import DualController

COMPUTER_ADDRESS = "00:AA:01:00:00:00"
SECOND_ADDRESS = "00:AA:01:00:00:02"
PHONE_ADDRESS = "00:AA:01:01:00:01"


class Air(LocalLink):  # type: ignore[misc]  # Bumble is read as untyped
    """Bumble's link, which knows an LE sender by its random address only: hci0 uses its public one."""

    def send_acl_data(
        self, sender: Controller, destination: hci.Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        """Deliver data under the address the sender has in this very connection."""
        if transport != PhysicalTransport.LE:
            super().send_acl_data(sender, destination, transport, data)
            return
        known = (c.self_address for c in sender.le_connections.values() if c.peer_address == destination)
        source = next(known, sender.random_address)
        receiver = self.find_le_controller(destination)
        if receiver is not None:
            asyncio.get_running_loop().call_soon(receiver.on_link_acl_data, source, transport, data)


class PhoneSource:
    """What the phone's controller says, for Bumble's host."""

    def __init__(self, controller: DualController) -> None:
        self.controller = controller

    def set_packet_sink(self, sink: Any) -> None:
        """Called by Bumble's host with itself."""
        self.controller.host = AsyncPipeSink(sink)


async def open_air() -> tuple[Air, PhoneSource, object]:
    """Plug hci0 into the kernel; the air, and the HCI (source, sink) of the phone's controller."""
    air = Air()
    await plug(air, "hci0", COMPUTER_ADDRESS)
    phone = DualController(
        "phone", link=air, public_address=hci.Address(PHONE_ADDRESS, hci.Address.PUBLIC_DEVICE_ADDRESS)
    )
    return air, PhoneSource(phone), AsyncPipeSink(phone)


async def plug(air: Air, name: str, address: str) -> None:
    """Plug another adapter into the kernel, on the same air."""
    kernel = await open_transport("vhci")
    DualController(
        name,
        host_source=kernel.source,
        host_sink=kernel.sink,
        link=air,
        public_address=hci.Address(address, hci.Address.PUBLIC_DEVICE_ADDRESS),
    )
