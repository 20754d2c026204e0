"""Does a relay say which switch of the phone is off, and go on when it is turned on later?"""

from __future__ import annotations

from phonelink_tui.domain.phone import Capability, DownReason
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.relayed import relaying
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import World

LIMIT_S = 120.0
ALICE = "+15550101"
GUARDS = {
    Switch.MESSAGES: Capability.MESSAGES,
    Switch.CONTACTS: Capability.CONTACTS,
    Switch.NOTIFICATIONS: Capability.NOTIFICATIONS,
}


async def run(world: World) -> None:
    """All are off; each is granted alone and brings its own capability; one is taken back and given again."""
    phone = VirtualPhone()
    for switch in Switch:
        phone.turn(switch, on=False)
    async with serve_obex(phone, world.phone), serve_notifications(phone, world.phone):
        await pair_over_le(world)
        async with coming_and_going(phone, world.phone), relaying(world) as relay:
            for capability in Capability:
                await relay.until_down(capability, DownReason.FORBIDDEN)
            granted: list[Capability] = []
            for switch, capability in GUARDS.items():
                world.say(f"{switch} is granted")
                phone.turn(switch, on=True)
                granted.append(capability)
                await relay.retry_now()
                await relay.until_ready(*granted)
                for other in set(Capability) - set(granted):
                    await relay.until_down(other, DownReason.FORBIDDEN)
            phone.receive_text(ALICE, "All granted")
            await relay.until_text("All granted")

            phone.turn(Switch.MESSAGES, on=False)
            await relay.until_down(Capability.MESSAGES, DownReason.FORBIDDEN)
            await relay.until_ready(Capability.NOTIFICATIONS)
            phone.turn(Switch.MESSAGES, on=True)
            await relay.retry_now()
            await relay.until_ready()
