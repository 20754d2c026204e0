"""Does a relay say which switch of the phone is off, and go on when it is turned on later?"""

from __future__ import annotations

from collections.abc import Callable

from phonelink_tui.domain.phone import Capability, DownReason
from phonelink_tui.relay.api import Snapshot
from phonelink_tui.virtual.entries import StoredContact, Switch
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.relayed import Watched, relaying
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import World

LIMIT_S = 120.0
ALICE = "+15550101"
GUARDS = {
    Switch.MESSAGES: Capability.MESSAGES,
    Switch.CONTACTS: Capability.CONTACTS,
    Switch.NOTIFICATIONS: Capability.NOTIFICATIONS,
}
BROUGHT: dict[Capability, Callable[[Snapshot], bool]] = {
    Capability.MESSAGES: lambda seen: any(str(one.last_text) == "Before all" for one in seen.threads),
    Capability.CONTACTS: lambda seen: any(str(one.name) == "Alice Example" for one in seen.contacts),
    Capability.NOTIFICATIONS: lambda seen: any(str(one.title) == "Parcel" for one in seen.notifications),
}
"""By what is seen that a capability brings something."""


async def run(world: World) -> None:
    """All are off; each is granted alone and brings its own capability alone; two are taken back and given again."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    phone.notify("com.example.parcels", "Parcel", "At the door")
    phone.receive_text(ALICE, "Before all", notify=False)
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
                snapshot = await relay.until(f"what {switch} guards", BROUGHT[capability])
                early = [one for one, brought in BROUGHT.items() if one not in granted and brought(snapshot)]
                assert not early, early

            for switch in (Switch.MESSAGES, Switch.CONTACTS):  # the phone tells nobody of the third
                await taken_and_given(world, relay, phone, switch)
            phone.receive_text(ALICE, "Given again")
            await relay.until_text("Given again")
            await relay.send(ALICE, "And back")
            assert [one.text for one in phone.pushed] == ["And back"], phone.pushed


async def taken_and_given(world: World, relay: Watched, phone: VirtualPhone, switch: Switch) -> None:
    """What a switch guards goes down with that reason, and nothing else does."""
    world.say(f"{switch} is taken back")
    phone.turn(switch, on=False)
    await relay.until_down(GUARDS[switch], DownReason.FORBIDDEN)
    await relay.until_ready(*(set(Capability) - {GUARDS[switch]}))
    phone.turn(switch, on=True)
    await relay.retry_now()
    await relay.until_ready()
