"""What can be put into the archive, and what comes back? Domain values, and a few of the archive's own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from phonelink_tui.domain.address import Address
from phonelink_tui.domain.call import Call
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import Audience, MessageId, TextMessage
from phonelink_tui.domain.notification import NotificationId, PhoneNotification
from phonelink_tui.domain.thread import ThreadId


@frozen
class MessageGone:
    """A text is no longer kept."""

    id: MessageId


@frozen
class HandleGiven:
    """The phone knows a text by this handle; whatever else had it has it no more."""

    id: MessageId
    handle: str


@frozen
class ThreadStarted:
    """A conversation exists, with or without texts."""

    id: ThreadId
    audience: Audience
    address: Address
    at: datetime


@frozen
class ThreadGone:
    """A conversation exists no more; does nothing to one that holds texts."""

    id: ThreadId


@frozen
class ThreadMarks:
    """What a person set on a conversation."""

    thread: ThreadId
    pinned: bool = False
    muted: bool = False
    archived: bool = False
    unread: bool = False
    """Marked unread by hand, whatever its texts say."""
    confirmed: frozenset[str] = frozenset()
    """What the guard asked about it and a person answered: stable words of the guard."""


@frozen
class LookedAt:
    """A person sat in front of a terminal at this time; the newest counts."""

    at: datetime


@frozen
class Draft:
    """A text begun in a conversation; empty: none."""

    thread: ThreadId
    text: str
    at: datetime


@frozen
class NotificationGone:
    """A notification is no longer kept."""

    id: NotificationId


@frozen
class Contacts:
    """The phone's whole book."""

    contacts: tuple[Contact, ...]


@frozen
class Calls:
    """The phone's whole call history, newest first."""

    calls: tuple[Call, ...]


class OutboxStep(StrEnum):
    """How far a text of ours got, as far as a restart must know it."""

    HELD = "held"
    QUEUED = "queued"
    HANDED_OVER = "handed_over"
    """Written before the push: without a later step, it may have been sent."""
    SETTLED = "settled"


@frozen
class OutboxRow:
    """A text of ours on its way out; its words and its recipient are in the message of that id, frozen."""

    id: MessageId
    step: OutboxStep
    recipient: Address
    """Frozen when it was written: a text whose message says otherwise is not pushed."""
    hold_until: datetime | None = None
    expires_at: datetime | None = None
    """Not to be pushed after this."""
    confirmed: frozenset[str] = frozenset()
    """What the guard asked and a person answered."""
    command: str = ""
    """The command that wrote it: repeated, it sends nothing twice."""
    attempts: int = 0


@frozen
class Action:
    """Something was done to the phone or here; for the audit. Never what a text says, nor a name or number."""

    at: datetime
    action: str
    """A stable word, for example `send`."""
    outcome: str
    """A stable word, for example `accepted`."""
    subject: str = ""
    """An id of ours; the recipient of a text is its conversation's, which is a keyed hash."""
    origin: str = ""
    """The kind of the connection and its roles, `shared:headers+send`; empty where that is not known any more."""


Fact = (
    TextMessage
    | MessageGone
    | HandleGiven
    | ThreadStarted
    | ThreadGone
    | ThreadMarks
    | Draft
    | LookedAt
    | PhoneNotification
    | NotificationGone
    | Gap
    | Contacts
    | Calls
    | OutboxRow
    | Action
)


@frozen
class KeptThread:
    """A conversation as it is kept."""

    id: ThreadId
    audience: Audience
    address: Address
    created_at: datetime
    total: int
    unread: int
    """Incoming texts not read."""
    first_at: datetime | None
    """Its oldest text; None where it has none."""
    last: KeptMessage | None
    """Its newest text."""
    last_incoming: KeptMessage | None
    marks: ThreadMarks


@frozen
class KeptMessage:
    """A text as it is kept."""

    message: TextMessage
    arrival: int
    """Its place among texts of the same time."""
    handle: str | None
    """The phone's handle, as spelled last."""


@frozen
class KeptPage:
    """Some texts of a conversation, oldest first."""

    messages: tuple[KeptMessage, ...]
    earlier: bool
    """Whether there are older ones."""


@frozen
class Kept:
    """What a relay begins with."""

    threads: tuple[KeptThread, ...] = ()
    """Newest first."""
    outbox: tuple[tuple[OutboxRow, TextMessage], ...] = ()
    """Not settled, in the order they were written."""
    expiries: tuple[tuple[MessageId, datetime], ...] = ()
    """Texts of the outbox, settled or not, that were not to leave after some time, oldest first."""
    stranded: tuple[TextMessage, ...] = ()
    """Texts of ours that seem to be on their way, and are not in the outbox."""
    drafts: tuple[Draft, ...] = ()
    looked_at: datetime | None = None
    marks: tuple[ThreadMarks, ...] = ()
    arrivals: int = 0
    """More than the `arrival` of every text."""
    notifications: tuple[PhoneNotification, ...] = ()
    """Oldest first."""
    gaps: tuple[Gap, ...] = ()
    """Oldest first."""
    contacts: tuple[Contact, ...] = ()
    calls: tuple[Call, ...] = ()
    written_to: frozenset[str] = field(factory=frozenset)
    """`Address.key`s of everybody a text of ours left for."""
    commands: tuple[tuple[str, MessageId], ...] = ()
    """The newest commands that became a text, settled or not, and which, oldest first."""


@frozen
class ArchiveInfo:
    """How an archive stands, without a word of what it holds."""

    phone_id: str
    schema: int
    bytes_on_disk: int
    messages: int
    threads: int
    notifications: int
    oldest: datetime | None
    newest: datetime | None
    actions: int = 0
    """Lines of the audit."""
    problems: tuple[str, ...] = ()
    """What a full check found; empty where it found nothing, or was not asked for."""
