"""Notifications over ANCS, against the provider behind a GATT client that fails as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from bleak.exc import BleakCharacteristicNotFoundError, BleakDBusError, BleakError, BleakGATTProtocolError

from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.errors import (
    AncsRefused,
    DeadlineExceeded,
    LimitExceeded,
    LinkLost,
    PhonelinkError,
    PhoneUnreachable,
    RemoteProtocolError,
)
from phonelink_tui.profiles.ancs_client import UNTAKEN, AncsClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import (
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    ActionId,
    AttErrorCode,
    CategoryId,
    EventFlags,
    EventId,
)
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent, encode_notification_source
from phonelink_tui.protocol.ancs.provided import ProvidedNotification
from phonelink_tui.protocol.ancs.provider import ActionRequested, AncsProvider
from phonelink_tui.protocol.obex.operations import Answer
from phonelink_tui.transport.gatt import NotifyCallback
from phonelink_tui.transport.together import beside
from tests.profiles.fake_gatt import FakeGatt
from tests.profiles.wired import FakeLink, WiredStream, to_its_end

MESSAGES = "com.apple.MobileSMS"
MAIL = "com.apple.mobilemail"


def text(body: str, *, app: str = MESSAGES) -> ProvidedNotification:
    return ProvidedNotification(app, title="Alice", message=body, negative_label="Clear")


class Bench:
    """A provider, the GATT client before it, and a link."""

    def __init__(self, *, reuse_uids: bool = False, authorised: bool = True) -> None:
        self.provider = AncsProvider(att_mtu=40, reuse_uids=reuse_uids, authorised=authorised)
        self.provider.name_app(MESSAGES, "Messages")
        self.provider.name_app(MAIL, "Mail")
        self.gatt = FakeGatt(self.provider)
        self.link = FakeLink(lambda _: WiredStream(lambda _operation: Answer()), self.gatt)
        self.clock = PhoneClock()
        self.clock.learn(timedelta(hours=1))

    async def open(self, *, command_s: float = 5) -> AncsClient:
        return await AncsClient.open(self.link, self.clock, command_s=command_s)

    @asynccontextmanager
    async def opened(self, *, command_s: float = 5) -> AsyncIterator[AncsClient]:
        client = await self.open(command_s=command_s)
        try:
            async with beside(to_its_end(client.run)):
                yield client
        finally:
            await client.aclose()

    def add(self, key: str, notification: ProvidedNotification | None = None) -> None:
        self.provider.add(key, notification or text(key))
        self.gatt.flush()

    def remove(self, key: str) -> None:
        self.provider.remove(key)
        self.gatt.flush()

    def say(self, event_id: int, uid: int, flags: int = 0) -> None:
        """A Notification Source value that the provider knows nothing of."""
        event = NotificationEvent(EventId(event_id), uid, EventFlags(flags), CategoryId.OTHER, 1)
        self.gatt.deliver(NOTIFICATION_SOURCE_UUID, encode_notification_source(event))


async def told(client: AncsClient) -> ObservedNotification | NotificationGone:
    async with asyncio.timeout(5):
        return await client.next_event()


async def text_of(client: AncsClient) -> str:
    seen = await told(client)
    assert isinstance(seen, ObservedNotification)
    return seen.text


async def test_a_notification_comes_with_its_text_and_its_apps_name() -> None:
    """Everything a person sees, with the phone's local time in UTC."""
    bench = Bench()
    bench.provider.add(
        "a",
        ProvidedNotification(
            MAIL,
            title="Bob",
            subtitle="Lunch",
            message="Noon?",
            date=datetime(2026, 11, 22, 12, 0),  # noqa: DTZ001 - the phone's clock
            category=CategoryId.EMAIL,
            negative_label="Trash",
        ),
    )
    async with bench.opened() as client:
        seen = await told(client)
    assert isinstance(seen, ObservedNotification)
    assert (seen.app_name, seen.title, seen.subtitle, seen.text) == ("Mail", "Bob", "Lunch", "Noon?")
    assert seen.at == datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    assert (seen.pre_existing, seen.positive_label, seen.negative_label) == (True, None, "Trash")


async def test_the_data_source_is_subscribed_first_and_leaving_detaches() -> None:
    """Else the first replies would be lost; and the phone's other links stay."""
    bench = Bench()
    async with bench.opened():
        assert bench.gatt.subscribed == [DATA_SOURCE_UUID, NOTIFICATION_SOURCE_UUID]
        assert bench.link.attached
    assert not bench.link.attached


async def test_opening_cuts_no_write_in_two() -> None:
    """Whatever the phone replays while the session opens: nothing waits for a deadline, nothing is lost."""
    bench = Bench()
    for n in range(5):
        bench.provider.add(f"old {n}", text(f"old {n}"))
    async with asyncio.timeout(5), bench.opened(command_s=60) as client:
        assert [await text_of(client) for _ in range(5)] == [f"old {n}" for n in range(5)]


