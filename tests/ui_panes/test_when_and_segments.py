"""Are times, ages and SMS segments what people and networks count?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from phonelink_tui.ui import when
from phonelink_tui.ui.segments import Segments, sms_segments

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(hours=2), "10:00"),
        (timedelta(days=1), "Sat 12:00"),
        (timedelta(days=6), "Mon 12:00"),
        (timedelta(days=7), "15 Nov 12:00"),
        (timedelta(days=400), "18 Oct 2025 12:00"),
        (timedelta(days=-1), "23 Nov 12:00"),
    ],
)
def test_a_moment_is_short_and_unmistakable(before: timedelta, shown: str) -> None:
    """The weekday only while it can mean one day."""
    assert when.moment(NOW - before, UTC, NOW) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "now"),
        (-5, "now"),
        (59, "now"),
        (60, "1 min"),
        (3_599, "59 min"),
        (7_200, "2 h"),
        (200_000, "2 d"),
    ],
)
def test_ages(seconds: int, shown: str) -> None:
    """One unit, never rounded up."""
    assert when.age(NOW - timedelta(seconds=seconds), NOW) == shown


def test_a_span_over_midnight_names_both_days() -> None:
    """A night without connection is not read as a few minutes."""
    start = NOW - timedelta(hours=13)
    assert when.span(start, NOW - timedelta(hours=5), UTC, NOW) == "Sat 23:00–07:00"
    assert when.span(NOW, NOW + timedelta(seconds=9), UTC, NOW) == "for a moment at 12:00"
    assert when.span(NOW - timedelta(days=2), NOW - timedelta(days=1), UTC, NOW) == "Fri 12:00–Sat 12:00"


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", Segments(0, 160, unicode=False)),
        ("a" * 160, Segments(1, 0, unicode=False)),
        ("a" * 161, Segments(2, 145, unicode=False)),
        ("€" * 80, Segments(1, 0, unicode=False)),
        ("a" * 152 + "€" * 5, Segments(2, 143, unicode=False)),
        ("ñ" * 160, Segments(1, 0, unicode=False)),
        ("ç" * 70, Segments(1, 0, unicode=True)),
        ("ж" * 71, Segments(2, 63, unicode=True)),
        ("😀" * 35, Segments(1, 0, unicode=True)),
        ("😀" * 36, Segments(2, 61, unicode=True)),
    ],
)
def test_segments(text: str, segments: Segments) -> None:
    """160 and 153 septets, 70 and 67 units; an escape or a surrogate pair is never torn (TS 23.038, 23.040)."""
    assert sms_segments(text) == segments
