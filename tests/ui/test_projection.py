"""What is on the screen, for any snapshot and events; no terminal."""

from __future__ import annotations

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.domain.events import (
    CommandChanged,
    CommandState,
    Event,
    GapChanged,
    LimitationChanged,
    LinkChanged,
    MessageChanged,
    NotificationChanged,
    NotificationRemoved,
    Progress,
    Resync,
    Stamped,
    ThreadChanged,
    ThreadGone,
)
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.message import Audience, DeliveryState
from phonelink_tui.domain.notification import PhoneNotification
from phonelink_tui.domain.phone import DownReason, LinkPhase
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.relay.api import MessagePage, Snapshot
from phonelink_tui.ui.projection import Projection, Touched
from phonelink_tui.ui.settings import Sort
from tests.ui.believable import NOW, a_notification, a_phone, a_text, a_thread, ago

ALICE, BOB, CAROL = (
    a_thread(1, "Alice", minutes=1),
    a_thread(2, "Bob", minutes=2, unread=1),
    a_thread(3, "Carol", minutes=3),
)


def projected(*events: Event) -> Projection:
    """A projection of three conversations after some events."""
    projection = Projection()
    projection.reset(Snapshot(0, a_phone(), (ALICE, BOB, CAROL), (), (), ()))
    for event in events:
        projection.apply(Stamped(1, NOW, event))
    return projection


def names(projection: Projection, sort: Sort = Sort.UNREAD, words: str = "") -> list[str]:
    return [t.title for t in projection.conversations(sort, words)]


def test_unread_conversations_come_first() -> None:
    """By the setting; the other order is by time alone."""
    assert names(projected()) == ["Bob", "Alice", "Carol"]
    assert names(projected(), Sort.TIME) == ["Alice", "Bob", "Carol"]


def test_reading_a_conversation_does_not_move_it_away() -> None:
    """The open conversation keeps its place until another one is opened."""
    projection = projected()
    projection.open(BOB.id)
    projection.apply(Stamped(1, NOW, ThreadChanged(evolve(BOB, unread=0))))
    assert names(projection) == ["Bob", "Alice", "Carol"]
    projection.open(ALICE.id)
    assert names(projection) == ["Alice", "Bob", "Carol"]


def test_the_filter_wants_every_word() -> None:
    """In name, address or last text."""
    assert names(projected(), words="ali dinner") == ["Alice"]
    assert names(projected(), words="ali nothing") == []


def test_a_name_goes_before_the_same_word_elsewhere() -> None:
    """However new and unread what else holds it."""
    asks = a_thread(4, "Hikers", minutes=0, unread=3, text="Is Carol coming?", audience=Audience.GROUP)
    projection = projected(ThreadChanged(asks))
    assert names(projection, words="carol") == ["Carol", "Hikers"]
    assert names(projection, words="car com") == ["Hikers"]


def test_a_live_text_is_announced_once() -> None:
    """A change of the same text is no second arrival; texts of the first sync are none at all."""
    news = a_text(BOB, 1, "hi", read=False)
    projection = projected(
        MessageChanged(news),
        MessageChanged(evolve(news, detail="x")),
        MessageChanged(a_text(BOB, 2, "old", read=False), live=False),
        MessageChanged(a_text(BOB, 3, "mine", own=True)),
    )
    assert [m.text for m in projection.take_arrivals()] == ["hi"]
    assert projection.take_arrivals() == []


def test_a_text_that_moves_leaves_the_open_conversation() -> None:
    """Later evidence moved it: it is shown in its new place only, and the old place has an heir."""
    projection = projected()
    window = projection.open(BOB.id)
    text = a_text(BOB, 1, "hi")
    projection.take_page(BOB.id, MessagePage((text,)))
    moved = MessageChanged(evolve(text, thread=CAROL.id), moved_from=BOB.id)
    assert Touched.WINDOW in projection.apply(Stamped(1, NOW, moved))
    assert window.messages == []
    projection.apply(Stamped(2, NOW, ThreadGone(BOB.id)))
    assert projection.heir(BOB.id) == CAROL.id
    assert projection.heir(ThreadId("other")) is None


def test_moves_in_a_circle_end() -> None:
    """A hostile sequence of moves does not hang."""
    text = a_text(BOB, 1, "hi")
    projection = projected(
        MessageChanged(evolve(text, thread=ThreadId("x")), moved_from=ThreadId("y")),
        MessageChanged(evolve(text, thread=ThreadId("y")), moved_from=ThreadId("x")),
    )
    assert projection.heir(ThreadId("x")) is None


def test_texts_of_ours_are_unsettled_until_they_settle() -> None:
    """Queued counts, accepted does not any more."""
    queued = a_text(ALICE, 1, "x", own=True, state=DeliveryState.QUEUED)
    projection = projected(MessageChanged(queued))
    assert list(projection.unsettled) == [queued.id]
    projection.apply(Stamped(1, NOW, MessageChanged(evolve(queued, state=DeliveryState.ACCEPTED))))
    assert not projection.unsettled


def test_limits_gaps_and_the_link_follow_the_events() -> None:
    """Each comes into force, changes and ends."""
    limit = make_limitation(LimitKind.PHONE_AWAY)
    gap = Gap("1", ago(5), None, DownReason.LINK_LOST)
    away = a_phone(LinkPhase.WAITING, DownReason.LINK_LOST)
    projection = projected(LimitationChanged(limit, active=True), GapChanged(gap), LinkChanged(away))
    assert list(projection.limitations.values()) == [limit]
    assert projection.gaps == {"1": gap}
    assert projection.phone == away
    projection.apply(Stamped(1, NOW, LimitationChanged(limit, active=False)))
    assert not projection.limitations


