"""Is what `--expires` says a time, and the right one?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonelink_tui.cli.expiry import LONGEST, parse_expiry
from phonelink_tui.errors import UsageError

NOW = datetime(2026, 3, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("18:00", "2026-03-01T16:00"),
        ("9:05", "2026-03-02T07:05"),
        ("14:30", "2026-03-02T12:30"),
        ("+90s", "2026-03-01T12:31:30"),
        ("+2h", "2026-03-01T14:30"),
        ("+1d", "2026-03-02T12:30"),
        ("2026-03-01T18:00", "2026-03-01T16:00"),
        ("2026-03-01T18:00Z", "2026-03-01T18:00"),
    ],
)
def test_times(words: str, expected: str) -> None:
    """A clock time is the next one of that name, `+` counts from now, a date without a zone is local."""
    assert parse_expiry(words, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "words", ["", "25:00", "soon", "+2", "2h", "+0s", "2026-02-30T10:00", "+8d", "2020-01-01"]
)
def test_no_times(words: str) -> None:
    """What is no time, has passed, or is too far away is a usage error."""
    with pytest.raises(UsageError):
        parse_expiry(words, NOW)


@given(st.text(max_size=20))
def test_any_words(words: str) -> None:
    """Whatever is written: a time in the future that is not far, or a usage error."""
    try:
        at = parse_expiry(words, NOW)
    except UsageError:
        return
    assert NOW < at <= NOW + LONGEST
