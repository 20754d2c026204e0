"""What does the phone's side of ANCS do: which values go out, and how is a command answered?"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Final

from attrs import frozen

from phonelink_tui.errors import LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import (
    DATA_SOURCE_UUID,
    MIN_ATT_MTU,
    NO_FLAGS,
    NOTIFICATION_SOURCE_UUID,
    ActionId,
    AppAttributeId,
    AttErrorCode,
    EventFlags,
    EventId,
)
from phonelink_tui.protocol.ancs.control_point import (
    Fetch,
    GetAppAttributes,
    GetNotificationAttributes,
    PerformNotificationAction,
    UnknownCommand,
    decode_command,
)
from phonelink_tui.protocol.ancs.data_source import encode_reply, fragments
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent, encode_notification_source
from phonelink_tui.protocol.ancs.provided import ProvidedNotification

_SOURCES: Final = (NOTIFICATION_SOURCE_UUID, DATA_SOURCE_UUID)


@frozen
class ValueToNotify:
    """Notify the subscribed peer of this characteristic value; it fits ATT_MTU-3."""

    characteristic: str
    """`constants.NOTIFICATION_SOURCE_UUID` or `constants.DATA_SOURCE_UUID`."""
    value: bytes


@frozen
class ActionRequested:
    """The accessory pressed an action of a notification; what that does is the phone's affair."""

    key: str
    action: ActionId


ProviderEvent = ValueToNotify | ActionRequested


