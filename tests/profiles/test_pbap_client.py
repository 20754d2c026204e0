"""The book over PBAP, against a phonebook server of a few lines: pages, the owner, calls, refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from phonelink_tui.domain.address import AddressKind
from phonelink_tui.domain.call import CallKind
from phonelink_tui.errors import LimitExceeded, ObexRefused, RemoteProtocolError
from phonelink_tui.profiles.pbap_client import PbapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.operations import Answer, Connect, Operation
from phonelink_tui.protocol.obex.parameters import encode_parameters
from phonelink_tui.protocol.pbap.call_history import CallRecord, CallType, encode_call_history
from phonelink_tui.protocol.pbap.constants import CALL_PROPERTIES, CONTACT_PROPERTIES, PropertySelector
from phonelink_tui.protocol.pbap.requests import PullPhoneBook, SetPhoneBook
from phonelink_tui.protocol.pbap.vcard import TypedValue, VCard, encode_vcard
from phonelink_tui.transport.together import beside
from tests.profiles.tiny_phone import TinyPse
from tests.profiles.wired import FakeLink, WiredStream


def card(number: int) -> VCard:
    return VCard(formatted_name=f"Person {number}", telephones=(TypedValue(f"+1555{number:07}"),))


def cards(numbers: range) -> bytes:
    return b"".join(encode_vcard(card(n)) for n in numbers)


@asynccontextmanager
async def opened(pse: TinyPse, clock: PhoneClock | None = None) -> AsyncIterator[PbapClient]:
    client = await PbapClient.open(FakeLink(lambda _: WiredStream(pse.respond)), clock or PhoneClock())
    try:
        async with beside(client.run()):
            yield client
    finally:
        await client.aclose()


@pytest.mark.parametrize(("features", "wire"), [(None, ""), (0x3, "10 04 00 00 00 03")])
async def test_features_go_into_connect_where_the_record_asks_for_them(
    features: int | None, wire: str
) -> None:
    """PbapSupportedFeatures is four bytes under tag 0x10 (PBAP 1.2.3, 6.2.1); leave is taken in the end."""
    told: list[bytes] = []
    pse = TinyPse()

    def respond(operation: Operation) -> Answer:
        if isinstance(operation, Connect):
            told.append(encode_parameters(operation.headers.parameters))
        return pse.respond(operation)

    stream = WiredStream(respond)
    link = FakeLink(lambda _: stream)
    link.features = features
    client = await PbapClient.open(link, PhoneClock())
    await client.aclose()
    assert told == [bytes.fromhex(wire)]
    assert (stream.left, stream.closed) == (True, True)


@pytest.mark.parametrize(
    "beyond",
    [b"", ResponseCode.NOT_FOUND, ResponseCode.BAD_REQUEST],
    ids=["empty", "not found", "bad request"],
)
@pytest.mark.parametrize(("known", "most"), [(0, 500), (3, 500), (500, 500), (1200, 500), (450, 200)])
async def test_a_book_of_any_size_is_read_to_its_end(known: int, most: int, beyond: bytes | int) -> None:
    """Whatever pages the phone gives, and however it says that there are no more: every card, once, in order."""

    def page(offset: int, limit: int) -> bytes | int:
        if offset and offset >= known:
            return beyond
        return cards(range(offset, min(known, offset + min(limit, most))))

    pse = TinyPse()
    pse.page = page
    async with opened(pse) as client:
        contacts = await client.contacts()
    assert [c.name for c in contacts] == [f"Person {n}" for n in range(known)]
    asked = [a for a in pse.asked if isinstance(a, PullPhoneBook)]
    assert all(a.parameters.property_selector == CONTACT_PROPERTIES for a in asked)
    assert not CONTACT_PROPERTIES & PropertySelector.PHOTO


async def test_a_phone_that_knows_no_offsets_is_not_asked_for_ever() -> None:
    """The same page again is the end, not news."""
    pse = TinyPse()
    pse.page = lambda _offset, _limit: cards(range(7))
    async with opened(pse) as client:
        assert len(await client.contacts()) == 7
    assert len(pse.asked) == 2


@pytest.mark.timeout(240)
async def test_a_book_without_end_is_given_up() -> None:
    """There is a bound, and reaching it is an error with a name."""
    pse = TinyPse()
    counts = iter(range(10**6))
    one = encode_vcard(VCard())
    pse.page = lambda _offset, _limit: one * 8192 + encode_vcard(card(next(counts)))
    async with opened(pse) as client:
        with pytest.raises(LimitExceeded):
            await client.contacts()


async def test_cards_become_contacts_with_clean_addresses() -> None:
    """Tags of iPhones go, spellings of one address are one, nameless cards without address are left out."""
    pse = TinyPse()
    alice = VCard(
        formatted_name="Alice \x1b[31m",
        telephones=(
            TypedValue("+15550100"),
            TypedValue("+1 555 0100"),
            TypedValue("7:+15550101"),
            TypedValue(""),
        ),
        emails=(TypedValue("Alice@Example.com"),),
    )
    pse.page = lambda offset, _limit: b"" if offset else encode_vcard(alice) + encode_vcard(VCard())
    async with opened(pse) as client:
        (contact,) = await client.contacts()
    assert contact.name == "Alice ␛[31m"
    assert [a.key for a in contact.addresses] == ["tel:+15550100", "tel:+15550101", "email:alice@example.com"]


async def test_contacts_switched_off_is_a_refusal() -> None:
    """The switch is told as what it is, on CONNECT and later."""
    pse = TinyPse()
    pse.page = lambda _offset, _limit: ResponseCode.FORBIDDEN
    pse.owner = ResponseCode.FORBIDDEN
    async with opened(pse) as client:
        with pytest.raises(ObexRefused):
            await client.contacts()
        with pytest.raises(ObexRefused):
            await client.owner()
    pse.refuse_connect = ResponseCode.FORBIDDEN
    with pytest.raises(ObexRefused):
        await PbapClient.open(FakeLink(lambda _: WiredStream(pse.respond)), PhoneClock())


async def test_the_switch_turned_off_between_two_pages_is_no_short_book() -> None:
    """Half a book is not taken for the whole."""
    pse = TinyPse()
    pse.page = lambda offset, _limit: ResponseCode.FORBIDDEN if offset else cards(range(500))
    async with opened(pse) as client:
        with pytest.raises(ObexRefused):
            await client.contacts()


@pytest.mark.parametrize(
    ("answer", "number"),
    [(encode_vcard(card(199)), "tel:+15550000199"), (b"", None), (ResponseCode.NOT_FOUND, None)],
)
async def test_the_owner_is_the_card_number_zero(answer: bytes | int, number: str | None) -> None:
    """In telecom/pb, entered level by level; a phone without one is no error."""
    pse = TinyPse()
    pse.owner = answer
    async with opened(pse) as client:
        owner = await client.owner()
    assert (owner.addresses[0].key if owner else None) == number
    assert [a.name for a in pse.asked if isinstance(a, SetPhoneBook)] == ["", "telecom", "pb"]


async def test_calls_are_told_in_utc() -> None:
    """Local times by the phone's clock, those with a Z as they are; a call of no known sort is left out."""
    clock = PhoneClock()
    clock.learn(timedelta(hours=1))
    pse = TinyPse()
    local = datetime(2026, 11, 22, 9, 0)  # noqa: DTZ001 - the phone's clock
    records = [
        CallRecord(CallType.MISSED, local, "+15550100", "Alice"),
        CallRecord(CallType.DIALLED, local.replace(tzinfo=UTC), "", ""),
        CallRecord(CallType.RECEIVED, None, "7:+15550100", ""),
        CallRecord(None, local, "+15550100", ""),
    ]
    pse.calls = encode_call_history(records)
    async with opened(pse, clock) as client:
        calls = await client.calls()
    assert [(c.kind, c.at) for c in calls] == [
        (CallKind.MISSED, datetime(2026, 11, 22, 8, 0, tzinfo=UTC)),
        (CallKind.DIALLED, datetime(2026, 11, 22, 9, 0, tzinfo=UTC)),
        (CallKind.RECEIVED, None),
    ]
    assert calls[1].address.kind is AddressKind.NONE
    assert calls[2].address == calls[0].address
    asked = pse.asked[-1]
    assert isinstance(asked, PullPhoneBook)
    assert asked.parameters.property_selector == CALL_PROPERTIES


async def test_a_call_history_kept_back_is_empty() -> None:
    """It has a switch of its own on newer iPhones."""
    async with opened(TinyPse()) as client:
        assert await client.calls() == ()


async def test_nonsense_in_place_of_cards_is_the_phones_fault() -> None:
    """And not an empty book."""
    pse = TinyPse()
    pse.page = lambda _offset, _limit: b"<html>"
    async with opened(pse) as client:
        with pytest.raises(RemoteProtocolError):
            await client.contacts()
