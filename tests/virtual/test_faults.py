"""Does each planned fault happen, as often as planned, and is the phone whole again afterwards?"""

from __future__ import annotations

import asyncio

import pytest

from phonelink_tui.errors import LinkLost, PhonelinkError, PhoneUnreachable, RemoteProtocolError, UsageError
from phonelink_tui.protocol.map.requests import SetNotificationRegistration
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.faults import Fault, FaultKind, Faults, parse_faults
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink, open_link
from tests.virtual.client import EventCollector, MapClient, tel
from tests.virtual.conftest import ALICE, MakePhone, messages, no_sleep

LONG = "A long text with letters beyond ASCII: żółw 🐢 " * 40


async def _whole_contract(phone: VirtualPhone, link: VirtualLink) -> None:
    """Connect, list, fetch, push, register and hear of a text; every answer as it has to be."""
    before = len(phone.pushed)
    collector = EventCollector()
    async with link.serve_call_backs(collector.serve), messages(link) as client:
        stored = phone.receive_text(ALICE, LONG)
        listing = await client.list(max_list_count=1)
        fetched = await client.fetch(listing.entries[0].handle)
        assert fetched.body is not None
        assert fetched.body.text == LONG
        assert (await client.push("once", tel(ALICE))).succeeded
        await client.call(SetNotificationRegistration(True))
        phone.mark_read(stored.handle)
        event = await collector.next()
        assert event.handle is not None
    assert len(phone.pushed) == before + 1


@pytest.mark.parametrize("fault", ["fragment:1", "fragment:1-7", "delay:0.01-0.02", "odd", "odd,fragment:3"])
async def test_the_contract_holds_under_harmless_faults(make_phone: MakePhone, fault: str) -> None:
    """Fragments, delays and odd but legal encodings change nothing."""
    phone = make_phone(faults=parse_faults(fault))
    async with asyncio.timeout(20), open_link(phone, sleep=no_sleep) as link:
        await _whole_contract(phone, link)


@pytest.mark.parametrize("fault", ["drop:10", "drop:60", "drop:700", "drop_up:20", "drop_up:400", "garble:0"])
async def test_a_broken_session_is_followed_by_a_whole_one(make_phone: MakePhone, fault: str) -> None:
    """The fault ends the first session with a named error or an unanswered request, the next is whole."""
    phone = make_phone(faults=parse_faults(fault))
    async with asyncio.timeout(20), open_link(phone, sleep=no_sleep) as link:
        with pytest.raises((PhonelinkError, EOFError, AssertionError)):
            await _whole_contract(phone, link)
        phone.pushed.clear()
        await _whole_contract(phone, link)


async def test_refusals_are_counted(make_phone: MakePhone) -> None:
    """So many attempts are refused, and no more."""
    phone = make_phone(faults=parse_faults("refuse:2"))
    async with open_link(phone, sleep=no_sleep) as link:
        for _ in range(2):
            with pytest.raises(PhoneUnreachable) as caught:
                await link.open_stream(Service.MAS)
            assert caught.value.refused
        await _whole_contract(phone, link)


async def test_a_stalled_phone_keeps_the_link_and_says_nothing(make_phone: MakePhone) -> None:
    """After so many bytes there is silence, not an end; the next session answers."""
    phone = make_phone(faults=parse_faults("stall:40"))
    async with open_link(phone, sleep=no_sleep) as link:
        async with MapClient(await link.open_stream(Service.MAS)) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.open()
        await _whole_contract(phone, link)


async def test_a_lost_push_was_taken(make_phone: MakePhone) -> None:
    """The phone has the text, and the answer never came."""
    phone = make_phone(faults=parse_faults("lose_push"))
    async with open_link(phone, sleep=no_sleep) as link:
        async with messages(link) as client:
            with pytest.raises(LinkLost):
                await client.push("once", tel(ALICE))
        assert [entry.text for entry in phone.pushed] == ["once"]
        await _whole_contract(phone, link)


async def test_without_a_call_back_nothing_is_reported(make_phone: MakePhone) -> None:
    """Registration is accepted and the phone stays away."""
    phone = make_phone(faults=parse_faults("no_call_back"))
    collector = EventCollector()
    async with open_link(phone, sleep=no_sleep) as link:
        async with link.serve_call_backs(collector.serve), messages(link) as client:
            assert (await client.call(SetNotificationRegistration(True))).succeeded
            phone.receive_text(ALICE, "hi")
            await client.list()
        assert collector.connections == 0


async def test_a_flood_comes_at_once(make_phone: MakePhone) -> None:
    """So many reports follow the registration."""
    phone = make_phone(faults=parse_faults("flood:300"))
    collector = EventCollector()
    async with (
        open_link(phone, sleep=no_sleep) as link,
        link.serve_call_backs(collector.serve),
        messages(link) as client,
    ):
        await client.call(SetNotificationRegistration(True))
        events = [await collector.next() for _ in range(300)]
    assert len({event.handle.number for event in events if event.handle}) == 300


async def test_the_phone_connects_back_again(phone: VirtualPhone) -> None:
    """When we close the notification connection the phone opens another, and loses no event."""
    collector = EventCollector()
    async with open_link(phone, sleep=no_sleep) as link, messages(link) as client:
        await client.call(SetNotificationRegistration(True))
        async with link.serve_call_backs(collector.serve):
            phone.receive_text(ALICE, "one")
            await collector.next()
        phone.receive_text(ALICE, "two")
        async with link.serve_call_backs(collector.serve):
            event = await collector.next()
    assert collector.connections == 2
    assert event.handle is not None


def test_parsing() -> None:
    """Names, numbers, ranges and how often."""
    assert parse_faults(" fragment:1-7 , drop:9*3,refuse:2,odd ").faults == (
        Fault(FaultKind.FRAGMENT, 1, 7),
        Fault(FaultKind.DROP, 9, 9, times=3),
        Fault(FaultKind.REFUSE, 2, 2, times=2),
        Fault(FaultKind.ODD),
    )
    assert parse_faults("").faults == ()


@pytest.mark.parametrize(
    "text",
    ["earthquake", "drop", "odd:3", "fragment:0", "drop:5-2", "delay:-1", "delay:99", "drop:x", "drop:1*"],
)
def test_a_wrong_fault_is_a_usage_error(text: str) -> None:
    """It is refused with a hint."""
    with pytest.raises(UsageError) as caught:
        parse_faults(text)
    assert caught.value.hint


def test_equal_seeds_make_equal_faults() -> None:
    """Numbers from a range depend on the seed alone."""
    plan = parse_faults("fragment:1-1000")
    one, same, other = (
        [faults.draw(FaultKind.FRAGMENT) for _ in range(5)]
        for faults in (Faults(plan, 1), Faults(plan, 1), Faults(plan, 2))
    )
    assert one == same
    assert one != other


def test_what_is_over_does_not_happen_again() -> None:
    """A fault that happens once is gone afterwards."""
    faults = Faults(parse_faults("drop:5"), 0)
    assert faults.happened(FaultKind.DROP)
    assert not faults.happened(FaultKind.DROP)
    assert faults.draw(FaultKind.DROP) is None


async def test_errors_inside_the_block_come_out_bare(phone: VirtualPhone) -> None:
    """What the user of a link raises is not wrapped in a group."""
    with pytest.raises(RemoteProtocolError, match="mine"):
        async with open_link(phone):
            raise RemoteProtocolError("mine")
