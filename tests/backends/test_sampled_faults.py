"""What becomes of every operation under faults of the phone, at a few places, on a way too slow for every place?

As in `test_faults`: each ends within its deadline as told, with a name, or unknown for a push; afterwards a new
session is whole, and no push is counted twice. The places are those of our own sessions' bytes: obexd's requests
are about as long.
"""

from __future__ import annotations

import pytest

from phonelink_tui.errors import DeadlineExceeded, OutcomeUnknown
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.personas import ANDROID, IPHONE, Persona
from tests.backends.conversations import Meter, MeteredLink, Outcome, again, book_steps, converse
from tests.backends.test_faults import FIRST, check_messages, ended_early, message_reference, steps_of
from tests.backends.world import PLACES, PUSH_STRIDES, SLOW_WAY, make_phone, reach, with_link

pytestmark = [pytest.mark.needs("dbus-daemon", "dbus-daemon"), pytest.mark.timeout(240)]

OUR_OWN = "virtual"


def places(end: int, start: int = 0) -> range:
    """So many places."""
    return range(start, end, max(1, (end - start) // PLACES))


_references: dict[tuple[Persona, str], tuple[list[Outcome], Meter]] = {}


async def reference_of(persona: Persona, *, only: str = "") -> tuple[list[Outcome], Meter]:
    """The conversation with nothing going wrong, had once; and our own sessions' bytes in it."""
    if (persona, only) not in _references:
        outcomes, meter = await message_reference(persona, OUR_OWN, only=only)
        if SLOW_WAY != OUR_OWN:
            async with reach(make_phone(persona), SLOW_WAY) as world:
                outcomes = await converse(world.backend.open_messages, steps_of(world, FIRST, only))
        assert all(outcome.error is None for outcome in outcomes), outcomes
        _references[persona, only] = outcomes, meter
    return _references[persona, only]


@pytest.mark.parametrize("fault", ["drop", "drop_up", "stall"])
async def test_break_at_many_places(fault: str) -> None:
    """The link breaks, or the phone falls silent, after any number of bytes in either direction."""
    reference, meter = await reference_of(IPHONE)
    total = meter.up if fault == "drop_up" else meter.down
    outcomes = [
        await check_messages(IPHONE, SLOW_WAY, f"{fault}:{place}", reference) for place in places(total)
    ]
    assert ended_early(outcomes) >= len(places(total)) - 2


@pytest.mark.parametrize("fault", ["drop", "drop_up", "stall"])
@pytest.mark.parametrize("persona", [IPHONE, ANDROID], ids=["iphone", "android"])
async def test_break_in_a_push(persona: Persona, fault: str) -> None:
    """Wherever the link breaks in a push, what is told is what the phone counted, or unknown."""
    reference, meter = await reference_of(persona, only="push")
    (up, down), (up_end, down_end) = meter.marks["push"], meter.marks["close"]
    start, end = (up, up_end + 1) if fault == "drop_up" else (down, down_end)
    for place in range(start, end, PUSH_STRIDES[fault]):
        await check_messages(persona, SLOW_WAY, f"{fault}:{place}", reference, only="push")


async def test_lost_answer_to_a_push_is_unknown() -> None:
    """The phone took the text and the link broke: unknown, and it is not sent again."""
    reference, _ = await reference_of(IPHONE)
    outcomes = await check_messages(IPHONE, SLOW_WAY, "lose_push", reference)
    assert isinstance(outcomes[-1].error, OutcomeUnknown)


@pytest.mark.parametrize("fault", ["delay:0.05-0.2", "delay:0.5-2", "flood:500", "odd,flood:50,fragment:1-7"])
async def test_what_only_takes_longer_changes_nothing(fault: str) -> None:
    """Late, flooding and oddly written: every operation has the contract's result."""
    reference, _ = await reference_of(IPHONE)
    outcomes = await check_messages(IPHONE, SLOW_WAY, fault, reference)
    assert ended_early([outcomes]) == 0, outcomes


@pytest.mark.parametrize("fault", ["delay:11-12", "delay:1,fragment:1", "stall:0"])
async def test_what_takes_too_long_has_a_deadline(fault: str) -> None:
    """A phone slower than the deadline, or one that trickles for ever, is given up with a name."""
    reference, _ = await reference_of(IPHONE)
    outcomes = await check_messages(IPHONE, SLOW_WAY, fault, reference)
    assert isinstance(outcomes[-1].error, DeadlineExceeded)


async def test_refused_connections() -> None:
    """A refused connection is told at once, and the next one that is not refused is as good as ever."""
    reference, _ = await reference_of(IPHONE)
    assert len(await check_messages(IPHONE, SLOW_WAY, "refuse:2", reference)) == 1


@pytest.mark.parametrize("fault", ["drop", "drop_up", "stall"])
async def test_phonebook_under_faults(fault: str) -> None:
    """The phonebook ends as told or with a name, and the next session reads all of it."""
    meter = Meter()
    async with reach(make_phone(IPHONE), OUR_OWN) as world:
        metered = with_link(world, lambda link: MeteredLink(link, Service.PBAP, meter))
        await converse(metered.open_phonebook, book_steps(), meter)
    async with reach(make_phone(IPHONE), SLOW_WAY) as world:
        reference = await converse(world.backend.open_phonebook, book_steps())
    total = meter.up if fault == "drop_up" else meter.down
    for place in places(total, 1):
        async with reach(make_phone(IPHONE, f"{fault}:{place}"), SLOW_WAY) as world:
            outcomes = await converse(world.backend.open_phonebook, book_steps())
            for outcome, expected in zip(outcomes, reference, strict=False):
                assert outcome.error is not None or outcome == expected, f"{fault}:{place} {outcomes}"
            after = await again(world, world.backend.open_phonebook, book_steps())
            assert after == reference, f"{fault}:{place} {outcomes}"
