"""The first change at once, then at a bounded rate; slower while much arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from phonelink_tui.ui.pacer import Pacer
from phonelink_tui.ui.projection import Touched


class HandLoop:
    """A loop whose clock is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._loop = asyncio.new_event_loop()

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> asyncio.TimerHandle:
        self._due.append((self.now + delay, callback))
        return asyncio.TimerHandle(self.now + delay, callback, (), self._loop)

    def advance(self, seconds: float) -> None:
        self.now += seconds
        due, self._due = [d for d in self._due if d[0] <= self.now], [d for d in self._due if d[0] > self.now]
        for _, callback in due:
            callback()

    def close(self) -> None:
        self._loop.close()


def run(*, syncing: bool, seconds: float, step: float) -> list[Touched]:
    """Touch at every step for so long; what was told."""
    loop, told = HandLoop(), list[Touched]()
    pacer = Pacer(loop, told.append, lambda: syncing)
    for _ in range(int(seconds / step)):
        pacer.touch(Touched.THREADS)
        loop.advance(step)
    pacer.close()
    loop.close()
    return told


def test_the_first_change_is_told_at_once() -> None:
    """And what is touched right behind it comes together a little later."""
    loop, told = HandLoop(), list[Touched]()
    pacer = Pacer(loop, told.append, lambda: False)
    pacer.touch(Touched.THREADS)
    pacer.touch(Touched.QUEUE)
    pacer.touch(Touched.STATUS)
    assert told == [Touched.THREADS]
    loop.advance(0.05)
    assert told == [Touched.THREADS, Touched.QUEUE | Touched.STATUS]
    loop.close()


def test_nothing_is_told_of_nothing() -> None:
    """An event that changes nothing repaints nothing."""
    loop, told = HandLoop(), list[Touched]()
    Pacer(loop, told.append, lambda: False).touch(Touched.NOTHING)
    assert told == []
    loop.close()


def test_at_most_thirty_a_second() -> None:
    """Whatever arrives."""
    assert 28 <= len(run(syncing=False, seconds=1, step=0.001)) <= 31


def test_at_most_five_a_second_while_syncing() -> None:
    """Thousands of rows must not cost thousands of repaints."""
    assert 4 <= len(run(syncing=True, seconds=1, step=0.001)) <= 6
