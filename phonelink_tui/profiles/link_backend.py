"""How do a link and the profiles' clients make a phone? PhoneBackend over any PhoneLink."""

from __future__ import annotations

from attrs import field, frozen

from phonelink_tui.domain.phone import Capability, PhoneTraits
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.profiles.ancs_client import AncsClient
from phonelink_tui.profiles.app_names import AppNames
from phonelink_tui.profiles.map_client import MapClient
from phonelink_tui.profiles.pbap_client import PbapClient
from phonelink_tui.profiles.phone_clock import PhoneClock
from phonelink_tui.profiles.ports import MessageAccess, NotificationAccess, PhonebookAccess
from phonelink_tui.profiles.quirks import QUIRKS
from phonelink_tui.transport.link import PhoneLink


@frozen
class LinkBackend:
    """A phone behind a link."""

    link: PhoneLink
    phone_id: str
    """Stable name of the phone."""
    phone_name: RemoteText
    traits: PhoneTraits
    offers: frozenset[Capability]
    """What this link can open at all."""
    clock: PhoneClock
    """Shared by all sessions: one of them may learn the phone's offset."""
    app_names: AppNames = field(factory=AppNames)
    """Likewise."""

    @property
    def way(self) -> str:
        """See `PhoneBackend.way`."""
        return ""

    async def open_messages(self) -> MessageAccess:
        """See `PhoneBackend.open_messages`."""
        return await MapClient.open(self.link, self.clock, QUIRKS[self.traits.kind])

    async def open_phonebook(self) -> PhonebookAccess:
        """See `PhoneBackend.open_phonebook`."""
        return await PbapClient.open(self.link, self.clock)

    async def open_notifications(self) -> NotificationAccess:
        """See `PhoneBackend.open_notifications`."""
        return await AncsClient.open(self.link, self.clock, self.app_names)


def backend_over_link(link: PhoneLink, phone_id: str, name: RemoteText, traits: PhoneTraits) -> LinkBackend:
    """A phone of these traits behind a link: messages and contacts, and notifications where it has any."""
    offers = {Capability.MESSAGES, Capability.CONTACTS}
    if traits.notifications:
        offers.add(Capability.NOTIFICATIONS)
    return LinkBackend(link, phone_id, name, traits, frozenset(offers), PhoneClock())
