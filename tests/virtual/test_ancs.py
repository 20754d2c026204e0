"""What does a bleak client see of the phone's notifications?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError

from phonelink_tui.domain.notification import Category
from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.protocol.ancs.constants import (
    CONTROL_POINT_UUID,
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    ActionId,
    CategoryId,
    EventFlags,
    EventId,
    NotificationAttributeId,
)
from phonelink_tui.protocol.ancs.control_point import (
    AttributeRequest,
    GetNotificationAttributes,
    PerformNotificationAction,
    encode_command,
)
from phonelink_tui.protocol.ancs.data_source import NotificationAttributes, ReplyAssembler
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent, decode_notification_source
from phonelink_tui.virtual.entries import Previews, Switch
from phonelink_tui.virtual.faults import parse_faults
from phonelink_tui.virtual.gatt_backend import BATTERY_LEVEL_UUID, VirtualGattClient
from phonelink_tui.virtual.personas import ANDROID
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink, open_link
from tests.virtual.client import DEADLINE_S
from tests.virtual.conftest import ALICE, BOB, MakePhone

ATTRIBUTES = (
    AttributeRequest(NotificationAttributeId.APP_IDENTIFIER),
    AttributeRequest(NotificationAttributeId.TITLE, 256),
    AttributeRequest(NotificationAttributeId.SUBTITLE, 256),
    AttributeRequest(NotificationAttributeId.MESSAGE, 256),
    AttributeRequest(NotificationAttributeId.DATE),
    AttributeRequest(NotificationAttributeId.NEGATIVE_ACTION_LABEL),
)


class Watch:
    """A subscribed client that fetches attributes one request at a time."""

    def __init__(self, client: BleakClient) -> None:
        self.client = client
        self.events: asyncio.Queue[NotificationEvent] = asyncio.Queue()
        self.fragments: asyncio.Queue[bytes] = asyncio.Queue()

    async def subscribe(self) -> None:
        """Data Source first."""
        await self.client.start_notify(
            DATA_SOURCE_UUID, lambda _, value: self.fragments.put_nowait(bytes(value))
        )
        await self.client.start_notify(
            NOTIFICATION_SOURCE_UUID,
            lambda _, value: self.events.put_nowait(decode_notification_source(bytes(value))),
        )

    async def next(self) -> NotificationEvent:
        """The next packet of the Notification Source."""
        async with asyncio.timeout(DEADLINE_S):
            return await self.events.get()

    async def fetch(self, uid: int) -> dict[NotificationAttributeId, str]:
        """All attributes of a notification."""
        command = GetNotificationAttributes(uid, ATTRIBUTES)
        assembler = ReplyAssembler(command)
        await self.write(encode_command(command))
        async with asyncio.timeout(DEADLINE_S):
            while True:
                reply = assembler.receive_data(await self.fragments.get())
                if isinstance(reply, NotificationAttributes):
                    return dict(reply.values)

    async def write(self, command: bytes) -> None:
        """Write to the Control Point."""
        await self.client.write_gatt_char(CONTROL_POINT_UUID, command, response=True)


@asynccontextmanager
async def watching(phone: VirtualPhone) -> AsyncIterator[Watch]:
    """A bleak client over the embedded phone."""
    device = BLEDevice("02:00:00:00:00:01", "iPhone", {"phone": phone})
    async with BleakClient(device, backend=VirtualGattClient) as client:
        watch = Watch(client)
        await watch.subscribe()
        yield watch


async def test_a_text_makes_its_notification(phone: VirtualPhone) -> None:
    """App, the contact's name, the text, the phone-local date; no subtitle for a text to the owner alone."""
    async with watching(phone) as watch:
        phone.receive_text(ALICE, "Dinner at seven?")
        event = await watch.next()
        values = await watch.fetch(event.uid)
    assert event.event_id == EventId.ADDED
    assert event.category == CategoryId.SOCIAL
    assert not event.flags & EventFlags.PRE_EXISTING
    assert values[NotificationAttributeId.APP_IDENTIFIER] == "com.apple.MobileSMS"
    assert values[NotificationAttributeId.TITLE] == "Alice Moreau"
    assert values[NotificationAttributeId.SUBTITLE] == ""
    assert values[NotificationAttributeId.MESSAGE] == "Dinner at seven?"
    assert values[NotificationAttributeId.DATE] == "20261122T130001"
    assert values[NotificationAttributeId.NEGATIVE_ACTION_LABEL] == "Clear"


