"""Does every text of ours leave at most once, and is what became of it told truthfully, whatever breaks?"""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from phonelink_tui.domain.events import CommandState, MessageChanged
from phonelink_tui.domain.message import DeliveryState, MessageId
from phonelink_tui.domain.phone import Capability, LinkPhase
from phonelink_tui.relay.api import CancelText, RetryText, SendText
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.personas import ANDROID, IPHONE, Persona
from tests.backends.conversations import Meter, MeteredLink
from tests.end_to_end.house import ALICE, House, living, make_phone

ACCEPTED = {DeliveryState.ACCEPTED, DeliveryState.SENT, DeliveryState.DELIVERED}
FINAL = {*ACCEPTED, DeliveryState.UNKNOWN, DeliveryState.FAILED}


async def settled(house: House, message: MessageId) -> DeliveryState:
    """How far a text got once it gets no further."""

    def state() -> DeliveryState | None:
        states = [
            e.event.message.state
            for e in house.watch.events
            if isinstance(e.event, MessageChanged) and e.event.message.id == message
        ]
        return states[-1] if states and states[-1] in FINAL else None

    await house.watch.until(lambda _: state(), within_s=600)
    await house.watch.settle()
    found = state()
    assert found is not None
    return found


async def send_one(house: House, text: str) -> MessageId:
    """A text to Alice, taken up by the relay."""
    outcome = await house.watch.send(ALICE, text)
    assert outcome.state is CommandState.DONE
    assert outcome.message is not None
    return outcome.message


async def test_reply_is_accepted_and_counted_once() -> None:
    """One command, one push, one message; the same command again sends nothing."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        house.phone.receive_text(ALICE, "Dinner?")
        (thread,) = (await house.watch.settle()).threads
        command = SendText("same", "At eight!", ALICE, thread.id)
        outcome = await house.watch.do(command)
        assert outcome.message is not None
        assert await settled(house, outcome.message) is DeliveryState.ACCEPTED
        await house.relay.execute(command)
        await house.watch.settle()
        assert [(push.recipients, push.text) for push in house.phone.pushed] == [((ALICE,), "At eight!")]
        assert [text.text for text in await house.watch.texts(thread)] == ["Dinner?", "At eight!"]


async def test_text_to_oneself_comes_back() -> None:
    """A text to the phone's own number is pushed once and arrives as an incoming one."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        await house.watch.send(house.phone.owner.addresses[0], "Note to self")
        await house.watch.until(lambda s: sum(t.total for t in s.threads) == 2)
        assert len(house.phone.pushed) == 1


@pytest.mark.parametrize("fault", ["drop", "drop_up", "stall"])
@pytest.mark.parametrize("persona", [IPHONE, ANDROID], ids=["iphone", "android"])
async def test_break_anywhere_in_a_session_with_a_push(persona: Persona, fault: str) -> None:
    """The link breaks after any number of bytes: accepted means counted once, failed never, unknown at most once."""
    meter = Meter()
    async with living(
        make_phone(persona), change=lambda link: MeteredLink(link, Service.MAS, meter)
    ) as house:
        await settled(house, await send_one(house, "How far?"))
        total = meter.up if fault == "drop_up" else meter.down  # without what leave-taking adds
    ends: Counter[DeliveryState] = Counter()
    for place in range(3, total, 43 if persona is IPHONE else 97):
        async with living(make_phone(persona, f"{fault}:{place}"), seed=place) as house:
            state = await settled(house, await send_one(house, "How far?"))
            ends[state] += 1
            count = len(house.phone.pushed)
            told = f"{fault}:{place} {state} {count}"
            assert count == 1 if state in ACCEPTED else count <= 1, told
            assert state is not DeliveryState.FAILED, told  # what certainly did not leave is tried again
            (text,) = await house.watch.all_texts()
            assert text.state is state, told
            # Later a new session sends as ever, and the first text is not sent again.
            await settled(house, await send_one(house, "Second"))
            assert [push.text for push in house.phone.pushed] == ["How far?"] * count + ["Second"], told
    assert sum(ends[state] for state in ACCEPTED) > 0


async def test_lost_answer_is_unknown_for_ever() -> None:
    """The phone took the text and its answer was lost: unknown, never sent again, not even on demand."""
    async with living(make_phone(IPHONE, "lose_push")) as house:
        await house.watch.ready()
        message = await send_one(house, "May have left")
        assert await settled(house, message) is DeliveryState.UNKNOWN
        outcome = await house.watch.do(RetryText("again", message))
        assert outcome.state is CommandState.REFUSED
        await asyncio.sleep(600)
        assert len(house.phone.pushed) == 1
        assert [text.id for text in (await house.relay.snapshot()).unsettled] == [message]


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.3])
async def test_phone_that_walks_away_in_the_middle(after_s: float) -> None:
    """Ten texts on their way as the phone leaves: each is counted at most once, and all of it is told truthfully."""
    async with living(make_phone(IPHONE, "delay:0.01-0.02")) as house:
        await house.watch.ready()
        messages = [await send_one(house, f"text {number}") for number in range(10)]
        await asyncio.sleep(after_s)
        house.phone.walk_away()
        await asyncio.sleep(100)
        house.phone.come_back()
        states = {f"text {n}": await settled(house, message) for n, message in enumerate(messages)}
        counts = Counter(push.text for push in house.phone.pushed)
        for text, state in states.items():
            assert counts[text] == 1 if state is DeliveryState.ACCEPTED else counts[text] <= 1, states
        assert DeliveryState.FAILED not in states.values()
        assert sum(state is DeliveryState.UNKNOWN for state in states.values()) <= 1
        assert [push.text for push in house.phone.pushed] == sorted(counts)


async def test_held_text_is_taken_back() -> None:
    """In the hold window a text can be taken back; afterwards it has left."""
    async with living(make_phone(), hold_s=5) as house:
        await house.watch.ready()
        first, second = await send_one(house, "Wrong"), await send_one(house, "Right")
        outcome = await house.watch.do(CancelText("back", first))
        assert outcome.state is CommandState.DONE
        assert await settled(house, second) is DeliveryState.ACCEPTED
        late = await house.watch.do(CancelText("late", second))
        assert late.state is CommandState.FAILED
        assert [push.text for push in house.phone.pushed] == ["Right"]


@pytest.mark.parametrize("delay", ["delay:0.5", "delay:2-3", "stall:2500"])
async def test_relay_that_ends_during_a_push(delay: str) -> None:
    """Leaving finishes the push in flight within its time; what had not begun is dropped, and counted never."""
    phone = make_phone(IPHONE, delay)
    async with living(phone) as house:
        await house.watch.until(lambda s: s.phone.phase(Capability.MESSAGES) is LinkPhase.READY)
        first, second = await send_one(house, "In flight"), await send_one(house, "Behind it")
        await house.watch.until(
            lambda s: any(t.id == first and t.state is DeliveryState.HANDED_OVER for t in s.unsettled)
        )
        events = house.watch.events
    last = {e.event.message.id: e.event.message.state for e in events if isinstance(e.event, MessageChanged)}
    counts = Counter(push.text for push in phone.pushed)
    assert last[second] is DeliveryState.FAILED
    assert counts["Behind it"] == 0
    assert counts["In flight"] <= 1
    if last[first] is DeliveryState.ACCEPTED:
        assert counts["In flight"] == 1
    else:
        assert last[first] is DeliveryState.UNKNOWN
