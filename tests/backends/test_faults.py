"""What becomes of every operation under every fault, and of the phone afterwards?

Under a fault every operation ends within its deadline in exactly one of: the contract's result, a named error,
or unknown for a push. Afterwards a new session fulfils the whole contract, and no push is counted twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import pytest

from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.errors import DeadlineExceeded, OutcomeUnknown, PhoneUnreachable
from phonelink_tui.profiles.ports import MessageAccess, NotificationAccess
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.personas import ANDROID, IPHONE, PERSONAS, Persona
from phonelink_tui.virtual.phone import VirtualPhone
from tests.backends.conversations import (
    CERTAINLY_NOT,
    Meter,
    MeteredLink,
    Outcome,
    Step,
    again,
    book_steps,
    converse,
    message_steps,
)
from tests.backends.world import World, make_phone, reach, with_link

pytestmark = pytest.mark.timeout(240)

FIRST, SECOND = "Before the fault was gone", "After it"


async def message_reference(persona: Persona, way: str, *, only: str = "") -> tuple[list[Outcome], Meter]:
    """The same conversation with nothing going wrong, and how long each step is in bytes."""
    meter = Meter()
    async with reach(make_phone(persona), way) as world:
        metered = with_link(world, lambda link: MeteredLink(link, Service.MAS, meter))
        outcomes = await converse(metered.open_messages, steps_of(world, FIRST, only), meter)
    assert all(outcome.error is None for outcome in outcomes)
    return outcomes, meter


def steps_of(world: World, push: str, only: str = "") -> list[Step[MessageAccess]]:
    """The steps of a conversation, or one of them."""
    return [step for step in message_steps(world.phone, push) if only in ("", step[0])]


async def check_messages(
    persona: Persona, way: str, fault: str, reference: list[Outcome], *, only: str = "", exact: bool = True
) -> list[Outcome]:
    """One conversation under a fault, and one after it."""
    async with reach(make_phone(persona, fault), way) as world:
        outcomes = await converse(world.backend.open_messages, steps_of(world, FIRST, only))
        told = f"{persona.kind} {way} {fault}: {outcomes}"
        if exact:
            for outcome, expected in zip(outcomes, reference, strict=False):
                assert outcome.error is not None or outcome == expected, told
        counted = [push.text for push in world.phone.pushed].count(FIRST)
        pushes = [outcome for outcome in outcomes if outcome.step == "push"]
        for push in pushes:
            if push.error is None:
                assert counted == 1, told
            elif exact and isinstance(push.error, CERTAINLY_NOT):
                assert counted == 0, told
            else:
                assert counted <= 1, told
        if not pushes:
            assert counted == 0, told
        after = await again(world, world.backend.open_messages, steps_of(world, SECOND, only))
        assert [outcome.error for outcome in after] == [None] * len(reference), f"{told} {after}"
        assert [push.text for push in world.phone.pushed] == [FIRST] * counted + [SECOND], told
        return outcomes


async def sweep(
    persona: Persona, way: str, faults: Iterable[str], *, exact: bool = True
) -> list[list[Outcome]]:
    """Every one of these faults in turn."""
    reference, _ = await message_reference(persona, way)
    return [await check_messages(persona, way, fault, reference, exact=exact) for fault in faults]


def ended_early(outcomes: list[list[Outcome]]) -> int:
    """In how many conversations an operation failed."""
    return sum(any(outcome.error for outcome in one) for one in outcomes)


@pytest.mark.parametrize("fault", ["drop", "drop_up", "stall"])
@pytest.mark.parametrize(
    ("kind", "way", "stride"),
    [("iphone", "virtual", 67), ("android", "virtual", 331), ("iphone", "tcp", 331)],
)
async def test_break_at_many_places(kind: PhoneKind, way: str, stride: int, fault: str) -> None:
    """The link breaks, or the phone falls silent, after any number of bytes in either direction."""
    persona = PERSONAS[PhoneKind(kind)]
    _, meter = await message_reference(persona, way)
    total = meter.up if fault == "drop_up" else meter.down
    places = range(0, total, stride)
    outcomes = await sweep(persona, way, (f"{fault}:{place}" for place in places))
    assert ended_early(outcomes) >= len(places) - 2


@pytest.mark.parametrize("fault", ["drop", "drop_up", "stall"])
@pytest.mark.parametrize("persona", [IPHONE, ANDROID], ids=["iphone", "android"])
async def test_break_at_every_place_of_a_push(persona: Persona, fault: str) -> None:
    """Wherever the link breaks in a push, what is told is what the phone counted, or unknown."""
    reference, meter = await message_reference(persona, "virtual", only="push")
    (up, down), (up_end, down_end) = meter.marks["push"], meter.marks["close"]
    places = (
        range(up, up_end + 1, 1 if persona is IPHONE else 5) if fault == "drop_up" else range(down, down_end)
    )
    ends: list[str] = []
    for place in places:
        outcomes = await check_messages(persona, "virtual", f"{fault}:{place}", reference, only="push")
        error = outcomes[-1].error
        ends.append("result" if error is None else type(error).__name__)
    if fault == "drop_up":
        assert set(ends) == {"LinkLost", "OutcomeUnknown"}, ends
    else:
        assert set(ends) == {"OutcomeUnknown"}, ends


@pytest.mark.parametrize("way", ["virtual", "tcp"])
async def test_lost_answer_to_a_push_is_unknown(way: str) -> None:
    """The phone took the text and the link broke: unknown, and it is not sent again."""
    (outcomes,) = await sweep(IPHONE, way, ["lose_push"])
    assert isinstance(outcomes[-1].error, OutcomeUnknown)


@pytest.mark.parametrize("persona", [IPHONE, ANDROID], ids=["iphone", "android"])
async def test_garbled_byte_at_many_places(persona: Persona) -> None:
    """A changed byte may change a value, and does no worse than to end the session with a name."""
    _, meter = await message_reference(persona, "virtual")
    await sweep(persona, "virtual", (f"garble:{place}" for place in range(0, meter.down, 61)), exact=False)
    reference, meter = await message_reference(persona, "virtual", only="push")
    for place in range(meter.marks["push"][1], meter.marks["close"][1]):
        await check_messages(persona, "virtual", f"garble:{place}", reference, only="push", exact=False)


@pytest.mark.parametrize("way", ["virtual", "tcp"])
@pytest.mark.parametrize(
    "fault",
    ["delay:0.05-0.2", "delay:1-4", "flood:500", "flood:3000", "odd,flood:50,fragment:1-7", "no_call_back"],
)
async def test_what_only_takes_longer_changes_nothing(way: str, fault: str) -> None:
    """Late, flooding, silent about events and oddly written: every operation has the contract's result."""
    outcomes = await sweep(IPHONE, way, [fault])
    assert ended_early(outcomes) == 0, outcomes


