"""What becomes of a text the phone told of: threads, evidence, moves, own replies, handles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from phonelink_tui.domain.address import AddressKind
from phonelink_tui.domain.events import (
    MessageChanged,
    MessageGone,
    NotificationChanged,
    ThreadChanged,
    ThreadGone,
)
from phonelink_tui.domain.message import (
    Audience,
    DeliveryState,
    Direction,
    Placeholder,
    Source,
    UnknownReason,
)
from phonelink_tui.domain.phone import ANDROID_TRAITS, LinkPhase
from phonelink_tui.domain.text import clean
from tests.relay.desk import ALICE, BOB, Desk, at, body, changed, make_phone, row
from tests.relay.fakes import START


def test_a_new_text_is_shown_at_once_as_unknown() -> None:
    """Nobody waits for evidence; and nobody takes its absence for privacy."""
    desk = Desk()
    desk.list_row("A1", "hello", name="Alice")
    message = desk.message("A1")
    assert (message.audience, message.unknown_reason) == (Audience.UNKNOWN, UnknownReason.NO_MATCH)
    assert (message.sender_name, message.text, message.at) == ("Alice", "hello", START)
    assert desk.thread_of("A1").title == "Alice"


@pytest.mark.parametrize(
    ("live", "notifications", "reason"),
    [
        (True, LinkPhase.READY, UnknownReason.NO_MATCH),
        (False, LinkPhase.READY, UnknownReason.BEFORE_CONNECTION),
        (True, LinkPhase.WAITING, UnknownReason.NOTIFICATIONS_OFF),
    ],
)
def test_the_reason_is_the_evidence_that_is_missing(
    live: bool, notifications: LinkPhase, reason: UnknownReason
) -> None:
    """Why it is not known is told apart."""
    desk = Desk(make_phone(notifications=notifications))
    desk.list_row("A1", live=live)
    assert desk.message("A1").unknown_reason is reason


@pytest.mark.parametrize("notice_first", [True, False])
def test_a_matching_notification_makes_it_private(notice_first: bool) -> None:
    """Whichever comes first; the notification then says which text it announces."""
    desk = Desk()
    if notice_first:
        desk.notify(1)
        desk.list_row("A1")
    else:
        desk.list_row("A1")
        before = desk.message("A1").thread
        events = desk.notify(1)
        (move,) = changed(events)
        assert (move.moved_from, move.live) == (before, False)
        kinds = [type(e) for e in events if not isinstance(e, NotificationChanged)]
        assert kinds == [MessageChanged, ThreadChanged, ThreadGone]
    message = desk.message("A1")
    assert message.audience is Audience.PRIVATE
    assert message.sources == {Source.MAP, Source.ANCS}
    assert [n.text_message for n in desk.store.notifications()] == [message.id]
    assert set(desk.threads()) == {message.thread}


def test_group_texts_never_lie_in_the_private_thread() -> None:
    """Same person, three audiences, three threads."""
    desk = Desk()
    for handle, text in (("A1", "one"), ("A2", "two"), ("A3", "three")):
        desk.list_row(handle, text)
    desk.notify(1, "one")
    desk.notify(2, "two", subtitle="Family")
    threads = [desk.thread_of(h) for h in ("A1", "A2", "A3")]
    assert [t.audience for t in threads] == [Audience.PRIVATE, Audience.GROUP, Audience.UNKNOWN]
    assert len({t.id for t in threads}) == 3
    assert threads[1].title == "Family"


def test_own_replies_move_along_as_private_when_nothing_stays_behind() -> None:
    """An answer in the unknown thread went to one person alone, whatever the text turns out to be."""
    desk = Desk()
    desk.list_row("A1", "one")
    unknown = desk.message("A1").thread
    own = desk.write(unknown, "answer", DeliveryState.ACCEPTED)
    desk.notify(1, "one", subtitle="Family")
    private = desk.store.message(own.id)
    assert private is not None
    assert private.audience is Audience.PRIVATE
    assert desk.thread_of("A1").audience is Audience.GROUP
    assert unknown not in desk.threads()
    assert desk.store.current(unknown) == desk.message("A1").thread


def test_own_replies_stay_while_a_text_of_the_other_stays() -> None:
    """They are not torn from what they may answer."""
    desk = Desk()
    desk.list_row("A1", "one")
    desk.list_row("A2", "two")
    unknown = desk.message("A1").thread
    own = desk.write(unknown, "answer", DeliveryState.ACCEPTED)
    desk.notify(1, "one")
    kept = desk.store.message(own.id)
    assert kept is not None
    assert kept.thread == unknown
    assert desk.store.current(unknown) == unknown


def test_a_later_listing_can_move_a_text_and_its_answers_too() -> None:
    """The sender's name comes with the listing and matches the notification only then."""
    desk = Desk()
    desk.fetch("A1", "one", sender=ALICE)
    own = desk.write(desk.message("A1").thread, "answer", DeliveryState.ACCEPTED)
    desk.notify(1, "one", title="Alice Moreau", subtitle="")
    assert desk.message("A1").unknown_reason is UnknownReason.AMBIGUOUS
    desk.list_row("A1", "one", name="Alice Moreau")
    assert desk.message("A1").audience is Audience.PRIVATE
    moved = desk.store.message(own.id)
    assert moved is not None
    assert moved.thread == desk.message("A1").thread


