"""Notifications over ANCS, against the provider behind a GATT client that fails as told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from bleak.exc import BleakCharacteristicNotFoundError, BleakDBusError, BleakError

from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import ObservedNotification
from phonelink_tui.errors import (
    AncsRefused,
    DeadlineExceeded,
    LinkLost,
    PhonelinkError,
    PhoneUnreachable,
    RemoteProtocolError,
)
from phonelink_tui.protocol.ancs.constants import (
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    ActionId,
    AttErrorCode,
    CategoryId,
)
from phonelink_tui.protocol.ancs.provided import ProvidedNotification
from phonelink_tui.protocol.ancs.provider import ActionRequested
from tests.profiles.ancs_bench import MAIL, Bench, failure_of, text, text_of, told


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
        run = tasks.create_task(failure_of(client.run))
        probe = tasks.create_task(failure_of(client.probe))
        while not len(bench.gatt.written) > 1:
            await asyncio.sleep(0)
        assert bench.link.on_lost is not None
        bench.link.on_lost()
        assert isinstance(await run, LinkLost)
        assert isinstance(await probe, LinkLost)
    assert isinstance(await failure_of(client.probe), LinkLost)
    await client.aclose()


async def test_a_link_lost_at_a_write_ends_the_session() -> None:
    """An error that is no refusal is the end."""
    bench = Bench()
    client = await bench.open()
    bench.gatt.fail = BleakError("gone")
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(failure_of(client.run))
        assert isinstance(await failure_of(client.probe), LinkLost)
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
