"""Which facts begin alike and lie close together in time? An index, so that nobody compares all with all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar


class Timed(Protocol):
    """Something the phone told of."""

    @property
    def id(self) -> str: ...

    @property
    def at(self) -> datetime | None:
        """By the phone's clock."""
        ...

    @property
    def arrived_at(self) -> datetime: ...


Facts = TypeVar("Facts", bound=Timed)

SPAN: Final = timedelta(seconds=60)
"""Width of one drawer. What is sought lies in the drawer of its time or in one beside it."""

_DRAWERS: Final = (-1, 0, 1)
_Key = tuple[str, str, int]


class Nearby(Generic[Facts]):
    """Facts by how they begin and by their times.

    Two are compared by the phone's clock where both have such a time, else by their arrival: so each lies in a
    drawer of its arrival, and in one of its time or of «no time».
    """

    def __init__(self) -> None:
        self._drawers: dict[_Key, dict[str, Facts]] = {}

    def add(self, start: str, facts: Facts) -> None:
        """Remember `facts`, which begin with `start`."""
        for key in self._keys(start, facts):
            self._drawers.setdefault(key, {})[facts.id] = facts

    def discard(self, start: str, facts: Facts) -> None:
        """Forget them."""
        for key in self._keys(start, facts):
            drawer = self._drawers[key]
            drawer.pop(facts.id, None)
            if not drawer:
                del self._drawers[key]

    def near(self, start: str, other: Timed) -> Iterator[Facts]:
        """All that begin so and may lie within `SPAN` of `other`; each once."""
        arrived = _drawer(other.arrived_at)
        if other.at is None:
            yield from self._open(start, "arrived", arrived)
        else:
            yield from self._open(start, "at", _drawer(other.at))
            yield from self._open(start, "timeless", arrived)

    def _open(self, start: str, kind: str, number: int) -> Iterator[Facts]:
        for beside in _DRAWERS:
            yield from self._drawers.get((start, kind, number + beside), {}).values()

    def _keys(self, start: str, facts: Facts) -> tuple[_Key, _Key]:
        arrived = _drawer(facts.arrived_at)
        timed = ("timeless", arrived) if facts.at is None else ("at", _drawer(facts.at))
        return (start, "arrived", arrived), (start, *timed)


def _drawer(at: datetime) -> int:
    return int(at.timestamp() // SPAN.total_seconds())