def test_a_draft_follows_the_other_ends_texts_not_our_own() -> None:
    """A draft begun in the unknown thread is checked against the group it turned out to be."""
    desk = Desk()
    desk.list_row("A1", "one")
    unknown = desk.message("A1").thread
    desk.write(unknown, "answer", DeliveryState.ACCEPTED)
    desk.notify(1, "one", subtitle="Family")
    assert desk.store.thread(desk.store.current(unknown)).audience is Audience.GROUP
    desk.list_row("A2", "new")
    assert desk.store.current(unknown) == unknown


@pytest.mark.parametrize("spelling", ["0a1", "A1", "00A1", "a1"])
def test_handles_are_the_same_however_they_are_spelled(spelling: str) -> None:
    """Phones drop zeros and change the case between events and listings."""
    desk = Desk()
    desk.list_row("0A1", "hello", read=False)
    events = desk.list_row(spelling, "hello", read=True)
    assert [c.message.read for c in changed(events)] == [True]
    assert len(desk.store.all_messages()) == 1
    desk.publish(desk.intake.take_deleted(spelling))
    assert not desk.store.all_messages()


def test_handle_zero_is_a_handle_and_none_is_none() -> None:
    """An event without a handle names no message, not the one called 0."""
    desk = Desk()
    desk.list_row("0000")
    assert desk.intake.find("") is None
    assert desk.intake.find("0") is not None
    desk.publish(desk.intake.take_deleted(""))
    assert len(desk.store.all_messages()) == 1


def test_a_row_adds_what_the_event_did_not_tell() -> None:
    """Time, name, attachment; an unread row does not make a read text unread, and no change is no event."""
    desk = Desk()
    desk.clock.move(100)
    desk.fetch("A1", "hello", sender=ALICE)
    assert desk.message("A1").at == at(100)
    desk.list_row("A1", "hello", name="Alice", at_s=90, attachment=True, read=True)
    message = desk.message("A1")
    assert (message.at, message.sender_name, message.placeholder, message.read) == (
        at(90),
        "Alice",
        Placeholder.MEDIA,
        True,
    )
    assert desk.list_row("A1", "hello", name="Alice", at_s=None, attachment=True) == []


def test_a_row_adds_to_an_android_text_too() -> None:
    """Nothing is judged there, and nothing is lost."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.fetch("A1", "hello")
    desk.list_row("A1", "hello", read=True)
    desk.fetch("A1", "hello, whole")
    assert (desk.message("A1").read, desk.message("A1").text) == (True, "hello, whole")


def test_a_row_without_time_takes_none_away() -> None:
    """The event's time stays the evidence."""
    desk = Desk()
    desk.clock.move(3600)
    fetched = body("A1", "one")
    desk.publish(desk.intake.take_fetched(fetched, live=True, at=at(0)))
    desk.list_row("A1", "one", name="Alice", at_s=None)
    desk.clock.move(3600)
    desk.notify(1, "one", at_s=1)
    assert desk.message("A1").audience is Audience.PRIVATE


def test_a_body_completes_a_subject_and_is_judged_anew() -> None:
    """The subject was cut; only the body matches the notification."""
    desk = Desk()
    long = "word " * 100
    desk.list_row("A1", long[:250])
    desk.notify(1, long)
    assert desk.message("A1").audience is Audience.UNKNOWN
    desk.fetch("A1", long)
    assert desk.message("A1").text == long
    assert desk.message("A1").audience is Audience.PRIVATE
    assert desk.fetch("A1", long) == []


def test_an_empty_body_does_not_erase_the_subject() -> None:
    """What was known stays, and so does what stands for a picture."""
    desk = Desk()
    desk.list_row("A1", "a picture", attachment=True)
    desk.fetch("A1", "")
    assert (desk.message("A1").text, desk.message("A1").placeholder) == ("a picture", Placeholder.MEDIA)


@pytest.mark.parametrize(
    ("text", "attachment", "placeholder"),
    [
        ("", False, Placeholder.MEDIA),
        ("", True, Placeholder.MEDIA),
        ("\ufffc", False, Placeholder.MEDIA),
        ("look", True, Placeholder.MEDIA),
        ("look", False, None),
    ],
)
def test_placeholders(text: str, attachment: bool, placeholder: Placeholder | None) -> None:
    """Nothing to show is said, with what is known of why."""
    desk = Desk()
    desk.list_row("A1", text, attachment=attachment)
    assert desk.message("A1").placeholder is placeholder


def test_a_deleted_text_is_gone_and_so_is_its_empty_thread() -> None:
    """And its notification may now belong to another one."""
    desk = Desk()
    desk.list_row("A1", "ok")
    desk.list_row("A2", "ok", at_s=5)
    desk.notify(1, "ok", at_s=2)
    assert desk.message("A2").unknown_reason is UnknownReason.AMBIGUOUS
    gone = desk.message("A1")
    events = desk.publish(desk.intake.take_deleted("A1"))
    assert events[0] == MessageGone(gone.id, gone.thread)
    assert desk.message("A2").audience is Audience.PRIVATE
    assert desk.publish(desk.intake.take_deleted("A1")) == []
    desk.publish(desk.intake.take_deleted("A2"))
    assert not desk.threads()
    assert desk.intake.handle_of(gone.id) is None


