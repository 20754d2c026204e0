"""Do notifications work with the real bluetoothd? The phone answers our advertisement from a private address."""

from __future__ import annotations

import asyncio

from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import NotificationGone, ObservedNotification
from phonelink_tui.errors import LinkLost
from phonelink_tui.profiles.ancs_client import AncsClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.transport.bluez.link import BluezLink, BluezSpec, open_bluez_link
from phonelink_tui.transport.together import beside
from phonelink_tui.virtual.phone import VirtualPhone
from tests.e2e.guest.le_pairing import answer_advertisement, pair_over_le
from tests.e2e.guest.served_phone import serve_notifications
from tests.e2e.guest.world import World


async def run(world: World) -> None:
    """Advertise, pair, read and act; then the link drops, and the phone comes back from another address."""
    phone = VirtualPhone()
    phone.notify("com.apple.MobileSMS", "Alice Example", "Are you there? " * 30, negative_label="Clear")
    async with serve_notifications(phone, world.phone):
        first_address = await pair_over_le(world)
        async with open_bluez_link(BluezSpec(address=world.phone.address)) as link:
            await read_and_act(world, link, phone)
            await world.phone.le.change_address()
            address = await answer_advertisement(world)
            world.say(f"the phone came back from {address}")
            assert address != first_address
            await world.phone.le.encrypt()
            phone.notify("com.apple.MobileSMS", "Bob", "Second visit", negative_label="Clear")
            await read_and_act(world, link, phone)


async def read_and_act(world: World, link: BluezLink, phone: VirtualPhone) -> None:
    """Attach, take the notification, clear it on the phone; then the phone leaves, which is noticed."""
    client = await AncsClient.open(link, PhoneClock())
    world.say("the notification session is open")
    try:
        async with asyncio.timeout(20), beside(client.run()):
            entry = phone.centre.entries[0]
            notification = await client.next_event()
            assert isinstance(notification, ObservedNotification), notification
            assert (notification.title, notification.text) == (entry.title, entry.text), notification
            await client.perform(notification.uid, NotificationAction.NEGATIVE)
            gone = await client.next_event()
            assert gone == NotificationGone(notification.uid), gone
            assert phone.centre.entries == (), phone.centre.entries
            world.say(f"read {len(notification.text)} characters of {notification.title}, and cleared it")
            await world.phone.le.disconnect()
            await asyncio.sleep(15)
            raise AssertionError("nobody noticed that the link was gone")
    except LinkLost as lost:
        world.say(f"noticed: {lost.message}")
    finally:
        await client.aclose()
