"""A provider, the GATT client before it, and a link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.errors import (
    PhonelinkError,
)
from phonelink_tui.profiles.ancs_client import AncsClient
from phonelink_tui.profiles.app_names import AppNames
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.protocol.ancs.constants import (
    NOTIFICATION_SOURCE_UUID,
    CategoryId,
    EventFlags,
    EventId,
)
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent, encode_notification_source
from phonelink_tui.protocol.ancs.provided import ProvidedNotification
from phonelink_tui.protocol.ancs.provider import AncsProvider
from phonelink_tui.protocol.obex.operations import Answer
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

    async def open(self, *, command_s: float = 5, names: AppNames | None = None) -> AncsClient:
        return await AncsClient.open(self.link, self.clock, names, command_s=command_s)

    @asynccontextmanager
    async def opened(
        self, *, command_s: float = 5, names: AppNames | None = None
    ) -> AsyncIterator[AncsClient]:
        client = await self.open(command_s=command_s, names=names)
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


async def failure_of(ask: Callable[[], Awaitable[None]]) -> PhonelinkError | None:
    try:
        await ask()
    except PhonelinkError as error:
        return error
    return None
