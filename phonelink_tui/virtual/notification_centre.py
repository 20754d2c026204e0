"""Which notifications does the phone show, and how much of them while it is locked?"""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from phonelink_tui.virtual.entries import (
    NotificationCleared,
    NotificationShown,
    PhoneChange,
    Previews,
    StoredNotification,
)
from phonelink_tui.virtual.wording import HIDDEN_TEXT, STOCK_APPS


class NotificationCentre:
    """The notifications of one phone, oldest first.

    Args:
        tell: Is told of every change, before the method that makes it returns.
    """

    def __init__(self, tell: Callable[[PhoneChange], None]) -> None:
        self.app_names: dict[str, str] = dict(STOCK_APPS)
        self._entries: dict[str, StoredNotification] = {}
        self._tell = tell
        self._locked = False
        self._previews = Previews.ALWAYS

    @property
    def entries(self) -> tuple[StoredNotification, ...]:
        """All there are, with their texts."""
        return tuple(self._entries.values())

    def get(self, key: str) -> StoredNotification | None:
        """The notification the phone knows by this key."""
        return self._entries.get(key)

    def disclosed(self, notification: StoredNotification) -> StoredNotification:
        """A notification as the phone gives it away just now: without its text where previews are hidden."""
        hidden = self._previews is Previews.NEVER or (self._previews is Previews.UNLOCKED and self._locked)
        if not hidden:
            return notification
        placeholder = HIDDEN_TEXT.get(notification.app_id, HIDDEN_TEXT[""])
        return evolve(notification, text=placeholder, subtitle="")

    def show(self, notification: StoredNotification) -> None:
        """Show a notification, or change the one with its key."""
        modified = notification.key in self._entries
        self._entries[notification.key] = notification
        self._tell(NotificationShown(notification, modified))

    def clear(self, key: str) -> bool:
        """A notification goes; False where there is none."""
        notification = self._entries.pop(key, None)
        if notification is not None:
            self._tell(NotificationCleared(notification))
        return notification is not None

    def lock(self, *, locked: bool = True) -> None:
        """Lock or unlock the phone: notifications whose text shows or hides by that are modified."""
        self._disclose_by(locked, self._previews)

    def set_previews(self, previews: Previews) -> None:
        """The person chooses when notifications show their text."""
        self._disclose_by(self._locked, previews)

    def _disclose_by(self, locked: bool, previews: Previews) -> None:
        before = {key: self.disclosed(entry) for key, entry in self._entries.items()}
        self._locked, self._previews = locked, previews
        for key, entry in self._entries.items():
            if self.disclosed(entry) != before[key]:
                self._tell(NotificationShown(entry, modified=True))
