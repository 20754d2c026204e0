"""How is a time said to people?"""

from __future__ import annotations

from datetime import datetime


def when(at: datetime) -> str:
    """A time on this computer's clock: of today the hour, of other days the date too."""
    local = at.astimezone()
    return local.strftime("%H:%M" if local.date() == datetime.now().astimezone().date() else "%Y-%m-%d %H:%M")
