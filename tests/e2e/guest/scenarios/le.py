"""Do notifications work with the real bluetoothd? The phone answers our advertisement from a private address."""

from __future__ import annotations

import asyncio

from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.errors import PhoneUnreachable
from phonelink_tui.profiles.ancs_client import AncsClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.dbus import eventually
from tests.e2e.guest.le_pairing import answer_advertisement, pair_over_le
from tests.e2e.guest.noticing import noticing
from tests.e2e.guest.served_phone import serve_notifications
from tests.e2e.guest.world import World

AWAY_S = 3.0
"""How long the phone is out of reach."""


async def run(world: World) -> None:
    """Advertise, pair, read and act; then the link drops, and the phone comes back from another address."""
    phone = VirtualPhone()
    phone.notify("com.apple.MobileSMS", "Alice Example", "Are you there? " * 30, negative_label="Clear")
    async with serve_notifications(phone, world.phone):
        first_address = await pair_over_le(world)
        async with open_bluez_link(BluezSpec(address=world.phone.address)) as link:
            await read_and_act(world, link, phone, 41)
            # Bumble's controllers lose a link that is made while the last one is still being torn down.
            await asyncio.sleep(AWAY_S)
            await world.phone.le.change_address()
            address = await answer_advertisement(world)
            world.say(f"the phone came back from {address}")
            assert address != first_address
            await world.phone.le.encrypt()
            phone.notify("com.apple.MobileSMS", "Bob", "Second visit", negative_label="Clear")
            await read_and_act(world, link, phone, 7)


async def read_and_act(world: World, link: BluezLink, phone: VirtualPhone, percent: int) -> None:
    """Attach, take the notification, clear it on the phone, read its charge; then the phone leaves: noticed."""
    client = await open_session(world, link)
    world.say("the notification session is open")
    try:
        async with noticing(world, "the link", client.run()) as going:
            entry = phone.centre.entries[0]
            notification = await client.next_event()
            assert isinstance(notification, ObservedNotification), notification
            assert (notification.title, notification.text) == (entry.title, entry.text), notification
            await client.perform(notification.uid, NotificationAction.NEGATIVE)
            gone = await client.next_event()
            assert gone == NotificationGone(notification.uid), gone
            assert phone.centre.entries == (), phone.centre.entries
            world.say(f"read {len(notification.text)} characters of {notification.title}, and cleared it")
            await charge_is(client, phone, percent)
            world.say(f"the charge is {percent} %")
            going.begin()
            await world.phone.le.disconnect()
    finally:
        await client.aclose()


async def charge_is(client: AncsClient, phone: VirtualPhone, percent: int) -> None:
    """The charge is what the phone says, and soon after a change the new one; bluetoothd tells it."""
    for charge in (phone.battery_percent, percent):
        phone.set_battery(charge)

        async def is_told(told: int = charge) -> bool:
            return await client.battery_percent() == told

        await eventually(is_told, f"a charge of {charge} %")


async def open_session(world: World, link: BluezLink) -> AncsClient:
    """Attach as the relay does: bluetoothd may still be finding the services, so not reached is tried again."""
    async with asyncio.timeout(45):
        while True:
            try:
                return await AncsClient.open(link, PhoneClock())
            except PhoneUnreachable as error:
                world.say(f"not attached yet: {error.message}")
                await asyncio.sleep(1)
