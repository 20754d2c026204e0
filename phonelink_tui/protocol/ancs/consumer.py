"""What does the accessory's side of ANCS do: whom to ask next, and what did the phone answer?"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import (
    ActionId,
    AttErrorCode,
    EventFlags,
    EventId,
    NotificationAttributeId,
)
from phonelink_tui.protocol.ancs.control_point import (
    AttributeRequest,
    Command,
    Fetch,
    GetAppAttributes,
    GetNotificationAttributes,
    PerformNotificationAction,
    encode_command,
)
from phonelink_tui.protocol.ancs.data_source import Reply, ReplyAssembler
from phonelink_tui.protocol.ancs.events import ActionPerformed, CommandFailed, ConsumerEvent, FetchDropped
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent, decode_notification_source

DEFAULT_REQUESTS: Final = (
    AttributeRequest(NotificationAttributeId.APP_IDENTIFIER),
    AttributeRequest(NotificationAttributeId.TITLE, 256),
    AttributeRequest(NotificationAttributeId.SUBTITLE, 256),
    AttributeRequest(NotificationAttributeId.MESSAGE, limits.ANCS_ATTRIBUTE_BYTES),
    AttributeRequest(NotificationAttributeId.DATE),
)
"""What is asked about every notification; labels are added where the event's flags promise an action."""

_LABELS: Final = (
    (EventFlags.POSITIVE_ACTION, AttributeRequest(NotificationAttributeId.POSITIVE_ACTION_LABEL)),
    (EventFlags.NEGATIVE_ACTION, AttributeRequest(NotificationAttributeId.NEGATIVE_ACTION_LABEL)),
)


