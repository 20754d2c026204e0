"""How does MAP write a date and time? `YYYYMMDDTHHMMSS`, with `±hhmm` behind it where both sides want it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

_MINUTE: Final = timedelta(minutes=1)

# quirk of obexd 5.87: the hours and minutes of its offset are padded with blanks, "+ 2 0".
_FORM = re.compile(r"\s*(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:([+-])([ \d]\d):?([ \d]\d)|(Z))?", re.ASCII)


@frozen
class MapDateTime:
    """A reading of the phone's clock."""

    local: datetime
    """Naive, seconds. What the phone's clock showed."""
    offset: timedelta | None = None
    """How far that clock is ahead of UTC, in minutes; None where the phone did not say."""

    def encode(self) -> str:
        """The text as in listings, events and parameters; parts of seconds and of minutes are cut off."""
        text = f"{self.local.year:04}{self.local:%m%dT%H%M%S}"
        if self.offset is None:
            return text
        minutes = abs(self.offset) // _MINUTE
        sign = "-" if self.offset < timedelta(0) else "+"
        return f"{text}{sign}{minutes // 60:02}{minutes % 60:02}"


def decode_datetime(text: str) -> MapDateTime | None:
    """Read a date and time; None where it is none. Never raises.

    A wrong time is worth less than the message it belongs to, so no reader of MAP fails over one.
    An offset that makes no sense, or is a day or more, is dropped; the local time stays.
    """
    match = _FORM.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        local = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the offset is beside it
    except ValueError:
        return None
    sign, hours, minutes, zulu = match.groups()[6:]
    if zulu:
        return MapDateTime(local, timedelta(0))
    if sign is None:
        return MapDateTime(local)
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if offset >= timedelta(days=1):
        return MapDateTime(local)
    return MapDateTime(local, -offset if sign == "-" else offset)
