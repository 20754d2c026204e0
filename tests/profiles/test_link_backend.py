"""A backend over any link: the embedded phone's messages and notifications, end to end."""

from __future__ import annotations

import asyncio

import pytest

from phonelink_tui.domain.observed import ChangeKind, Folder, ObservedNotification, OutgoingText
from phonelink_tui.domain.phone import IPHONE_TRAITS, Capability
from phonelink_tui.domain.text import RemoteText, clean
from phonelink_tui.errors import ObexRefused
from phonelink_tui.profiles.link_backend import LinkBackend
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink, open_link
from tests.profiles.wired import to_its_end


def backend(link: VirtualLink) -> LinkBackend:
    return LinkBackend(
        link, "virtual:test", clean("Phone"), IPHONE_TRAITS, frozenset(Capability), PhoneClock()
    )


async def test_texts_come_and_go() -> None:
    """Listed, reported, fetched; pushed, and the phone has it once."""
    phone = VirtualPhone()
    phone.receive_text("+15550100", "before")
    async with open_link(phone) as link:
        access = await backend(link).open_messages()
        async with asyncio.timeout(10), beside(to_its_end(access.run)):
            (row,) = await access.list_texts(Folder.INBOX, limit=10)
            assert (row.sender.address, row.subject) == ("+15550100", "before")
            phone.receive_text("+15550101", "now")
            change = await access.next_change()
            assert change.kind is ChangeKind.NEW
            assert (await access.fetch_text(change.handle, Folder.INBOX)).text == "now"
            await access.push_text(OutgoingText(RemoteText("+15550100"), "hi"))
        await access.aclose()
    assert [(p.text) for p in phone.pushed] == ["hi"]


async def test_notifications_come() -> None:
    """With the text and the sender."""
    phone = VirtualPhone()
    async with open_link(phone) as link:
        access = await backend(link).open_notifications()
        async with asyncio.timeout(10), beside(to_its_end(access.run)):
            phone.receive_text("+15550100", "hello")
            seen = await access.next_event()
            assert isinstance(seen, ObservedNotification)
            assert (seen.text, seen.title) == ("hello", "+15550100")
        await access.aclose()


async def test_switches_that_are_off_are_refusals() -> None:
    """Told at opening."""
    phone = VirtualPhone()
    for switch in Switch:
        phone.turn(switch, on=False)
    async with open_link(phone) as link:
        for ask in (backend(link).open_messages, backend(link).open_phonebook):
            with pytest.raises(ObexRefused):
                await ask()
