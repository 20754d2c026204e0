"""What the store keeps besides messages, and what becomes of pages, drafts and limits when things move."""

from __future__ import annotations

import pytest
from attrs import evolve

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.call import Call, CallKind
from phonelink_tui.domain.contact import Contact
from phonelink_tui.domain.events import (
    CallChanged,
    ContactsChanged,
    GapChanged,
    LimitationChanged,
    LinkChanged,
    Progress,
    ThreadChanged,
)
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import Audience, DeliveryState, MessageId
from phonelink_tui.domain.phone import (
    ANDROID_TRAITS,
    IPHONE_TRAITS,
    Capability,
    DownReason,
    LinkPhase,
    PhoneTraits,
)
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import UnknownThread
from phonelink_tui.relay.gap_book import GAPS
from phonelink_tui.relay.marks import Marks
from phonelink_tui.relay.notification_book import NOTIFICATIONS
from tests.relay.desk import ALICE, BOB, Desk, at, make_phone
from tests.relay.fakes import START


def test_old_notifications_and_gaps_go_first() -> None:
    """Both are bounded; what changes again counts as new."""
    desk = Desk()
    for n in range(NOTIFICATIONS + 5):
        desk.notify(n, f"text {n}", app="org.example.mail")
    assert len(desk.store.notifications()) == NOTIFICATIONS
    assert desk.store.notifications()[0].text == "text 5"
    for n in range(GAPS + 5):
        desk.publish([GapChanged(Gap(f"g{n}", START, None, DownReason.LINK_LOST))])
    assert desk.store.snapshot(0).gaps[0].id == "g5"
    assert len(desk.store.snapshot(0).gaps) == GAPS


def test_what_has_nothing_to_say_to_the_store_changes_nothing() -> None:
    """Progress passes through."""
    desk = Desk()
    before = desk.store.snapshot(0)
    assert desk.publish([Progress("work", 1, 2)]) == [Progress("work", 1, 2)]
    assert desk.store.snapshot(0) == before


def test_a_new_text_takes_a_conversation_out_of_the_archive() -> None:
    """Only a text of somebody else that is new and unread; the rows of a listing that are known do not."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.list_row("A1", sender=ALICE)
    (row,) = desk.store.snapshot(0).threads
    desk.store.mark(row.id, Marks(archived=True, pinned=True))
    desk.list_row("A1", sender=ALICE)
    assert desk.store.thread(row.id).archived
    desk.list_row("A2", sender=ALICE)
    now = desk.store.thread(row.id)
    assert not now.archived
    assert now.pinned


def test_contacts_and_calls_are_in_the_snapshot() -> None:
    """A row changes its title only where its own name changed; the first card of two gives the name."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.list_row("A1", sender=ALICE)
    desk.list_row("A2", sender=BOB)
    cards = tuple(Contact(clean(n), (identify(ALICE),)) for n in ("Alice", "Also Alice"))
    events = desk.publish([ContactsChanged(cards)])
    assert [e.thread.title for e in events if isinstance(e, ThreadChanged)] == ["Alice"]
    assert not [e for e in desk.publish([ContactsChanged(cards)]) if isinstance(e, ThreadChanged)]
    calls = (Call(CallKind.MISSED, identify(ALICE), clean("Alice"), START),)
    desk.publish([CallChanged(calls)])
    snapshot = desk.store.snapshot(0)
    assert (snapshot.contacts, snapshot.calls) == (cards, calls)


def test_a_page_goes_on_where_its_mark_has_moved_away() -> None:
    """By time; where the mark is gone there is nothing before it."""
    desk = Desk()
    for n in range(1, 6):
        desk.list_row(f"{n}", f"text {n}", at_s=n * 100)
    thread = desk.message("1").thread
    mark = desk.message("4")
    desk.notify(1, "text 4", at_s=400)
    assert desk.message("4").thread != thread
    page = desk.store.page(thread, mark.id, 2)
    assert [m.text for m in page.messages] == ["text 2", "text 3"]
    assert page.before == desk.message("2").id
    gone = desk.store.page(thread, MessageId("m99"), 2)
    assert (gone.messages, gone.before) == ((), None)


def test_unknown_threads_are_named_errors() -> None:
    """Wherever a thread is asked for."""
    desk = Desk()
    nowhere = ThreadId("0" * 16)
    for ask in (desk.store.thread, desk.store.messages_of, desk.store.unread):
        with pytest.raises(UnknownThread):
            ask(nowhere)
    with pytest.raises(UnknownThread):
        desk.store.page(nowhere, None, 10)
    assert desk.store.current(nowhere) == nowhere
    assert desk.store.confirm(nowhere, frozenset()) == ()


