"""What does a relay make of what a phone tells, from the first connection on?"""

from __future__ import annotations

import asyncio
from datetime import timedelta, timezone

import pytest

from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.domain.call import CallKind
from phonelink_tui.domain.events import CommandState, Progress
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import Audience, DeliveryState, Direction, UnknownReason
from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.thread import Reply
from phonelink_tui.relay.api import ActOnNotification, MarkRead
from phonelink_tui.relay.sync import PROBE_S
from phonelink_tui.virtual.embed import make_phone as phone_of
from phonelink_tui.virtual.entries import Previews
from phonelink_tui.virtual.personas import ANDROID, IPHONE
from phonelink_tui.virtual.phone import VirtualPhone
from tests.end_to_end.house import (
    ALICE,
    BOB,
    CAROL,
    limits_of,
    living,
    make_phone,
    thread_with,
    without_limit,
)
from tests.fast_time import START, now


async def test_first_sync() -> None:
    """After the first connection everything the phone lists is there, with names, bodies and read states."""
    phone, _ = phone_of(VirtualSpec("first-day"), clock=now)
    async with living(phone) as house:
        snapshot = await house.watch.ready()
        assert {thread.title for thread in snapshot.threads} == {
            *("Dad", "Ben Okafor", "Chiara Lindqvist", "Parcel Post", "Emre Yildiz", "Alice Moreau"),
        }
        assert all(thread.audience is Audience.UNKNOWN for thread in snapshot.threads)
        people = {"Alice Moreau", "Ben Okafor", "Chiara Lindqvist", "Dad", "Emre Yildiz"}
        assert {card.name for card in snapshot.contacts} == people | {phone.owner.name}
        assert [call.kind for call in snapshot.calls] == [CallKind.DIALLED, CallKind.MISSED]
        assert {note.title for note in snapshot.notifications} == {"The fern is thirsty", "Team lunch"}
        assert limits_of(snapshot) == {LimitKind.NOT_KEPT}
        assert snapshot.phone.battery_percent == 82
        texts = await house.watch.all_texts()
        assert all(text.read for text in texts)
        assert "The slides are in the shared folder.\nPage 12 still needs your numbers" in "".join(
            text.text for text in texts
        )
        assert house.watch.live_texts() == []
        done = [e.event for e in house.watch.events if isinstance(e.event, Progress)]
        assert done[-1].total == done[-1].done


async def test_text_and_its_notification_are_one_private_message() -> None:
    """A text that a notification announces to us alone is one message, private, and rings once."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        house.phone.receive_text(ALICE, "Dinner at eight?")
        await house.watch.settle()
        snapshot = await house.relay.snapshot()
        (thread,) = snapshot.threads
        assert (thread.audience, thread.title, thread.reply) == (Audience.PRIVATE, "Alice Moreau", Reply.OPEN)
        (text,) = await house.watch.texts(thread)
        assert (text.text, text.direction, text.read) == ("Dinner at eight?", Direction.INCOMING, False)
        assert [note.text_message for note in snapshot.notifications] == [text.id]
        assert len({each.id for each in house.watch.live_texts()}) == 1


async def test_texts_in_quick_order_keep_it() -> None:
    """Fifty texts at once arrive all, once each, in their order."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        for number in range(50):
            house.phone.receive_text(BOB, f"text {number}")
        await house.watch.settle()
        texts = await house.watch.all_texts()
        assert [text.text for text in texts] == [f"text {number}" for number in range(50)]
        assert {text.audience for text in texts} == {Audience.PRIVATE}


async def test_group_is_read_only() -> None:
    """A group's texts lie apart from the person's own, and the guard lets nothing out there."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        house.phone.receive_text(ALICE, "Just you and me")
        house.phone.receive_text(ALICE, "Hello all", members=[BOB, CAROL], group_name="Hikers")
        house.phone.receive_text(BOB, "Hello Alice", members=[ALICE])
        snapshot = await house.watch.settle()
        assert {(t.title, t.audience) for t in snapshot.threads} == {
            ("Alice Moreau", Audience.PRIVATE),
            ("Hikers", Audience.GROUP),
            ("To you & Alice Moreau", Audience.GROUP),
        }
        for group in (t for t in snapshot.threads if t.audience is Audience.GROUP):
            assert group.reply is Reply.CLOSED
            outcome = await house.watch.send(group.address.value, "to all", thread=group)
            assert (outcome.state, outcome.reasons) == (CommandState.REFUSED, ("group",))
        private = thread_with(snapshot, ALICE, "private")
        outcome = await house.watch.send(ALICE, "to you", thread=private)
        assert outcome.state is CommandState.DONE
        await house.watch.settle()
        assert [(push.recipients, push.text) for push in house.phone.pushed] == [((ALICE,), "to you")]


async def test_muted_text_stays_unknown_and_is_asked_about() -> None:
    """Without a notification nobody can say who else reads it: the first reply asks."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        house.phone.receive_text(ALICE, "Muted", notify=False)
        snapshot = await house.watch.settle()
        thread = thread_with(snapshot, ALICE, "unknown")
        assert (thread.unknown_reason, thread.reply) == (UnknownReason.NO_MATCH, Reply.ASKS)
        outcome = await house.watch.send(ALICE, "x", thread=thread, confirmed=frozenset())
        assert outcome.state is CommandState.ASKS
        assert house.phone.pushed == []


