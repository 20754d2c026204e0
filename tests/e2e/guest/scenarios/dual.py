"""Do texts, contacts and notifications live beside each other, on one pairing made over LE?"""

from __future__ import annotations

import asyncio

from phonelink_tui.domain.call import CallKind
from phonelink_tui.domain.observed import ObservedNotification, handle_key
from phonelink_tui.profiles.ancs_client import AncsClient
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.pbap_client import PbapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import QUIRKS
from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.le_pairing import answer_advertisement, pair_over_le
from tests.e2e.guest.noticing import noticing
from tests.e2e.guest.served_phone import serve_notifications, serve_obex
from tests.e2e.guest.world import World

LIMIT_S = 90.0
ALICE = "+15550101"


async def run(world: World) -> None:
    """Pair over LE; texts and contacts on the derived key; LE alone drops; the phone walks away and returns."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Example", (ALICE, "alice@example.com")))
    phone.call_log.record(ALICE, CallKind.MISSED)
    async with serve_obex(phone, world.phone), serve_notifications(phone, world.phone):
        await pair_over_le(world)
        await world.phone.be_found()
        async with open_bluez_link(BluezSpec(address=world.phone.address)) as link:
            await both(world, link, phone, "one")
            world.say(f"the phone's links: {world.phone.links}")

            phone.come_back()
            await world.phone.le.change_address()
            address = await answer_advertisement(world)
            world.say(f"the phone came back from {address}")
            await world.phone.le.encrypt()
            await both(world, link, phone, "two")


async def both(world: World, link: BluezLink, phone: VirtualPhone, word: str) -> None:
    """A text is told twice, by MAP and by ANCS. The LE link drops and texts go on; then the phone walks away."""
    messages = await MapClient.open(link, PhoneClock(), QUIRKS[phone.persona.kind])
    world.say("the message session is open")
    try:
        async with noticing(world, "the phone", messages.run(), use_s=60) as going:
            await notified(world, link, phone, word)
            text = phone.receive_text(ALICE, "without notifications")
            while handle_key((await messages.next_change()).handle) != handle_key(f"{text.handle:x}"):
                pass  # of the text before
            world.say("texts still come")
            going.begin()
            phone.walk_away()
    finally:
        await messages.aclose()


async def read_book(world: World, link: BluezLink) -> None:
    """Contacts and calls come over a third connection, beside texts and LE."""
    book = await PbapClient.open(link, PhoneClock())
    try:
        async with asyncio.timeout(20), beside(book.run()):
            owner, contacts, calls = await book.owner(), await book.contacts(), await book.calls()
    finally:
        await book.aclose()
    assert owner is not None
    assert str(owner.name) == "Robin Doe", owner
    told = {str(one.name): [address.value for address in one.addresses] for one in contacts}
    assert told["Alice Example"] == [ALICE, "alice@example.com"], told
    assert [(call.kind, call.address.value) for call in calls] == [(CallKind.MISSED, ALICE)], calls
    world.say(f"the book has {len(contacts)} cards, the log {len(calls)} call")


async def notified(world: World, link: BluezLink, phone: VirtualPhone, word: str) -> None:
    """A notification arrives beside the message session; the LE link alone goes, and that is noticed."""
    notifications = await AncsClient.open(link, PhoneClock())
    world.say("the notification session is open")
    try:
        async with noticing(world, "the LE link", notifications.run()) as going:
            phone.receive_text(ALICE, f"hello {word}")
            seen = await notifications.next_event()
            while not (isinstance(seen, ObservedNotification) and seen.text == f"hello {word}"):
                seen = await notifications.next_event()
            world.say(f"notified; the phone's links: {world.phone.links}")
            await read_book(world, link)
            going.begin()
            await world.phone.le.disconnect()
    finally:
        await notifications.aclose()
