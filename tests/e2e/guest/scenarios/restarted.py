"""Does a relay get over a bluetoothd that dies and is started again? With our record and our advertisement."""

from __future__ import annotations

from phonelink_tui.domain.phone import Capability, DownReason
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.relayed import relaying
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import World

LIMIT_S = 120.0
ALICE = "+15550101"
GONE = (DownReason.NO_BLUETOOTH, DownReason.LINK_LOST, DownReason.OUT_OF_RANGE)


async def run(world: World) -> None:
    """Notifications notice at once; afterwards the phone finds us again and calls our new record back."""
    phone = VirtualPhone()
    async with serve_obex(phone, world.phone), serve_notifications(phone, world.phone):
        await pair_over_le(world)
        async with coming_and_going(phone, world.phone), relaying(world) as relay:
            await relay.until_ready()
            await world.restart_bluetoothd()
            await relay.until_down(Capability.NOTIFICATIONS, *GONE)
            await relay.until_ready(limit_s=60)
            phone.receive_text(ALICE, "After the restart")
            await relay.until_text("After the restart")
            await relay.send(ALICE, "Still here")
            assert [push.text for push in phone.pushed] == ["Still here"], phone.pushed
