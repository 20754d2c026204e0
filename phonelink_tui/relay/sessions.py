"""How do notifications and contacts get here? One session each, followed until it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from phonelink_tui.domain.address import region_of
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import CONTACTS, CallChanged, ContactsChanged, Event, Progress
from phonelink_tui.domain.observed import NotificationGone
from phonelink_tui.domain.phone import Capability
from phonelink_tui.errors import ObexRefused
from phonelink_tui.profiles.ports import NotificationAccess, PhonebookAccess
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.notices import Notices
from phonelink_tui.relay.reading import Reading
from phonelink_tui.transport.together import together

PROBE_S: Final = 60.0
"""Between proofs of life. iPhones were seen to drop subscriptions silently; the probe is what notices."""

BATTERY_S: Final = 600.0
"""Between two readings of the battery."""

CALLS_S: Final = 900.0
"""Between two readings of the call history."""

Publish = Callable[[Iterable[Event]], None]


class NotificationSync:
    """Follows the phone's notifications."""

    def __init__(
        self,
        notices: Notices,
        publish: Publish,
        prove: Callable[[], None],
        battery: Callable[[int | None], None],
        caught_up: Callable[[], None],
    ) -> None:
        self._notices = notices
        self._publish = publish
        self._prove = prove
        self._battery = battery
        self._caught_up = caught_up

    async def run(self, access: NotificationAccess) -> None:
        """Follow one session until it ends, with the error that ended it."""
        self._publish(self._notices.begin_session())
        try:
            await together(
                access.run(),
                self._follow(access),
                self._await_replay(access),
                self._probe(access),
                self._read_battery(access),
            )
        finally:
            self._publish(self._notices.end_session())

    async def _follow(self, access: NotificationAccess) -> None:
        while True:
            seen = await access.next_event()
            self._prove()
            if isinstance(seen, NotificationGone):
                self._publish(self._notices.take_gone(seen.uid))
            else:
                self._publish(self._notices.take_notification(seen))

    async def _await_replay(self, access: NotificationAccess) -> None:
        await access.replayed()
        self._caught_up()

    async def _probe(self, access: NotificationAccess) -> None:
        while True:
            await asyncio.sleep(PROBE_S)
            await access.probe()
            self._prove()

    async def _read_battery(self, access: NotificationAccess) -> None:
        while True:
            self._battery(await access.battery_percent())
            await asyncio.sleep(BATTERY_S)


class ContactSync:
    """Reads the phone's book once a session, and its call history now and then."""

    def __init__(
        self,
        intake: Intake,
        publish: Publish,
        prove: Callable[[], None],
        caught_up: Callable[[], None],
        reading: Reading,
        known: Callable[[], tuple[Contact, ...]],
    ) -> None:
        self._intake = intake
        self._reading = reading
        self._known = known
        reading.on_wanted = self._look_up
        self._publish = publish
        self._prove = prove
        self._caught_up = caught_up
        self._awake = asyncio.Event()

    def read_calls_again(self) -> None:
        """The phone's clock may be known better than when they were read, and calls may have been missed."""
        self._look_up()

    def _look_up(self) -> None:
        self._awake.set()

    async def run(self, access: PhonebookAccess) -> None:
        """Read, then stay until the session ends, with the error that ended it."""
        await together(access.run(), self._read(access))

    async def _read(self, access: PhonebookAccess) -> None:
        await self._read_book(access)
        wanted = self._reading.wanted(Capability.CONTACTS)
        while True:
            if wanted.is_set():
                await self._read_book(access)
                wanted.clear()
            self._awake.clear()
            try:
                calls = await access.calls()
                self._prove()
                self._publish([CallChanged(tuple(self._intake.filing.complete_call(call) for call in calls))])
            except ObexRefused:
                pass  # a switch of its own on newer iPhones; the book is read all the same
            self._caught_up()
            await self._pause()

    async def _read_book(self, access: PhonebookAccess) -> None:
        self._publish([Progress(CONTACTS, 0, None)])
        owner = await access.owner()
        region = region_of(owner.addresses[0].value) if owner and owner.addresses else None
        if region is not None:
            self._publish(self._intake.use_region(region))
        whole = True

        def go_on(cards: int) -> bool:
            nonlocal whole
            whole = self._reading.come_to(CONTACTS, cards)
            return whole

        with self._reading.under_way(Capability.CONTACTS):
            read = await access.contacts(go_on)
        self._prove()
        contacts = tuple(self._intake.filing.complete_contact(contact) for contact in read)
        if not whole:  # what an earlier reading brought stays, too
            keys = {a.key for c in contacts for a in c.addresses}
            contacts += tuple(c for c in self._known() if not any(a.key in keys for a in c.addresses))
        self._intake.learn_names((c.name, a.key) for c in contacts for a in c.addresses)
        self._publish([ContactsChanged(contacts), Progress(CONTACTS, len(read), len(read))])
        self._reading.end(Capability.CONTACTS, None if whole else len(read))
        self._publish(self._intake.judge_again())

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(CALLS_S):
                await self._awake.wait()
        except TimeoutError:
            pass
