"""What does a relay offer? The one interface of UI, command line and scripts.

The relay in process, the client of its socket and the scripted relay of tests are interchangeable.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from phonelink_tui.domain.call import Call
from phonelink_tui.domain.code import OneTimeCode
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import Resync, Stamped
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.limitations import Limitation
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.notification import NotificationAction, NotificationId, PhoneNotification
from phonelink_tui.domain.pairing import PairAnswer, PairingView
from phonelink_tui.domain.phone import Capability, Phone
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.domain.week import Week

MESSAGES_PAGE = 200
"""Messages in one page, at most."""

SEARCH_HITS = 100
"""Hits of one search, at most."""


class Ask(StrEnum):
    """What the guard may ask before it lets a text out; `confirmed` answers it."""

    GROUP_UNKNOWN = "group_unknown"
    FIRST_TO_SENDER = "first_to_sender"
    SHORT_CODE = "short_code"
    NEW_RECIPIENT = "new_recipient"


@frozen
class SendText:
    """Send one text to one person, both frozen when Enter was pressed."""

    id: str
    """Chosen by the client, unique; repeating it sends nothing twice."""
    text: str
    recipient: str
    """`Address.value` as the composer showed it."""
    thread: ThreadId | None = None
    """The conversation it was written in; None for a new one."""
    confirmed: frozenset[Ask] = frozenset()
    dry_run: bool = False
    """Decide only: nothing is queued."""
    expires_at: datetime | None = None
    """Not to be pushed after this (UTC)."""
    hold: bool = True
    """False: no hold window, whatever is set. For whoever waits for the outcome and takes nothing back."""


@frozen
class MarkThread:
    """Set what a person sets on a conversation; None leaves it as it is."""

    id: str
    thread: ThreadId
    pinned: bool | None = None
    muted: bool | None = None
    archived: bool | None = None
    """Until the next text of somebody else."""
    unread: bool | None = None


@frozen
class SaveDraft:
    """Keep a text begun in a conversation; empty: none is kept. Silent: only that it failed is told."""

    id: str
    thread: ThreadId
    text: str


@frozen
class Looked:
    """A person sits in front of a terminal; see `Snapshot.looked_at`. Silent: it has no outcome."""

    id: str


@frozen
class MarkRead:
    """Mark all texts of a thread read (or the newest unread), here and on the phone.

    Read, it is not marked unread by hand any more.
    """

    id: str
    thread: ThreadId
    read: bool = True


@frozen
class ActOnNotification:
    """Press one of the phone's own buttons on exactly this notification."""

    id: str
    notification: NotificationId
    action: NotificationAction


@frozen
class CancelText:
    """Take back a text that certainly has not left."""

    id: str
    message: MessageId


@frozen
class RetryText:
    """Send again a text that certainly did not leave."""

    id: str
    message: MessageId


@frozen
class RetryNow:
    """Try to connect now; without a capability, all of them."""

    id: str
    capability: Capability | None = None


@frozen
class StopReading:
    """Read no further just now: the first listing, a catch-up, the book. What was read stays.

    The page under way is still taken. Texts going out are never stopped by it.
    """

    id: str
    capability: Capability | None = None
    """Of texts or of contacts; None: both."""


@frozen
class ReadOn:
    """Read what `StopReading` left out: at once, or as soon as the phone is connected."""

    id: str


@frozen
class StartThread:
    """Open the private conversation with an address; it exists from now on, empty.

    The outcome's `sentence` is the thread's id.
    """

    id: str
    recipient: str


Command = (
    SendText
    | MarkRead
    | MarkThread
    | SaveDraft
    | Looked
    | ActOnNotification
    | CancelText
    | RetryText
    | RetryNow
    | StopReading
    | ReadOn
    | StartThread
)


@frozen
class Place:
    """A place on the stream: everything up to it was seen."""

    rev: int
    epoch: str = ""
    """Of which run of the relay, `Snapshot.epoch`; empty: of the one that runs."""


