"""Can a PBAP client that is not ours read our phone's contacts and calls? obexd's selects, lists, searches, pulls."""

from __future__ import annotations

from dbus_fast import Variant

from phonelink_tui.domain.call import CallKind
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World

ALICE, BOB = "+15550101", "+15550102"
VCARD_3 = {"Format": Variant("s", "vcard30")}


async def run(world: World) -> None:
    """The book and the history of calls, whole, by card, and by search."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Example", (ALICE, "alice@example.com")))
    phone.add_contact(StoredContact("Bob; Tan, and Sons", (BOB,)))
    phone.call_log.record(ALICE, CallKind.MISSED)
    async with serve_obex(phone, world.phone):
        await world.pair()
        obexd = await world.start_obexd()
        session = await obexd.create_session(world.phone.address, "pbap")
        await obexd.select(session, "pb")
        size = await obexd.size(session)
        cards = await obexd.list_cards(session)
        world.say(f"GetSize: {size}; List: {cards}")
        assert size == len(cards) == 3, (size, cards)
        assert cards[0][0] == "0.vcf", cards

        found = await obexd.search_cards(session, "number", BOB)
        assert len(found) == 1, found
        card = await obexd.pull_card(session, found[0][0], VCARD_3)
        world.say(f"Pull: {card!r}")
        assert f":{BOB}\r\n" in card, card

        book = await obexd.pull_all(session, VCARD_3)
        world.say(f"PullAll: {book!r}")
        assert book.count("BEGIN:VCARD") == 3, book
        assert "alice@example.com" in book, book

        await obexd.select(session, "cch")
        assert await obexd.size(session) == 1
        calls = await obexd.pull_all(session, VCARD_3)
        world.say(f"PullAll of calls: {calls!r}")
        assert "X-IRMC-CALL-DATETIME" in calls, calls
        assert ALICE in calls, calls
        await obexd.remove_session(session)