async def test_deleted_and_read_on_the_phone() -> None:
    """What its owner does on the phone shows here; what is read here is read there."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        first, second, third = (house.phone.receive_text(ALICE, f"text {n}") for n in range(3))
        await house.watch.until(lambda s: s.threads and s.threads[0].total == 3)
        house.phone.mark_read(first.handle)
        house.phone.delete_text(second.handle)
        snapshot = await house.watch.until(lambda s: s.threads[0].total == 2 and s.threads[0].unread == 1)
        await house.watch.do(MarkRead("r", snapshot.threads[0].id))
        stored = house.phone.text_with(third.handle)
        assert stored is not None
        assert stored.read
        assert (await house.watch.settle()).threads[0].unread == 0


async def test_number_of_a_notification_is_used_again() -> None:
    """The phone gives the number of a gone notification to the next: acting on the old one does nothing."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        house.phone.notify("com.example.a", "Old", positive_label="Pay", key="old")
        (old,) = (await house.watch.until(lambda s: s.notifications)).notifications
        house.phone.centre.clear("old")
        house.phone.notify("com.example.a", "New", positive_label="Pay", key="new")
        (new,) = (
            await house.watch.until(lambda s: s.notifications and s.notifications[0].title == "New")
        ).notifications
        assert new.id != old.id
        outcome = await house.watch.do(ActOnNotification("a", old.id, NotificationAction.POSITIVE))
        assert outcome.state is CommandState.FAILED
        assert house.phone.centre.get("new") is not None
        await house.watch.do(ActOnNotification("b", new.id, NotificationAction.POSITIVE))
        assert house.phone.centre.get("new") is None
        assert (await house.watch.settle()).notifications == ()


async def test_hidden_previews_are_said_and_end() -> None:
    """Notifications without text: the limit appears, texts stay unknown, and both end with the hiding."""
    async with living(make_phone()) as house:
        await house.watch.ready()
        house.phone.centre.set_previews(Previews.UNLOCKED)
        house.phone.centre.lock()
        house.phone.receive_text(ALICE, "A secret")
        snapshot = await house.watch.until(lambda s: LimitKind.PREVIEWS_HIDDEN in limits_of(s))
        snapshot = await house.watch.settle()
        assert [t.audience for t in snapshot.threads] == [Audience.UNKNOWN]
        house.phone.centre.lock(locked=False)
        snapshot = await house.watch.until(lambda s: without_limit(s, LimitKind.PREVIEWS_HIDDEN))
        snapshot = await house.watch.settle()
        assert [t.audience for t in snapshot.threads] == [Audience.PRIVATE]
        assert len(await house.watch.all_texts()) == 1


async def test_android() -> None:
    """Android tells its groups and own texts by itself, has no notifications, and reports delivery."""
    async with living(make_phone(ANDROID)) as house:
        house.phone.write_text([BOB], "From the phone", at=START - timedelta(hours=1))
        snapshot = await house.watch.ready()
        house.phone.receive_text(ALICE, "Just us")
        house.phone.receive_text(ALICE, "All of us", members=[BOB])
        house.phone.write_text([BOB], "Also from the phone")
        await house.watch.until(lambda s: sum(t.total for t in s.threads) == 4, within_s=PROBE_S + 5)
        snapshot = await house.watch.settle()
        kinds = {(t.address.value, t.audience) for t in snapshot.threads}
        assert kinds == {(ALICE, Audience.PRIVATE), (ALICE, Audience.GROUP), (BOB, Audience.PRIVATE)}
        assert limits_of(snapshot) == {LimitKind.NOT_KEPT}
        own = await house.watch.texts(thread_with(snapshot, BOB, "private"))
        assert [(t.text, t.direction) for t in own] == [
            ("From the phone", Direction.OUTGOING),
            ("Also from the phone", Direction.OUTGOING),
        ]
        outcome = await house.watch.send(ALICE, "On my way", thread=thread_with(snapshot, ALICE, "private"))
        assert outcome.state is CommandState.DONE
        snapshot = await house.watch.settle()
        texts = await house.watch.texts(thread_with(snapshot, ALICE, "private"))
        assert [(t.text, t.state) for t in texts] == [
            ("Just us", DeliveryState.RECEIVED),
            ("On my way", DeliveryState.DELIVERED),
        ]
        assert len(house.phone.pushed) == 1


async def test_nothing_is_left_behind() -> None:
    """A relay that has ended leaves no task and no session on the phone."""
    before = len(asyncio.all_tasks())
    for _ in range(3):
        async with living(make_phone()) as house:
            await house.watch.ready()
    await asyncio.sleep(1)
    assert len(asyncio.all_tasks()) == before


@pytest.mark.parametrize("hours", [-7, 5])
async def test_calls_have_the_phones_time(hours: int) -> None:
    """Wherever the phone is: its calls are read before anything tells its offset, and right soon after."""
    phone = VirtualPhone(IPHONE, clock=now, seed=7, zone=timezone(timedelta(hours=hours)))
    phone.call_log.record(ALICE, CallKind.MISSED, at=now() - timedelta(hours=1))
    phone.receive_text(ALICE, "Call me", at=now() - timedelta(minutes=30))
    truth = phone.call_log.entries[0].at.replace(microsecond=0)
    async with living(phone) as house:
        snapshot = await house.watch.ready()
    assert [call.at for call in snapshot.calls] == [truth]
