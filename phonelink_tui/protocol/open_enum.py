"""How do numbers from a phone become names without an unknown number being an error?"""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class OpenIntEnum(IntEnum):
    """An integer enum that keeps values it has no name for.

    `Colour(200)` of an unnamed 200 is a value called `UNKNOWN_200`: equal to 200, not a member of the class.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int):
            return None
        unknown = int.__new__(cls, value)
        unknown._name_ = f"UNKNOWN_{value}"
        unknown._value_ = value
        return unknown

    @property
    def is_known(self) -> bool:
        """False for a value that the specification, as we know it, has no name for."""
        return self.name in type(self).__members__
