"""What does a relay do where obexd was there before it? It goes through obexd by itself."""

from __future__ import annotations

from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.relayed import relaying
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import World

LIMIT_S = 120.0
ALICE = "+15550101"


async def run(world: World) -> None:
    """Texts both ways and contacts through obexd, notifications beside it over our own LE link."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    async with serve_obex(phone, world.phone), serve_notifications(phone, world.phone):
        await pair_over_le(world)
        await world.start_obexd()
        async with coming_and_going(phone, world.phone), relaying(world) as relay:
            await relay.until_ready(limit_s=60)
            phone.receive_text(ALICE, "Through obexd")
            snapshot = await relay.until_text("Through obexd")
            assert [str(thread.title) for thread in snapshot.threads] == ["Alice Example"], snapshot.threads
            await relay.send(ALICE, "Back through obexd")
            assert [push.text for push in phone.pushed] == ["Back through obexd"], phone.pushed
