"""What may a client of a relay do? Imports nothing, so that `--help` costs nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a connection is opened for. None includes another."""

    HEADERS = "headers"
    """Who, when, how many: events and answers without what was written."""
    READ = "read"
    """The same with what was written, and search."""
    SEND = "send"
    """Commands: texts, read marks, buttons; and ending the relay."""


ALL_ROLES: Final = frozenset(Role)
