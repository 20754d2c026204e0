"""Which facts does the relay's stream carry? One union, read alike by the UI, the command line and scripts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from phonelink_tui.domain.call import Call
from phonelink_tui.domain.code import OneTimeCode
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.limitations import Limitation
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.notification import NotificationId, PhoneNotification
from phonelink_tui.domain.phone import Capability, Phone
from phonelink_tui.domain.thread import Thread, ThreadId


@frozen
class LinkChanged:
    """The phone, or how one of its capabilities stands, changed."""

    phone: Phone


@frozen
class MessageChanged:
    """A text is new, got a new state, or moved to another thread."""

    message: TextMessage
    moved_from: ThreadId | None = None
    """The thread it was in before, when later evidence moved it."""
    live: bool = True
    """False for texts of the first sync and of catch-up: they ring no bell."""


@frozen
class MessageGone:
    """A text was deleted on the phone."""

    id: MessageId
    thread: ThreadId


@frozen
class ThreadChanged:
    """A row of the conversation list is new or different."""

    thread: Thread


@frozen
class ThreadGone:
    """A conversation has no messages any more."""

    id: ThreadId


@frozen
class NotificationChanged:
    """A notification is new or different."""

    notification: PhoneNotification
    live: bool = True
    """False for the replay at connection: a digest, not news."""


@frozen
class NotificationRemoved:
    """A notification is no longer on the phone."""

    id: NotificationId


@frozen
class CallChanged:
    """The phone's call history, newest first."""

    calls: tuple[Call, ...]


@frozen
class ContactsChanged:
    """The phone's book was read."""

    contacts: tuple[Contact, ...]


@frozen
class LimitationChanged:
    """A limit of the app came into force, changed, or ended."""

    limitation: Limitation
    active: bool


@frozen
class GapChanged:
    """A time without connection began or ended."""

    gap: Gap


@frozen
class CodeCame:
    """A one-time code was found in a text or a notification."""

    found: OneTimeCode
    live: bool = True
    """False for one that was there before the connection."""


class CommandState(StrEnum):
    """What became of a command."""

    DONE = "done"
    ASKS = "asks"
    """Nothing happened: repeat it with `confirmed` to go on."""
    REFUSED = "refused"
    """By the guard; confirming does not help."""
    FAILED = "failed"


@frozen
class CommandChanged:
    """The outcome of a command; of a text, whether it was taken up (its delivery is in the message)."""

    id: str
    state: CommandState
    reasons: tuple[str, ...] = ()
    """Stable words of the guard: what it asks or why it refuses."""
    sentence: str = ""
    hint: str = ""
    message: MessageId | None = None
    """With SendText: the text it became."""
    failure: Failure | None = None
    """With FAILED: the cause, where it is known."""


FIRST_SYNC: Final = "first sync"
CATCH_UP: Final = "catch-up"
CONTACTS: Final = "contacts"
WORK_OF: Final = {
    FIRST_SYNC: Capability.MESSAGES,
    CATCH_UP: Capability.MESSAGES,
    CONTACTS: Capability.CONTACTS,
}
"""Work that needs a session, and whose."""

STORY: Final = "scenario"
"""The work of an embedded phone's scenario: when it is done, nothing more happens by itself."""


@frozen
class Progress:
    """Long work: one of `WORK_OF`, or `STORY`. It ends unsaid with the session of its capability."""

    work: str
    done: int
    total: int | None
    """None where it is not known; equal to `done` when finished."""


@frozen
class Resync:
    """Events were lost to this reader: take a new snapshot."""


Event = (
    LinkChanged
    | MessageChanged
    | MessageGone
    | ThreadChanged
    | ThreadGone
    | NotificationChanged
    | NotificationRemoved
    | CallChanged
    | ContactsChanged
    | LimitationChanged
    | GapChanged
    | CodeCame
    | CommandChanged
    | Progress
    | Resync
)


@frozen
class Stamped:
    """An event in its place on the stream."""

    rev: int
    """Grows by one with each event of one relay."""
    at: datetime
    """UTC."""
    event: Event = field()
