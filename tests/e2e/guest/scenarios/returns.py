"""Does a relay get over a phone that walks away and comes back from another address?"""

from __future__ import annotations

from phonelink_tui.domain.phone import Capability, DownReason
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.relayed import relaying
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import World

LIMIT_S = 120.0
ALICE = "+15550101"
GONE = (DownReason.LINK_LOST, DownReason.OUT_OF_RANGE)


async def run(world: World) -> None:
    """All three capabilities come up, go with the phone, and come back; texts go both ways before and after."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    async with serve_obex(phone, world.phone), serve_notifications(phone, world.phone):
        first_address = await pair_over_le(world)
        async with coming_and_going(phone, world.phone), relaying(world) as relay:
            await relay.until_ready()
            phone.receive_text(ALICE, "Before the walk")
            snapshot = await relay.until_text("Before the walk")
            assert [str(thread.title) for thread in snapshot.threads] == ["Alice Example"], snapshot.threads
            await relay.send(ALICE, "From here")

            phone.walk_away()
            for capability in Capability:
                await relay.until_down(capability, *GONE)
            phone.receive_text(ALICE, "While you were away")
            phone.come_back()
            snapshot = await relay.until_ready(limit_s=60)
            assert world.phone.le.own_address != first_address, first_address
            assert [gap.ended_at is not None for gap in snapshot.gaps] == [True], snapshot.gaps
            await relay.until_text("While you were away")
            await relay.send(ALICE, "From here again")
            assert [push.text for push in phone.pushed] == ["From here", "From here again"], phone.pushed
