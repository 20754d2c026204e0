"""How are contacts and calls read from a phone? PhonebookAccess over PBAP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Final

from phonelink_tui.domain.call import Call
from phonelink_tui.domain.contact import Contact
from phonelink_tui.errors import LimitExceeded, ObexRefused
from phonelink_tui.profiles import pbap_mapping
from phonelink_tui.profiles.obex_session import ObexSession
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.ports import GoOn, always
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.pbap.call_history import call_records
from phonelink_tui.protocol.pbap.constants import (
    CALL_PROPERTIES,
    COMBINED_CALLS_PATH,
    CONTACT_PROPERTIES,
    CONTACTS_PATH,
    OWNER_CARD,
    Format,
)
from phonelink_tui.protocol.pbap.parameters import PbapParameters
from phonelink_tui.protocol.pbap.requests import PullPhoneBook, PullVCardEntry, SetPhoneBook, connect_pse
from phonelink_tui.protocol.pbap.vcard import VCard, vcard_steps
from phonelink_tui.transport.link import PhoneLink, Service
from phonelink_tui.transport.together import beside

PAGE_CARDS: Final = 500
"""Cards asked for at once: about 70 kB without photos. iPhones were seen asked for 200 a time."""

CALLS: Final = 200
"""Newest calls read; phones keep about as many."""

_OWNER_FOLDER: Final = ("", "telecom", "pb")
_SWITCHED_OFF: Final = frozenset({ResponseCode.FORBIDDEN, ResponseCode.UNAUTHORIZED})


class PbapClient:
    """An open phonebook session. Made by `open`; used once."""

    def __init__(self, session: ObexSession, clock: PhoneClock) -> None:
        self._session = session
        self._clock = clock
        self._stack = AsyncExitStack()

    @classmethod
    async def open(cls, link: PhoneLink, clock: PhoneClock) -> PbapClient:
        """Connect.

        Raises:
            ObexRefused: 0xC3 where the phone's switch is off.
            PhoneUnreachable, BluetoothUnavailable, LinkLost, DeadlineExceeded, RemoteProtocolError.
        """
        async with AsyncExitStack() as stack:
            session = ObexSession(await link.open_stream(Service.PBAP))
            stack.push_async_callback(session.aclose)
            client = cls(session, clock)
            async with beside(session.run()):
                await session.connect(connect_pse())
            client._stack = stack.pop_all()
            return client

    async def run(self) -> None:
        """See `PhonebookAccess.run`."""
        await self._session.run()

    async def owner(self) -> Contact | None:
        """See `PhonebookAccess.owner`. None where the phone has no such card, or will not give it alone."""
        parameters = PbapParameters(property_selector=CONTACT_PROPERTIES, format=Format.VCARD_3_0)
        try:
            for name in _OWNER_FOLDER:
                await self._session.request(SetPhoneBook(name).encode())
            done = await self._session.request(PullVCardEntry(OWNER_CARD, parameters).encode())
        except ObexRefused as refusal:
            if refusal.code in _SWITCHED_OFF:
                raise
            return None
        cards = await decoded(done.body or b"")
        return pbap_mapping.contact(cards[0]) if cards else None

    async def contacts(self, go_on: GoOn = always) -> tuple[Contact, ...]:
        """See `PhonebookAccess.contacts`."""
        cards = [card async for card in all_cards(self._page, go_on)]
        return tuple(known for card in cards if (known := pbap_mapping.contact(card)) is not None)

    async def calls(self) -> tuple[Call, ...]:
        """See `PhonebookAccess.calls`."""
        parameters = PbapParameters(
            property_selector=CALL_PROPERTIES, format=Format.VCARD_3_0, max_list_count=CALLS
        )
        try:
            done = await self._session.request(PullPhoneBook(COMBINED_CALLS_PATH, parameters).encode())
        except ObexRefused:
            return ()  # a switch of its own on newer iPhones
        records = call_records(await decoded(done.body or b""), COMBINED_CALLS_PATH)
        return tuple(c for r in records if (c := pbap_mapping.call(r, self._clock)) is not None)

    async def aclose(self) -> None:
        """Close the session."""
        await self._stack.aclose()

    async def _page(self, offset: int) -> bytes:
        parameters = PbapParameters(
            property_selector=CONTACT_PROPERTIES,
            format=Format.VCARD_3_0,
            max_list_count=PAGE_CARDS,
            list_start_offset=offset,
        )
        try:
            done = await self._session.request(PullPhoneBook(CONTACTS_PATH, parameters).encode())
        except ObexRefused as refusal:
            if offset == 0 or refusal.code in _SWITCHED_OFF:
                raise
            return b""
        return done.body or b""


async def all_cards(page: Callable[[int], Awaitable[bytes]], go_on: GoOn = always) -> AsyncIterator[VCard]:
    """All cards of a book, page by page: until one is empty, refused, or the same again.

    Some phones answer fewer cards than were asked for, some refuse an offset behind the last card, and one that
    knows no offsets would answer with its first page for ever.

    Args:
        page: Reads the page from an offset on; b"" where there is none.
        go_on: See `PhonebookAccess.contacts`.
    """
    offset, before = 0, b""
    while offset < limits.VCARDS:
        body = await page(offset)
        cards = await decoded(body)
        if not cards or body == before:
            return
        for card in cards:
            yield card
        offset, before = offset + len(cards), body
        if not go_on(offset):
            return
    raise LimitExceeded(f"The phone has more than {limits.VCARDS} contacts.")


async def decoded(body: bytes) -> list[VCard]:
    """The cards of a body, while others run: a page that ignores what was asked for may be megabytes."""
    cards: list[VCard] = []
    for card in vcard_steps(body):
        if card is None:
            await asyncio.sleep(0)
        else:
            cards.append(card)
    return cards