async def test_what_is_new_comes_before_the_replay() -> None:
    """A burst of 300 that were already there does not hold up a text that arrives now."""
    bench = Bench()
    for n in range(7):
        bench.provider.name_app(f"app.number{n}", f"App {n}")
    for n in range(300):
        bench.provider.add(f"old {n}", text(f"old {n}", app=f"app.number{n % 7}"))
    async with bench.opened() as client:
        first = await text_of(client)
        bench.add("new")
        rest = [await text_of(client) for _ in range(300)]
    assert first == "old 0"
    assert "new" in rest[:5]
    assert sorted([first, *rest]) == sorted(["new", *(f"old {n}" for n in range(300))])


async def test_before_consent_opening_is_refused() -> None:
    """The person has not allowed it yet: told as a refusal with the switch as its hint, and detached."""
    bench = Bench(authorised=False)
    with pytest.raises(AncsRefused) as refused:
        await bench.open()
    assert "Share System Notifications" in refused.value.hint
    assert not bench.link.attached


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BleakError("gone"), LinkLost),
        (BleakCharacteristicNotFoundError(NOTIFICATION_SOURCE_UUID), PhoneUnreachable),
        (BleakDBusError("org.bluez.Error.NotPermitted", ["no"]), AncsRefused),
    ],
)
async def test_a_subscription_that_fails_is_translated(
    error: BleakError, expected: type[PhonelinkError]
) -> None:
    """bleak's errors stay in the room."""
    bench = Bench()
    bench.gatt.fail = error
    with pytest.raises(expected):
        await bench.open()
    assert not bench.link.attached


async def test_a_phone_that_does_not_answer_the_first_question_is_not_ready() -> None:
    """Subscribed is not authorised: only an answer proves it."""
    bench = Bench()
    bench.gatt.swallow = True
    with pytest.raises(DeadlineExceeded):
        await bench.open(command_s=0.01)


async def test_a_lost_link_ends_the_session_and_all_who_wait() -> None:
    """Both the loop and a question under way get LinkLost; later ones at once."""
    bench = Bench()
    client = await bench.open()
    bench.gatt.swallow = True
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(_failure(client.run))
        probe = tasks.create_task(_failure(client.probe))
        while not len(bench.gatt.written) > 1:
            await asyncio.sleep(0)
        assert bench.link.on_lost is not None
        bench.link.on_lost()
        assert isinstance(await run, LinkLost)
        assert isinstance(await probe, LinkLost)
    assert isinstance(await _failure(client.probe), LinkLost)
    await client.aclose()


async def test_a_link_lost_at_a_write_ends_the_session() -> None:
    """An error that is no refusal is the end."""
    bench = Bench()
    client = await bench.open()
    bench.gatt.fail = BleakError("gone")
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(_failure(client.run))
        assert isinstance(await _failure(client.probe), LinkLost)
        assert isinstance(await run, LinkLost)
    await client.aclose()


async def test_garbage_ends_the_session() -> None:
    """The phone breaks the rules: this session ends, with that error."""
    bench = Bench()
    client = await bench.open()
    bench.gatt.deliver(NOTIFICATION_SOURCE_UUID, b"\x00")
    with pytest.raises(RemoteProtocolError):
        await client.run()
    await client.aclose()


async def test_actions_reach_exactly_their_notification() -> None:
    """Pressed, refused by the phone, and for one that is gone."""
    bench = Bench()
    bench.add("a")
    async with bench.opened() as client:
        seen = await told(client)
        assert isinstance(seen, ObservedNotification)
        await client.perform(seen.uid, NotificationAction.NEGATIVE)
        with pytest.raises(AncsRefused) as failed:
            await client.perform(seen.uid, NotificationAction.POSITIVE)
        with pytest.raises(AncsRefused) as gone:
            await client.perform(99, NotificationAction.NEGATIVE)
    assert bench.gatt.pressed == [ActionRequested("a", ActionId.NEGATIVE)]
    assert failed.value.code == AttErrorCode.ACTION_FAILED
    assert gone.value.code == AttErrorCode.INVALID_PARAMETER


async def test_the_same_action_twice_is_answered_twice() -> None:
    """Two who press at once both learn what became of it."""
    bench = Bench()
    bench.add("a")
    async with bench.opened() as client:
        seen = await told(client)
        assert isinstance(seen, ObservedNotification)
        await asyncio.gather(
            client.perform(seen.uid, NotificationAction.NEGATIVE),
            client.perform(seen.uid, NotificationAction.NEGATIVE),
        )
    assert len(bench.gatt.pressed) == 2


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
        run = tasks.create_task(_failure(client.run))
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


async def _failure(ask: Callable[[], Awaitable[None]]) -> PhonelinkError | None:
    try:
        await ask()
    except PhonelinkError as error:
        return error
    return None


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
    monkeypatch.setattr("phonelink_tui.profiles.ancs_client.APP_NAMES", 1)
    bench = Bench()
    async with bench.opened() as client:
        for n, app in enumerate((MAIL, MESSAGES, MAIL)):
            bench.add(f"{n}", text("hello", app=app))
            assert await text_of(client) == "hello"
    assert sum(MAIL.encode() in w for w in bench.gatt.written) == 2
