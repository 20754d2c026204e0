"""Names, regions, and whatever else comes: what every reader of the events ends up knowing."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import (
    ContactsChanged,
    LinkChanged,
)
from phonelink_tui.domain.message import (
    Audience,
    DeliveryState,
    UnknownReason,
)
from phonelink_tui.domain.phone import ANDROID_TRAITS, LinkPhase
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import Reply
from phonelink_tui.relay.api import Ask
from tests.relay.desk import ALICE, BOB, Desk, changed, make_phone

# Names and regions


def test_the_book_makes_an_unclear_text_clear() -> None:
    """The notification shows a name that only the book knows."""
    desk = Desk()
    desk.list_row("A1", "one")
    desk.notify(1, "one", title="Alice Moreau")
    assert desk.message("A1").unknown_reason is UnknownReason.AMBIGUOUS

    contact = Contact(clean("Alice Moreau"), (desk.intake.filing.identify(ALICE),))
    desk.publish([ContactsChanged((contact,))])
    desk.intake.learn_names([("Alice Moreau", contact.addresses[0].key)])
    desk.publish(desk.intake.judge_again())
    assert desk.message("A1").audience is Audience.PRIVATE
    assert desk.publish(desk.intake.judge_again()) == []


def test_judging_again_tells_the_new_reason() -> None:
    """Once notifications are there, their absence is no reason any more."""
    desk = Desk(make_phone(notifications=LinkPhase.WAITING))
    desk.list_row("A1")
    desk.publish([LinkChanged(make_phone())])
    desk.publish(desk.intake.judge_again())
    assert desk.message("A1").unknown_reason is UnknownReason.NO_MATCH


def test_what_was_answered_about_a_thread_is_not_asked_again() -> None:
    """Without any notifications a thread asks at the first reply; not at the next, nor once its number is whole."""
    desk = Desk(make_phone(notifications=LinkPhase.ABSENT))
    desk.list_row("A1", "one", sender=NATIONAL)
    thread = desk.thread_of("A1")
    assert (thread.audience, thread.reply, thread.reply_reason) == (
        Audience.UNKNOWN,
        Reply.ASKS,
        Ask.GROUP_UNKNOWN,
    )
    desk.publish(desk.store.confirm(thread.id, frozenset(Ask)))
    desk.list_row("A2", "two", sender=NATIONAL, at_s=5)
    assert desk.thread_of("A2").reply is Reply.OPEN
    desk.publish(desk.intake.use_region("US"))
    assert desk.thread_of("A2").id != thread.id
    assert desk.thread_of("A2").reply is Reply.OPEN
    desk.list_row("B1", "three", sender=BOB, at_s=6)
    assert desk.thread_of("B1").reply is Reply.ASKS


def test_an_answer_does_not_follow_evidence() -> None:
    """What was confirmed of a thread of unknown audience opens no other."""
    desk = Desk()
    desk.list_row("A1", "one")
    desk.publish(desk.store.confirm(desk.thread_of("A1").id, frozenset({Ask.GROUP_UNKNOWN})))
    desk.notify(1, "one", subtitle="Family")
    assert desk.thread_of("A1").reply is Reply.CLOSED
    desk.notify(2, "two", at_s=50)
    desk.list_row("A2", "two", at_s=50)
    assert (desk.thread_of("A2").audience, desk.thread_of("A2").reply) == (Audience.PRIVATE, Reply.ASKS)
    assert desk.thread_of("A2").reply_reason == Ask.FIRST_TO_SENDER


NATIONAL, WHOLE = "(212) 555-2368", "+12125552368"


def test_a_region_gives_national_numbers_their_whole_identity() -> None:
    """Threads of both spellings become one; drafts, empty threads and evidence follow."""
    desk = Desk()
    desk.list_row("A1", "one", sender=NATIONAL)
    desk.list_row("A2", "two", sender=WHOLE, at_s=5)
    desk.list_row("A3", "three", sender="short", at_s=6)
    old = desk.message("A1").thread
    own = desk.write(old, "answer", DeliveryState.ACCEPTED, recipient=NATIONAL)
    empty = desk.intake.filing.identify("(212) 555-9999")
    empty_thread = desk.intake.filing.file_under(Audience.PRIVATE, empty.key)
    other = desk.intake.filing.identify(BOB)
    other_thread = desk.intake.filing.file_under(Audience.PRIVATE, other.key)
    for thread, address in ((empty_thread, empty), (other_thread, other)):
        desk.publish(desk.store.start_thread(thread, Audience.PRIVATE, address))
    desk.publish(desk.intake.use_region("US"))
    new = desk.message("A2").thread
    assert desk.message("A1").thread == new
    answer = desk.store.message(own.id)
    assert answer is not None
    assert answer.thread == new
    assert desk.store.current(old) == new
    moved = desk.store.thread(desk.store.current(empty_thread))
    assert (moved.address.key, moved.total) == ("tel:+12125559999", 0)
    assert empty_thread not in desk.threads()
    assert other_thread in desk.threads()
    assert desk.rows_from_events().keys() >= {new, moved.id}
    assert desk.publish(desk.intake.use_region("US")) == []


def test_evidence_outlives_the_region() -> None:
    """A title in one spelling still names the sender in the other, before and after."""
    desk = Desk()
    desk.list_row("A1", "one", sender=NATIONAL)
    desk.notify(1, "one", title=NATIONAL)
    assert desk.message("A1").audience is Audience.PRIVATE
    desk.publish(desk.intake.use_region("US"))
    desk.list_row("A1", "one", sender=NATIONAL, name="New name")
    assert desk.message("A1").audience is Audience.PRIVATE
    desk.list_row("A2", "two", sender=WHOLE, at_s=60)
    desk.notify(2, "two", title=NATIONAL, at_s=61)
    assert desk.message("A2").thread == desk.message("A1").thread


def test_an_android_group_keeps_its_thread_when_the_region_comes() -> None:
    """Its name is its identity."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.list_row("A1", "one", sender=NATIONAL, recipients=["+15550199", BOB])
    before = desk.message("A1").thread
    desk.publish(desk.intake.use_region("US"))
    message = desk.message("A1")
    assert message.thread == before
    assert message.sender is not None
    assert message.sender.key == "tel:" + WHOLE


