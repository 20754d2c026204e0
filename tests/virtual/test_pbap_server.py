"""Does the phone's phonebook server answer as phones do?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from phonelink_tui.domain.call import CallKind
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.events import Connected, OperationDone
from phonelink_tui.protocol.pbap.call_history import CallType, decode_call_history
from phonelink_tui.protocol.pbap.constants import (
    COMBINED_CALLS_PATH,
    CONTACTS_PATH,
    MISSED_CALLS_PATH,
    Format,
)
from phonelink_tui.protocol.pbap.parameters import PbapParameters, decode_pbap_parameters
from phonelink_tui.protocol.pbap.requests import (
    PbapRequest,
    PullPhoneBook,
    PullVCardEntry,
    PullVCardListing,
    SetPhoneBook,
    connect_pse,
)
from phonelink_tui.protocol.pbap.vcard import decode_vcards
from phonelink_tui.protocol.pbap.vcard_listing import decode_vcard_listing
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.entries import Switch
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink
from tests.virtual.client import ObexClient
from tests.virtual.conftest import ALICE, BOB


@asynccontextmanager
async def phonebook(link: VirtualLink) -> AsyncIterator[ObexClient]:
    """A phonebook session."""
    async with ObexClient(await link.open_stream(Service.PBAP)) as client:
        assert isinstance(await client.ask(connect_pse()), Connected)
        yield client


async def call(client: ObexClient, request: PbapRequest) -> OperationDone:
    """The answer to one function."""
    answer = await client.ask(request.encode())
    assert isinstance(answer, OperationDone)
    return answer


@pytest.mark.parametrize("format_", list(Format))
async def test_the_owner_comes_first_then_the_book(link: VirtualLink, format_: Format) -> None:
    """The first card is the phone's own; numbers and e-mail addresses are told apart."""
    async with phonebook(link) as client:
        answer = await call(client, PullPhoneBook(CONTACTS_PATH, PbapParameters(format=format_)))
    owner, alice, bob = decode_vcards(answer.body or b"")
    assert owner.display_name == "Robin Doe"
    assert alice.name.family == "Moreau"
    assert [number.value for number in alice.telephones] == [ALICE]
    assert [email.value for email in alice.emails] == ["alice@example.com"]
    assert bob.display_name == "Bob Tan"


async def test_calls_are_newest_first_in_local_time(phone: VirtualPhone, link: VirtualLink) -> None:
    """The combined history has all calls, the missed one only missed calls."""
    phone.call_log.record(ALICE, CallKind.MISSED)
    phone.call_log.record(BOB, CallKind.DIALLED)
    async with phonebook(link) as client:
        combined = await call(client, PullPhoneBook(COMBINED_CALLS_PATH))
        missed = await call(client, PullPhoneBook(MISSED_CALLS_PATH))
    first, second = decode_call_history(combined.body or b"", COMBINED_CALLS_PATH)
    assert (first.type, first.number) == (CallType.DIALLED, BOB)
    assert (second.type, second.name) == (CallType.MISSED, "Alice Moreau")
    assert second.time is not None
    assert second.time.hour == 13
    assert len(decode_call_history(missed.body or b"")) == 1


async def test_size_and_slice(link: VirtualLink) -> None:
    """MaxListCount 0 asks for the size only; offset and count cut."""
    async with phonebook(link) as client:
        size = await call(client, PullPhoneBook(CONTACTS_PATH, PbapParameters(max_list_count=0)))
        part = await call(
            client, PullPhoneBook(CONTACTS_PATH, PbapParameters(max_list_count=1, list_start_offset=1))
        )
    assert decode_pbap_parameters(size.parameters).phonebook_size == 3
    assert size.body is None
    assert [card.display_name for card in decode_vcards(part.body or b"")] == ["Alice Moreau"]


async def test_browsing(link: VirtualLink) -> None:
    """Down to the book, a listing with a search, one entry by its handle."""
    async with phonebook(link) as client:
        for name in ("telecom", "pb"):
            assert (await call(client, SetPhoneBook(name))).succeeded
        listing = await call(client, PullVCardListing("", PbapParameters(search_value="bob")))
        (entry,) = decode_vcard_listing(listing.body or b"")
        card = await call(client, PullVCardEntry(entry.handle))
        own = await call(client, PullVCardEntry("0.vcf"))
        unknown = await call(client, PullVCardEntry("FF.vcf"))
        assert (await call(client, SetPhoneBook(up=True))).succeeded
        assert (await call(client, SetPhoneBook("nowhere"))).code == ResponseCode.NOT_FOUND
    assert entry.name == "Tan;Bob"
    assert decode_vcards(card.body or b"")[0].display_name == "Bob Tan"
    assert decode_vcards(own.body or b"")[0].display_name == "Robin Doe"
    assert unknown.code == ResponseCode.NOT_FOUND


async def test_an_iphone_has_no_speed_dial(link: VirtualLink) -> None:
    """`spd` and what is no phonebook are Not Found."""
    async with phonebook(link) as client:
        for path in ("telecom/spd.vcf", "telecom/pb", "pb.vcf", "SIM1/telecom/pb.vcf"):
            assert (await call(client, PullPhoneBook(path))).code == ResponseCode.NOT_FOUND


async def test_contacts_have_a_switch_of_their_own(phone: VirtualPhone, link: VirtualLink) -> None:
    """Forbidden while Sync Contacts is off, whatever messages may do."""
    phone.turn(Switch.CONTACTS, on=False)
    async with ObexClient(await link.open_stream(Service.PBAP)) as client:
        answer = await client.ask(connect_pse())
    assert isinstance(answer, OperationDone)
    assert answer.code == ResponseCode.FORBIDDEN
