"""What becomes of a notification: ids, sessions, stale ones, hidden previews, evidence that is not counted twice."""

from __future__ import annotations

import pytest

from phonelink_tui.domain.events import LimitationChanged, NotificationChanged, NotificationRemoved
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import Audience, UnknownReason
from tests.relay.desk import Desk, notification_id
from tests.relay.fakes import START


def test_a_notification_is_news_unless_it_was_there_before() -> None:
    """The replay at the beginning of a session rings no bell."""
    desk = Desk()
    live = [
        e.live
        for pre in (True, False)
        for e in desk.notify(int(pre), app="org.example.mail", pre_existing=pre)
        if isinstance(e, NotificationChanged)
    ]
    assert live == [False, True]


def test_a_uid_used_again_is_another_notification() -> None:
    """The old one is gone, and its id is never given again."""
    desk = Desk()
    desk.notify(7, "one")
    first = desk.store.notifications()[0].id
    events = desk.notify(7, "two")
    assert events[0] == NotificationRemoved(first)
    second = desk.store.notifications()[0].id
    assert first != second
    assert desk.notices.uid_of(first) is None
    assert desk.notices.uid_of(second) == 7


def test_a_reused_uid_does_not_take_evidence_away() -> None:
    """What a notification told of a text stays told when its number means something else."""
    desk = Desk()
    desk.list_row("A1", "one")
    desk.notify(7, "one")
    desk.notify(7, "two")
    desk.list_row("A1", "one", name="Alice")
    assert desk.message("A1").audience is Audience.PRIVATE


def test_a_modified_notification_keeps_its_id_and_its_text() -> None:
    """As long as its words stay the same, it announces the same text."""
    desk = Desk()
    desk.list_row("A1", "one")
    desk.notify(7, "one")
    desk.notify(7, "one", modified=True)
    (same,) = desk.store.notifications()
    assert same.text_message == desk.message("A1").id
    desk.notify(7, "other words", modified=True)
    (changed,) = desk.store.notifications()
    assert (changed.id, changed.text_message) == (same.id, None)


def test_the_end_of_a_session_makes_its_notifications_stale() -> None:
    """They can still be read, not acted on; the next session begins without them."""
    desk = Desk()
    desk.notify(1)
    (before,) = desk.store.notifications()
    desk.publish(desk.notices.end_session())
    assert desk.publish(desk.notices.end_session()) == []
    assert [n.stale for n in desk.store.notifications()] == [True]
    assert desk.publish(desk.notices.begin_session()) == [NotificationRemoved(before.id)]
    assert desk.notices.uid_of(before.id) is None
    desk.notify(1)
    assert desk.store.notifications()[0].id == notification_id(2, 2)


def test_a_removed_notification_is_gone_once() -> None:
    """And one that was never told is no event."""
    desk = Desk()
    desk.notify(1)
    assert desk.publish(desk.notices.take_gone(2)) == []
    assert len(desk.publish(desk.notices.take_gone(1))) == 1
    assert desk.publish(desk.notices.take_gone(1)) == []


def test_a_replay_is_no_second_piece_of_evidence() -> None:
    """Two equal texts and one notification told in two sessions: still not enough for both."""
    desk = Desk()
    desk.notify(1, "ok")
    desk.publish(desk.notices.end_session())
    desk.publish(desk.notices.begin_session())
    desk.notify(9, "ok", pre_existing=True)
    desk.list_row("A1", "ok")
    desk.list_row("A2", "ok", at_s=1)
    assert desk.message("A1").unknown_reason is UnknownReason.AMBIGUOUS
    assert desk.message("A2").unknown_reason is UnknownReason.AMBIGUOUS


def test_a_replayed_notification_still_announces_its_text() -> None:
    """After a reconnection it does not show up beside the text as if it were something else."""
    desk = Desk()
    desk.list_row("A1", "one")
    for session in (1, 2, 3):
        desk.notify(session, "one", pre_existing=session > 1)
        assert desk.message("A1").audience is Audience.PRIVATE
        assert [n.text_message for n in desk.store.notifications()] == [desk.message("A1").id]
        desk.publish(desk.notices.end_session())
        desk.publish(desk.notices.begin_session())


def test_equal_notifications_of_one_session_are_two() -> None:
    """Two equal texts, each with its own: both are private."""
    desk = Desk()
    desk.notify(1, "ok")
    desk.notify(2, "ok", at_s=1)
    desk.notify(3, "ok", at_s=1)
    desk.list_row("A1", "ok")
    desk.list_row("A2", "ok", at_s=1)
    assert desk.message("A1").audience is Audience.PRIVATE
    assert desk.message("A2").audience is Audience.PRIVATE


def test_other_apps_say_nothing_about_texts() -> None:
    """Only the phone's own messages app is evidence."""
    desk = Desk()
    desk.list_row("A1", "one")
    desk.notify(1, "one", app="org.example.chat")
    assert desk.message("A1").audience is Audience.UNKNOWN


@pytest.mark.parametrize("words", ["iMessage", "Text Message", " notification "])
def test_hidden_previews_are_a_limit_while_they_last(words: str) -> None:
    """Begun by the first notification without its text, ended by the first with it; each told once."""
    desk = Desk()

    def told(uid: int, text: str) -> list[bool]:
        events = desk.notify(uid, text)
        return [
            e.active
            for e in events
            if isinstance(e, LimitationChanged) and e.limitation.kind is LimitKind.PREVIEWS_HIDDEN
        ]

    assert told(1, "hello") == []
    assert told(2, words) == [True]
    assert told(3, words) == []
    assert told(4, "hello") == [False]


def test_without_a_time_it_is_as_old_as_its_arrival() -> None:
    """And then matches by arrival."""
    desk = Desk()
    desk.list_row("A1", "one", at_s=None)
    desk.notify(1, "one", at_s=None)
    assert desk.store.notifications()[0].at == START
    assert desk.message("A1").audience is Audience.PRIVATE


def test_what_was_told_is_not_remembered_for_ever() -> None:
    """There is a bound; what falls out of it is told again as new evidence, nothing worse."""
    desk = Desk()
    for n in range(1005):
        desk.notify(n, f"text {n}")
    desk.publish(desk.notices.begin_session())
    desk.notify(1, "text 0", pre_existing=True)
    assert len(desk.store.notifications()) == 1
