"""On which line does a row begin, and which row is on a line? Heights with prefix sums; appending is cheap."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class RowHeights:
    """The heights of rows in lines, each at least 1."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._starts = array("L", accumulate(heights, initial=0))

    @property
    def total(self) -> int:
        """Lines of all rows."""
        return self._starts[-1]

    def __len__(self) -> int:
        return len(self._starts) - 1

    def start(self, row: int) -> int:
        """The first line of a row; of the row count itself, `total`."""
        return self._starts[row]

    def height(self, row: int) -> int:
        """The lines of a row."""
        return self._starts[row + 1] - self._starts[row]

    def row_at(self, line: int) -> int:
        """The row a line belongs to; the last one for lines below the end, 0 when there are no rows."""
        return max(0, min(bisect_right(self._starts, line), len(self)) - 1)

    def append(self, height: int) -> None:
        """Add a row at the end."""
        self._starts.append(self.total + height)

    def replace(self, row: int, height: int) -> None:
        """Give a row another height; costs what lies below it."""
        change = height - self.height(row)
        if change:
            below = self._starts[row + 1 :]
            self._starts[row + 1 :] = array("L", (start + change for start in below))
