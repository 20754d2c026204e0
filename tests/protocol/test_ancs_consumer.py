"""The consumer machine: does it ask one thing at a time and never mix up two answers?"""

from __future__ import annotations

import pytest

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.ancs.constants import (
    ActionId,
    AppAttributeId,
    AttErrorCode,
    CategoryId,
    EventFlags,
    EventId,
    NotificationAttributeId,
)
from phonelink_tui.protocol.ancs.consumer import AncsConsumer
from phonelink_tui.protocol.ancs.control_point import (
    AttributeRequest,
    GetAppAttributes,
    GetNotificationAttributes,
    PerformNotificationAction,
    decode_command,
)
from phonelink_tui.protocol.ancs.data_source import AppAttributes, NotificationAttributes, encode_reply
from phonelink_tui.protocol.ancs.events import ActionPerformed, CommandFailed, ConsumerEvent, FetchDropped
from phonelink_tui.protocol.ancs.notification_source import NotificationEvent, encode_notification_source

_TITLE = NotificationAttributeId.TITLE
_REQUESTS = (AttributeRequest(_TITLE, 64),)
_MESSAGES = "com.apple.MobileSMS"


def _consumer() -> AncsConsumer:
    return AncsConsumer(requests=_REQUESTS)


def _event(event_id: EventId, uid: int, flags: EventFlags = EventFlags.IMPORTANT) -> bytes:
    return encode_notification_source(NotificationEvent(event_id, uid, flags, CategoryId.SOCIAL))


def _add(consumer: AncsConsumer, *uids: int) -> None:
    for uid in uids:
        consumer.receive_notification_source(_event(EventId.ADDED, uid))
        consumer.next_event()


def _fetch(uid: int) -> GetNotificationAttributes:
    return GetNotificationAttributes(uid, _REQUESTS)


def _title(uid: int, text: str) -> bytes:
    return encode_reply(_fetch(uid), [(_TITLE, text.encode())])


def _drain(consumer: AncsConsumer) -> list[ConsumerEvent]:
    return list(iter(consumer.next_event, None))


def _next_command(consumer: AncsConsumer) -> object:
    value = consumer.data_to_write()
    return None if value is None else decode_command(value)


def test_events_come_out_as_received() -> None:
    """Added, modified and removed come out in order, unknown event ids too, and keep the live UIDs right."""
    consumer = _consumer()
    ids = [EventId.ADDED, EventId.MODIFIED, EventId(9)]
    for event_id in ids:
        consumer.receive_notification_source(_event(event_id, 3))
    assert [event.event_id for event in _drain(consumer) if isinstance(event, NotificationEvent)] == ids
    assert consumer.is_live(3)
    consumer.receive_notification_source(_event(EventId.REMOVED, 3))
    assert not consumer.is_live(3)


def test_one_command_at_a_time() -> None:
    """The second fetch waits until the first is both acknowledged and answered, in whichever order."""
    consumer = _consumer()
    _add(consumer, 1, 2, 3)
    for uid in (1, 2, 3):
        consumer.request_attributes(uid)
    assert _next_command(consumer) == _fetch(1)
    assert consumer.data_to_write() is None
    consumer.command_written()
    assert consumer.data_to_write() is None
    consumer.receive_data_source(_title(1, "Ann"))
    assert _next_command(consumer) == _fetch(2)
    consumer.receive_data_source(_title(2, "Ben"))
    assert consumer.data_to_write() is None
    consumer.command_written()
    assert _next_command(consumer) == _fetch(3)
    assert _drain(consumer) == [
        NotificationAttributes(1, {_TITLE: "Ann"}),
        NotificationAttributes(2, {_TITLE: "Ben"}),
    ]


def test_labels_are_asked_for_where_the_flags_promise_actions() -> None:
    """The default list asks for the label of each action the event announced, and for no other."""
    consumer = AncsConsumer()
    consumer.receive_notification_source(_event(EventId.ADDED, 1, EventFlags.NEGATIVE_ACTION))
    consumer.request_attributes(1)
    value = consumer.data_to_write()
    assert value is not None
    command = decode_command(value)
    assert isinstance(command, GetNotificationAttributes)
    attributes = [request.attribute for request in command.requests]
    assert attributes[-1] is NotificationAttributeId.NEGATIVE_ACTION_LABEL
    assert NotificationAttributeId.POSITIVE_ACTION_LABEL not in attributes
    assert len(value) <= 20, "must fit the smallest ATT_MTU in one write"


def test_the_same_fetch_waits_only_once() -> None:
    """A fetch that waits is not queued again; one in flight is, for its answer may be out of date."""
    consumer = _consumer()
    _add(consumer, 1)
    consumer.request_attributes(1)
    consumer.request_attributes(1)
    assert _next_command(consumer) == _fetch(1)
    consumer.request_attributes(1)
    consumer.command_written()
    consumer.receive_data_source(_title(1, "old"))
    assert _next_command(consumer) == _fetch(1)
    consumer.command_written()
    consumer.receive_data_source(_title(1, "new"))
    assert consumer.data_to_write() is None