@pytest.mark.parametrize("state", DeliveryState)
def test_only_what_left_counts_as_written_to(state: DeliveryState) -> None:
    """A text that failed or waits has told the phone nothing about trusting the sender."""
    desk = Desk()
    desk.list_row("A1")
    desk.write(desk.message("A1").thread, "answer", state)
    facts = desk.store.send_facts(None, "x", identify(ALICE))
    left = {DeliveryState.ACCEPTED, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN}
    assert facts.written_before == (state in left)


@pytest.mark.parametrize("traits", [IPHONE_TRAITS, ANDROID_TRAITS])
def test_a_text_to_a_group_from_the_sent_folder_tells_of_no_trust(traits: PhoneTraits) -> None:
    """Its first recipient was not written to alone; one that went to nobody else counts where the phone says so."""
    desk = Desk(make_phone(traits))
    desk.list_row("B1", "hello you two", sender="", recipients=[ALICE, BOB], outgoing=True, live=False)
    assert not desk.store.send_facts(None, "x", identify(ALICE)).written_before
    desk.list_row("B2", "hello", sender="", recipients=[ALICE], outgoing=True, live=False)
    assert desk.store.send_facts(None, "x", identify(ALICE)).written_before is traits.groups_in_messages


def test_a_draft_finds_its_thread_through_several_moves_and_never_in_a_circle() -> None:
    """Evidence, then the region, then the first thread is used again."""
    desk = Desk()
    national = "(212) 555-2368"
    desk.list_row("A1", "one", sender=national)
    first = desk.message("A1").thread
    desk.notify(1, "one", title=national)
    desk.publish(desk.intake.use_region("US"))
    assert desk.store.current(first) == desk.message("A1").thread
    desk.publish(desk.intake.take_deleted("A1"))
    assert desk.store.current(first) not in desk.threads()


def test_the_member_who_wrote_last_is_whom_a_group_shows() -> None:
    """And after that text is deleted, the one before."""
    desk = Desk(make_phone(ANDROID_TRAITS))
    desk.list_row("A1", "one", sender=ALICE, recipients=[BOB, "+15550199"], at_s=0)
    desk.list_row("A2", "two", sender=BOB, recipients=[ALICE, "+15550199"], at_s=5)
    assert desk.thread_of("A1").address.value == BOB
    desk.publish(desk.intake.take_deleted("A2"))
    assert desk.thread_of("A1").address.value == ALICE
    assert desk.thread_of("A1").last_at == at(0)


def test_a_limit_that_lasts_keeps_its_begin_and_is_told_once() -> None:
    """In events and in the snapshot alike."""
    desk = Desk()
    phone = make_phone()
    state = evolve(
        phone.capabilities[Capability.MESSAGES], phase=LinkPhase.WAITING, reason=DownReason.FORBIDDEN
    )

    def say(since_s: float) -> list[LimitationChanged]:
        changed = evolve(
            phone,
            capabilities={**phone.capabilities, Capability.MESSAGES: evolve(state, since=at(since_s))},
        )
        return [e for e in desk.publish([LinkChanged(changed)]) if isinstance(e, LimitationChanged)]

    begun = {e.limitation.kind: e for e in say(0)}
    assert begun.keys() == {LimitKind.MESSAGES_OFF, LimitKind.NOT_KEPT}
    assert say(60) == []
    in_force = {limit.kind: limit for limit in desk.store.snapshot(0).limitations}
    assert in_force[LimitKind.MESSAGES_OFF] == begun[LimitKind.MESSAGES_OFF].limitation
    (ended,) = [e for e in desk.publish([LinkChanged(phone)]) if isinstance(e, LimitationChanged)]
    assert (ended.limitation.kind, ended.active) == (LimitKind.MESSAGES_OFF, False)


@pytest.mark.parametrize(
    ("text", "attachment", "preview"),
    [
        ("", True, "Attachment on your phone"),
        ("", False, "Attachment on your phone"),
        ("look\nhere", True, "look here"),
    ],
)
def test_a_row_previews_what_can_be_seen(text: str, attachment: bool, preview: str) -> None:
    """Words where there are some, else what stands for them."""
    desk = Desk()
    desk.list_row("A1", text, attachment=attachment)
    assert desk.thread_of("A1").last_text == preview


def test_a_nameless_group_is_called_after_who_wrote_last() -> None:
    """And a sender without name or address is still somebody."""
    desk = Desk()
    desk.list_row("A1", "one", sender="", name="")
    assert desk.thread_of("A1").title == "Unknown sender"
    started = ThreadId("g")
    desk.publish(desk.store.start_thread(started, Audience.GROUP, identify(ALICE)))
    row = desk.store.thread(started)
    assert (row.title, row.last_text, row.total, row.first_at) == (f"Group with {ALICE}", "", 0, START)
