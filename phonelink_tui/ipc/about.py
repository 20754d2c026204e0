"""How does a relay stand, in counts and words of state? For `relay status`, status lines, scripts."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from phonelink_tui import __version__
from phonelink_tui.domain.message import UNSETTLED
from phonelink_tui.domain.phone import Capability, LinkPhase
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.ipc.hello import PhoneName
from phonelink_tui.relay.api import RelayApi, Snapshot


@frozen
class Overview:
    """The phone at a glance. Counts and states only: nothing that anybody wrote."""

    phone: RemoteText
    unread: int
    battery: int | None
    messages: str
    """A word of `LinkPhase`, as the next two."""
    notifications: str
    contacts: str
    outbox: int
    """Texts of ours that are held, queued, on their way or unknown."""
    complete_since: datetime | None
    threads: int
    notices: int
    """Notifications on the phone."""
    limits: int


@frozen
class HookCounts:
    """What the hooks did since the relay began."""

    ran: int = 0
    failed: int = 0
    """Could not be started, or ended with another code than 0."""
    timed_out: int = 0
    dropped: int = 0
    """Events that found the queue full."""


@frozen
class RelayStatus:
    """What a shared relay says of itself."""

    pid: int
    since: datetime
    """When it began (UTC)."""
    phone: PhoneName
    clients: int
    """Connections, the asking one included."""
    rev: int
    epoch: str
    overview: Overview
    hooks: HookCounts = HookCounts()
    program: str = __version__


@frozen
class Host:
    """The process that a relay runs in."""

    since: datetime
    spec: str = ""
    """`str` of the PhoneSpec it was started with."""
    pid: int = field(factory=os.getpid)


@runtime_checkable
class Stating(Protocol):
    """A relay that says itself how it stands."""

    async def status(self) -> RelayStatus: ...


@runtime_checkable
class Unlocking(Protocol):
    """A relay whose kept history may wait for a passphrase."""

    async def unlock(self, passphrase: str) -> None:
        """Open it. Raises RelayError, ArchiveError."""
        ...


async def overview_of(api: RelayApi) -> Overview:
    """The same of a relay: over a socket without the snapshot, whose size grows with the phone's book."""
    return (await api.status()).overview if isinstance(api, Stating) else overview(await api.snapshot())


def overview(snapshot: Snapshot) -> Overview:
    """The counts and states of a snapshot."""
    phone = snapshot.phone
    states = {
        c: phone.capabilities[c].phase if c in phone.capabilities else LinkPhase.ABSENT for c in Capability
    }
    return Overview(
        phone=phone.name,
        unread=sum(thread.unread for thread in snapshot.threads),
        battery=phone.battery_percent,
        messages=states[Capability.MESSAGES],
        notifications=states[Capability.NOTIFICATIONS],
        contacts=states[Capability.CONTACTS],
        outbox=sum(text.state in UNSETTLED for text in snapshot.unsettled),
        complete_since=phone.complete_since,
        threads=len(snapshot.threads),
        notices=len(snapshot.notifications),
        limits=len(snapshot.limitations),
    )
