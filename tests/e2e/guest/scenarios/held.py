"""What does a relay do while another computer holds the phone's messages? It says so, and takes them later."""

from __future__ import annotations

from phonelink_tui.domain.phone import Capability, DownReason
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink
from tests.e2e.guest.relayed import relaying
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World


async def run(world: World) -> None:
    """Refused where the connection is made, while contacts are read beside it; then the other computer lets go."""
    phone = VirtualPhone()
    async with serve_obex(phone, world.phone) as served:
        await world.pair()
        other = await VirtualLink(phone, served.services).open_stream(Service.MAS)
        async with relaying(world) as relay:
            held = await relay.until_down(Capability.MESSAGES, DownReason.REFUSED)
            world.say(held.detail)
            assert "refused" in held.detail, held
            await relay.until_ready(Capability.CONTACTS)
            await other.aclose()
            await relay.until_ready(Capability.MESSAGES)
            phone.receive_text("+15550101", "Free at last")
            await relay.until_text("Free at last")
    assert len(served.streams[Service.MAS]) == 1, served.streams