class AncsConsumer:
    """The consumer machine: values of the two sources in, events and Control Point commands out.

    The caller subscribes to the Data Source, then to the Notification Source, and hands over every value in
    the order received. It writes what `data_to_write` gives, with response, and reports the outcome of each
    write with `command_written` or `command_failed`, and a command that took too long with
    `command_timed_out`.

    Commands go out one at a time, because replies carry no request id: actions first (a person is waiting),
    then fetches in the order asked. Each request that was accepted ends in exactly one event, except that a
    fetch about a notification ends silently when the notification is removed.

    Args:
        requests: What to ask about every notification.
    """

    def __init__(self, *, requests: Sequence[AttributeRequest] = DEFAULT_REQUESTS) -> None:
        self._requests = tuple(requests)
        self._closed = False
        self._live: dict[int, NotificationEvent] = {}
        self._events: deque[ConsumerEvent] = deque()
        self._actions: deque[PerformNotificationAction] = deque()
        self._fetches: deque[Fetch] = deque()
        self._in_flight: Command | None = None
        self._writing: Command | None = None
        self._assembler: ReplyAssembler | None = None
        self._wanted = True
        self._late_fragments = False

    def start_session(self) -> None:
        """Begin anew after a subscription was lost: UIDs, waiting commands and unread events are forgotten.

        No write may be pending any more. For a new link make a new consumer.
        """
        self._end_session()
        self._closed = False

    @property
    def is_closed(self) -> bool:
        """True after the phone broke the rules; `start_session` opens the machine again."""
        return self._closed

    def is_live(self, uid: int) -> bool:
        """Whether this session has a notification with this UID that was not removed."""
        return uid in self._live

    def receive_notification_source(self, value: bytes) -> None:
        """Add one Notification Source value; it comes out of `next_event`.

        A removed notification takes its waiting fetch with it, the result of one in flight is dropped, and
        waiting actions fail, for their UID may soon mean another notification. The same holds for an added
        one whose UID is live: the phone has reused the number. Beyond `limits.ANCS_LIVE_NOTIFICATIONS` the
        oldest notification is treated as removed.

        Raises:
            RemoteProtocolError: Malformed.
            LimitExceeded: `limits.ANCS_UNREAD_EVENTS` events have not been taken.

        After either exception the consumer is closed, and drops what it has and what it is given. Any other
        exception is a bug.
        """
        if self._closed:
            return
        try:
            event = decode_notification_source(value)
            if len(self._events) >= limits.ANCS_UNREAD_EVENTS:
                raise LimitExceeded("The phone sends notifications faster than they are read.")
        except RemoteProtocolError:
            self._close()
            raise
        self._events.append(event)
        if event.event_id in (EventId.ADDED, EventId.REMOVED):
            self._forget(event.uid)
        if event.event_id in (EventId.ADDED, EventId.MODIFIED):
            self._live[event.uid] = event
            if len(self._live) > limits.ANCS_LIVE_NOTIFICATIONS:
                self._forget(next(iter(self._live)))

    def receive_data_source(self, value: bytes) -> None:
        """Add one Data Source value; replies come out of `next_event`.

        Args:
            value: Raw characteristic value, 1 to ATT_MTU-3 bytes. Order as received.

        Raises:
            RemoteProtocolError: The reply contradicts the outstanding request.
            LimitExceeded: Reply larger than `limits.ANCS_REPLY_BYTES`.

        Late fragments of an abandoned request are dropped, not an error. After either exception the consumer
        is closed, and drops what it has and what it is given. Any other exception is a bug.
        """
        if self._assembler is None:
            return
        try:
            reply = self._assembler.receive_data(value)
        except RemoteProtocolError:
            self._close()
            raise
        if reply is not None:
            self._assembler = None
            self._finish(reply)

    def next_event(self) -> ConsumerEvent | None:
        """Take the oldest event, None when there is none."""
        return self._events.popleft() if self._events else None

    def request_attributes(self, uid: int) -> None:
        """Ask about a notification; the answer is a `NotificationAttributes` or a `CommandFailed`.

        One that is already waiting is not asked for twice. A UID that is not live fails at once with
        INVALID_PARAMETER, as the phone itself would answer. When `limits.ANCS_WAITING_FETCHES` are waiting,
        the oldest of them is given up with `FetchDropped`: the newest notification is the one looked at.

        Raises:
            LocalProtocolError: Closed, events are not taken, or the attributes are impossible.
        """
        event = self._live.get(uid)
        labels = tuple(request for flag, request in _LABELS if event and event.flags & flag)
        command = GetNotificationAttributes(uid, self._requests + labels)
        self._check(command)
        if event is None:
            self._events.append(CommandFailed(command, AttErrorCode.INVALID_PARAMETER))
        else:
            self._enqueue(command)

    def request_app_name(self, app_id: str) -> None:
        """Ask for an app's display name; the answer is an `AppAttributes` or a `CommandFailed`.

        Some phones never answer for an app they do not have. Waiting and overflow as in `request_attributes`.

        Raises:
            LocalProtocolError: Closed, events are not taken, or the app id is impossible.
        """
        command = GetAppAttributes(app_id)
        self._check(command)
        self._enqueue(command)

    def perform(self, uid: int, action: ActionId) -> None:
        """Press a notification's positive or negative action; ends in `ActionPerformed` or `CommandFailed`.

        Never given up for another command. A UID that is not live fails at once with INVALID_PARAMETER.

        Raises:
            LocalProtocolError: Closed, events are not taken, or `limits.ANCS_WAITING_ACTIONS` are waiting.
        """
        command = PerformNotificationAction(uid, action)
        self._check(command)
        if uid not in self._live:
            self._events.append(CommandFailed(command, AttErrorCode.INVALID_PARAMETER))
        elif len(self._actions) >= limits.ANCS_WAITING_ACTIONS:
            raise LocalProtocolError("Too many notification actions are waiting.")
        else:
            self._actions.append(command)

    def data_to_write(self) -> bytes | None:
        """Take the next Control Point value; None while a command is in flight or nothing waits.

        The command's time begins when this returns: replies may arrive before the write is acknowledged.
        """
        if self._writing is not None or self._assembler is not None or not (self._actions or self._fetches):
            return None
        command: Command
        if self._actions:
            command = self._actions.popleft()
        else:
            command = self._fetches.popleft()
            self._assembler = ReplyAssembler(command, late_fragments=self._late_fragments)
        self._in_flight = command
        self._writing = command
        self._wanted = True
        return encode_command(command)

    def command_written(self) -> None:
        """The phone acknowledged the write. Does nothing when the session has ended meanwhile."""
        command, self._writing = self._writing, None
        if isinstance(command, PerformNotificationAction):
            self._finish(ActionPerformed(command.uid, command.action))

    def command_failed(self, att_code: int) -> None:
        """The phone refused the write, so there will be no reply. Does nothing when the session has ended.

        Args:
            att_code: ATT error code, 0xA0 to 0xA3 from ANCS itself.
        """
        command, self._writing = self._writing, None
        if command is not None and self._in_flight is not None:
            self._assembler = None
            self._finish(CommandFailed(command, AttErrorCode(att_code)))

    def command_timed_out(self) -> None:
        """The command in flight took too long: give it up. Without one this does nothing.

        Whatever of its reply still comes is dropped, and from here to the end of the link a fragment that
        contradicts the command in flight is taken for such a late one.
        """
        self._writing = None
        if self._in_flight is not None:
            self._late_fragments = self._late_fragments or self._assembler is not None
            self._assembler = None
            self._finish(CommandFailed(self._in_flight, None))

    def _end_session(self) -> None:
        self._late_fragments = self._late_fragments or self._assembler is not None
        self._live.clear()
        self._events.clear()
        self._actions.clear()
        self._fetches.clear()
        self._in_flight = self._writing = self._assembler = None
        self._wanted = True

    def _close(self) -> None:
        self._end_session()
        self._closed = True

    def _check(self, command: Command) -> None:
        if self._closed:
            raise LocalProtocolError("The ANCS session was closed after an error.")
        if len(self._events) >= limits.ANCS_UNREAD_EVENTS:
            raise LocalProtocolError("Events of the ANCS consumer are not taken.")
        encode_command(command)

    def _enqueue(self, command: Fetch) -> None:
        if command in self._fetches:
            return
        if len(self._fetches) >= limits.ANCS_WAITING_FETCHES:
            self._events.append(FetchDropped(self._fetches.popleft()))
        self._fetches.append(command)

    def _forget(self, uid: int) -> None:
        self._live.pop(uid, None)
        self._fetches = deque(fetch for fetch in self._fetches if not _is_about(fetch, uid))
        for action in [action for action in self._actions if action.uid == uid]:
            self._actions.remove(action)
            self._events.append(CommandFailed(action, AttErrorCode.INVALID_PARAMETER))
        if _is_about(self._in_flight, uid):
            # The reply is still awaited, for only its end tells where the next reply begins.
            self._wanted = False

    def _finish(self, event: Reply | ActionPerformed | CommandFailed) -> None:
        """End the command in flight; a write that is still open is waited for before the next one."""
        wanted, self._wanted, self._in_flight = self._wanted, True, None
        if wanted:
            self._events.append(event)


def _is_about(command: Command | None, uid: int) -> bool:
    return isinstance(command, GetNotificationAttributes) and command.uid == uid
