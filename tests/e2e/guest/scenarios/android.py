"""Does an Android work as far as it can? Texts, groups, own texts; it has no notifications, and that is said."""

from __future__ import annotations

from phonelink_tui.domain.message import Audience, Direction
from phonelink_tui.domain.phone import Capability, LinkPhase, PhoneKind
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.personas import ANDROID
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.relayed import relaying
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World

ALICE, BOB = "+15550101", "+15550102"
LISTEN_S = 5.0


async def run(world: World) -> None:
    """Paired by this computer over BR/EDR; nothing is advertised for it."""
    phone = VirtualPhone(ANDROID)
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    phone.receive_text(ALICE, "Before")
    phone.write_text([BOB], "Written on the phone")
    async with serve_obex(phone, world.phone):
        await world.pair()
        async with relaying(world) as relay:
            snapshot = await relay.until_ready(Capability.MESSAGES, Capability.CONTACTS)
            assert snapshot.phone.traits.kind is PhoneKind.ANDROID, snapshot.phone
            assert snapshot.phone.phase(Capability.NOTIFICATIONS) is LinkPhase.ABSENT, snapshot.phone
            await relay.until_text("Before")
            snapshot = await relay.until_text("Written on the phone")
            own = next(one for one in snapshot.threads if str(one.last_text) == "Written on the phone")
            assert own.last_direction is Direction.OUTGOING, own
            phone.receive_text(ALICE, "To all of you", members=[BOB])
            snapshot = await relay.until_text("To all of you")
            group = next(one for one in snapshot.threads if str(one.last_text) == "To all of you")
            assert group.audience is Audience.GROUP, group
            await relay.send(ALICE, "Only to you")
            assert [(one.recipients, one.text) for one in phone.pushed] == [((ALICE,), "Only to you")]
            assert not await world.phone.le.hears_accessory(LISTEN_S), "we advertise to a phone without ANCS"
