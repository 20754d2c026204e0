"""Which calls does the phone remember?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from phonelink_tui.domain.address import Address
from phonelink_tui.domain.text import RemoteText


class CallKind(StrEnum):
    RECEIVED = "received"
    DIALLED = "dialled"
    MISSED = "missed"


@frozen
class Call:
    """One entry of the phone's call history."""

    kind: CallKind
    address: Address
    name: RemoteText
    at: datetime | None
    """By the phone's clock (UTC), where it says."""