# Whatever comes


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["list", "fetch", "notify", "delete", "reply", "remove", "session", "region"]),
        st.integers(0, 4),
        st.sampled_from(["ok", "See you at 7", "on my way"]),
        st.sampled_from([ALICE, NATIONAL, WHOLE, ""]),
        st.sampled_from(["", "Family", "To you & Bob"]),
        st.integers(0, 45),
    ),
    max_size=25,
)


@given(STEPS)
def test_every_reader_of_the_events_knows_what_the_relay_knows(
    steps: list[tuple[str, int, str, str, str, int]],
) -> None:
    """Rows built from events equal the store's; every text lies in the thread it names; moves name their origin."""
    desk = Desk()
    for what, number, text, sender, subtitle, seconds in steps:
        desk.clock.move(1)
        match what:
            case "list":
                desk.list_row(f"{number:X}", text, sender=sender, at_s=seconds)
            case "fetch":
                desk.fetch(f"{number:X}", text, sender=sender)
            case "notify":
                desk.notify(number, text, title=sender or "Bob", subtitle=subtitle, at_s=seconds)
            case "delete":
                desk.publish(desk.intake.take_deleted(f"{number:X}"))
            case "remove":
                desk.publish(desk.notices.take_gone(number))
            case "session":
                desk.publish(desk.notices.end_session())
                desk.publish(desk.notices.begin_session())
            case "region":
                desk.publish(desk.intake.use_region("US"))
            case _:
                for thread in list(desk.threads().values())[:1]:
                    if thread.address.answerable:
                        desk.write(thread.id, text, DeliveryState.ACCEPTED, thread.address.value)
    assert desk.rows_from_events() == desk.threads()
    where: dict[str, str] = {}
    for change in changed(desk.events):
        before = where.get(change.message.id)
        assert change.moved_from == (before if before != change.message.thread else None)
        where[change.message.id] = change.message.thread
    for message in desk.store.all_messages():
        page = desk.store.page(message.thread, None, 1000).messages
        assert message in page
        assert desk.store.thread(message.thread).audience is message.audience
    total = sum(t.total for t in desk.threads().values())
    assert total == len(desk.store.all_messages())
