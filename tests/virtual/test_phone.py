"""Does the phone keep its state right, and tell of every change?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from phonelink_tui.domain.call import CallKind
from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.domain.observed import Folder
from phonelink_tui.errors import UsageError
from phonelink_tui.virtual.entries import (
    NotificationCleared,
    NotificationShown,
    PhoneChange,
    Previews,
    StoredContact,
    Switch,
    SwitchTurned,
    TextArrived,
    TextMoved,
    TextPushed,
    TextReadChanged,
    TextSent,
)
from phonelink_tui.virtual.personas import ANDROID, IPHONE, persona_named
from phonelink_tui.virtual.phone import VirtualPhone
from tests.virtual.conftest import ALICE, BOB, MakePhone


def _heard(phone: VirtualPhone) -> list[PhoneChange]:
    changes: list[PhoneChange] = []
    phone.listen(changes.append)
    return changes


def test_a_text_makes_text_and_notification(phone: VirtualPhone) -> None:
    """Both come from one act, the notification with the contact's name."""
    changes = _heard(phone)
    stored = phone.receive_text(ALICE, "hi")
    arrived, shown = changes
    assert arrived == TextArrived(stored)
    assert isinstance(shown, NotificationShown)
    assert (shown.notification.title, shown.notification.subtitle) == ("Alice Moreau", "")


def test_muted_and_read_texts_make_no_notification(phone: VirtualPhone) -> None:
    """A muted conversation and what is already read stay out of the notification centre."""
    phone.receive_text(ALICE, "muted", notify=False)
    phone.receive_text(ALICE, "read", read=True)
    assert phone.centre.entries == ()


def test_a_photo_has_no_text_but_a_notification_that_says_so(phone: VirtualPhone) -> None:
    """The text is empty, the notification has a placeholder."""
    stored = phone.receive_text(ALICE, "", photo=True)
    assert stored.text == ""
    assert phone.centre.entries[0].text == "Attachment: 1 Image"


def test_reading_twice_is_told_once(phone: VirtualPhone) -> None:
    """The second time nothing changes."""
    stored = phone.receive_text(ALICE, "hi")
    changes = _heard(phone)
    assert phone.mark_read(stored.handle)
    assert phone.mark_read(stored.handle)
    assert [type(change) for change in changes] == [TextReadChanged, NotificationCleared]
    assert not phone.mark_read(1)


def test_deleting_moves_then_forgets_and_can_be_undone(phone: VirtualPhone) -> None:
    """First into the folder deleted, from where it can come back; the second time for good."""
    stored = phone.receive_text(ALICE, "hi")
    assert phone.delete_text(stored.handle)
    assert phone.folder(Folder.DELETED)
    assert phone.delete_text(stored.handle, undo=True)
    assert phone.folder(Folder.INBOX)
    assert phone.delete_text(stored.handle)
    assert phone.delete_text(stored.handle)
    assert not phone.delete_text(stored.handle)


@pytest.mark.parametrize(
    ("persona", "kinds", "sent"),
    [(IPHONE, [TextPushed], 0), (ANDROID, [TextPushed, TextMoved, TextSent, TextSent], 1)],
)
def test_what_a_push_leaves_behind(
    make_phone: MakePhone, persona: object, kinds: list[type[PhoneChange]], sent: int
) -> None:
    """An iPhone keeps nothing in sent; an Android moves it there and reports each step."""
    phone = make_phone(persona)
    changes = _heard(phone)
    phone.push_text([ALICE], "out")
    phone.send_outbox()
    assert [type(change) for change in changes] == kinds
    assert len(phone.folder(Folder.SENT)) == sent
    assert phone.folder(Folder.OUTBOX) == ()
    assert [entry.recipients for entry in phone.pushed] == [(ALICE,)]


def test_drafts_are_not_sent(phone: VirtualPhone) -> None:
    """A text pushed into draft is kept, and not counted as sent."""
    phone.push_text([ALICE], "later", folder=Folder.DRAFT)
    assert phone.pushed == []
    assert phone.folder(Folder.DRAFT)


def test_a_call_rings_and_ends(phone: VirtualPhone) -> None:
    """Declining leaves a missed call in history and centre; ending twice does nothing."""
    key = phone.call_log.ring(ALICE)
    phone.press(key, NotificationAction.NEGATIVE)
    assert [call.kind for call in phone.call_log.entries] == [CallKind.MISSED]
    assert [entry.text for entry in phone.centre.entries] == ["Missed call"]
    assert not phone.call_log.end(key, answered=True)


def test_hidden_previews_change_only_what_they_hide(phone: VirtualPhone) -> None:
    """Locking modifies nothing while previews are always shown."""
    phone.receive_text(ALICE, "hi")
    changes = _heard(phone)
    phone.centre.lock()
    assert changes == []
    phone.centre.set_previews(Previews.UNLOCKED)
    assert [type(change) for change in changes] == [NotificationShown]
    assert phone.centre.disclosed(phone.centre.entries[0]).text == "Message"


def test_switches_tell_only_changes(phone: VirtualPhone) -> None:
    """Turning on what is on is no change."""
    changes = _heard(phone)
    phone.turn(Switch.MESSAGES, on=True)
    phone.turn(Switch.MESSAGES, on=False)
    assert changes == [SwitchTurned(Switch.MESSAGES, False)]


def test_walking_away_twice_is_one_change(phone: VirtualPhone) -> None:
    """Away is away, here is here."""
    changes = _heard(phone)
    for act in (phone.walk_away, phone.walk_away, phone.come_back, phone.come_back):
        act()
    assert len(changes) == 2


def test_who_stops_listening_hears_nothing(phone: VirtualPhone) -> None:
    """The function that `listen` returns ends it."""
    changes: list[PhoneChange] = []
    unlisten: Callable[[], None] = phone.listen(changes.append)
    unlisten()
    phone.walk_away()
    assert changes == []


def test_names_are_found_by_number_not_by_its_end(phone: VirtualPhone) -> None:
    """Another spelling is the same number; a number with the same last digits is not."""
    assert phone.name_of("+1 555-0100") == "Alice Moreau"
    assert phone.name_of("+44 1555 0100") == ""
    phone.add_contact(StoredContact("Second Alice", (ALICE,)))
    assert phone.name_of(ALICE) == "Alice Moreau"


def test_equal_seeds_make_equal_handles() -> None:
    """Handles depend on the seed alone."""
    one, same, other = (VirtualPhone(seed=seed).receive_text(BOB, "x").handle for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_half_surrogates_do_not_get_in(phone: VirtualPhone) -> None:
    """JSON can spell what UTF-8 cannot; the phone holds text only."""
    stored = phone.receive_text("+1\ud800", "a\udfffb")
    assert stored.text == "a?b"
    stored.sender.encode()


def test_an_unknown_persona_is_a_usage_error() -> None:
    """The hint names those there are."""
    with pytest.raises(UsageError) as caught:
        persona_named("pager")
    assert "android" in caught.value.hint
