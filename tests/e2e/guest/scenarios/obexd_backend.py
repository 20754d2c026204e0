"""Do sessions through the real obexd work? Listing, reading, marking, sending, hearing of a text, the phonebook."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from phonelink_tui.config.paths import private_dir
from phonelink_tui.domain.observed import ChangeKind, Folder, OutgoingText
from phonelink_tui.domain.phone import IPHONE_TRAITS
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import LinkLost, ObexRefused
from phonelink_tui.profiles.obexd.backend import ObexdBackend, open_obexd_backend
from phonelink_tui.profiles.ports import MessageAccess, PhonebookAccess
from phonelink_tui.transport.bluez.link import BluezSpec, open_bluez_link
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.entries import StoredContact, Switch
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.served_phone import serve_obex
from tests.e2e.guest.world import SESSION_BUS, World

ALICE, BOB = "+15550101", "+15550102"
GREETING, ANSWER = "See you at eight?", "Grüße from the café ☕"
LIMIT_S = 120.0


async def run(world: World) -> None:
    """One phone, two sessions through obexd, one after the other."""
    phone = VirtualPhone()
    phone.add_contact(StoredContact("Alice Example", (ALICE,)))
    phone.receive_text(ALICE, GREETING)
    phone.receive_text(BOB, "Second")
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={SESSION_BUS}"
    async with serve_obex(phone, world.phone), open_bluez_link(BluezSpec()) as link:
        await world.pair()
        await world.start_obexd()
        directory = private_dir(Path("/run/phonelink-obexd"))
        backend = open_obexd_backend(
            link,
            link.addresses,
            phone_id="vm",
            phone_name=clean_line("Phone"),
            traits=IPHONE_TRAITS,
            directory=directory,
            start=False,
        )
        assert directory is not None
        await use_messages(world, phone, backend)
        assert list(directory.iterdir()) == []
        await use_contacts(world, backend)
        await be_forbidden(world, phone, backend)


async def use_messages(world: World, phone: VirtualPhone, backend: ObexdBackend) -> None:
    """All of MessageAccess."""
    access: MessageAccess = await backend.open_messages()
    world.say("messages are open")
    async with beside(access.run()):
        rows = await access.list_texts(Folder.INBOX, limit=10)
        world.say(f"list_texts: {rows}")
        assert [(row.sender.address, row.subject, row.read) for row in rows] == [
            (BOB, "Second", False),
            (ALICE, GREETING, False),
        ], rows
        assert len(await access.list_texts(Folder.INBOX, limit=1, offset=1)) == 1
        assert (await access.fetch_text(rows[1].handle, Folder.INBOX)).text == GREETING
        with pytest.raises(ObexRefused):
            await access.fetch_text("1234", Folder.INBOX)
        await access.set_read(rows[1].handle, read=True)
        assert (await access.list_texts(Folder.INBOX, limit=2))[1].read
        world.say("marked")
        await access.push_text(OutgoingText(clean_line(BOB), ANSWER))
        world.say(f"push_text: the phone has {phone.pushed}")
        assert [(one.recipients, one.text) for one in phone.pushed] == [((BOB,), ANSWER)]
        await access.refresh_inbox()
        phone.receive_text(BOB, "news")
        async with asyncio.timeout(30):
            while (change := await access.next_change()).kind is not ChangeKind.NEW:
                world.say(f"next_change: {change}")
        world.say(f"next_change: {change}")
        news = await access.fetch_text(change.handle, Folder.INBOX)
        assert news.text == "news", f"{change} {news} {rows}"
    await access.aclose()
    world.say("messages are closed")


async def use_contacts(world: World, backend: ObexdBackend) -> None:
    """All of PhonebookAccess."""
    access: PhonebookAccess = await backend.open_phonebook()
    async with beside(access.run()):
        owner = await access.owner()
        world.say(f"owner: {owner}")
        assert owner is not None
        contacts = await access.contacts()
        world.say(f"contacts: {contacts}")
        assert "Alice Example" in {contact.name for contact in contacts}
        world.say(f"calls: {await access.calls()}")
    await access.aclose()


async def be_forbidden(world: World, phone: VirtualPhone, backend: ObexdBackend) -> None:
    """The switch goes off under an open session, and stays off."""
    access = await backend.open_messages()
    try:
        async with asyncio.timeout(30), beside(access.run()):
            phone.turn(Switch.MESSAGES, on=False)
            await asyncio.Event().wait()
    except LinkLost as lost:
        world.say(f"run: {lost}")
    await access.aclose()
    with pytest.raises(ObexRefused) as refused:
        await backend.open_messages()
    world.say(f"open_messages: {refused.value.code:#x} {refused.value}")
    assert refused.value.code == 0xC3
