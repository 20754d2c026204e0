"""Does a relay say that Bluetooth was switched off on this computer, and go on when it is on again?"""

from __future__ import annotations

from phonelink_tui.domain.phone import Capability, DownReason
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.bluez import power_off, set_adapter
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.relayed import relaying
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import World

LIMIT_S = 120.0
ALICE = "+15550101"


async def run(world: World) -> None:
    """Every capability ends with that reason; with the adapter all of them come back."""
    phone = VirtualPhone()
    async with serve_obex(phone, world.phone), serve_notifications(phone, world.phone):
        await pair_over_le(world)
        async with coming_and_going(phone, world.phone), relaying(world) as relay:
            await relay.until_ready()
            await power_off(world.bus)
            for capability in Capability:
                state = await relay.until_down(capability, DownReason.ADAPTER_OFF)
                world.say(f"{capability}: {state.detail}")
                assert "off" in state.detail, state
            await set_adapter(world.bus, "Powered", "b", True)
            await relay.until_ready(limit_s=60)
            phone.receive_text(ALICE, "Switched on")
            await relay.until_text("Switched on")
