"""What does a notification look like on the phone's side, and how does that appear in ANCS?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from phonelink_tui.protocol.ancs.constants import NO_FLAGS, CategoryId, EventFlags, NotificationAttributeId
from phonelink_tui.protocol.ancs.data_source import encode_date


@frozen
class ProvidedNotification:
    """A notification as it stands on the phone. Empty texts are sent as empty attributes."""

    app_id: str
    title: str = ""
    subtitle: str = ""
    message: str = ""
    date: datetime | None = None
    """Phone-local time."""
    category: CategoryId = CategoryId.OTHER
    silent: bool = False
    important: bool = False
    positive_label: str = ""
    """Empty: there is no positive action."""
    negative_label: str = ""
    """Empty: there is no negative action."""

    @property
    def flags(self) -> EventFlags:
        """The event flags that follow from the notification itself."""
        flags = NO_FLAGS
        for holds, flag in (
            (self.silent, EventFlags.SILENT),
            (self.important, EventFlags.IMPORTANT),
            (self.positive_label, EventFlags.POSITIVE_ACTION),
            (self.negative_label, EventFlags.NEGATIVE_ACTION),
        ):
            if holds:
                flags |= flag
        return flags

    @property
    def attributes(self) -> Mapping[NotificationAttributeId, bytes]:
        """Every attribute in full; MessageSize counts bytes, as the specification does."""
        message = _encode(self.message)
        return {
            NotificationAttributeId.APP_IDENTIFIER: _encode(self.app_id),
            NotificationAttributeId.TITLE: _encode(self.title),
            NotificationAttributeId.SUBTITLE: _encode(self.subtitle),
            NotificationAttributeId.MESSAGE: message,
            NotificationAttributeId.MESSAGE_SIZE: str(len(message)).encode(),
            NotificationAttributeId.DATE: encode_date(self.date).encode() if self.date else b"",
            NotificationAttributeId.POSITIVE_ACTION_LABEL: _encode(self.positive_label),
            NotificationAttributeId.NEGATIVE_ACTION_LABEL: _encode(self.negative_label),
        }


def _encode(text: str) -> bytes:
    return text.encode(errors="replace")
