"""When were messages not connected? The gaps of this run and of earlier ones, in memory."""

from __future__ import annotations

from typing import Final

from phonelink_tui.domain.gap import Gap

GAPS: Final = 500
"""Gaps kept; the oldest go first."""


class GapBook:
    """Gaps in the order they began."""

    def __init__(self) -> None:
        self._gaps: dict[str, Gap] = {}

    def put(self, gap: Gap) -> None:
        """It began, or got further."""
        self._gaps[gap.id] = gap
        while len(self._gaps) > GAPS:
            del self._gaps[next(iter(self._gaps))]

    def all(self) -> tuple[Gap, ...]:
        """Oldest first."""
        return tuple(self._gaps.values())