class AncsProvider:
    """The provider machine: what happens on the phone in, values for the accessory out.

    The phone names its notifications by keys of its own. UIDs belong to a session, which begins when the
    accessory subscribes to the Notification Source and ends when it unsubscribes or the link drops; they
    count from 0 in each, so a number means something else in the next one.

    Args:
        att_mtu: ATT_MTU of the link; values are cut for it.
        authorised: Whether the person has allowed "Share System Notifications". Until then subscriptions are
            accepted, nothing is sent, and every command is refused.
        reuse_uids: Give a new notification the smallest free UID instead of the next one.
    """

    def __init__(
        self, *, att_mtu: int = MIN_ATT_MTU, authorised: bool = True, reuse_uids: bool = False
    ) -> None:
        self._notifications: dict[str, ProvidedNotification] = {}
        self._app_names: dict[str, str] = {}
        self._uids: dict[str, int] = {}
        self._keys: dict[int, str] = {}
        self._per_category: Counter[int] = Counter()
        self._free_uids: list[int] = []
        self._next_uid = 0
        self._reuse_uids = reuse_uids
        self._authorised = authorised
        self._subscribed: set[str] = set()
        self._events: deque[ProviderEvent] = deque()
        self.set_att_mtu(att_mtu)

    def set_att_mtu(self, att_mtu: int) -> None:
        """The link has agreed on another ATT_MTU; replies from now on are cut for it.

        Raises:
            LocalProtocolError: Below 23.
        """
        if att_mtu < MIN_ATT_MTU:
            raise LocalProtocolError("ATT_MTU is at least 23.")
        self._att_mtu = att_mtu

    def name_app(self, app_id: str, display_name: str) -> None:
        """Install an app, or change its display name."""
        self._app_names[app_id] = display_name

    def add(self, key: str, notification: ProvidedNotification) -> None:
        """Show a new notification.

        Raises:
            LocalProtocolError: The key is in use.
        """
        if key in self._notifications:
            raise LocalProtocolError("There is a notification with this key.")
        self._notifications[key] = notification
        if self._is_telling:
            self._tell(EventId.ADDED, key)

    def modify(self, key: str, notification: ProvidedNotification) -> None:
        """Change a notification.

        Raises:
            LocalProtocolError: There is none with this key.
        """
        self._require(key)
        if key in self._uids:
            self._per_category[self._notifications[key].category] -= 1
            self._per_category[notification.category] += 1
        self._notifications[key] = notification
        if self._is_telling:
            self._tell(EventId.MODIFIED, key)

    def remove(self, key: str) -> None:
        """Take a notification away, as when the person cleared it.

        Raises:
            LocalProtocolError: There is none with this key.
        """
        self._require(key)
        if self._is_telling:
            self._tell(EventId.REMOVED, key)
        notification = self._notifications.pop(key)
        uid = self._uids.pop(key, None)
        if uid is not None:
            del self._keys[uid]
            if self._reuse_uids:
                heappush(self._free_uids, uid)
            self._per_category[notification.category] -= 1

    def authorise(self) -> None:
        """The person consents; a waiting subscription now gets its replay."""
        if not self._authorised:
            self._authorised = True
            self._replay()

    def revoke(self) -> None:
        """The person withdraws consent: silence, and every command is refused. UIDs are void."""
        self._authorised = False
        self._drop_unsent(DATA_SOURCE_UUID)
        self._forget_session()

    def uid_of(self, key: str) -> int | None:
        """The notification's UID in the running session, None when it has none."""
        return self._uids.get(key)

    def subscribe(self, characteristic: str) -> None:
        """The accessory turned notifications on; the Notification Source replays what is there.

        Args:
            characteristic: UUID of one of the two sources, lower case. Either order is accepted, but replies
                made before the Data Source is subscribed are lost, as on a phone.

        Raises:
            LocalProtocolError: Not one of the two sources.
        """
        self._check_source(characteristic)
        if characteristic not in self._subscribed:
            self._subscribed.add(characteristic)
            if characteristic == NOTIFICATION_SOURCE_UUID:
                self._replay()

    def unsubscribe(self, characteristic: str) -> None:
        """The accessory turned notifications off; what is not yet sent of that source is dropped.

        Raises:
            LocalProtocolError: Not one of the two sources.
        """
        self._check_source(characteristic)
        self._subscribed.discard(characteristic)
        self._drop_unsent(characteristic)
        if characteristic == NOTIFICATION_SOURCE_UUID:
            self._forget_session()

    def disconnect(self) -> None:
        """The link dropped: subscriptions, UIDs and unsent values are gone. Notifications stay."""
        for characteristic in _SOURCES:
            self.unsubscribe(characteristic)

    def receive_control_point(self, value: bytes) -> AttErrorCode | None:
        """Carry out one write to the Control Point.

        Returns:
            The ATT error to answer the write with, or None for success. Replies and actions come out of
            `next_event`. While `limits.ANCS_UNSENT_VALUES` values wait, commands are refused with
            INSUFFICIENT_RESOURCES. Any exception is a bug.
        """
        if not self._authorised:
            # BlueZ reports 0x03 as org.bluez.Error.NotPermitted, which consumers see before consent.
            return AttErrorCode.WRITE_NOT_PERMITTED
        if len(self._events) >= limits.ANCS_UNSENT_VALUES:
            return AttErrorCode.INSUFFICIENT_RESOURCES
        try:
            command = decode_command(value)
        except RemoteProtocolError:
            return AttErrorCode.INVALID_COMMAND
        if isinstance(command, UnknownCommand):
            return AttErrorCode.UNKNOWN_COMMAND
        if isinstance(command, GetAppAttributes):
            self._answer_app(command)
            return None
        key = self._keys.get(command.uid)
        if key is None:
            return AttErrorCode.INVALID_PARAMETER
        if isinstance(command, PerformNotificationAction):
            return self._perform(key, command.action)
        self._answer_notification(key, command)
        return None

    def next_event(self) -> ProviderEvent | None:
        """Take the oldest event, None when there is none.

        Values of the Notification Source are bounded by what the phone itself shows, replies and actions by
        `limits.ANCS_UNSENT_VALUES` and one last answer.
        """
        return self._events.popleft() if self._events else None

    @property
    def _is_telling(self) -> bool:
        return self._authorised and NOTIFICATION_SOURCE_UUID in self._subscribed

    def _require(self, key: str) -> None:
        if key not in self._notifications:
            raise LocalProtocolError("There is no notification with this key.")

    def _check_source(self, characteristic: str) -> None:
        if characteristic not in _SOURCES:
            raise LocalProtocolError("Only the two ANCS sources can be subscribed to.")

    def _replay(self) -> None:
        if self._is_telling:
            for key in self._notifications:
                self._tell(EventId.ADDED, key, EventFlags.PRE_EXISTING)

    def _forget_session(self) -> None:
        self._drop_unsent(NOTIFICATION_SOURCE_UUID)
        self._uids.clear()
        self._keys.clear()
        self._per_category.clear()
        self._free_uids.clear()
        self._next_uid = 0

    def _drop_unsent(self, characteristic: str) -> None:
        self._events = deque(
            event
            for event in self._events
            if not (isinstance(event, ValueToNotify) and event.characteristic == characteristic)
        )

    def _tell(self, event_id: EventId, key: str, circumstances: EventFlags = NO_FLAGS) -> None:
        notification = self._notifications[key]
        if key not in self._uids:
            self._uids[key] = uid = self._allocate_uid()
            self._keys[uid] = key
            self._per_category[notification.category] += 1
        left = self._per_category[notification.category] - (event_id is EventId.REMOVED)
        event = NotificationEvent(
            event_id,
            self._uids[key],
            circumstances | notification.flags,
            notification.category,
            min(left, 0xFF),
        )
        self._events.append(ValueToNotify(NOTIFICATION_SOURCE_UUID, encode_notification_source(event)))

    def _allocate_uid(self) -> int:
        if self._reuse_uids and self._free_uids:
            return heappop(self._free_uids)
        uid, self._next_uid = self._next_uid, (self._next_uid + 1) & 0xFFFFFFFF
        return uid

    def _perform(self, key: str, action: ActionId) -> AttErrorCode | None:
        notification = self._notifications[key]
        labels = {
            ActionId.POSITIVE: notification.positive_label,
            ActionId.NEGATIVE: notification.negative_label,
        }
        if action not in labels:
            return AttErrorCode.INVALID_PARAMETER
        if not labels[action]:
            return AttErrorCode.ACTION_FAILED
        self._events.append(ActionRequested(key, action))
        return None

    def _answer_app(self, command: GetAppAttributes) -> None:
        # A phone may answer for an app that is not installed with the head of a reply and nothing behind it.
        name = self._app_names.get(command.app_id)
        known: dict[AppAttributeId, bytes] = {}
        if name is not None:
            known = dict.fromkeys(command.attributes, b"")
            known[AppAttributeId.DISPLAY_NAME] = name.encode(errors="replace")
        self._reply(command, [(wanted, known[wanted]) for wanted in command.attributes if wanted in known])

    def _answer_notification(self, key: str, command: GetNotificationAttributes) -> None:
        known = self._notifications[key].attributes
        values = [
            (request.attribute, known.get(request.attribute, b"")[: request.max_length_bytes])
            for request in command.requests
        ]
        self._reply(command, values)

    def _reply(self, command: Fetch, values: Sequence[tuple[int, bytes]]) -> None:
        if DATA_SOURCE_UUID in self._subscribed:
            cut = ((attribute, value[:0xFFFF]) for attribute, value in values)
            for fragment in fragments(encode_reply(command, cut), self._att_mtu):
                self._events.append(ValueToNotify(DATA_SOURCE_UUID, fragment))
