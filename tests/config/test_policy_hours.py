"""When does a rule with hours hold? Judged by another way of counting."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonelink_tui.config.policy_hours import DAYS, parse_hours

MONDAY = datetime(2026, 11, 16)  # noqa: DTZ001 what the clock on the wall shows
WEEK = 7 * 24 * 60

times = st.integers(0, 24 * 60 - 1)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def minutes_of(days: list[int], start: int, end: int) -> set[int]:
    """Every minute of the week, walked one by one."""
    covered = set()
    for day in days:
        minute = start
        while True:
            covered.add((day * 24 * 60 + minute) % WEEK)
            minute += 1
            if minute % (24 * 60) == end % (24 * 60):
                break
    return covered


@given(st.lists(st.integers(0, 6), min_size=1, max_size=7), times, st.integers(1, 24 * 60), times)
def test_hours_are_the_minutes_that_they_cover(days: list[int], start: int, end: int, minute: int) -> None:
    """Each span against a walk through its minutes, past midnight and past Sunday too."""
    if start == end:
        return
    hours = parse_hours(",".join(DAYS[day] for day in days) + f" {clock(start)}-{clock(end)}")
    expected = minutes_of(days, start, end)
    for day in range(7):
        at = MONDAY + timedelta(days=day, minutes=minute, seconds=59)
        assert hours.covers(at) is (day * 24 * 60 + minute in expected)


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_range_of_days_goes_over_the_end_of_the_week(first: int, last: int) -> None:
    """`sat-mon` is three days, `mon-mon` is one."""
    hours = parse_hours(f"{DAYS[first]}-{DAYS[last]} 10:00-11:00")
    walked = [first]
    while walked[-1] != last:
        walked.append((walked[-1] + 1) % 7)
    assert hours.days == frozenset(walked)


def test_the_clock_on_the_wall_counts_when_it_jumps() -> None:
    """Where clocks are put back, both times 02:30 are in; where they are put forward the span is shorter."""
    berlin = ZoneInfo("Europe/Berlin")
    hours = parse_hours("02:00-03:00")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("UTC")).astimezone(berlin)
    second = first.astimezone(ZoneInfo("UTC")) + timedelta(hours=1)
    assert hours.covers(first)
    assert hours.covers(second.astimezone(berlin))
    assert not hours.covers(datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("UTC")).astimezone(berlin))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("8-18", "days and times"),
        ("mon-fri 08:00 - 18:00", "days and times"),
        ("mo 08:00-18:00", "no such day"),
        ("mon,, 08:00-18:00", "no such day"),
        ("24:00-25:00", "from 00:00 to 24:00"),
        ("08:00-24:01", "from 00:00 to 24:00"),
        ("08:00-08:00", "whole day"),
        ("", "days and times"),
    ],
)
def test_what_is_no_span_is_said(text: str, words: str) -> None:
    """And what it must be."""
    with pytest.raises(ValueError, match=words):
        parse_hours(text)