@pytest.mark.parametrize("way", ["virtual", "tcp"])
async def test_what_takes_too_long_has_a_deadline(way: str) -> None:
    """A phone slower than the deadline, or one that trickles for ever, is given up with a name."""
    outcomes = await sweep(IPHONE, way, ["delay:11-12", "delay:1,fragment:1", "stall:0"])
    assert [type(one[-1].error) for one in outcomes] == [DeadlineExceeded] * 3


@pytest.mark.parametrize("way", ["virtual", "tcp"])
async def test_refused_connections(way: str) -> None:
    """A refused connection is told at once, and the next one that is not refused is as good as ever."""
    outcomes = await sweep(IPHONE, way, ["refuse:1", "refuse:3", "refuse:2,drop:500"])
    assert [len(one) for one in outcomes] == [1, 1, 1]


@pytest.mark.parametrize("fault", ["drop", "drop_up", "stall", "garble", "refuse"])
@pytest.mark.parametrize(("way", "stride"), [("virtual", 19), ("tcp", 97)])
async def test_phonebook_under_faults(way: str, stride: int, fault: str) -> None:
    """The phonebook ends as told or with a name, and the next session reads all of it."""
    meter = Meter()
    async with reach(make_phone(IPHONE), way) as world:
        metered = with_link(world, lambda link: MeteredLink(link, Service.PBAP, meter))
        reference = await converse(metered.open_phonebook, book_steps(), meter)
    total = {"drop_up": meter.up, "refuse": 3 * stride}.get(fault, meter.down)
    for place in range(1, total, stride):
        async with reach(make_phone(IPHONE, f"{fault}:{place if fault != 'refuse' else 1}"), way) as world:
            outcomes = await converse(world.backend.open_phonebook, book_steps())
            if fault != "garble":
                for outcome, expected in zip(outcomes, reference, strict=False):
                    assert outcome.error is not None or outcome == expected, f"{fault}:{place} {outcomes}"
            after = await again(world, world.backend.open_phonebook, book_steps())
            assert after == reference, f"{fault}:{place} {outcomes}"


def notice_steps(phone: VirtualPhone) -> list[Step[NotificationAccess]]:
    """All that can be asked of a notification session."""

    async def replay(access: NotificationAccess) -> object:
        shown = [await access.next_event() for _ in phone.centre.entries]
        return len(shown)

    async def press(access: NotificationAccess) -> object:
        phone.notify("com.example.x", "Press", positive_label="Yes", key="press")
        shown = await access.next_event()
        assert isinstance(shown, ObservedNotification)
        await access.perform(shown.uid, NotificationAction.POSITIVE)
        return await access.next_event() == NotificationGone(shown.uid)

    async def battery(access: NotificationAccess) -> object:
        return await access.battery_percent()

    async def probe(access: NotificationAccess) -> object:
        await access.probe()
        return True

    return [("replay", replay), ("press", press), ("battery", battery), ("probe", probe)]


class Turns:
    """Does something after so many turns of the loop."""

    def __init__(self, turns: int, act: Callable[[], object]) -> None:
        self._turns = turns
        self._act = act
        self._loop = asyncio.get_running_loop()
        self._turn()

    def _turn(self) -> None:
        self._turns -= 1
        if self._turns < 0:
            self._act()
        else:
            self._loop.call_soon(self._turn)


@pytest.mark.parametrize("fragments", ["", "fragment:1"])
async def test_notifications_when_the_phone_leaves_at_any_moment(fragments: str) -> None:
    """The link goes after any number of turns: each step ends as told or with a name, and a new session is whole."""
    failed = 0
    for turns in range(0, 140, 3):
        async with reach(make_phone(IPHONE, fragments), "virtual") as world:
            phone = world.phone
            Turns(turns, phone.walk_away)
            outcomes = await converse(world.backend.open_notifications, notice_steps(phone))
            failed += any(outcome.error for outcome in outcomes)
            phone.come_back()
            phone.centre.clear("press")
            after = await again(world, world.backend.open_notifications, notice_steps(phone))
            assert [(one.error, one.result) for one in after[1:]] == [
                *((None, result) for result in (4, True, 82, True))
            ], f"{turns} {outcomes} {after}"
    assert failed >= 20


async def test_notifications_refused() -> None:
    """A refused attachment is told at once, and the next is as good as ever."""
    async with reach(make_phone(IPHONE, "refuse:2"), "virtual") as world:
        outcomes = await converse(world.backend.open_notifications, notice_steps(world.phone))
        assert [type(one.error) for one in outcomes] == [PhoneUnreachable]
        after = await again(world, world.backend.open_notifications, notice_steps(world.phone))
        assert [one.error for one in after] == [None] * 5
