"""Does a client that is not ours understand our ANCS provider? Bumble's, over two virtual controllers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest

from phonelink_tui.protocol.ancs.constants import (
    CONTROL_POINT_UUID,
    DATA_SOURCE_UUID,
    NOTIFICATION_SOURCE_UUID,
    SERVICE_UUID,
    ActionId,
    CategoryId,
)
from phonelink_tui.protocol.ancs.provided import ProvidedNotification
from phonelink_tui.protocol.ancs.provider import ActionRequested, AncsProvider

pytest.importorskip("bumble", reason="install the extra: pip install -e '.[e2e]'")

from bumble.att import ATT_Error
from bumble.device import Connection, Peer
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.profiles import ancs as bumble_ancs
from bumble.testing.test_utils import TwoDevices

_DEADLINE_S = 10.0
_WHEN = datetime(2026, 11, 22, 10, 15)  # noqa: DTZ001


class BumblePhone:
    """A GATT server on a Bumble device whose three characteristics are moved by our provider."""

    def __init__(self, devices: TwoDevices) -> None:
        self.provider = AncsProvider()
        self.actions: list[ActionRequested] = []
        self._device = devices[0]
        self._sources = {
            uuid: Characteristic(uuid, Characteristic.Properties.NOTIFY, Characteristic.Permissions.READABLE)
            for uuid in (NOTIFICATION_SOURCE_UUID, DATA_SOURCE_UUID)
        }
        control_point = Characteristic(
            CONTROL_POINT_UUID,
            Characteristic.Properties.WRITE,
            Characteristic.Permissions.WRITEABLE,
            CharacteristicValue(write=self._write),
        )
        self._device.add_service(Service(SERVICE_UUID, [*self._sources.values(), control_point]))
        for uuid, source in self._sources.items():
            source.on(source.EVENT_SUBSCRIPTION, self._on_subscription(uuid))
        self._connection: Connection | None = None
        self._values: asyncio.Queue[None] = asyncio.Queue()

    async def serve(self) -> None:
        """Send what the provider has, whenever something happened; ends by cancellation."""
        while True:
            await self._values.get()
            while (event := self.provider.next_event()) is not None:
                if isinstance(event, ActionRequested):
                    self.actions.append(event)
                    continue
                await self._device.notify_subscriber(
                    self._connection, self._sources[event.characteristic], event.value
                )

    def changed(self) -> None:
        """Something happened on the phone."""
        self._values.put_nowait(None)

    def _on_subscription(self, uuid: str) -> Callable[[Connection, bool, bool], None]:
        def on_subscription(connection: Connection, notify: bool, _indicate: bool) -> None:
            self._connection = connection
            self.provider.set_att_mtu(connection.att_mtu)
            (self.provider.subscribe if notify else self.provider.unsubscribe)(uuid)
            self.changed()

        return on_subscription

    def _write(self, _connection: Connection, value: bytes) -> None:
        error = self.provider.receive_control_point(value)
        self.changed()
        if error is not None:
            raise ATT_Error(error)


@asynccontextmanager
async def _judge(att_mtu: int | None = None) -> AsyncIterator[tuple[BumblePhone, Any, asyncio.Queue[Any]]]:
    """A phone, Bumble's client subscribed to it, and what that client was told."""
    async with asyncio.timeout(_DEADLINE_S), asyncio.TaskGroup() as tasks:
        devices = await TwoDevices.create_with_connection()
        phone = BumblePhone(devices)
        phone.provider.add("old", _OLD)
        serving = tasks.create_task(phone.serve())
        peer = Peer(devices.connections[1])
        if att_mtu is not None:
            await peer.request_mtu(att_mtu)
        client = await bumble_ancs.AncsClient.for_peer(peer)
        assert client is not None, "Bumble does not find the service"
        told: asyncio.Queue[Any] = asyncio.Queue()
        client.on(client.EVENT_NOTIFICATION, told.put_nowait)
        await client.start()
        yield phone, client, told
        await client.stop()
        serving.cancel()


