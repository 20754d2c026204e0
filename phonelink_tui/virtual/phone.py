"""What is on the phone, what happens to it, and who is told?

Synchronous state without any protocol. Servers read it and listen; scenarios, acts and tests make it act.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from functools import lru_cache
from itertools import count
from typing import Final

from attrs import evolve

from phonelink_tui.config.clock import utc_now
from phonelink_tui.domain.address import identify
from phonelink_tui.domain.notification import Category, NotificationAction
from phonelink_tui.domain.observed import Folder
from phonelink_tui.virtual.call_log import CallLog
from phonelink_tui.virtual.entries import (
    BatteryChanged,
    PhoneChange,
    PresenceChanged,
    PushedText,
    StoredContact,
    StoredNotification,
    StoredText,
    Switch,
    SwitchTurned,
    TextArrived,
    TextDeleted,
    TextMoved,
    TextPushed,
    TextReadChanged,
    TextSent,
)
from phonelink_tui.virtual.faults import NO_FAULTS, FaultPlan, Faults
from phonelink_tui.virtual.notification_centre import NotificationCentre
from phonelink_tui.virtual.personas import IPHONE, Persona
from phonelink_tui.virtual.text_store import TextStore
from phonelink_tui.virtual.wording import (
    MESSAGES_APP,
    PHOTO_BYTES,
    PHOTO_PREVIEW,
    group_subtitle,
    plain,
)

Listener = Callable[[PhoneChange], None]

OWNER: Final = StoredContact("Robin Doe", ("+15550199",))


class VirtualPhone:
    """One phone.

    Args:
        persona: What sort of phone it is.
        owner: Whose it is; the first address is its own number.
        clock: Tells the time (UTC).
        seed: For everything that is left to chance: handles, faults.
        zone: The time zone the phone tells local times in; None is this computer's.
        faults: What goes wrong.

    Every method that changes something tells the listeners before it returns.
    """

    def __init__(
        self,
        persona: Persona = IPHONE,
        *,
        owner: StoredContact = OWNER,
        clock: Callable[[], datetime] = utc_now,
        seed: int = 0,
        zone: tzinfo | None = None,
        faults: FaultPlan = NO_FAULTS,
    ) -> None:
        self.persona = persona
        self.owner = owner
        self.clock = clock
        self.faults = Faults(faults, seed)
        self.centre = NotificationCentre(self._tell)
        self.call_log = CallLog(self.centre if persona.has_notifications else None, clock, self.name_of)
        self.pushed: list[PushedText] = []
        """Every text taken from this computer for sending, in order: what others would have received."""
        self.counts: Counter[str] = Counter()
        """How often what was asked: `mas`, `listing`, `message`, `push`, `status`, `registration`, …"""
        self.present = True
        self.battery_percent = 82
        self._contacts: list[StoredContact] = []
        self._names: dict[str, str] = {}
        self._own_keys = frozenset(map(_key, owner.addresses))
        self._zone = zone
        self._switches = dict.fromkeys(Switch, True)
        self._chance = random.Random(seed)
        self._texts = TextStore(row_handles=persona.zero_pads_handles, chance=self._chance)
        self._listeners: list[Listener] = []
        self._keys = count(1)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of every change from now on; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def new_connection_id(self) -> int:
        """A Connection ID for an OBEX connection; never 1, which some clients take for granted."""
        return self._chance.randrange(2, 1 << 32)

    def allows(self, switch: Switch) -> bool:
        """Whether the person allows this to the computer."""
        return self._switches[switch]

    def local(self, at: datetime) -> datetime:
        """A time as the phone shows it."""
        return at.astimezone(self._zone)

    @property
    def contacts(self) -> tuple[StoredContact, ...]:
        """The book, without the owner's own card."""
        return tuple(self._contacts)

    def add_contact(self, card: StoredContact) -> None:
        """Write a card into the book. Of two cards with one address, the first gives the name."""
        self._contacts.append(card)
        for address in card.addresses:
            self._names.setdefault(_key(address), card.name)

    def name_of(self, address: str) -> str:
        """The contact's name, or "" where the book has none."""
        return self._names.get(_key(address), "")

    def address_of(self, who: str) -> str:
        """The first address of the contact with exactly this name; any other text is an address itself."""
        return next((card.addresses[0] for card in self._contacts if card.name == who), who)

    def is_own(self, address: str) -> bool:
        """Whether this is the owner's own number or address."""
        return _key(address) in self._own_keys

    def text_with(self, handle: int) -> StoredText | None:
        """The text with this handle, None where there is none."""
        return self._texts.get(handle)

    def folder(self, folder: Folder) -> tuple[StoredText, ...]:
        """The texts of a folder, newest first."""
        return self._texts.folder(folder)

    def receive_text(
        self,
        sender: str,
        text: str,
        *,
        members: Iterable[str] = (),
        group_name: str = "",
        photo: bool = False,
        at: datetime | None = None,
        read: bool = False,
        notify: bool = True,
    ) -> StoredText:
        """A text arrives from the network.

        Args:
            sender: A number, an e-mail address, or a word such as a shop's name.
            text: Any text; may be empty with a photo.
            members: Of a group: everyone in it besides the sender and the owner.
            group_name: Of a named group.
            photo: A picture comes with it.
            at: When it was sent (UTC); None is now.
            read: It was read already: it makes no notification.
            notify: False for a conversation that is muted on the phone.
        """
        group = tuple(map(plain, members))
        stored = self._texts.put(
            StoredText(
                handle=self._texts.new_handle(mms=photo or bool(group)),
                folder=Folder.INBOX,
                sender=plain(sender),
                recipients=group,
                text=plain(text),
                at=at or self.clock(),
                read=read,
                attachment_bytes=PHOTO_BYTES if photo else 0,
                group_name=plain(group_name),
            )
        )
        self._tell(TextArrived(stored))
        if notify and not read and self.persona.has_notifications:
            self.centre.show(self._notification_of(stored))
        return stored

    def write_text(self, recipients: Iterable[str], text: str, *, at: datetime | None = None) -> StoredText:
        """The owner writes a text on the phone itself; it goes straight to the sent folder."""
        return self._put_own(Folder.SENT, tuple(map(plain, recipients)), plain(text), at)

    def push_text(
        self, recipients: Iterable[str], text: str, *, folder: Folder = Folder.OUTBOX
    ) -> StoredText:
        """Take a text from this computer; from the outbox it goes out with `send_outbox`."""
        stored = self._put_own(folder, tuple(recipients), text, None)
        if folder is Folder.OUTBOX:
            self.pushed.append(PushedText(stored.handle, stored.recipients, text, stored.at))
            self._tell(TextPushed(self.pushed[-1]))
        return stored

    def send_outbox(self) -> None:
        """The network takes what is in the outbox, and delivers it. A text to oneself comes back."""
        for waiting in reversed(self.folder(Folder.OUTBOX)):
            if self.persona.keeps_sent:
                sent = self._move(waiting, Folder.SENT)
                self._tell(TextSent(sent))
                self._tell(TextSent(sent, delivered=True))
            else:
                self._texts.forget(waiting)
            if any(map(self.is_own, waiting.recipients)):
                self.receive_text(self.owner.addresses[0], waiting.text)

    def mark_read(self, handle: int, *, read: bool = True) -> bool:
        """Mark a text; a read one has no notification any more. False where there is no such text."""
        text = self._texts.get(handle)
        if text is None:
            return False
        if text.read != read:
            self._tell(TextReadChanged(self._texts.put(evolve(text, read=read))))
        if read:
            self.centre.clear(text_key(handle))
        return True

    def delete_text(self, handle: int, *, undo: bool = False) -> bool:
        """Delete a text: first into the folder `deleted`, the second time for good.

        Args:
            handle: Which.
            undo: Bring it back into the inbox instead.

        Returns:
            False where there is no such text.
        """
        text = self._texts.get(handle)
        if text is None:
            return False
        deleted = text.folder is Folder.DELETED
        if undo and deleted:
            self._move(text, Folder.INBOX)
        elif deleted:
            self._texts.forget(text)
            self._tell(TextDeleted(text))
        elif not undo:
            self._move(text, Folder.DELETED)
            self.centre.clear(text_key(handle))
        return True

    def renumber(self) -> int:
        """Give every text another handle without telling anybody: none is sure for longer than a session.

        Returns how many texts there are. The notifications of texts stay as they are.
        """
        return self._texts.renumber()

    def notify(
        self,
        app_id: str,
        title: str,
        text: str = "",
        *,
        app_name: str = "",
        subtitle: str = "",
        category: Category = Category.OTHER,
        positive_label: str = "",
        negative_label: str = "Clear",
        silent: bool = False,
        important: bool = False,
        key: str = "",
        at: datetime | None = None,
    ) -> StoredNotification:
        """An app shows a notification, or changes the one it has under `key`."""
        if app_name:
            self.centre.app_names[plain(app_id)] = plain(app_name)
        notification = StoredNotification(
            key or f"note#{next(self._keys)}",
            plain(app_id),
            plain(title),
            plain(text),
            at or self.clock(),
            plain(subtitle),
            category,
            plain(positive_label),
            plain(negative_label),
            silent,
            important,
        )
        self.centre.show(notification)
        return notification

    def press(self, key: str, action: NotificationAction) -> None:
        """Press a button of a notification: a call is answered or declined, anything else goes."""
        if not self.call_log.end(key, answered=action is NotificationAction.POSITIVE):
            self.centre.clear(key)

    def turn(self, switch: Switch, *, on: bool) -> None:
        """The person turns one of the switches."""
        if self._switches[switch] != on:
            self._switches[switch] = on
            self._tell(SwitchTurned(switch, on))

    def set_battery(self, percent: int) -> None:
        """Charge to 0 to 100."""
        self.battery_percent = max(0, min(100, percent))
        self._tell(BatteryChanged(self.battery_percent))

    def walk_away(self) -> None:
        """Leave radio range: every connection breaks and none can be opened."""
        if self.present:
            self.present = False
            self._tell(PresenceChanged(False))

    def come_back(self) -> None:
        """Be in range again."""
        if not self.present:
            self.present = True
            self._tell(PresenceChanged(True))

    def _put_own(
        self, folder: Folder, recipients: tuple[str, ...], text: str, at: datetime | None
    ) -> StoredText:
        handle = self._texts.new_handle(mms=len(recipients) > 1)
        own = self.owner.addresses[0]
        return self._texts.put(
            StoredText(handle, folder, own, recipients, text, at or self.clock(), read=True)
        )

    def _move(self, text: StoredText, folder: Folder) -> StoredText:
        moved = self._texts.move(text, folder)
        self._tell(TextMoved(moved, text.folder))
        return moved

    def _notification_of(self, text: StoredText) -> StoredNotification:
        members = [self.name_of(member) or member for member in text.recipients]
        return StoredNotification(
            text_key(text.handle),
            MESSAGES_APP,
            self.name_of(text.sender) or text.sender,
            text.text or (PHOTO_PREVIEW if text.attachment_bytes else ""),
            text.at,
            group_subtitle(text.group_name, members),
            Category.SOCIAL,
            negative_label="Clear",
        )

    def _tell(self, change: PhoneChange) -> None:
        for listener in tuple(self._listeners):
            listener(change)


def text_key(handle: int) -> str:
    """The phone's own name for the notification of a text."""
    return f"text:{handle:x}"


@lru_cache(maxsize=4096)
def _key(address: str) -> str:
    return identify(address).key
