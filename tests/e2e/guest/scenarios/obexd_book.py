"""Can a PBAP client that is not ours read our phone's contacts and calls? obexd's selects, lists, searches, pulls."""

from __future__ import annotations

from datetime import UTC, datetime

from dbus_fast import Variant

from phonelink_tui.domain.call import CallKind
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import World

ALICE, BOB = "+15550101", "+15550102"
VCARD_3 = {"Format": Variant("s", "vcard30")}


CARDS = [("0.vcf", "Doe;Robin"), ("1.vcf", "Example;Alice"), ("2.vcf", "Sons;Bob; Tan, and")]
BOBS_CARD = "\r\n".join((
    "BEGIN:VCARD", "VERSION:3.0", "N:Sons;Bob\\; Tan\\, and;;;", "FN:Bob\\; Tan\\, and Sons",
    f"TEL;TYPE=CELL:{BOB}", "END:VCARD", "",
))  # fmt: skip
ALICES_CARD = "\r\n".join((
    "BEGIN:VCARD", "VERSION:3.0", "N:Example;Alice;;;", "FN:Alice Example",
    f"TEL;TYPE=CELL:{ALICE}", "EMAIL;TYPE=HOME:alice@example.com", "END:VCARD", "",
))  # fmt: skip
CALL = "\r\n".join((
    "BEGIN:VCARD", "VERSION:3.0", "N:;;;;", "FN:Alice Example", f"TEL:{ALICE}",
    "X-IRMC-CALL-DATETIME;TYPE=MISSED:20261122T120000", "END:VCARD", "",
))  # fmt: skip


async def run(world: World) -> None:
    """The book and the history of calls, whole, by card, and by search."""
    phone = VirtualPhone(zone=UTC, clock=lambda: datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    phone.add_contact(StoredContact("Alice Example", (ALICE, "alice@example.com")))
    phone.add_contact(StoredContact("Bob; Tan, and Sons", (BOB,)))
    phone.call_log.record(ALICE, CallKind.MISSED)
    async with serve_obex(phone, world.phone):
        await world.pair()
        obexd = await world.start_obexd()
        session = await obexd.create_session(world.phone.address, "pbap")
        await obexd.select(session, "pb")
        assert await obexd.size(session) == len(CARDS)
        cards = await obexd.list_cards(session)
        world.say(f"List: {cards}")
        assert cards == CARDS, cards
        assert await obexd.search_cards(session, "number", BOB) == [CARDS[2]]
        assert await obexd.search_cards(session, "name", "alice") == [CARDS[1]]
        card = await obexd.pull_card(session, "2.vcf", VCARD_3)
        assert card == BOBS_CARD, card

        book = await obexd.pull_all(session, VCARD_3)
        world.say(f"PullAll: {book!r}")
        owner, _, others = book.partition("END:VCARD\r\n")
        assert "FN:Robin Doe\r\n" in owner, book
        assert others == ALICES_CARD + BOBS_CARD, book

        await obexd.select(session, "cch")
        assert await obexd.size(session) == 1
        calls = await obexd.pull_all(session, VCARD_3)
        world.say(f"PullAll of calls: {calls!r}")
        assert calls == CALL, calls
        await obexd.remove_session(session)