@frozen
class Snapshot:
    """All that a reader needs to begin, as of `rev`. Messages are read by page."""

    rev: int
    phone: Phone
    threads: tuple[Thread, ...]
    """Newest first."""
    notifications: tuple[PhoneNotification, ...]
    """Newest first."""
    gaps: tuple[Gap, ...]
    """Oldest first."""
    limitations: tuple[Limitation, ...]
    """Of the app; those of a thread follow from `domain.thread_limits.thread_limitations`."""
    contacts: tuple[Contact, ...] = ()
    calls: tuple[Call, ...] = ()
    unsettled: tuple[TextMessage, ...] = ()
    """Our own texts that are held, queued, on their way or unknown."""
    epoch: str = ""
    """Names this run of the relay: revisions of another one mean nothing here."""
    failed: tuple[TextMessage, ...] = ()
    """Our own texts that certainly were not sent, the newest 200: each can be sent again."""
    codes: tuple[OneTimeCode, ...] = ()
    """One-time codes that have not expired, newest first."""
    looked_at: datetime | None = None
    """When a person sat in front of a terminal last (UTC), restarts included; None where that is not known."""


@frozen
class MessagePage:
    """Some messages of a thread, oldest first."""

    messages: tuple[TextMessage, ...]
    before: MessageId | None = field(default=None)
    """Pass it to get the page before this one; None when this is the first."""


class Subscription(Protocol):
    """A reader's place on the stream. Bounded: on overflow everything queued is replaced by one `Resync`."""

    def __aiter__(self) -> AsyncIterator[Stamped]: ...


class RelayApi(Protocol):
    """A relay. Every method may raise `IpcError` when the relay is gone."""

    def events(self, since: Place | None = None) -> AbstractAsyncContextManager[AsyncIterator[Stamped]]:
        """Subscribe; the iterator ends when the relay does.

        Args:
            since: Begin with what came after that place; with one `Resync` where it is not known any more.
        """
        ...

    async def snapshot(self) -> Snapshot: ...

    async def execute(self, command: Command) -> str:
        """Take up a command; returns its id. The outcome is a `CommandChanged` on the stream.

        A client says `Looked` each minute and `SaveDraft` while somebody types: of these only a failure is told.
        """
        ...

    async def messages(
        self, thread: ThreadId, *, before: MessageId | None = None, limit: int = 100
    ) -> MessagePage:
        """A page of a thread.

        Raises:
            UnknownThread: No conversation has this id.
        """
        ...

    async def search(self, query: str, *, limit: int = 50) -> tuple[TextMessage, ...]:
        """Texts that fulfil `query`, newest first; what it may ask is told in `archive.query`.

        `before:` means midnights of the relay's zone.
        """
        ...

    async def week(self) -> Week:
        """How the phone's capabilities stood in the last seven days, today included, in the relay's zone."""
        ...


class Home(StrEnum):
    """Where a relay lives."""

    PRIVATE = "private"
    """It ends with the program that has it."""
    SHARED = "shared"
    """In the background of this computer."""
    SSH = "ssh"
    """In the background of another one."""


@frozen
class Attachment:
    """Which relay a program got."""

    home: Home = Home.PRIVATE
    where: str = ""
    """The host, with SSH."""
    notice: str = ""
    """In one line, where it is no matter of course."""
    lasting: bool = False
    """It may come back after it was gone: `Attached.attach_again`."""


@runtime_checkable
class Attached(Protocol):
    """A relay that says which one it is. One that is gone may be found again; all calls then go to that one."""

    attachment: Attachment

    async def attach_again(self) -> None:
        """Connect anew.

        Raises:
            PhonelinkError: Not just now.
        """
        ...


@frozen
class StartChoice:
    """What a person chose when there was no phone."""

    demo: bool = False
    address: str | None = None
    """The phone that was paired meanwhile."""
    return_code: int = 0


class Pairing(Protocol):
    """A pairing that goes on, for whatever shows it."""

    @property
    def view(self) -> PairingView:
        """How it stands."""
        ...

    def views(self) -> AsyncIterator[PairingView]:
        """How it stands now, and after each change; the last one has an `end`."""
        ...

    def answer(self, answer: PairAnswer) -> None:
        """Say what the view asks for. CANCEL undoes everything, or leaves a phone that is paired already."""
        ...


async def follow(
    api: RelayApi, on_snapshot: Callable[[Snapshot], None], on_event: Callable[[Stamped], None]
) -> None:
    """Keep a projection current until the relay ends: the one right order of doing it.

    Subscribes first, then takes the snapshot, then drops events the snapshot already holds; a `Resync` is
    answered with a new snapshot.
    """
    async with api.events() as events:
        snapshot = await api.snapshot()
        on_snapshot(snapshot)
        async for stamped in events:
            if isinstance(stamped.event, Resync):
                snapshot = await api.snapshot()
                on_snapshot(snapshot)
            elif stamped.rev > snapshot.rev:
                on_event(stamped)
