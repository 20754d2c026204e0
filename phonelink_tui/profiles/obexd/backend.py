"""How is a phone reached through obexd, and when? PhoneBackend over it; and the choice beside our own sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from phonelink_tui.domain.phone import Capability, PhoneTraits
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.errors import BluetoothUnavailable, ObexdInTheWay
from phonelink_tui.profiles.ancs_client import AncsClient
from phonelink_tui.profiles.obexd.messages import ObexdMessages
from phonelink_tui.profiles.obexd.phonebook import ObexdPhonebook
from phonelink_tui.profiles.obexd.session import Way
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.ports import MessageAccess, NotificationAccess, PhoneBackend, PhonebookAccess
from phonelink_tui.profiles.quirks import QUIRKS
from phonelink_tui.transport.link import PhoneLink

Locate = Callable[[], Awaitable[tuple[str, str]]]
"""Finds the public addresses of the adapter and of the phone; raises as `PhoneBackend.open_messages` does."""

ASKED_FOR: Final = "Through obexd."
IN_THE_WAY: Final = "Through obexd: it already receives this phone's reports."


@frozen
class ObexdBackend:
    """A phone whose messages and contacts obexd brings, and whose notifications come over a link of ours."""

    link: PhoneLink
    """For GATT alone: its streams and call-backs stay unused."""
    locate: Locate
    phone_id: str
    """Stable name of the phone."""
    phone_name: RemoteText
    traits: PhoneTraits
    offers: frozenset[Capability]
    clock: PhoneClock
    directory: Path | None
    """Private, for files in passing; None: there is none, and nothing can be opened but notifications."""
    start: bool
    """Whether an obexd is started where none runs."""

    @property
    def way(self) -> str:
        """See `PhoneBackend.way`."""
        return ASKED_FOR if self.start else IN_THE_WAY

    async def open_messages(self) -> MessageAccess:
        """See `PhoneBackend.open_messages`."""
        return await ObexdMessages.open(await self._way(), self.clock, QUIRKS[self.traits.kind])

    async def open_phonebook(self) -> PhonebookAccess:
        """See `PhoneBackend.open_phonebook`."""
        return await ObexdPhonebook.open(await self._way(), self.clock)

    async def open_notifications(self) -> NotificationAccess:
        """See `PhoneBackend.open_notifications`."""
        return await AncsClient.open(self.link, self.clock)

    async def _way(self) -> Way:
        adapter, phone = await self.locate()
        return Way(adapter, phone, self.directory, self.start)


def open_obexd_backend(
    link: PhoneLink,
    locate: Locate,
    *,
    phone_id: str,
    phone_name: RemoteText,
    traits: PhoneTraits,
    directory: Path | None,
    start: bool,
    clock: PhoneClock | None = None,
) -> ObexdBackend:
    """The phone through obexd. Nothing is opened yet, and nothing has to be there.

    Args:
        link: To its notifications; `BluezLink`.
        locate: `BluezLink.addresses`.
        phone_id: Stable name of the phone, the same as over our own sessions.
        phone_name: What it is called.
        traits: What it tells over our own sessions; obexd leaves out of it what it keeps to itself.
        directory: `Paths.runtime_dir`.
        start: Let D-Bus start an obexd where none runs: where a person asked for it.
        clock: The phone's; None: a new one.
    """
    offers = {Capability.MESSAGES, Capability.CONTACTS}
    if traits.notifications:
        offers.add(Capability.NOTIFICATIONS)
    return ObexdBackend(
        link,
        locate,
        phone_id,
        phone_name,
        # obexd passes reports on of messages that it has objects for; of those we push it has none.
        evolve(traits, reports_delivery=False),
        frozenset(offers),
        clock or PhoneClock(),
        directory,
        start,
    )


class NativeOrObexd:
    """Our own sessions, and obexd's where that receives the phone's reports already.

    Decided at each message session; contacts go the same way. With obexd gone, the next one is our own again.
    """

    def __init__(
        self, native: PhoneBackend, obexd: PhoneBackend, tell: Callable[[ObexdInTheWay | None], None]
    ):
        """
        Args:
            native: Our own sessions, tried first.
            obexd: Those of obexd.
            tell: Told why obexd is used from now on; None: it is not any more.
        """
        self._native = native
        self._obexd = obexd
        self._tell = tell
        self._through: PhoneBackend = native

    @property
    def phone_id(self) -> str:
        """See `PhoneBackend.phone_id`."""
        return self._native.phone_id

    @property
    def phone_name(self) -> RemoteText:
        """See `PhoneBackend.phone_name`."""
        return self._native.phone_name

    @property
    def traits(self) -> PhoneTraits:
        """Of the way now taken."""
        return self._through.traits

    @property
    def way(self) -> str:
        """See `PhoneBackend.way`."""
        return self._through.way

    @property
    def offers(self) -> frozenset[Capability]:
        """See `PhoneBackend.offers`."""
        return self._native.offers

    async def open_messages(self) -> MessageAccess:
        """See `PhoneBackend.open_messages`."""
        try:
            access = await self._native.open_messages()
        except ObexdInTheWay as reason:
            return await self._through_obexd(reason)
        self._go(self._native, None)
        return access

    async def open_phonebook(self) -> PhonebookAccess:
        """See `PhoneBackend.open_phonebook`."""
        return await self._through.open_phonebook()

    async def open_notifications(self) -> NotificationAccess:
        """See `PhoneBackend.open_notifications`."""
        return await self._native.open_notifications()

    async def _through_obexd(self, reason: ObexdInTheWay) -> MessageAccess:
        try:
            access = await self._obexd.open_messages()
        except BluetoothUnavailable:
            raise reason from None  # what receives the reports is not obexd, or one of another login
        self._go(self._obexd, reason)
        return access

    def _go(self, way: PhoneBackend, reason: ObexdInTheWay | None) -> None:
        if way is not self._through:
            self._through = way
            self._tell(reason)