def test_progress_ends_when_all_is_done() -> None:
    """Then nothing is under way."""
    assert projected(Progress("first sync", 3, 10)).progress is not None
    assert projected(Progress("first sync", 10, 10)).progress is None
    assert projected(Progress("contacts", 10, None)).progress is not None


def test_notifications_are_news_or_digest() -> None:
    """What was there when we connected is not news; what is removed is gone."""
    old, new = a_notification(1, "Mail", "a", "b", pre_existing=True), a_notification(2, "News", "c", "d")
    projection = projected(NotificationChanged(old, live=False), NotificationChanged(new))
    assert ([n.id for n in projection.queue()], [n.id for n in projection.digest()]) == ([new.id], [old.id])
    projection.apply(Stamped(1, NOW, NotificationRemoved(new.id)))
    assert projection.queue() == []


def test_outcomes_are_taken_once_and_in_order() -> None:
    """None is coalesced away."""
    one, two = (CommandChanged(i, CommandState.DONE) for i in "ab")
    projection = projected(one, two)
    assert projection.take_outcomes() == [one, two]
    assert projection.take_outcomes() == []


def test_a_resync_keeps_the_conversation_open() -> None:
    """What is shown stays until its page comes anew."""
    projection = projected()
    projection.open(ALICE.id)
    projection.take_page(ALICE.id, MessagePage((a_text(ALICE, 1, "hi"),)))
    assert projection.apply(Stamped(9, NOW, Resync())) is Touched.NOTHING
    projection.reset(Snapshot(9, a_phone(), (ALICE,), (), (), ()))
    assert projection.window is not None
    assert [m.text for m in projection.window.messages] == ["hi"]
    assert not projection.window.loaded


def test_a_page_for_a_conversation_that_was_left_is_dropped() -> None:
    """It belongs to nothing on the screen."""
    projection = projected()
    projection.open(ALICE.id)
    assert projection.take_page(BOB.id, MessagePage((a_text(BOB, 1, "hi"),))) is Touched.NOTHING


THREADS = st.builds(
    lambda number, minutes, unread: a_thread(number, f"T{number}", minutes=minutes, unread=unread),
    st.integers(0, 5),
    st.integers(0, 50),
    st.integers(0, 2),
)
EVENTS = st.lists(
    st.one_of(
        st.builds(ThreadChanged, THREADS),
        st.builds(lambda t: ThreadGone(t.id), THREADS),
        st.builds(
            lambda n, pre: NotificationChanged(a_notification(n, "App", "t", "x", pre_existing=pre)),
            st.integers(0, 4),
            st.booleans(),
        ),
        st.builds(lambda n: NotificationRemoved(a_notification(n, "App", "t", "x").id), st.integers(0, 4)),
        st.builds(
            lambda t, n, state: MessageChanged(a_text(t, n, "x", own=True, state=state)),
            THREADS,
            st.integers(0, 3),
            st.sampled_from([DeliveryState.QUEUED, DeliveryState.UNKNOWN, DeliveryState.ACCEPTED]),
        ),
    ),
    max_size=40,
)


@given(EVENTS)
@settings(max_examples=100)
def test_the_projection_equals_a_naive_model(events: list[Event]) -> None:
    """Replaying all events over plain dictionaries gives the same screen."""
    projection = Projection()
    projection.reset(Snapshot(0, a_phone(), (), (), (), ()))
    threads: dict[ThreadId, Thread] = {}
    notes: dict[str, PhoneNotification] = {}
    unsettled: set[str] = set()
    for event in events:
        projection.apply(Stamped(1, NOW, event))
        match event:
            case ThreadChanged(thread=t):
                threads[t.id] = t
            case ThreadGone(id=i):
                threads.pop(i, None)
            case NotificationChanged(notification=n):
                notes[n.id] = n
            case NotificationRemoved(id=n_id):
                notes.pop(n_id, None)
            case MessageChanged(message=m):
                (unsettled.discard if m.state is DeliveryState.ACCEPTED else unsettled.add)(m.id)
    by_time = sorted(threads.values(), key=lambda t: (-t.last_at.timestamp(), t.id))
    unread_first = [t for t in by_time if t.unread] + [t for t in by_time if not t.unread]
    assert projection.conversations(Sort.TIME) == by_time
    assert projection.conversations(Sort.UNREAD) == unread_first
    assert {n.id for n in (*projection.queue(), *projection.digest())} == set(notes)
    assert set(projection.unsettled) == unsettled
    assert projection.unread == sum(t.unread for t in threads.values())


def test_work_ends_with_the_session_it_needs() -> None:
    """A link that breaks leaves no count behind, nor does the end of other work end it."""
    projection = Projection()
    projection.reset(Snapshot(0, a_phone(), (), (), (), ()))
    projection.apply(Stamped(1, NOW, Progress("first sync", 200, None)))
    projection.apply(Stamped(2, NOW, Progress("contacts", 3, 3)))
    assert projection.progress == Progress("first sync", 200, None)
    projection.apply(Stamped(3, NOW, LinkChanged(a_phone(LinkPhase.WAITING, DownReason.LINK_LOST))))
    assert projection.progress is None