def test_app_names() -> None:
    """An app's display name is fetched like any other answer."""
    consumer = _consumer()
    consumer.request_app_name(_MESSAGES)
    command = _next_command(consumer)
    assert command == GetAppAttributes(_MESSAGES)
    consumer.command_written()
    consumer.receive_data_source(encode_reply(GetAppAttributes(_MESSAGES), [(0, b"Messages")]))
    assert _drain(consumer) == [AppAttributes(_MESSAGES, {AppAttributeId.DISPLAY_NAME: "Messages"})]


def test_actions_go_before_fetches_and_end_with_the_write() -> None:
    """A person's action overtakes waiting fetches; its acknowledged write is its answer."""
    consumer = _consumer()
    _add(consumer, 1)
    consumer.request_attributes(1)
    consumer.perform(1, ActionId.NEGATIVE)
    assert _next_command(consumer) == PerformNotificationAction(1, ActionId.NEGATIVE)
    assert consumer.data_to_write() is None
    consumer.command_written()
    assert _drain(consumer) == [ActionPerformed(1, ActionId.NEGATIVE)]
    assert _next_command(consumer) == _fetch(1)


def test_a_refused_write_is_the_answer() -> None:
    """The ATT error of the write ends the command, known code or not, and the next one goes out."""
    consumer = _consumer()
    _add(consumer, 1)
    consumer.request_attributes(1)
    consumer.perform(1, ActionId.POSITIVE)
    consumer.data_to_write()
    consumer.command_failed(0xA3)
    consumer.data_to_write()
    consumer.command_failed(0x77)
    assert _drain(consumer) == [
        CommandFailed(PerformNotificationAction(1, ActionId.POSITIVE), AttErrorCode.ACTION_FAILED),
        CommandFailed(_fetch(1), AttErrorCode(0x77)),
    ]


def test_a_failure_after_the_whole_reply_changes_nothing() -> None:
    """A reply that came before its write was refused has been reported; it ends only once."""
    consumer = _consumer()
    _add(consumer, 1)
    consumer.request_attributes(1)
    consumer.data_to_write()
    consumer.receive_data_source(_title(1, "Ann"))
    consumer.command_failed(0xA2)
    consumer.command_timed_out()
    assert _drain(consumer) == [NotificationAttributes(1, {_TITLE: "Ann"})]


def test_outcomes_without_a_command_do_nothing() -> None:
    """An acknowledgement, refusal or timeout that comes after its session ended is no event."""
    consumer = _consumer()
    consumer.command_written()
    consumer.command_failed(0xA0)
    consumer.command_timed_out()
    assert consumer.next_event() is None


def test_late_fragments_of_a_timed_out_fetch_are_dropped() -> None:
    """After a timeout the rest of the old reply, and even a whole one, does not disturb the next answer."""
    consumer = _consumer()
    _add(consumer, 1, 2)
    consumer.request_attributes(1)
    consumer.request_attributes(2)
    consumer.data_to_write()
    consumer.command_written()
    late = _title(1, "much too late")
    consumer.receive_data_source(late[:10])
    consumer.command_timed_out()
    consumer.receive_data_source(late[10:14])
    assert _next_command(consumer) == _fetch(2)
    consumer.command_written()
    consumer.receive_data_source(late[14:])
    consumer.receive_data_source(late)
    consumer.receive_data_source(_title(2, "Ben"))
    assert _drain(consumer) == [CommandFailed(_fetch(1), None), NotificationAttributes(2, {_TITLE: "Ben"})]


def test_a_write_that_timed_out_frees_the_control_point() -> None:
    """A write that is never acknowledged ends with the timeout, for an action too, and others go on."""
    consumer = _consumer()
    _add(consumer, 1)
    consumer.perform(1, ActionId.POSITIVE)
    consumer.request_attributes(1)
    consumer.data_to_write()
    consumer.command_timed_out()
    assert _drain(consumer) == [CommandFailed(PerformNotificationAction(1, ActionId.POSITIVE), None)]
    assert _next_command(consumer) == _fetch(1)


def test_removal_drops_waiting_fetches_and_the_result_in_flight() -> None:
    """Nothing is told about a notification after its removal, and the reply in flight is still consumed."""
    consumer = _consumer()
    _add(consumer, 1, 2)
    consumer.request_attributes(1)
    consumer.data_to_write()
    consumer.request_attributes(1)
    consumer.request_attributes(2)
    consumer.command_written()
    consumer.receive_notification_source(_event(EventId.REMOVED, 1))
    consumer.next_event()
    assert consumer.data_to_write() is None
    consumer.receive_data_source(_title(1, "gone"))
    assert consumer.next_event() is None
    assert _next_command(consumer) == _fetch(2)


def test_a_reused_uid_never_gets_the_old_answer() -> None:
    """When the phone reuses a UID at once, the old reply is dropped and the new one reported."""
    consumer = _consumer()
    _add(consumer, 5)
    consumer.request_attributes(5)
    consumer.data_to_write()
    consumer.command_written()
    _add(consumer, 5)
    consumer.request_attributes(5)
    consumer.receive_data_source(_title(5, "old"))
    assert _next_command(consumer) == _fetch(5)
    consumer.command_written()
    consumer.receive_data_source(_title(5, "new"))
    assert _drain(consumer) == [NotificationAttributes(5, {_TITLE: "new"})]


