"""At which hours does a rule of the policy hold? Days and times of this computer's clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from attrs import frozen

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY_MINUTES: Final = 24 * 60
_WORDS: Final = re.compile(r"(?:([a-z,-]+) )?([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")
_EXAMPLE: Final = 'for example "mon-fri 08:00-18:00" or "22:00-06:00"'


@frozen
class Hours:
    """A span of time that comes back every week. What begins before midnight may end after it."""

    days: frozenset[int]
    """On which it begins; Monday is 0."""
    start: int
    """Minutes after midnight, 0 to 1439."""
    end: int
    """Minutes after the same midnight, up to a day after `start`; itself not in the span."""
    words: str
    """As the administrator wrote it."""

    def covers(self, local: datetime) -> bool:
        """Whether it holds at a local time. What counts is what the clock on the wall shows."""
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if day in self.days and self.start <= minute < self.end:
            return True
        return (day - 1) % 7 in self.days and minute + _DAY_MINUTES < self.end


def parse_hours(text: str) -> Hours:
    """The span that `text` names. Raises ValueError with what it must be."""
    found = _WORDS.fullmatch(text)
    if found is None:
        raise ValueError(f"must be days and times, {_EXAMPLE}")
    days, *numbers = found.groups()
    hour, minute, end_hour, end_minute = map(int, numbers)
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if start >= _DAY_MINUTES or end > _DAY_MINUTES:
        raise ValueError("must name times from 00:00 to 24:00")
    if start == end:
        raise ValueError('must end later than it begins; the whole day is "00:00-24:00"')
    return Hours(
        frozenset(_days(days)) if days else frozenset(range(7)),
        start,
        end if end > start else end + _DAY_MINUTES,
        text,
    )


def _days(words: str) -> Iterator[int]:
    """`mon-wed,sat`, and `sat-mon` over the week's end."""
    for part in words.split(","):
        first, dash, last = part.partition("-")
        ends = (first, last if dash else first)
        if any(day not in DAYS for day in ends):
            raise ValueError("knows no such day, only " + ", ".join(DAYS))
        begin, end = map(DAYS.index, ends)
        yield from ((begin + step) % 7 for step in range((end - begin) % 7 + 1))
