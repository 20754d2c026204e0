"""What does a relay do where obexd was there before it? It goes through obexd by itself."""

from __future__ import annotations

from phonelink_tui.domain.phone import Capability
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest import bluez
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.le_pairing import pair_over_le
from tests.e2e.guest.relayed import relaying
from tests.e2e.guest.served_phone import coming_and_going, serve_notifications, serve_obex
from tests.e2e.guest.world import World

LIMIT_S = 120.0
ALICE = "+15550101"
MNS = "00001133-0000-1000-8000-00805f9b34fb"
MAS = "00001132-0000-1000-8000-00805f9b34fb"


async def run(world: World) -> None:
    """Texts both ways through obexd, which is said; notifications and contacts beside it. Contacts are opened at the
    same time as messages, so before it is known that obexd is there."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    async with serve_obex(phone, world.phone), serve_notifications(phone, world.phone):
        await pair_over_le(world)
        obexd = await world.start_obexd()
        await eventually(lambda: receives_reports(world), "obexd's registration for the phone's reports")
        async with coming_and_going(phone, world.phone), relaying(world) as relay:
            snapshot = await relay.until_ready(limit_s=60)
            details = {one: state.detail for one, state in snapshot.phone.capabilities.items()}
            assert "obexd" in details[Capability.MESSAGES], details
            assert "obexd" not in details[Capability.NOTIFICATIONS], details
            assert (world.phone.address, MAS) in await obexd.sessions(), await obexd.sessions()

            text = phone.receive_text(ALICE, "Through obexd")
            snapshot = await relay.until_text("Through obexd")
            assert [str(thread.title) for thread in snapshot.threads] == ["Alice Example"], snapshot.threads
            path, _ = obexd.new_messages.get_nowait()
            assert path.endswith(f"/message{text.handle}"), (path, text.handle)  # in decimal there

            before = obexd.completed
            await relay.send(ALICE, "Back through obexd")
            assert [push.text for push in phone.pushed] == ["Back through obexd"], phone.pushed
            assert len(obexd.completed) > len(before), obexd.completed
            world.say(f"obexd carried {obexd.completed}")


async def receives_reports(world: World) -> bool:
    """Whether bluetoothd offers phones a notification server."""
    adapter = await world.bus.properties(bluez.SERVICE, bluez.ADAPTER, bluez.ADAPTER_INTERFACE)
    return MNS in adapter["UUIDs"]
