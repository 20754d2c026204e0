"""Does every backend fulfil the contract of `NotificationAccess`, however small the pieces are?"""

from __future__ import annotations

import asyncio

import pytest

from phonelink_tui.domain.notification import Category, NotificationAction
from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.errors import AncsRefused, LinkLost, PhoneUnreachable
from phonelink_tui.profiles.ports import NotificationAccess
from phonelink_tui.virtual.entries import Previews, Switch
from phonelink_tui.virtual.personas import ANDROID, IPHONE, Persona
from phonelink_tui.virtual.wording import HIDDEN_TEXT, MESSAGES_APP
from tests.backends.world import BOB, FLOOD, World, lived, make_phone, opened, reach, soon

REPLAYED = 4
"""Notifications of the unread texts of the inbox."""


async def shown(access: NotificationAccess) -> ObservedNotification:
    """The next event, which has to be a notification."""
    event = await access.next_event()
    assert isinstance(event, ObservedNotification)
    return event


async def replay(access: NotificationAccess) -> list[ObservedNotification]:
    """What was there before the session."""
    return [await shown(access) for _ in range(REPLAYED)]


async def test_what_was_there_is_replayed(iphone: World) -> None:
    """A session begins with all that the phone still shows, marked as such."""
    async with opened(iphone.backend.open_notifications()) as access:
        seen = await replay(access)
    assert all(one.pre_existing for one in seen)
    assert {one.app_name for one in seen} == {"Messages"}
    entries = {entry.text: entry.title for entry in iphone.phone.centre.entries}
    assert len({one.text for one in seen}) == len(entries) == REPLAYED
    for one in seen:
        whole = next(text for text in entries if text.startswith(one.text.rstrip("\ufffd…")[:200]))
        assert entries[whole] == one.title


async def test_the_replay_has_an_end(iphone: World) -> None:
    """`replayed` returns once all that was there was taken, and not before."""
    async with opened(iphone.backend.open_notifications()) as access, asyncio.TaskGroup() as tasks:
        over = tasks.create_task(access.replayed())
        for _ in range(REPLAYED):
            assert not over.done()
            await shown(access)


async def test_new_notification_comes_whole(iphone: World) -> None:
    """Every field arrives, cut nowhere by the size of a packet."""
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)
        iphone.phone.notify(
            "com.example.parcels",
            "An der Tür 🎉",
            "Ünïcode text " * 20,
            app_name="Parcel Post",
            subtitle="Second floor",
            category=Category.LOCATION,
            positive_label="Thank",
            negative_label="Dismiss",
            important=True,
        )
        seen = await shown(access)
    assert (seen.app_id, seen.app_name) == ("com.example.parcels", "Parcel Post")
    assert (seen.title, seen.subtitle) == ("An der Tür 🎉", "Second floor")
    assert seen.text == "Ünïcode text " * 20 or ("Ünïcode text " * 20).startswith(seen.text.rstrip("\ufffd…"))
    assert (seen.category, seen.positive_label, seen.negative_label) == (
        Category.LOCATION,
        "Thank",
        "Dismiss",
    )
    assert (seen.important, seen.silent, seen.pre_existing, seen.modified) == (True, False, False, False)


async def test_change_and_removal_name_the_same_notification(iphone: World) -> None:
    """A notification that changes and goes keeps its number."""
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)
        iphone.phone.notify("com.example.garden", "Fern", "thirsty", key="fern")
        new = await shown(access)
        iphone.phone.notify("com.example.garden", "Fern", "very thirsty", key="fern")
        changed = await shown(access)
        iphone.phone.centre.clear("fern")
        gone = await access.next_event()
    assert (new.text, new.modified) == ("thirsty", False)
    assert (changed.uid, changed.text, changed.modified) == (new.uid, "very thirsty", True)
    assert gone == NotificationGone(new.uid)


async def test_notification_that_goes_at_once_is_never_half_there(iphone: World) -> None:
    """Of one that goes while its text is asked for, nothing or all is told, and the next is not disturbed."""
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)
        for _ in range(3):
            iphone.phone.notify("com.example.garden", "Gone at once", key="gone")
            iphone.phone.centre.clear("gone")
        iphone.phone.notify("com.example.garden", "Stays", key="stays")
        events = []
        while not (
            isinstance(event := await access.next_event(), ObservedNotification) and event.title == "Stays"
        ):
            events.append(event)
    assert len({event.uid for event in events if isinstance(event, ObservedNotification)}) <= 3


