"""Notifications over ANCS when the phone is disorderly: reused UIDs, silence, floods, nameless apps."""

from __future__ import annotations

import asyncio

import pytest
from bleak.exc import BleakCharacteristicNotFoundError, BleakError, BleakGATTProtocolError

from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.errors import (
    DeadlineExceeded,
    LimitExceeded,
    LinkLost,
)
from phonelink_tui.profiles.ancs_client import UNTAKEN
from phonelink_tui.profiles.app_names import AppNames
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import (
    AttErrorCode,
    EventFlags,
    EventId,
)
from phonelink_tui.protocol.obex.operations import Answer
from phonelink_tui.transport.gatt import NotifyCallback
from phonelink_tui.transport.together import beside
from tests.profiles.ancs_bench import MAIL, MESSAGES, Bench, failure_of, text, text_of, told
from tests.profiles.fake_gatt import FakeGatt
from tests.profiles.wired import FakeLink, WiredStream


async def test_a_removed_notification_is_told_once_and_its_text_no_more() -> None:
    """Also when it goes while its text, or its app's name, is being fetched."""
    bench = Bench()
    async with bench.opened() as client:
        bench.gatt.writable.clear()
        bench.add("a", text("a", app=MAIL))
        await asyncio.sleep(0)
        bench.remove("a")
        bench.gatt.writable.set()
        assert await told(client) == NotificationGone(0)
        bench.say(EventId.REMOVED, 4711)
        bench.add("b")
        assert await text_of(client) == "b"


async def test_a_uid_used_again_without_a_word_does_not_stop_the_others() -> None:
    """The phone adds a notification under a live UID while the old one is being fetched."""
    bench = Bench()
    async with bench.opened(command_s=0.05) as client:
        bench.gatt.swallow = True
        bench.add("a")
        while len(bench.gatt.written) < 2:
            await asyncio.sleep(0)
        bench.say(EventId.ADDED, 0)
        bench.gatt.swallow = False
        assert await text_of(client) == "a"
        bench.add("b")
        assert await text_of(client) == "b"


async def test_reused_uids_bring_the_new_texts() -> None:
    """Added, removed and added again under one UID: each text is told, in order."""
    bench = Bench(reuse_uids=True)
    async with bench.opened() as client:
        for n in range(5):
            bench.add("a", text(f"text {n}"))
            assert await text_of(client) == f"text {n}"
            bench.remove("a")
            assert await told(client) == NotificationGone(0)


async def test_a_modified_notification_is_told_as_such() -> None:
    """With its new text, under the same UID."""
    bench = Bench()
    bench.add("a")
    async with bench.opened() as client:
        assert await text_of(client) == "a"
        bench.provider.modify("a", text("changed"))
        bench.gatt.flush()
        seen = await told(client)
    assert isinstance(seen, ObservedNotification)
    assert (seen.text, seen.modified, seen.uid) == ("changed", True, 0)


async def test_an_old_text_is_not_told_under_a_new_notification() -> None:
    """The UID is used again while the name of the old one's app is asked for."""
    bench = Bench(reuse_uids=True)
    async with bench.opened() as client:
        bench.add("a", text("old", app=MAIL))
        while len(bench.gatt.written) < 2:
            await asyncio.sleep(0)
        bench.gatt.writable.clear()
        await asyncio.sleep(0)
        bench.remove("a")
        bench.add("b", text("new", app=MAIL))
        bench.gatt.writable.set()
        seen = [await told(client), await told(client)]
    assert seen[0] == NotificationGone(0)
    assert isinstance(seen[1], ObservedNotification)
    assert seen[1].text == "new"


async def test_a_command_without_an_answer_holds_up_nothing_for_long() -> None:
    """Its deadline runs from the write, however much else the phone says meanwhile."""
    bench = Bench()
    async with bench.opened(command_s=0.05) as client:
        bench.gatt.swallow = True
        bench.add("lost")
        while len(bench.gatt.written) < 2:
            await asyncio.sleep(0)
        bench.gatt.swallow = False
        bench.add("b")

        async def chatter() -> None:
            while True:
                await asyncio.sleep(0.01)
                bench.say(EventId.REMOVED, 4711)

        async with beside(chatter()):
            assert await text_of(client) == "b"


async def test_a_write_that_hangs_is_given_up() -> None:
    """No acknowledgement within the deadline counts as no answer."""
    bench = Bench()
    async with bench.opened(command_s=0.02) as client:
        bench.gatt.writable.clear()
        with pytest.raises(DeadlineExceeded):
            await client.probe()
        bench.gatt.writable.set()
        await client.probe()


async def test_an_app_without_a_name_is_told_by_its_id() -> None:
    """Never answered, or impossible to ask for: the notification comes all the same, and nobody asks again."""
    bench = Bench()
    async with bench.opened(command_s=0.05) as client:
        for app in ("org.example.unknown", "org.example.unknown", ""):
            bench.add("a", text("hello", app=app))
            seen = await told(client)
            assert isinstance(seen, ObservedNotification)
            assert (seen.text, seen.app_name) == ("hello", app.rpartition(".")[2])
            bench.remove("a")
            assert isinstance(await told(client), NotificationGone)
    assert sum(b"unknown" in w for w in bench.gatt.written) == 1


