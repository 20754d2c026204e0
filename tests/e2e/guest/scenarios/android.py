"""Does an Android work as far as it can? It is paired from here; it has no notifications, and that is said."""

from __future__ import annotations

from phonelink_tui.domain.message import Audience, Direction
from phonelink_tui.domain.observed import Folder
from phonelink_tui.domain.phone import Capability, LinkPhase, PhoneKind
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import QUIRKS
from phonelink_tui.transport.bluez.link import BluezSpec, open_bluez_link
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.personas import ANDROID
from phonelink_tui.virtual.phone import VirtualPhone
from tests.backends.world import opened
from tests.e2e.guest import warm_start
from tests.e2e.guest.obex_packets import by_name, requests
from tests.e2e.guest.pairing_person import Person, door, somebody_pairs
from tests.e2e.guest.relayed import Watched, relaying
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World

ALICE, BOB = "+15550101", "+15550102"
LISTEN_S = 2.0
LIMIT_S = 300.0
prepare = warm_start.prepare
CONNECTS_LIMIT_S = 150.0
"""Three tries of bluetoothd, each of which may take its time."""


async def run(world: World) -> None:
    """Paired by this computer over BR/EDR; nothing is advertised for it, not even while it is paired."""
    phone = VirtualPhone(ANDROID)
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    phone.receive_text(ALICE, "Before")
    phone.write_text([BOB], "Written on the phone")
    async with serve_obex(phone, world.phone) as served:
        await world.phone.be_found()
        async with somebody_pairs(world) as person:
            await paired_from_here(world, person)
        asked = by_name(requests(bytes(served.streams[Service.PBAP][0].transcript)))["CONNECT"].fields()
        assert asked["parameter 10"] == "00 00 00 03", asked  # its record is of 1.2, and asks for it
        await refuses_to_refresh(world, phone)
        async with relaying(world) as relay:
            await relays(relay, phone)
        assert not await world.phone.le.hears_accessory(LISTEN_S), "we advertise to a phone without ANCS"


async def paired_from_here(world: World, person: Person) -> None:
    """Connecting does not make it begin, so this computer does; the switch it does not have is not waited for."""
    await person.reads("> 1 choose a phone")
    person.types("1")
    await person.reads("begin from here", CONNECTS_LIMIT_S)
    person.types("y")
    digits = await person.reads_digits()
    person.types("y")
    await person.reads("Settings → Connected devices")
    assert world.phone.numbers == [digits], (world.phone.numbers, digits)
    assert (await door(world)).advertisements == 0
    await person.reads("> type your number")  # the last switch may be told below the question
    said = person.screen
    for words in ("[x] Text messages", "[x] Contacts and call history sharing"):
        assert words in said, words
    assert "[ ] Notifications: this phone has none" in said
    person.types("s")
    assert await person.sees_the_end() == 0


async def refuses_to_refresh(world: World, phone: VirtualPhone) -> None:
    """It answers UpdateInbox with Not Implemented, which is no error; a client that knows it does not even ask."""
    async with open_bluez_link(BluezSpec(address=world.phone.address, solicits=False)) as link:
        for quirks, asked in ((QUIRKS[PhoneKind.IPHONE], 1), (QUIRKS[PhoneKind.ANDROID], 1)):
            async with opened(MapClient.open(link, PhoneClock(), quirks)) as client:
                await client.refresh_inbox()
                assert phone.counts["update_inbox"] == asked, phone.counts
                sent = await client.list_texts(Folder.SENT, limit=5)
                told = [(one.subject, one.outgoing, one.other_end.address) for one in sent]
                assert told == [("Written on the phone", True, BOB)], sent


async def relays(relay: Watched, phone: VirtualPhone) -> None:
    """Texts, own texts, groups; and that notifications are none."""
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
    assert (await relay.until_text("Only to you")).phone.phase(Capability.NOTIFICATIONS) is LinkPhase.ABSENT
