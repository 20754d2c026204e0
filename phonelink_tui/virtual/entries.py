"""What lies on a phone? Texts, notifications, calls, people, and the changes it tells of."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from phonelink_tui.domain.call import CallKind
from phonelink_tui.domain.notification import Category
from phonelink_tui.domain.observed import Folder


class Switch(StrEnum):
    """What the person allows this computer, each on its own (Settings, Bluetooth, ⓘ)."""

    MESSAGES = "messages"
    CONTACTS = "contacts"
    NOTIFICATIONS = "notifications"


class Previews(StrEnum):
    """When notifications show their text (Settings, Notifications, Show Previews)."""

    ALWAYS = "always"
    UNLOCKED = "unlocked"
    NEVER = "never"


@frozen
class StoredContact:
    """A card of the phone's book."""

    name: str
    addresses: tuple[str, ...]
    """Numbers and e-mail addresses; an e-mail address has an "@"."""


@frozen
class StoredText:
    """A text as the phone keeps it: the whole truth, of which a persona tells a part."""

    handle: int
    """64 bits; unique on one phone."""
    folder: Folder
    sender: str
    """As the phone stored it; the owner's number for own texts."""
    recipients: tuple[str, ...]
    """Everyone it went to besides the owner."""
    text: str
    at: datetime
    """UTC."""
    read: bool = False
    attachment_bytes: int = 0
    group_name: str = ""

    @property
    def outgoing(self) -> bool:
        return self.folder in (Folder.OUTBOX, Folder.SENT, Folder.DRAFT)


@frozen
class PushedText:
    """A text that this computer handed to the phone and the phone took."""

    handle: int
    recipients: tuple[str, ...]
    """As the phone understood them."""
    text: str
    at: datetime
    """UTC."""


@frozen
class StoredNotification:
    """A notification in the phone's notification centre."""

    key: str
    """The phone's own name for it; never leaves the phone."""
    app_id: str
    title: str
    text: str
    at: datetime
    """UTC."""
    subtitle: str = ""
    category: Category = Category.OTHER
    positive_label: str = ""
    """Empty: no such button."""
    negative_label: str = ""
    silent: bool = False
    important: bool = False


@frozen
class StoredCall:
    """An entry of the call history."""

    kind: CallKind
    address: str
    at: datetime
    """UTC."""


@frozen
class TextArrived:
    """A text came from the network into the inbox."""

    text: StoredText


@frozen
class TextMoved:
    """A text is in another folder now."""

    text: StoredText
    old_folder: Folder


@frozen
class TextDeleted:
    """A text is gone for good."""

    text: StoredText


@frozen
class TextReadChanged:
    text: StoredText


@frozen
class TextPushed:
    """The phone took a text from this computer."""

    pushed: PushedText


@frozen
class TextSent:
    """What became of a text after it had left the outbox."""

    text: StoredText
    delivered: bool = False
    """False: the network took it. True: it reached the other phone."""


@frozen
class NotificationShown:
    notification: StoredNotification
    modified: bool = False
    """It was there before and changed."""


@frozen
class NotificationCleared:
    notification: StoredNotification


@frozen
class SwitchTurned:
    switch: Switch
    on: bool


@frozen
class PresenceChanged:
    """The phone went out of radio range, or came back."""

    present: bool


@frozen
class BatteryChanged:
    percent: int


PhoneChange = (
    TextArrived
    | TextMoved
    | TextDeleted
    | TextReadChanged
    | TextPushed
    | TextSent
    | NotificationShown
    | NotificationCleared
    | SwitchTurned
    | PresenceChanged
    | BatteryChanged
)