def test_a_sender_without_address_goes_by_its_name_and_cannot_be_answered() -> None:
    """And never shares a thread with another nameless one by accident of a missing address."""
    desk = Desk()
    desk.list_row("A1", sender="", name="DHL")
    desk.list_row("A2", sender="", name="UPS")
    first, second = desk.message("A1"), desk.message("A2")
    assert first.sender is not None
    assert first.sender.kind is AddressKind.ALPHANUMERIC
    assert first.thread != second.thread


def test_the_name_of_an_event_stands_in_for_a_missing_one() -> None:
    """bMessages leave the name out, event reports 1.1 have it; a name that is there stays."""
    desk = Desk()
    for handle, name in (("A1", ""), ("A2", "Own name")):
        fetched = body(handle, handle, name=name)
        desk.publish(desk.intake.take_fetched(fetched, live=True, sender_name=clean("Alice")))
    assert desk.message("A1").sender_name == "Alice"
    assert desk.message("A2").sender_name == "Own name"


# Android: a text says by itself to whom it went


def test_android_texts_are_private_or_of_a_group_by_their_recipients() -> None:
    """No notification is needed, and none is waited for."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.list_row("A1", "one", recipients=["+15550199"])
    desk.list_row("A2", "two", recipients=["+15550199", BOB])
    desk.list_row("A3", "three", recipients=[BOB, "+15550199"])
    assert desk.message("A1").audience is Audience.PRIVATE
    group = desk.message("A2")
    assert (group.audience, group.group) == (Audience.GROUP, f"{ALICE}, {BOB}, +15550199")
    assert desk.message("A3").thread == group.thread


def test_own_texts_from_the_phone_are_shown() -> None:
    """With their recipient, as sent; without one they are nobody's."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.list_row("B1", "from the phone", sender="", recipients=[ALICE], outgoing=True)
    own = desk.message("B1")
    assert (own.direction, own.state, own.sender) == (Direction.OUTGOING, DeliveryState.SENT, None)
    assert own.recipient is not None
    assert own.recipient.value == ALICE
    assert own.read
    desk.list_row("B2", "to nobody", sender="", outgoing=True)
    nobody = desk.message("B2").recipient
    assert nobody is not None
    assert nobody.kind is AddressKind.NONE


@pytest.mark.parametrize("state", DeliveryState)
def test_a_push_that_comes_back_in_the_sent_folder_is_one_text(state: DeliveryState) -> None:
    """Bound only where the text had left: a queued one with the same words is another text."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.list_row("A1")
    own = desk.write(desk.message("A1").thread, "See you\nat 7", state)
    desk.list_row("B1", "See you at 7", sender="", recipients=[ALICE], outgoing=True, at_s=30)
    left = state not in {
        DeliveryState.QUEUED,
        DeliveryState.HELD,
        DeliveryState.FAILED,
        DeliveryState.RECEIVED,
    }
    assert (desk.message("B1").id == own.id) == left
    assert len(desk.store.all_messages()) == (2 if left else 3)


@pytest.mark.parametrize(
    ("text", "recipient", "at_s"),
    [
        ("See you", ALICE, 300),
        ("See you", BOB, 0),
        ("Another text", ALICE, 0),
        ("", ALICE, 0),
    ],
)
def test_what_only_resembles_a_push_is_another_text(text: str, recipient: str, at_s: float) -> None:
    """Another time, person or wording: nothing is swallowed."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.list_row("A1")
    desk.write(desk.message("A1").thread, "See you", DeliveryState.ACCEPTED)
    desk.list_row("B1", text, sender="", recipients=[recipient], outgoing=True, at_s=at_s)
    assert len(desk.store.all_messages()) == 3


def test_a_bound_push_is_not_bound_again() -> None:
    """Two equal texts to one person are two rows."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.list_row("A1")
    thread = desk.message("A1").thread
    first = desk.write(thread, "ok", DeliveryState.ACCEPTED)
    desk.intake.bind(first.id, "B1")
    desk.intake.bind(first.id, "")
    desk.write(thread, "ok", DeliveryState.ACCEPTED)
    for handle in ("B1", "B2", "B3"):
        desk.list_row(handle, "ok", sender="", recipients=[ALICE], outgoing=True, at_s=None)
    assert len({desk.message(h).id for h in ("B1", "B2", "B3")}) == 3
    assert desk.message("B1").id == first.id
    assert len(desk.store.all_messages()) == 4


def test_times_are_those_of_the_phone_or_else_of_arrival() -> None:
    """A text without a time is as old as its arrival."""
    desk = Desk()
    desk.clock.move(7)
    desk.publish(desk.intake.take_listed(row("A1", at_s=None), live=True))
    assert desk.message("A1").at == START + timedelta(seconds=7)