@pytest.mark.parametrize("action", NotificationAction)
async def test_button_is_pressed(iphone: World, action: NotificationAction) -> None:
    """A button of the phone acts there, and the notification goes."""
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)
        iphone.phone.notify("com.example.x", "Press", positive_label="Yes", negative_label="No", key="press")
        seen = await shown(access)
        await access.perform(seen.uid, action)
        assert await access.next_event() == NotificationGone(seen.uid)
        assert iphone.phone.centre.get("press") is None


async def test_button_of_what_is_gone_is_refused(iphone: World) -> None:
    """Pressing too late is refused by the phone, and the session goes on."""
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)
        iphone.phone.notify("com.example.x", "Press", positive_label="Yes", key="press")
        seen = await shown(access)
        iphone.phone.centre.clear("press")
        with pytest.raises(AncsRefused):
            await access.perform(seen.uid, NotificationAction.POSITIVE)
        assert await access.next_event() == NotificationGone(seen.uid)
        await access.probe()


async def test_several_callers(iphone: World) -> None:
    """Probes and buttons asked for at the same time are each answered."""
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)
        uids = []
        for number in range(3):
            iphone.phone.notify("com.example.x", f"{number}", positive_label="Yes", key=f"{number}")
            uids.append((await shown(access)).uid)
        await asyncio.gather(
            access.probe(),
            *(access.perform(uid, NotificationAction.POSITIVE) for uid in uids),
            access.probe(),
        )
        assert {await access.next_event() for _ in uids} == set(map(NotificationGone, uids))


async def test_battery_and_proof_of_life(iphone: World) -> None:
    """The charge is read, soon after it has changed as well, and a probe is answered."""
    async with opened(iphone.backend.open_notifications()) as access:
        for percent in (iphone.phone.battery_percent, 7):
            iphone.phone.set_battery(percent)
            while await access.battery_percent() != percent:
                await asyncio.sleep(0.1)
        await access.probe()


async def test_hidden_previews(iphone: World) -> None:
    """While previews are hidden the text does not leave the phone; unlocked it comes as a change."""
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)
        iphone.phone.centre.set_previews(Previews.UNLOCKED)
        iphone.phone.centre.lock()
        hidden = [await shown(access) for _ in range(REPLAYED)]
        assert {one.text for one in hidden} == {HIDDEN_TEXT[MESSAGES_APP]}
        iphone.phone.centre.lock(locked=False)
        open_again = [await shown(access) for _ in range(REPLAYED)]
    assert all(one.modified for one in (*hidden, *open_again))
    assert HIDDEN_TEXT[MESSAGES_APP] not in {one.text for one in open_again}


async def test_forbidden_until_consent(iphone: World) -> None:
    """Before the person has shared notifications the session is refused; afterwards it is served."""
    iphone.phone.turn(Switch.NOTIFICATIONS, on=False)
    with pytest.raises(AncsRefused):
        await iphone.backend.open_notifications()
    iphone.phone.turn(Switch.NOTIFICATIONS, on=True)
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)


async def test_session_after_session(iphone: World) -> None:
    """Numbers are given anew in each session: each is replayed whole."""
    for _ in range(3):
        async with opened(iphone.backend.open_notifications()) as access:
            seen = await replay(access)
            iphone.phone.receive_text(BOB, "between", notify=False)
        assert len({one.uid for one in seen}) == REPLAYED


async def test_phone_that_leaves_ends_the_session(iphone: World) -> None:
    """Out of range: whoever waits gets a lost link; back in range all is as before."""

    async def wait(access: NotificationAccess) -> None:
        await replay(access)
        soon(iphone.phone.walk_away)
        await access.next_event()

    with pytest.raises(LinkLost):
        await lived(iphone.backend.open_notifications(), wait)
    with pytest.raises(PhoneUnreachable):
        await iphone.backend.open_notifications()
    iphone.phone.come_back()
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)


async def test_flood_is_told_whole(iphone: World) -> None:
    """Hundreds of notifications at once are all told, and the newest is not lost behind them."""
    async with opened(iphone.backend.open_notifications()) as access:
        await replay(access)
        for number in range(FLOOD):
            iphone.phone.notify("com.example.flood", f"Number {number}")
        seen = {(await shown(access)).title for _ in range(FLOOD)}
    assert seen == {f"Number {number}" for number in range(FLOOD)}


@pytest.mark.parametrize(("some", "how"), [(ANDROID, "virtual"), (IPHONE, "tcp")], ids=["android", "tcp"])
async def test_ways_without_notifications(some: Persona, how: str) -> None:
    """An Android, and a phone on TCP, give none, and say so as what cannot be reached."""
    async with reach(make_phone(some), how) as world:
        with pytest.raises(PhoneUnreachable):
            await world.backend.open_notifications()
