"""What does a notification client see of the phone? One ANCS session, from attaching to detaching."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from phonelink_tui.domain.notification import Category, NotificationAction
from phonelink_tui.protocol.ancs.constants import (
    MIN_ATT_MTU,
    NOTIFICATION_SOURCE_UUID,
    ActionId,
    AttErrorCode,
    CategoryId,
)
from phonelink_tui.protocol.ancs.provided import ProvidedNotification
from phonelink_tui.protocol.ancs.provider import ActionRequested, AncsProvider, ValueToNotify
from phonelink_tui.virtual.entries import (
    NotificationCleared,
    NotificationShown,
    PhoneChange,
    StoredNotification,
    Switch,
    SwitchTurned,
)
from phonelink_tui.virtual.faults import FaultKind
from phonelink_tui.virtual.phone import VirtualPhone

Notify = Callable[[str, bytes], None]
"""Called with the characteristic's UUID and a value for the client."""

_CATEGORIES: Final = {
    Category.OTHER: CategoryId.OTHER,
    Category.INCOMING_CALL: CategoryId.INCOMING_CALL,
    Category.MISSED_CALL: CategoryId.MISSED_CALL,
    Category.VOICEMAIL: CategoryId.VOICEMAIL,
    Category.SOCIAL: CategoryId.SOCIAL,
    Category.SCHEDULE: CategoryId.SCHEDULE,
    Category.EMAIL: CategoryId.EMAIL,
    Category.NEWS: CategoryId.NEWS,
    Category.HEALTH: CategoryId.HEALTH_AND_FITNESS,
    Category.FINANCE: CategoryId.BUSINESS_AND_FINANCE,
    Category.LOCATION: CategoryId.LOCATION,
    Category.ENTERTAINMENT: CategoryId.ENTERTAINMENT,
}


class AncsSession:
    """The phone's notification provider for one attached client.

    Args:
        phone: Whose notifications.
        notify: Where values for the client go.

    UIDs are given anew in each session, so the same number means something else in the next one.
    """

    def __init__(self, phone: VirtualPhone, notify: Notify) -> None:
        self._phone = phone
        self._notify = notify
        fragmented = phone.faults.has(FaultKind.FRAGMENT)
        self._provider = AncsProvider(
            att_mtu=MIN_ATT_MTU if fragmented else phone.persona.att_mtu,
            authorised=phone.allows(Switch.NOTIFICATIONS),
            reuse_uids=True,
        )
        for entry in phone.centre.entries:
            self._provider.add(entry.key, self._provided(entry))
        self._unlisten = phone.listen(self._apply)

    def subscribe(self, characteristic: str) -> None:
        """The client turned notifications of a source on."""
        self._provider.subscribe(characteristic)
        self._flush()
        notifications = int(self._phone.faults.draw(FaultKind.FLOOD) or 0)
        if characteristic == NOTIFICATION_SOURCE_UUID and self._phone.faults.happened(FaultKind.FLOOD):
            self._flood(notifications)

    def unsubscribe(self, characteristic: str) -> None:
        """The client turned notifications of a source off."""
        self._provider.unsubscribe(characteristic)

    def write_control_point(self, value: bytes) -> AttErrorCode | None:
        """One write of the client; returns the ATT error it is answered with, None for success."""
        self._phone.counts["ancs_command"] += 1
        self._name_apps()
        error = self._provider.receive_control_point(value)
        self._flush()
        return error

    def close(self) -> None:
        """The client detached, or the link went."""
        self._unlisten()
        self._provider.disconnect()

    def _apply(self, change: PhoneChange) -> None:
        match change:
            case NotificationShown(notification, modified=True):
                self._provider.modify(notification.key, self._provided(notification))
            case NotificationShown(notification):
                self._provider.add(notification.key, self._provided(notification))
            case NotificationCleared(notification):
                self._provider.remove(notification.key)
            case SwitchTurned(Switch.NOTIFICATIONS, on):
                if on:
                    self._provider.authorise()
                else:
                    self._provider.revoke()
            case _:
                return
        self._flush()

    def _flush(self) -> None:
        while (event := self._provider.next_event()) is not None:
            match event:
                case ValueToNotify(characteristic, value):
                    self._notify(characteristic, value)
                case ActionRequested(key, action):
                    positive = action is ActionId.POSITIVE
                    self._phone.press(
                        key, NotificationAction.POSITIVE if positive else NotificationAction.NEGATIVE
                    )

    def _flood(self, notifications: int) -> None:
        for number in range(notifications):
            text = f"{number + 1} of {notifications}"
            self._phone.notify("com.example.flood", "Flood", text, app_name="Flood", silent=True)

    def _name_apps(self) -> None:
        for app_id, name in self._phone.centre.app_names.items():
            self._provider.name_app(app_id, name)

    def _provided(self, entry: StoredNotification) -> ProvidedNotification:
        shown = self._phone.centre.disclosed(entry)
        return ProvidedNotification(
            app_id=shown.app_id,
            title=shown.title,
            subtitle=shown.subtitle,
            message=shown.text,
            date=self._phone.local(shown.at).replace(tzinfo=None),
            category=_CATEGORIES[shown.category],
            silent=shown.silent,
            important=shown.important,
            positive_label=shown.positive_label,
            negative_label=shown.negative_label,
        )
