"""Of which times is nothing known?"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from phonelink_tui.domain.phone import DownReason


@frozen
class Gap:
    """Messages were not connected from `started_at` on; texts then may be missing here."""

    id: str
    started_at: datetime
    ended_at: datetime | None
    """None while it lasts."""
    reason: DownReason