@pytest.mark.parametrize(
    ("members", "name", "subtitle"),
    [
        ([BOB], "", "To you & Bob Tan"),
        ([BOB, "+15550105"], "", "To you, Bob Tan, +15550105"),
        ([BOB], "Family", "Family"),
        ([BOB, *(f"+1555011{n}" for n in range(5))], "", "To you, Bob Tan & 5 others"),
    ],
)
async def test_the_subtitle_betrays_a_group(
    phone: VirtualPhone, members: list[str], name: str, subtitle: str
) -> None:
    """The subtitle of a group text is the group's name, or who else got it."""
    async with watching(phone) as watch:
        phone.receive_text(ALICE, "Hello", members=members, group_name=name)
        values = await watch.fetch((await watch.next()).uid)
    assert values[NotificationAttributeId.SUBTITLE] == subtitle


async def test_replay_is_pre_existing_and_uids_are_used_again(phone: VirtualPhone) -> None:
    """What was there is replayed with its flag; a new session counts UIDs from the start."""
    phone.notify("com.example.bank", "Bank", "first", app_name="Bank")
    async with watching(phone) as watch:
        first = await watch.next()
    phone.centre.clear(phone.centre.entries[0].key)
    phone.notify("com.example.post", "Post", "second")
    async with watching(phone) as watch:
        second = await watch.next()
        values = await watch.fetch(second.uid)
    assert first.flags & EventFlags.PRE_EXISTING
    assert second.uid == first.uid
    assert values[NotificationAttributeId.MESSAGE] == "second"


async def test_fragments_may_cut_characters(make_phone: MakePhone) -> None:
    """With the smallest ATT_MTU a reply comes in pieces of 20 bytes, wherever that falls."""
    phone = make_phone(faults=parse_faults("fragment:1"))
    async with watching(phone) as watch:
        phone.receive_text(ALICE, "🐢" * 40)
        values = await watch.fetch((await watch.next()).uid)
    assert values[NotificationAttributeId.MESSAGE] == "🐢" * 40


async def test_before_consent_commands_are_not_permitted(phone: VirtualPhone) -> None:
    """Without the switch subscriptions work, nothing comes, and commands fail as BlueZ reports it."""
    phone.turn(Switch.NOTIFICATIONS, on=False)
    async with watching(phone) as watch:
        phone.receive_text(ALICE, "hello")
        with pytest.raises(BleakDBusError, match="NotPermitted"):
            await watch.fetch(0)
        assert watch.events.empty()
        phone.turn(Switch.NOTIFICATIONS, on=True)
        event = await watch.next()
    assert event.flags & EventFlags.PRE_EXISTING


async def test_a_stale_uid_is_an_att_error(phone: VirtualPhone) -> None:
    """A UID that is not live is answered 0xA2."""
    async with watching(phone) as watch:
        with pytest.raises(BleakGATTProtocolError) as caught:
            await watch.fetch(99)
    assert caught.value.code == 0xA2


async def test_dismissing_clears_and_answering_takes_the_call(phone: VirtualPhone) -> None:
    """The negative action clears a notification; the positive one of a call answers it."""
    async with watching(phone) as watch:
        phone.receive_text(ALICE, "hello")
        shown = await watch.next()
        await watch.write(encode_command(PerformNotificationAction(shown.uid, ActionId.NEGATIVE)))
        removed = await watch.next()
        phone.call_log.ring(BOB)
        ringing = await watch.next()
        await watch.write(encode_command(PerformNotificationAction(ringing.uid, ActionId.POSITIVE)))
        taken = await watch.next()
    assert removed.event_id == EventId.REMOVED
    assert ringing.category == CategoryId.INCOMING_CALL
    assert ringing.flags & EventFlags.POSITIVE_ACTION
    assert taken.event_id == EventId.REMOVED
    assert [(call.kind, call.address) for call in phone.call_log.entries] == [("received", BOB)]