async def test_several_notifications_of_an_app_wait_for_one_name() -> None:
    """The name is asked for once."""
    bench = Bench()
    for n in range(4):
        bench.provider.add(f"{n}", text(f"{n}", app=MAIL))
    async with bench.opened() as client:
        assert [await text_of(client) for _ in range(4)] == ["0", "1", "2", "3"]
    assert sum(MAIL.encode() in w for w in bench.gatt.written) == 1


async def test_more_notifications_than_are_remembered() -> None:
    """The oldest is treated as gone, here as in the machine below; nothing grows without bound."""
    bench = Bench()
    async with bench.opened() as client:
        bench.gatt.writable.clear()
        for uid in range(limits.ANCS_LIVE_NOTIFICATIONS + 1):
            bench.say(EventId.ADDED, uid, EventFlags.PRE_EXISTING)
            if uid % 500 == 0:
                for _ in range(4):
                    await asyncio.sleep(0)
        assert await told(client) == NotificationGone(0)


async def test_events_nobody_takes_end_the_session() -> None:
    """There is a bound, and beyond it a new session tells what is still there."""
    bench = Bench()
    client = await bench.open()
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(failure_of(client.run))
        for uid in range(UNTAKEN + 2):
            if run.done():
                break
            bench.say(EventId.ADDED, uid)
            bench.say(EventId.REMOVED, uid)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert isinstance(await run, LimitExceeded)
    await client.aclose()


@pytest.mark.parametrize(
    ("battery", "percent"),
    [
        (b"\x52", 82),
        (b"", None),
        (b"\xff", None),
        (b"\x52\x52", None),
        (None, None),
        (BleakCharacteristicNotFoundError("2a19"), None),
        (BleakGATTProtocolError(AttErrorCode.INSUFFICIENT_AUTHORIZATION), None),
    ],
)
async def test_the_battery_is_a_percentage_or_nothing(
    battery: bytes | BleakError | None, percent: int | None
) -> None:
    """Missing, forbidden, silent and senseless values are all the same: not known."""
    bench = Bench()
    bench.gatt.battery = battery
    async with bench.opened(command_s=0.05) as client:
        assert await client.battery_percent() == percent


async def test_a_link_lost_at_the_battery_is_told() -> None:
    """It is not the same as a phone without battery service."""
    bench = Bench()
    bench.gatt.battery = BleakError("gone")
    async with bench.opened() as client:
        with pytest.raises(LinkLost):
            await client.battery_percent()


async def test_a_session_nobody_runs_does_not_keep_anybody_waiting() -> None:
    """Even then a question ends within a deadline."""
    bench = Bench()
    client = await bench.open(command_s=0.01)
    with pytest.raises(DeadlineExceeded):
        await client.probe()
    await client.aclose()


async def test_a_subscription_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """And detached."""
    monkeypatch.setattr("phonelink_tui.profiles.ancs_client.SUBSCRIBE_S", 0.001)
    bench = Bench()

    class Hangs(FakeGatt):
        async def start_notify(self, char_specifier: str, callback: NotifyCallback) -> None:
            await asyncio.Event().wait()

    bench.link = FakeLink(lambda _: WiredStream(lambda _operation: Answer()), Hangs(bench.provider))
    with pytest.raises(DeadlineExceeded):
        await bench.open()
    assert not bench.link.attached


async def test_names_of_apps_are_remembered_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then they are asked for again."""
    monkeypatch.setattr("phonelink_tui.profiles.app_names.APP_NAMES", 1)
    bench = Bench()
    async with bench.opened() as client:
        for n, app in enumerate((MAIL, MESSAGES, MAIL)):
            bench.add(f"{n}", text("hello", app=app))
            assert await text_of(client) == "hello"
    assert sum(MAIL.encode() in w for w in bench.gatt.written) == 2


async def test_the_replay_is_over_once_all_of_it_was_taken() -> None:
    """Not while one is still to be asked about, or told and not taken; with nothing to replay, soon."""
    bench = Bench()
    for n in range(3):
        bench.provider.add(f"old {n}", text(f"old {n}"))
    taken: list[str] = []
    async with asyncio.timeout(10), bench.opened() as client:

        async def take() -> None:
            while True:
                taken.append(await text_of(client))

        async with beside(take()):
            await client.replayed()
            assert taken == ["old 0", "old 1", "old 2"]
    nothing = Bench()
    async with asyncio.timeout(10), nothing.opened() as client:
        await client.replayed()


async def test_an_app_that_tells_no_name_is_waited_for_shortly_and_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over sessions, too; other commands keep their patience."""
    monkeypatch.setattr("phonelink_tui.profiles.ancs_patience.APP_NAME_S", 0.05)
    names = AppNames()
    bench = Bench()
    for number in range(2):
        async with asyncio.timeout(10), bench.opened(command_s=60, names=names) as client:
            bench.add(f"{number}", text("hello", app="org.example.unknown"))
            assert await text_of(client) == "hello"
            bench.remove(f"{number}")
    assert sum(b"unknown" in w for w in bench.gatt.written) == 1
    assert "org.example.unknown" in names
