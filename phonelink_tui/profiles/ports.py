"""What can a phone do? The three ports, behind which every backend stands.

A session does its work in `run`: the others are answered only while that runs. All methods may raise
`LinkLost`, `DeadlineExceeded`, `RemoteProtocolError`; after any of these the session is over and only `aclose`
may be called. Refusals (`ObexRefused`, `AncsRefused`) and other `ProfileError`s leave it usable.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from phonelink_tui.domain.call import Call
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import (
    FetchedText,
    Folder,
    FolderChange,
    ListedText,
    NotificationGone,
    ObservedNotification,
    OutgoingText,
)
from phonelink_tui.domain.phone import Capability, PhoneTraits
from phonelink_tui.domain.text import RemoteText

GoOn = Callable[[int], bool]


def always(_read: int) -> bool:
    """Goes on to the end."""
    return True


class MessageAccess(Protocol):
    """An open message session (MAP)."""

    async def run(self) -> None:
        """Read the session until it ends, with the error that ended it."""
        ...

    async def list_texts(
        self,
        folder: Folder,
        *,
        limit: int,
        offset: int = 0,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[ListedText, ...]:
        """Rows of a folder, newest first.

        Args:
            folder: Which.
            limit: 1 to 1024 rows.
            offset: Rows skipped, below 65,536.
            begin: UTC; only texts from then on.
            end: UTC; only texts before.
        """
        ...

    async def fetch_text(self, handle: str, folder: Folder) -> FetchedText:
        """One text with its body.

        Raises:
            ObexRefused: It is not there, or not yet.
            ProfileError: It cannot be read; the others can.
        """
        ...

    async def push_text(self, text: OutgoingText) -> str:
        """Hand a text to the phone for sending; returns the handle it got ("" where the phone names none).

        Raises:
            OutcomeUnknown: The link broke after all of the text had left: it may have been sent.
            ObexRefused: The phone said no; certainly not sent.
            LinkLost, DeadlineExceeded: Certainly not sent.
        """
        ...

    async def set_read(self, handle: str, *, read: bool) -> None:
        """Mark one text on the phone."""
        ...

    async def refresh_inbox(self) -> None:
        """Ask the phone to look for new texts; nothing where it is known not to understand that."""
        ...

    async def next_change(self) -> FolderChange:
        """The next event report."""
        ...

    async def aclose(self) -> None: ...


class PhonebookAccess(Protocol):
    """An open phonebook session (PBAP)."""

    async def run(self) -> None:
        """Read the session until it ends, with the error that ended it."""
        ...

    async def owner(self) -> Contact | None:
        """The card of the phone itself: its own number gives the region."""
        ...

    async def contacts(self, go_on: GoOn = always) -> tuple[Contact, ...]:
        """The book, page by page.

        Args:
            go_on: Told after each page how many cards were read; where it says no, those are all.
        """
        ...

    async def calls(self) -> tuple[Call, ...]:
        """The call history, newest first; empty where the phone keeps it to itself."""
        ...

    async def aclose(self) -> None: ...


class NotificationAccess(Protocol):
    """An open notification session (ANCS)."""

    async def run(self) -> None:
        """Fetch, write and listen until the session ends, with the error that ended it."""
        ...

    async def next_event(self) -> ObservedNotification | NotificationGone:
        """The next notification with its text, or one that went."""
        ...

    async def replayed(self) -> None:
        """Returns once all that the phone showed when the session began was taken with `next_event`."""
        ...

    async def perform(self, uid: int, action: NotificationAction) -> None:
        """Press a button of the phone on this notification.

        Raises:
            AncsRefused: The phone said no (0xA2: it is gone).
        """
        ...

    async def battery_percent(self) -> int | None:
        """The phone's battery; None where it does not say."""
        ...

    async def probe(self) -> None:
        """Prove that the session is alive by one answered request."""
        ...

    async def aclose(self) -> None: ...


class PhoneBackend(Protocol):
    """One way of reaching one phone. Opens sessions; holds none, so there is nothing to close."""

    @property
    def phone_id(self) -> str:
        """Stable name of the phone."""
        ...

    @property
    def phone_name(self) -> RemoteText: ...

    @property
    def traits(self) -> PhoneTraits:
        """What the phone tells by the way now taken; may be others with each message session."""
        ...

    @property
    def way(self) -> str:
        """A sentence on the way now taken, where it is not our own sessions; "" where it is."""
        ...

    @property
    def offers(self) -> frozenset[Capability]:
        """What can be opened at all this way."""
        ...

    async def open_messages(self) -> MessageAccess:
        """Connect, and register for event reports.

        Raises:
            PhoneUnreachable, BluetoothUnavailable, ObexRefused, DeadlineExceeded, RemoteProtocolError.
        """
        ...

    async def open_phonebook(self) -> PhonebookAccess: ...

    async def open_notifications(self) -> NotificationAccess:
        """Attach, subscribe (Data Source first), and prove readiness by one answered request."""
        ...
