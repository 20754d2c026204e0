"""Do we ask a phone in the same bytes as obexd does? Each difference has its reason in a table."""

from __future__ import annotations

from attrs import evolve
from dbus_fast import Variant

from phonelink_tui.domain.observed import Folder, OutgoingText
from phonelink_tui.domain.text import clean_line
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.map_mapping import write_bmessage
from phonelink_tui.profiles.pbap_client import PbapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.quirks import QUIRKS
from phonelink_tui.transport.bluez.link import BluezSpec, open_bluez_link
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.personas import IPHONE
from phonelink_tui.virtual.phone import VirtualPhone
from tests.backends.world import opened
from tests.e2e.guest.byte_differences import DIFFERENCES
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.obex_packets import Request, by_name, requests
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World

ALICE = "+15550101"
TEXT = OutgoingText(clean_line(ALICE), "Grüße ☕")


async def run(world: World) -> None:
    """The same operations from both, against one phone; then what the phone received, side by side."""
    phone = VirtualPhone(evolve(IPHONE, pbap_features=0x021F))  # so that it asks for features in CONNECT
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    phone.receive_text(ALICE, "Read me")
    async with serve_obex(phone, world.phone) as served:
        await world.pair()
        await ours(world, phone)
        await eventually(lambda: not world.phone.links, "the link between the two has ended")
        await theirs(world, phone)
        found: dict[tuple[str, str], str] = {}
        for service in Service:
            mine, other = (requests(bytes(stream.transcript)) for stream in served.streams[service])
            found |= compare(world, mine, other)
    for (operation, field), what in found.items():
        reason = DIFFERENCES.get((operation, field), "UNEXPLAINED")
        world.say(f"{operation} | {field} | {what} | {reason}")
    assert found.keys() <= DIFFERENCES.keys(), f"unexplained: {found.keys() - DIFFERENCES.keys()}"
    gone = DIFFERENCES.keys() - found.keys()
    assert not gone, f"explained, but not seen any more: {gone}"


def compare(world: World, ours: list[Request], theirs: list[Request]) -> dict[tuple[str, str], str]:
    """Operation and field that differ, with both values; an operation only one of the two asks for is a field too."""
    mine, other = by_name(ours), by_name(theirs)
    world.say(f"ours: {list(mine)}")
    world.say(f"obexd's: {list(other)}")
    found: dict[tuple[str, str], str] = {}
    for name in {**mine, **other}:
        if name not in mine or name not in other:
            found[name, "asked"] = "by us alone" if name in mine else "by obexd alone"
            continue
        left, right = mine[name].fields(), other[name].fields()
        for field in {**left, **right}:
            if left.get(field) != right.get(field):
                found[name, field] = f"ours {left.get(field)}, obexd's {right.get(field)}"
    return found


async def ours(world: World, phone: VirtualPhone) -> None:
    """All we ever ask of a phone."""
    clock, quirks = PhoneClock(), QUIRKS[phone.persona.kind]
    async with open_bluez_link(BluezSpec(address=world.phone.address)) as link:

        async def texts() -> None:
            async with opened(MapClient.open(link, clock, quirks)) as client:
                rows = await client.list_texts(Folder.INBOX, limit=20)
                await client.fetch_text(rows[0].handle, Folder.INBOX)
                await client.set_read(rows[0].handle, read=True)
                await client.push_text(TEXT)
                await client.refresh_inbox()

        async def book() -> None:
            async with opened(PbapClient.open(link, clock)) as client:
                await client.owner()
                await client.contacts()
                await client.calls()

        await texts()
        await book()
        world.say("asked by us")


async def theirs(world: World, phone: VirtualPhone) -> None:
    """The same through obexd's API; it registers for events by itself."""
    obexd = await world.start_obexd()
    session = await obexd.create_session(world.phone.address)
    await eventually(lambda: phone.counts["registration"] == 3, "obexd's registration")
    await obexd.set_folder(session, "/telecom/msg")
    listed = await obexd.list_messages(session, "inbox", {"MaxCount": Variant("q", 20)})
    message = next(iter(listed))
    await obexd.get(message)
    await obexd.set_read(message, read=True)
    bmessage = write_bmessage(TEXT, QUIRKS[phone.persona.kind])
    await obexd.push(session, "outbox", bmessage.decode(), {"Charset": Variant("s", "utf8")})
    await obexd.update_inbox(session)
    await obexd.remove_session(session)
    # A connection that is made while RFCOMM closes the last one is reset.
    await eventually(lambda: not world.phone.links, "the link has ended")
    session = await obexd.create_session(world.phone.address, "pbap")
    await obexd.select(session, "pb")
    fields = Variant("as", ["VERSION", "FN", "N", "TEL", "EMAIL", "ORG"])
    options = {"Format": Variant("s", "vcard30"), "Fields": fields}
    await obexd.pull_card(session, "0.vcf", options)
    await obexd.pull_all(session, options | {"MaxCount": Variant("q", 500)})
    await obexd.select(session, "cch")
    await obexd.pull_all(session, {"Format": Variant("s", "vcard30"), "MaxCount": Variant("q", 200)})
    await obexd.remove_session(session)
    await eventually(lambda: not world.phone.links, "obexd has taken leave")
    world.say("asked by obexd")
