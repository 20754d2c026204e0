"""Does every backend fulfil the contract of `PhonebookAccess`, however the phone writes?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from phonelink_tui.domain.call import CallKind
from phonelink_tui.domain.observed import Folder
from phonelink_tui.errors import LinkLost, ObexRefused, PhoneUnreachable
from phonelink_tui.profiles.ports import PhonebookAccess
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.virtual.entries import StoredContact, Switch
from tests.backends.world import ALICE, BOB, BOOK, World, lived, opened, soon
from tests.fast_time import START


async def test_owner_is_the_phone_itself(world: World) -> None:
    """The card of the phone has its name and its own number."""
    async with opened(world.backend.open_phonebook()) as access:
        owner = await access.owner()
    assert owner is not None
    assert (owner.name, [address.value for address in owner.addresses]) == ("Robin Doe", ["+15550199"])


async def test_contacts_are_all_there(world: World) -> None:
    """Every card with every number and e-mail address; separators in a name stay part of it."""
    async with opened(world.backend.open_phonebook()) as access:
        cards = {
            str(card.name): [address.value for address in card.addresses] for card in await access.contacts()
        }
    assert cards["Alice Moreau"] == [ALICE, "alice@example.com"]
    assert cards["Bob Tan; and, Sons"] == [BOB]


async def test_large_book_comes_in_pages(world: World, shape: str) -> None:
    """More cards than fit in one page are all read, each once."""
    many = 60 if shape == "fragment:1" else BOOK
    for number in range(many):
        world.phone.add_contact(StoredContact(f"Person {number}", (f"+1555{number:07}",)))
    async with opened(world.backend.open_phonebook()) as access:
        names = [card.name for card in await access.contacts() if card.name.startswith("Person")]
    assert sorted(names) == sorted(f"Person {number}" for number in range(many))


async def test_calls_are_newest_first(world: World) -> None:
    """The history says who, when (UTC, by the offset the phone told with a listing) and how the call went."""
    async with opened(world.backend.open_messages()) as messages:
        await messages.list_texts(Folder.INBOX, limit=1)
    async with opened(world.backend.open_phonebook()) as access:
        calls = await access.calls()
    assert [(call.kind, call.address.value, call.at) for call in calls] == [
        (CallKind.MISSED, ALICE, START - timedelta(hours=2)),
        (CallKind.DIALLED, BOB, START - timedelta(hours=3)),
    ]


async def test_session_after_session(world: World) -> None:
    """A session can be opened beside a message session, closed, and opened again."""
    async with opened(world.backend.open_messages()):
        for _ in range(3):
            async with opened(world.backend.open_phonebook()) as access:
                assert await access.contacts()
                assert await access.owner()
                assert await access.contacts()


async def test_forbidden_until_the_switch_is_on(world: World) -> None:
    """Before the person has turned the switch the phone answers Forbidden; afterwards it serves."""
    world.phone.turn(Switch.CONTACTS, on=False)
    with pytest.raises(ObexRefused) as caught:
        await world.backend.open_phonebook()
    assert caught.value.code == ResponseCode.FORBIDDEN
    world.phone.turn(Switch.CONTACTS, on=True)
    async with opened(world.backend.open_phonebook()) as access:
        assert await access.contacts()


async def test_phone_that_leaves_ends_the_session(world: World) -> None:
    """Out of range: the session ends by itself; back in range all is as before."""

    async def wait(_: PhonebookAccess) -> None:
        soon(world.phone.walk_away)
        await asyncio.Event().wait()

    with pytest.raises(LinkLost):
        await lived(world.backend.open_phonebook(), wait)
    with pytest.raises((PhoneUnreachable, LinkLost)):
        await world.backend.open_phonebook()
    world.phone.come_back()
    async with opened(world.backend.open_phonebook()) as access:
        assert await access.contacts()
