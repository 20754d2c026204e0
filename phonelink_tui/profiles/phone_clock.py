"""What time is it for the phone? Its local times, which mostly come without an offset, as UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone


class PhoneClock:
    """Learns the phone's offset where it tells it (MSETime of a listing); else takes this computer's zone."""

    def __init__(self) -> None:
        self._offset: timedelta | None = None

    def learn(self, offset: timedelta | None) -> None:
        """The phone said how far its local time is from UTC; None says nothing."""
        if offset is not None:
            self._offset = offset

    def to_utc(self, local: datetime | None, offset: timedelta | None = None) -> datetime | None:
        """A local time of the phone as UTC; None stays None, and so does a time outside the calendar."""
        if local is None:
            return None
        offset = offset if offset is not None else self._offset
        try:
            zone = timezone(offset) if offset is not None else None
            return local.replace(tzinfo=zone).astimezone(UTC)
        except (OverflowError, ValueError):
            return None

    def to_local(self, moment: datetime) -> datetime:
        """A UTC time as the phone's local time, without a zone."""
        zone = timezone(self._offset) if self._offset is not None else None
        return moment.astimezone(zone).replace(tzinfo=None)
