"""Where does the embedded phone meet the radio? Its services on RFCOMM, its notifications on LE."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.transport.link import Service
from phonelink_tui.virtual.ancs import AncsSession
from phonelink_tui.virtual.entries import PhoneChange, PresenceChanged
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.services import PhoneServices
from tests.e2e.guest.dlc_stream import DlcStream
from tests.e2e.guest.phone_radio import PhoneRadio


@asynccontextmanager
async def serve_messages(phone: VirtualPhone, radio: PhoneRadio) -> AsyncIterator[list[DlcStream]]:
    """Offer a phone's messages on the air while inside; the connections, in the order they were opened."""
    streams: list[DlcStream] = []
    async with asyncio.TaskGroup() as tasks:
        services = PhoneServices(phone, tasks)

        def accept(stream: DlcStream) -> None:
            streams.append(stream)
            try:
                services.admit(Service.MAS)
            except PhoneUnreachable:
                tasks.create_task(stream.aclose())
            else:
                services.serve(Service.MAS, stream, radio.open_mns)

        radio.serve_mas(
            accept,
            message_types=phone.persona.supported_message_types,
            features=phone.persona.map_features,
        )
        try:
            yield streams
        finally:
            services.close()


@asynccontextmanager
async def serve_notifications(phone: VirtualPhone, radio: PhoneRadio) -> AsyncIterator[None]:
    """Offer a phone's notifications on its LE link while inside; the link goes when the phone walks away."""
    async with asyncio.TaskGroup() as tasks:

        def apply(change: PhoneChange) -> None:
            if change == PresenceChanged(False):
                tasks.create_task(radio.le.disconnect())

        radio.le.serve_ancs(lambda notify: AncsSession(phone, notify))
        unlisten = phone.listen(apply)
        pump = tasks.create_task(radio.le.pump_values())
        try:
            yield
        finally:
            unlisten()
            pump.cancel()
