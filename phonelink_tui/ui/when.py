"""How are times, days, spans and ages written? English words of our own: the locale decides nothing."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_AGES: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def local(at: datetime, zone: tzinfo | None) -> datetime:
    """`at` on the wall clock of `zone`; None is this computer's own zone."""
    return at.astimezone(zone)


def clock(at: datetime, zone: tzinfo | None) -> str:
    """For example `09:05`."""
    here = at.astimezone(zone)
    return f"{here.hour:02}:{here.minute:02}"


def day(at: datetime, zone: tzinfo | None, now: datetime) -> str:
    """For example `Sunday 22 November`, with the year when it is not this one."""
    here = at.astimezone(zone)
    year = "" if here.year == now.astimezone(zone).year else f" {here.year}"
    return f"{DAYS[here.weekday()]} {here.day} {MONTHS[here.month - 1]}{year}"


def moment(at: datetime, zone: tzinfo | None, now: datetime) -> str:
    """As short as it is unmistakable: `11:40` today, `Sun 11:40` within a week, else `3 Nov 11:40` or with year."""
    here, today = at.astimezone(zone), now.astimezone(zone)
    time = f"{here.hour:02}:{here.minute:02}"
    days = (today.date() - here.date()).days
    if days == 0:
        return time
    if 0 < days < 7:
        return f"{DAYS[here.weekday()][:3]} {time}"
    year = "" if here.year == today.year else f" {here.year}"
    return f"{here.day} {MONTHS[here.month - 1][:3]}{year} {time}"


def span(start: datetime, end: datetime | None, zone: tzinfo | None, now: datetime) -> str:
    """For example `09:12–11:40`, `Sat 23:10–Sun 07:02`, `since 09:12`, `for a moment at 09:12`."""
    first = moment(start, zone, now)
    if end is None:
        return f"since {first}"
    one_day = start.astimezone(zone).date() == end.astimezone(zone).date()
    if one_day and clock(start, zone) == clock(end, zone):
        return f"for a moment at {first}"
    return f"{first}–{clock(end, zone) if one_day else moment(end, zone, now)}"


def age(since: datetime, now: datetime) -> str:
    """How long ago in one unit: `now`, `5 min`, `3 h`, `12 d`."""
    seconds = (now - since).total_seconds()
    for unit_s, word in _AGES:
        if seconds >= unit_s:
            return f"{int(seconds // unit_s)} {word}"
    return "now"