async def test_hidden_previews_hide_the_text(phone: VirtualPhone) -> None:
    """While locked only a placeholder goes out; unlocking modifies the notification."""
    phone.centre.set_previews(Previews.UNLOCKED)
    phone.centre.lock()
    async with watching(phone) as watch:
        phone.receive_text(ALICE, "secret", members=[BOB])
        event = await watch.next()
        hidden = await watch.fetch(event.uid)
        phone.centre.lock(locked=False)
        modified = await watch.next()
        shown = await watch.fetch(modified.uid)
    assert hidden[NotificationAttributeId.MESSAGE] == "Message"
    assert hidden[NotificationAttributeId.SUBTITLE] == ""
    assert modified.event_id == EventId.MODIFIED
    assert shown[NotificationAttributeId.MESSAGE] == "secret"


async def test_battery_is_read_and_notified(phone: VirtualPhone) -> None:
    """The Battery Service tells the charge."""
    async with watching(phone) as watch:
        changed: asyncio.Queue[int] = asyncio.Queue()
        await watch.client.start_notify(BATTERY_LEVEL_UUID, lambda _, value: changed.put_nowait(value[0]))
        assert await watch.client.read_gatt_char(BATTERY_LEVEL_UUID) == bytearray([82])
        phone.set_battery(41)
        async with asyncio.timeout(DEADLINE_S):
            assert await changed.get() == 41


async def test_walking_away_is_noticed_once(phone: VirtualPhone, link: VirtualLink) -> None:
    """The lost link is told, later calls fail, and a new attachment needs the phone's return."""
    lost = asyncio.Event()
    async with link.attach_gatt(lost.set) as client:
        phone.walk_away()
        async with asyncio.timeout(DEADLINE_S):
            await lost.wait()
        assert not client.is_connected
        with pytest.raises(BleakError):
            await client.start_notify(DATA_SOURCE_UUID, lambda _, value: None)
    with pytest.raises(PhoneUnreachable):
        async with link.attach_gatt(lost.clear):
            pass
    phone.come_back()
    async with link.attach_gatt(lost.clear) as client:
        assert client.is_connected


async def test_an_android_offers_no_notifications(make_phone: MakePhone) -> None:
    """There is nothing to attach to."""
    async with open_link(make_phone(ANDROID)) as link:
        with pytest.raises(PhoneUnreachable):
            async with link.attach_gatt(lambda: None):
                pass


async def test_categories_and_flags_travel(phone: VirtualPhone) -> None:
    """Category, silence and importance are in the packet."""
    async with watching(phone) as watch:
        phone.notify(
            "com.example.bank", "Bank", "Paid", category=Category.FINANCE, silent=True, important=True
        )
        event = await watch.next()
    assert event.category == CategoryId.BUSINESS_AND_FINANCE
    assert event.flags & EventFlags.SILENT
    assert event.flags & EventFlags.IMPORTANT


async def test_unsubscribing_ends_the_session_of_uids(phone: VirtualPhone) -> None:
    """After turning the source off nothing comes; turning it on replays."""
    async with watching(phone) as watch:
        await watch.client.stop_notify(NOTIFICATION_SOURCE_UUID)
        phone.receive_text(ALICE, "unheard")
        assert watch.events.empty()
        await watch.subscribe()
        event = await watch.next()
    assert event.flags & EventFlags.PRE_EXISTING


async def test_a_flood_of_notifications(make_phone: MakePhone) -> None:
    """So many follow the subscription, each with a UID of its own."""
    phone = make_phone(faults=parse_faults("flood:300"))
    async with watching(phone) as watch:
        uids = {(await watch.next()).uid for _ in range(300)}
    assert len(uids) == 300


async def test_what_the_phone_does_not_offer_is_refused(phone: VirtualPhone) -> None:
    """Reading a source and writing the battery are ATT errors."""
    async with watching(phone) as watch:
        with pytest.raises(BleakGATTProtocolError):
            await watch.client.read_gatt_char(DATA_SOURCE_UUID)
        with pytest.raises(BleakGATTProtocolError):
            await watch.client.write_gatt_char(BATTERY_LEVEL_UUID, b"\x64", response=True)
    with pytest.raises(BleakError):
        VirtualGattClient("02:00:00:00:00:01", disconnected_callback=None, timeout=1)
