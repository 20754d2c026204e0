"""Which notifications are on the phone? Those of this run, and what is left of an earlier one; in memory."""

from __future__ import annotations

from typing import Final

from phonelink_tui.domain.notification import NotificationId, PhoneNotification

NOTIFICATIONS: Final = 1000
"""Notifications kept; the oldest go first. A phone's notification centre holds a few hundred."""


class NotificationBook:
    """Notifications in the order they came; one that changes comes anew."""

    def __init__(self) -> None:
        self._notifications: dict[NotificationId, PhoneNotification] = {}

    def put(self, notification: PhoneNotification) -> None:
        """It came, or changed."""
        self._notifications.pop(notification.id, None)
        self._notifications[notification.id] = notification
        while len(self._notifications) > NOTIFICATIONS:
            del self._notifications[next(iter(self._notifications))]

    def drop(self, id_: NotificationId) -> None:
        """It went, should it have been there."""
        self._notifications.pop(id_, None)

    def get(self, id_: NotificationId) -> PhoneNotification | None:
        """One of them."""
        return self._notifications.get(id_)

    def all(self) -> tuple[PhoneNotification, ...]:
        """In the order they came."""
        return tuple(self._notifications.values())

    def newest_first(self) -> tuple[PhoneNotification, ...]:
        """By the phone's own time."""
        return tuple(sorted(self._notifications.values(), key=lambda n: n.at, reverse=True))
