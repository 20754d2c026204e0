"""What is too old, as a pure function."""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import given

from phonelink_tui.archive.retention import Cut, Keep, Retention, ThreadExtent, cuts
from phonelink_tui.domain.thread import ThreadId
from tests.archive.desk import NOW

A, B = ThreadId("a"), ThreadId("b")


def extent(thread: ThreadId, total: int, days: int) -> ThreadExtent:
    """A conversation with that many texts, the first so many days ago."""
    return ThreadExtent(thread, total, NOW - timedelta(days=days))


def test_everything_is_kept_unless_told() -> None:
    """No rule, no cut."""
    assert Keep().everything
    assert cuts(Retention(), NOW, [extent(A, 10**6, 9000)]) == ()


def test_both_bounds_hold() -> None:
    """By age and by number, each where it is exceeded."""
    rule = Retention(Keep(days=30, count=100))
    assert cuts(rule, NOW, [extent(A, 100, 29), extent(B, 101, 31)]) == (
        Cut(B, NOW - timedelta(days=30), 100),
    )
    assert cuts(rule, NOW, [extent(A, 500, 2)]) == (Cut(A, None, 100),)


def test_a_conversation_may_have_its_own_rule() -> None:
    """Per conversation, more or less than the others."""
    rule = Retention(Keep(days=1), {A: Keep(), B: Keep(count=0)})
    assert cuts(rule, NOW, [extent(A, 5, 99), extent(B, 5, 99)]) == (Cut(B, None, 0),)


@given(days=st.one_of(st.none(), st.integers(1, 10**9)), count=st.one_of(st.none(), st.integers(0, 10**9)))
def test_no_setting_is_too_large(days: int | None, count: int | None) -> None:
    """Nine hundred million days are before the calendar begins."""
    assert len(cuts(Retention(Keep(days, count)), NOW, [extent(A, 1, 1)])) <= 1
