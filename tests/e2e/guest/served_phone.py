"""Where does the embedded phone meet the radio? Its services on RFCOMM, its notifications on LE."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from functools import partial

from attrs import field, frozen
from bumble.core import BaseBumbleError

from phonelink_tui.domain.phone import PhoneKind
from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.transport.link import Service
from phonelink_tui.transport.tasks_beside import tasks_beside
from phonelink_tui.virtual.ancs import AncsSession
from phonelink_tui.virtual.entries import BatteryChanged, PhoneChange, PresenceChanged
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.services import PhoneServices
from tests.e2e.guest.dlc_stream import DlcStream
from tests.e2e.guest.phone_radio import PhoneRadio
from tests.e2e.guest.phone_records import Record, iap_record, mas_record, pse_record

AWAY_S = 3.0
"""Bumble's controllers lose a link that is made while the last one is still being torn down."""


@frozen
class Served:
    """A phone's services on the air."""

    services: PhoneServices
    """Whoever opens a session here is another computer."""
    streams: dict[Service, list[DlcStream]] = field(factory=lambda: {service: [] for service in Service})
    """Every connection, in the order they were opened."""


@asynccontextmanager
async def serve_obex(phone: VirtualPhone, radio: PhoneRadio) -> AsyncIterator[Served]:
    """Offer a phone's messages and contacts on the air while inside."""
    persona = phone.persona
    records: dict[Service, Callable[[int], Record]] = {
        Service.MAS: partial(
            mas_record, message_types=persona.supported_message_types, features=persona.map_features
        ),
        Service.PBAP: partial(pse_record, features=persona.pbap_features),
    }
    async with tasks_beside() as tasks:
        with closing(PhoneServices(phone, tasks)) as services, ExitStack() as published:
            served = Served(services)

            def admits(service: Service) -> bool:
                try:
                    services.admit(service)
                except PhoneUnreachable:
                    return False
                return True

            def accept(service: Service, stream: DlcStream) -> None:
                served.streams[service].append(stream)
                services.serve(service, stream, radio.open_mns)

            for service, record in records.items():
                published.callback(radio.serve(record, partial(accept, service), partial(admits, service)))
            if persona.kind is PhoneKind.IPHONE:
                published.callback(radio.serve(iap_record, lambda stream: None, lambda: False))
            yield served


@asynccontextmanager
async def serve_notifications(phone: VirtualPhone, radio: PhoneRadio) -> AsyncIterator[None]:
    """Offer a phone's notifications and charge on its LE link while inside; the link goes when the phone does."""
    async with while_inside(radio.le.pump_values()) as tasks:

        def apply(change: PhoneChange) -> None:
            if change == PresenceChanged(False):
                tasks.create_task(radio.le.disconnect())
            elif isinstance(change, BatteryChanged):
                radio.le.tell_battery()

        radio.le.serve_ancs(lambda notify: AncsSession(phone, notify))
        radio.le.serve_battery(lambda: phone.battery_percent)
        unlisten = phone.listen(apply)
        try:
            yield
        finally:
            unlisten()
            radio.le.end_session()


@asynccontextmanager
async def coming_and_going(phone: VirtualPhone, radio: PhoneRadio) -> AsyncIterator[None]:
    """While inside the phone does by itself what phones do: away, it answers nobody; in reach, it opens its LE
    link, each time from a new private address, to a computer that asks for notifications."""
    here, away = asyncio.Event(), asyncio.Event()

    def apply(_: PhoneChange) -> None:
        reached, left = (here, away) if phone.present else (away, here)
        reached.set()
        left.clear()
        radio.set_away(away=not phone.present)

    async def live() -> None:
        while True:
            async with while_inside(_keep_le(radio)):
                await away.wait()
            async with while_inside(_keep_silent(radio)):
                await here.wait()

    apply(PresenceChanged(phone.present))
    unlisten = phone.listen(apply)
    await radio.be_found()
    try:
        async with while_inside(live()):
            yield
    finally:
        unlisten()


async def _keep_le(radio: PhoneRadio) -> None:
    """Open the LE link whenever it is down and somebody asks for it; for ever. One that is up may be half made."""
    while True:
        if not radio.le.is_connected:
            await asyncio.sleep(AWAY_S)
        with suppress(TimeoutError, BaseBumbleError):
            if not radio.le.is_connected:
                await radio.le.change_address()
                accessory, _ = await radio.le.find_accessory()
                await radio.le.connect(accessory)
            if not radio.le.is_encrypted:
                await radio.le.encrypt()
        await radio.le.wait_disconnected()


async def _keep_silent(radio: PhoneRadio) -> None:
    """Break the links that are up, and one that was on its way; for ever."""
    while True:
        await radio.drop_links()
        await radio.le.wait_connected()


@asynccontextmanager
async def while_inside(work: Coroutine[object, object, None]) -> AsyncIterator[asyncio.TaskGroup]:
    """Do `work` while inside."""
    async with tasks_beside() as tasks:
        task = tasks.create_task(work)
        try:
            yield tasks
        finally:
            task.cancel()
