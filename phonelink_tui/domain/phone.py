"""What is the phone, what can it give, and how does each of those stand just now?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from phonelink_tui.domain.text import RemoteText


class PhoneKind(StrEnum):
    IPHONE = "iphone"
    ANDROID = "android"


class Capability(StrEnum):
    """The three things a phone gives over Bluetooth; each connects and fails on its own."""

    MESSAGES = "messages"
    NOTIFICATIONS = "notifications"
    CONTACTS = "contacts"


class LinkPhase(StrEnum):
    """Where a capability stands. Word and glyph differ for each, so that no state is told by colour alone."""

    ABSENT = "absent"
    """This phone, or this way of reaching it, does not have it."""
    CONNECTING = "connecting"
    READY = "ready"
    WAITING = "waiting"
    """Not connected; `next_attempt_at` says when it is tried again."""


class DownReason(StrEnum):
    """Why a capability is not ready; decides the pause before the next attempt and the banner."""

    OUT_OF_RANGE = "out_of_range"
    LINK_LOST = "link_lost"
    REFUSED = "refused"
    """The phone answers, but takes no session: another computer holds it."""
    FORBIDDEN = "forbidden"
    """The phone's own switch is off."""
    NO_BLUETOOTH = "no_bluetooth"
    ADAPTER_OFF = "adapter_off"
    BLUEZ_TOO_OLD = "bluez_too_old"
    CLASS_OF_DEVICE = "class_of_device"
    """The phone keeps its services from what looks like a computer."""
    OBEXD_IN_THE_WAY = "obexd_in_the_way"
    ASLEEP = "asleep"
    """This computer goes to sleep, or sleeps."""
    NOT_RUNNING = "not_running"
    """Of a gap: no relay ran."""
    BOND_CHANGED = "bond_changed"
    """A known phone came with another pairing."""
    PROTOCOL = "protocol"
    """The phone broke the rules of the protocol."""
    TIMEOUT = "timeout"


@frozen
class CapabilityState:
    """How one capability stands."""

    capability: Capability
    phase: LinkPhase
    since: datetime
    """When this phase began (UTC)."""
    reason: DownReason | None = None
    detail: str = ""
    """Our own words on the reason, never the phone's; with READY, on the way taken where that is not our own."""
    proof_at: datetime | None = None
    """The last proof of life (UTC): an answered request or an event."""
    next_attempt_at: datetime | None = None
    caught_up: bool = False
    """READY, and what the phone had when the session began is known: its listings, its book, its notifications."""


@frozen
class PhoneTraits:
    """What this sort of phone tells; decides the structural limits."""

    kind: PhoneKind
    reports_own_texts: bool
    """Whether texts written on the phone itself appear here."""
    reports_delivery: bool
    groups_in_messages: bool
    """Whether a text says by itself to whom else it went."""
    notifications: bool
    persistent_handles: bool = False


IPHONE_TRAITS: Final = PhoneTraits(
    PhoneKind.IPHONE,
    reports_own_texts=False,
    reports_delivery=False,
    groups_in_messages=False,
    notifications=True,
)
ANDROID_TRAITS: Final = PhoneTraits(
    PhoneKind.ANDROID,
    reports_own_texts=True,
    reports_delivery=True,
    groups_in_messages=True,
    notifications=False,
)
TRAITS: Final = {PhoneKind.IPHONE: IPHONE_TRAITS, PhoneKind.ANDROID: ANDROID_TRAITS}


@frozen
class Phone:
    """The phone and how it stands."""

    id: str
    """Stable name of this phone in files and ids, for example `virtual:first-day` or a Bluetooth address."""
    name: RemoteText
    traits: PhoneTraits
    capabilities: dict[Capability, CapabilityState] = field(factory=dict)
    battery_percent: int | None = None
    complete_since: datetime | None = None
    """No gap in messages since then (UTC); None while messages are not connected."""

    def phase(self, capability: Capability) -> LinkPhase:
        """The phase of a capability; ABSENT where nothing is known of it."""
        state = self.capabilities.get(capability)
        return state.phase if state else LinkPhase.ABSENT
