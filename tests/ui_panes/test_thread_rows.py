"""Which rows does a thread have: days, names, gaps, banners, the line of what is new?"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.message import DeliveryState, MessageId, Placeholder
from phonelink_tui.ui.thread_rows import Clock, Row, RowKind, replaced_row, rows_after, thread_rows
from tests.ui_panes.texts import CLOCK, SUNDAY, gap, message

LIMITS = (
    make_limitation(LimitKind.HISTORY_START, start="Sun 09:00", older="Older messages are on your phone."),
    make_limitation(LimitKind.ONE_SIDED),
    make_limitation(LimitKind.NO_RECEIPTS),
    make_limitation(LimitKind.GROUP_READ_ONLY, group="Group", who="Alice"),
)


def kinds(rows: tuple[Row, ...]) -> list[str]:
    return [row.kind.value for row in rows]


def test_one_name_for_texts_close_together() -> None:
    """A sender's texts within five minutes share a name; a later one, or another sender's, has its own."""
    thread = [message(0), message(1), message(9), message(10, own=True), message(11), message(12, name="Bob")]
    shown = [row.who for row in thread_rows(thread, CLOCK) if row.kind is RowKind.MESSAGE]
    assert shown == ["Alice", "", "Alice", "You", "Alice", "Bob"]


def test_a_time_is_written_once_a_minute() -> None:
    """Texts of one minute share its time."""
    thread = [message(0), message(1, minute=0.5), message(2, minute=1.2)]
    shown = [row.time for row in thread_rows(thread, CLOCK) if row.kind is RowKind.MESSAGE]
    assert shown == ["09:00", "", "09:01"]


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", ["day", "message", "message", "message", "day", "message"]),
        ("Europe/Berlin", ["day", "message", "message", "day", "message", "message"]),
    ],
)
def test_a_day_line_stands_where_a_day_begins_in_the_zone(zone: str, shown: list[str]) -> None:
    """Midnight is that of the reader."""
    thread = [message(number, minute=minute) for number, minute in enumerate((0, 60, 899, 900))]
    rows = thread_rows(thread, Clock(CLOCK.now, ZoneInfo(zone)))
    assert kinds(rows) == shown
    assert [row.text for row in rows if row.kind is RowKind.DAY] == [
        "Sunday 22 November",
        "Monday 23 November",
    ]


def test_a_day_of_another_year_has_its_year() -> None:
    """Old messages are not mistaken for recent ones."""
    rows = thread_rows([message(0)], Clock(SUNDAY + timedelta(days=400), CLOCK.zone))
    assert rows[0].text == "Sunday 22 November 2026"


def test_a_gap_stands_between_the_messages_around_it() -> None:
    """The gap is where it was, in words, and the name is written again below it."""
    rows = thread_rows([message(0), message(3)], CLOCK, gaps=[gap("g", 1, 2)])
    assert kinds(rows) == ["day", "message", "gap", "message"]
    assert rows[2].text == "Not connected 09:01–09:02; messages then may be missing."
    assert rows[3].who == "Alice"


def test_a_message_that_was_sent_during_a_gap_stands_below_it() -> None:
    """A text that was caught up later lies behind the beginning of the gap."""
    rows = thread_rows([message(0), message(2), message(5)], CLOCK, gaps=[gap("g", 1, 4)])
    assert kinds(rows) == ["day", "message", "gap", "message", "message"]


def test_gaps_with_nothing_between_them_are_one_row() -> None:
    """A link that came and went five times is said once."""
    rows = thread_rows(
        [message(0), message(30)], CLOCK, gaps=[gap(str(n), 1 + 2 * n, 2 + 2 * n) for n in range(5)]
    )
    assert kinds(rows) == ["day", "message", "gap", "message"]
    assert rows[2].text == "Not connected 09:01–09:10, 5 times; messages then may be missing."


def test_a_gap_that_lasts_is_at_the_end() -> None:
    """What is open now is said below the last message; what was before the first is not said here."""
    rows = thread_rows([message(5)], CLOCK, gaps=[gap("old", 1, 2), gap("now", 9, None)])
    assert kinds(rows) == ["day", "message", "gap"]
    assert rows[-1].text == "Not connected since 09:09; messages then may be missing."


def test_banners_stand_in_their_places() -> None:
    """History and one-sidedness on top, receipts once under the first accepted text, composer limits nowhere."""
    thread = [message(0), message(1, own=True), message(2, own=True)]
    rows = thread_rows(thread, CLOCK, limitations=LIMITS)
    assert kinds(rows) == ["history-start", "banner", "day", "message", "message", "banner", "message"]
    assert rows[5].text.startswith("Accepted by the phone is the last thing known.")


def test_history_start_waits_for_the_first_page() -> None:
    """While older pages exist nothing claims that the history begins here."""
    assert "history-start" not in kinds(thread_rows([message(0)], CLOCK, limitations=LIMITS, complete=False))


def test_new_since_you_left_stands_above_the_first_unread() -> None:
    """The line is between the day line and the message, and the name is written again."""
    thread = [message(0), message(1), message(2)]
    rows = thread_rows(thread, CLOCK, first_unread=MessageId("m1"))
    assert kinds(rows) == ["day", "message", "new-since", "message", "message"]
    assert rows[3].who == "Alice"
    assert kinds(thread_rows(thread, CLOCK, first_unread=MessageId("m0")))[:2] == ["day", "new-since"]


def test_appended_rows_are_the_rows_of_a_rebuild() -> None:
    """One message at a time gives the same rows as all at once."""
    thread = [message(n, own=n % 4 == 3, minute=n * 400.3) for n in range(30)]
    one_by_one: list[Row] = []
    for previous, new in zip([None, *thread], thread, strict=False):
        one_by_one.extend(rows_after(previous, new, CLOCK))
    assert tuple(one_by_one) == thread_rows(thread, CLOCK)


def test_a_new_state_keeps_the_place_of_its_row() -> None:
    """A row that is drawn anew keeps its time and grouping."""
    rows = thread_rows([message(0, own=True, state=DeliveryState.QUEUED), message(1, own=True)], CLOCK)
    later = replaced_row(rows[2], message(1, own=True, state=DeliveryState.FAILED, detail="no answer"), CLOCK)
    assert (later.who, later.time, later.status, later.detail) == (
        "",
        "09:01",
        DeliveryState.FAILED,
        "no answer",
    )


@pytest.mark.parametrize(
    ("text", "placeholder", "shown"),
    [
        ("", Placeholder.MEDIA, "Attachment on your phone, 09:00."),
        ("look", Placeholder.MEDIA, "look\nAttachment on your phone, 09:00."),
    ],
)
def test_what_stays_on_the_phone_is_said(text: str, placeholder: Placeholder, shown: str) -> None:
    """A placeholder says where the content is, and keeps the text that came with it."""
    row = thread_rows([message(0, text, placeholder=placeholder)], CLOCK)[1]
    assert (row.kind, row.text) == (RowKind.PLACEHOLDER, shown)
