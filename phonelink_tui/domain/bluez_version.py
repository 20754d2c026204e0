"""What does a BlueZ offer, by its version? Pure; the pairing's checks and the doctor ask the same."""

from __future__ import annotations

from typing import Final

Version = tuple[int, int]

OLDEST_SEEN: Final[Version] = (5, 66)
"""The oldest that was seen to work, in the project's virtual machine."""

BEARERS: Final[Version] = (5, 86)
"""The first with org.bluez.Bearer.LE1, which tells the two links to a phone apart; only with --experimental."""


def hides_bearers(version: Version | None, *, experimental: bool) -> bool:
    """Whether it could tell the links apart and was not started so; an unknown version is not blamed."""
    return version is not None and version >= BEARERS and not experimental
