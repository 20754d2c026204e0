"""How is a time written on the screen? As clock times, which stand still: an idle screen writes no byte."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

_WEEK = timedelta(days=6)


def local(at: datetime, zone: tzinfo | None) -> datetime:
    """`at` in the zone of the screen; None is this computer's."""
    return at.astimezone(zone)


def clock(at: datetime, zone: tzinfo | None) -> str:
    """Hours and minutes: `09:05`."""
    return local(at, zone).strftime("%H:%M")


def clock_s(at: datetime, zone: tzinfo | None) -> str:
    """Hours, minutes and seconds, for the next attempt: `09:05:30`."""
    return local(at, zone).strftime("%H:%M:%S")


def when(at: datetime, now: datetime, zone: tzinfo | None) -> str:
    """The age of a row in at most eight cells: `09:05` today, `Sun` this week, `3 Aug`, `Aug 2024`."""
    then, today = local(at, zone), local(now, zone)
    if then.date() == today.date():
        return clock(at, zone)
    if timedelta(0) < today - then < _WEEK:
        return then.strftime("%a")
    if then.year == today.year:
        return f"{then.day} {then:%b}"
    return f"{then:%b} {then.year}"


def moment(at: datetime, now: datetime, zone: tzinfo | None) -> str:
    """A point in time inside a sentence: `09:05` today, else the day too: `Sun 11:40`, `3 Aug 11:40`."""
    day = when(at, now, zone)
    return day if ":" in day else f"{day} {clock(at, zone)}"
