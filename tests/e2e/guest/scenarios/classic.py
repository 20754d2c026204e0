"""Do our sockets, our SDP search and our published record work with the real bluetoothd? Encrypted, both ways."""

from __future__ import annotations

import asyncio

from phonelink_tui.domain.observed import ChangeKind, Folder, OutgoingText
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import QUIRKS
from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.transport.link import Service
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World

ALICE = "+15550101"
GREETING = "See you at eight?"
ANSWER = "Grüße from the café ☕ " * 200
"""Longer than an RFCOMM frame and than one OBEX packet: both ways in pieces."""


async def run(world: World) -> None:
    """SDP, RFCOMM, registration, the phone's call, an event, the text, an answer; then the same again."""
    phone = VirtualPhone()
    await world.pair()
    # The next link is made by our own sockets: what pairing encrypted says nothing of them.
    await world.phone.drop_links()
    assert world.phone.links == [], world.phone.links
    async with open_bluez_link(BluezSpec(address=world.phone.address)) as link:
        await refused(world, link, Service.MAS)  # it publishes no such record yet
        async with serve_obex(phone, world.phone) as served:
            for visit in (1, 2):
                client = await MapClient.open(link, PhoneClock(), QUIRKS[phone.persona.kind])
                world.say(f"session {visit} is open")
                async with beside(client.run()):
                    await converse(world, client, phone, visit)
                    await refused(world, link, Service.MAS)  # it serves one session at a time
                await client.aclose()
                world.say(f"session {visit} is closed")
    # The kernel itself refuses a second connection to one channel.
    assert len(served.streams[Service.MAS]) == 2, served.streams
    assert all(stream.was_encrypted for stream in served.streams[Service.MAS]), (
        "MAS opened without encryption"
    )


async def refused(world: World, link: BluezLink, service: Service) -> None:
    """The door is closed, and that is said."""
    try:
        await link.open_stream(service)
    except PhoneUnreachable as unreachable:
        world.say(f"{service}: {unreachable.message}")
        closed = unreachable.refused
    else:
        closed = False
    assert closed, f"{service} is not refused"


async def converse(world: World, client: MapClient, phone: VirtualPhone, visit: int) -> None:
    """A text comes in by event and is fetched; an answer goes out, once."""
    phone.receive_text(ALICE, f"{GREETING} {visit}")
    async with asyncio.timeout(15):
        change = await client.next_change()
    world.say(f"event: {change}")
    assert (change.kind, change.folder) == (ChangeKind.NEW, Folder.INBOX), change
    fetched = await client.fetch_text(change.handle, Folder.INBOX)
    assert str(fetched.text) == f"{GREETING} {visit}", fetched
    await client.push_text(OutgoingText(RemoteText(ALICE), ANSWER))
    await eventually(lambda: len(phone.pushed) == visit, "the pushed text")
    assert phone.pushed[-1].text == ANSWER, phone.pushed[-1]
    assert phone.counts["push"] == visit, phone.counts
    world.say(f"pushed; the phone counts {phone.counts}")