def test_a_waiting_action_does_not_hit_a_reused_uid() -> None:
    """An action that waits while its notification goes away fails, and presses no other's button."""
    consumer = _consumer()
    _add(consumer, 5, 6)
    consumer.request_attributes(6)
    consumer.data_to_write()
    consumer.perform(5, ActionId.POSITIVE)
    consumer.perform(6, ActionId.POSITIVE)
    _add(consumer, 5)
    assert _drain(consumer) == [
        CommandFailed(PerformNotificationAction(5, ActionId.POSITIVE), AttErrorCode.INVALID_PARAMETER)
    ]
    consumer.command_failed(0xA2)
    assert _next_command(consumer) == PerformNotificationAction(6, ActionId.POSITIVE)


def test_uids_that_are_not_live_fail_without_asking_the_phone() -> None:
    """A UID of nobody fails at once, as the phone itself would answer."""
    consumer = _consumer()
    consumer.request_attributes(9)
    consumer.perform(9, ActionId.POSITIVE)
    assert consumer.data_to_write() is None
    assert _drain(consumer) == [
        CommandFailed(_fetch(9), AttErrorCode.INVALID_PARAMETER),
        CommandFailed(PerformNotificationAction(9, ActionId.POSITIVE), AttErrorCode.INVALID_PARAMETER),
    ]


def test_a_session_forgets_the_one_before() -> None:
    """A new subscription voids UIDs and waiting work; a reply still on its way is taken for late."""
    consumer = _consumer()
    _add(consumer, 1, 2)
    consumer.request_attributes(1)
    consumer.request_attributes(2)
    consumer.data_to_write()
    consumer.start_session()
    assert not consumer.is_live(1)
    assert consumer.data_to_write() is None
    _add(consumer, 1)
    consumer.request_attributes(1)
    consumer.data_to_write()
    consumer.receive_data_source(b"ate")
    consumer.receive_data_source(_title(1, "Ann"))
    assert _drain(consumer) == [NotificationAttributes(1, {_TITLE: "Ann"})]


@pytest.mark.parametrize("source", ["notification", "data"])
def test_a_broken_rule_closes_until_the_next_session(source: str) -> None:
    """After a protocol error values are dropped and requests refused; a new session works again."""
    consumer = _consumer()
    _add(consumer, 1)
    consumer.request_attributes(1)
    consumer.data_to_write()
    receive = (
        consumer.receive_notification_source if source == "notification" else consumer.receive_data_source
    )
    with pytest.raises(RemoteProtocolError):
        receive(b"garbage")
    assert consumer.is_closed
    receive(b"garbage")
    assert consumer.next_event() is None
    with pytest.raises(LocalProtocolError):
        consumer.request_attributes(1)
    consumer.start_session()
    _add(consumer, 1)
    consumer.request_attributes(1)
    assert _next_command(consumer) == _fetch(1)


def test_waiting_fetches_are_bounded_and_the_oldest_gives_way() -> None:
    """One fetch over the bound drops the oldest waiting one, and says so."""
    consumer = _consumer()
    uids = range(limits.ANCS_WAITING_FETCHES + 1)
    _add(consumer, *uids)
    for uid in uids:
        consumer.request_attributes(uid)
    assert _drain(consumer) == [FetchDropped(_fetch(0))]
    assert _next_command(consumer) == _fetch(1)


def test_waiting_actions_are_bounded() -> None:
    """One action over the bound is refused to the caller; none is silently lost."""
    consumer = _consumer()
    _add(consumer, 1)
    for _ in range(limits.ANCS_WAITING_ACTIONS):
        consumer.perform(1, ActionId.POSITIVE)
    with pytest.raises(LocalProtocolError):
        consumer.perform(1, ActionId.POSITIVE)


def test_live_notifications_are_bounded() -> None:
    """Over the bound the oldest notification counts as removed."""
    consumer = _consumer()
    _add(consumer, *range(limits.ANCS_LIVE_NOTIFICATIONS + 1))
    assert not consumer.is_live(0)
    assert consumer.is_live(1)


def test_events_nobody_takes_are_bounded() -> None:
    """A flood without a reader is refused to our caller first, then ends the session."""
    consumer = _consumer()
    for uid in range(limits.ANCS_UNREAD_EVENTS):
        consumer.receive_notification_source(_event(EventId.ADDED, uid))
    with pytest.raises(LocalProtocolError):
        consumer.request_attributes(1)
    with pytest.raises(LimitExceeded):
        consumer.receive_notification_source(_event(EventId.ADDED, 1))
    assert consumer.is_closed


@pytest.mark.parametrize("app_id", ["", "a\0b", "a" * 501])
def test_impossible_app_ids_are_our_bug(app_id: str) -> None:
    """What cannot be written is refused when it is asked, not when its turn comes."""
    with pytest.raises(LocalProtocolError):
        _consumer().request_app_name(app_id)
