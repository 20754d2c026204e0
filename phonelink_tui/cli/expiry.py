"""Until when may a text leave? The words after `--expires`, as a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from phonelink_tui.errors import UsageError

LONGEST: Final = timedelta(days=7)
"""A text that waits longer has been forgotten by its writer."""

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def parse_expiry(words: str, now: datetime) -> datetime:
    """`18:00` (today, or tomorrow when that has passed), `+2h` (s, m, h, d), or a date and time by ISO 8601.

    Args:
        words: What was written.
        now: The time, in the zone whose clock is meant.

    Returns:
        The time in UTC.

    Raises:
        UsageError: It is none of these, has passed, or is further away than `LONGEST`.
    """
    at = _clock(words, now) or _later(words, now) or _date(words, now)
    if at is None:
        raise UsageError(f"`{words[:40]}` is no time.", "For example 18:00, +2h, or 2026-03-01T18:00.")
    if at <= now:
        raise UsageError(f"`{words[:40]}` has passed.", "For example +2h.")
    if at - now > LONGEST:
        raise UsageError(f"`{words[:40]}` is more than {LONGEST.days} days away.", "For example +2h.")
    return at.astimezone(UTC)


def _clock(words: str, now: datetime) -> datetime | None:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", words)
    if match is None:
        return None
    at = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
    return at if at > now else at + timedelta(days=1)


def _later(words: str, now: datetime) -> datetime | None:
    match = re.fullmatch(r"\+(\d{1,6})([smhd])", words)
    return now + timedelta(seconds=int(match[1]) * _UNITS[match[2]]) if match else None


def _date(words: str, now: datetime) -> datetime | None:
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=now.tzinfo)