_OLD = ProvidedNotification("com.example.mail", title="Old", category=CategoryId.EMAIL)
_TEXT = ProvidedNotification(
    "com.apple.MobileSMS",
    title="Zoë",
    subtitle="To you & Ben",
    message="Bis später 👍 " * 20,
    date=_WHEN,
    category=CategoryId.SOCIAL,
    negative_label="Clear",
)


async def test_notifications_and_replay() -> None:
    """Bumble reads the replay, an addition and a removal as what they are."""
    async with _judge() as (phone, _client, told):
        old = await told.get()
        assert old.event_flags == bumble_ancs.EventFlags.PRE_EXISTING
        assert (old.category_id, old.notification_uid) == (bumble_ancs.CategoryId.EMAIL, 0)
        phone.provider.add("text", _TEXT)
        phone.provider.remove("old")
        phone.changed()
        added, removed = await told.get(), await told.get()
        assert added.event_id == bumble_ancs.EventId.NOTIFICATION_ADDED
        assert added.event_flags == bumble_ancs.EventFlags.NEGATIVE_ACTION
        assert (added.notification_uid, added.category_count) == (1, 1)
        assert removed.event_id == bumble_ancs.EventId.NOTIFICATION_REMOVED
        assert removed.notification_uid == 0


@pytest.mark.parametrize("att_mtu", [None, 185, 512])
async def test_attributes_in_fragments(att_mtu: int | None) -> None:
    """Bumble puts our fragments together at several sizes of ATT_MTU, and reads every attribute."""
    async with _judge(att_mtu) as (phone, client, told):
        await told.get()
        phone.provider.add("text", _TEXT)
        phone.changed()
        uid = (await told.get()).notification_uid
        attributes = await client.get_notification_attributes(uid, list(bumble_ancs.NotificationAttributeId))
        assert [attribute.value for attribute in attributes] == [
            "com.apple.MobileSMS",
            "Zoë",
            "To you & Ben",
            _TEXT.message,
            len(_TEXT.message.encode()),
            _WHEN,
            "",
            "Clear",
        ]


async def test_maximum_length_counts_bytes() -> None:
    """A text asked for with a maximum length comes with that many bytes."""
    async with _judge() as (_phone, client, _told):
        title = (bumble_ancs.NotificationAttributeId.TITLE, 2)
        (attribute,) = await client.get_notification_attributes(0, [title])
        assert attribute.value == "Ol"


async def test_app_name() -> None:
    """Bumble reads an app's display name."""
    async with _judge() as (phone, client, _told):
        phone.provider.name_app("com.apple.MobileSMS", "Nachrichten")
        (name,) = await client.get_app_attributes(
            "com.apple.MobileSMS", [bumble_ancs.AppAttributeId.DISPLAY_NAME]
        )
        assert name.value == "Nachrichten"


async def test_actions_and_refusals() -> None:
    """An action reaches the phone; one without a label and one for nobody get the ANCS errors."""
    async with _judge() as (phone, client, told):
        phone.provider.add("text", _TEXT)
        phone.changed()
        await told.get()
        await told.get()
        await client.perform_negative_action(1)
        assert phone.actions == [ActionRequested("text", ActionId.NEGATIVE)]
        with pytest.raises(bumble_ancs.CommandError) as no_label:
            await client.perform_positive_action(1)
        assert no_label.value.error_code == bumble_ancs.ErrorCode.ACTION_FAILED
        with pytest.raises(bumble_ancs.CommandError) as nobody:
            await client.perform_negative_action(77)
        assert nobody.value.error_code == bumble_ancs.ErrorCode.INVALID_PARAMETER
        phone.provider.revoke()
        with pytest.raises(bumble_ancs.CommandError) as no_consent:
            await client.perform_negative_action(1)
        assert no_consent.value.error_code == 3
