"""Do loops side by side end as one, with a plain error, and never with a cancellation that nobody hears of?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from phonelink_tui.errors import LinkLost, PhonelinkError
from phonelink_tui.transport.together import beside, together


class Lost:
    """A loop that fails when it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.now = asyncio.Event()
        self.error = error or LinkLost("gone")

    async def run(self) -> None:
        await self.now.wait()
        raise self.error


async def for_ever() -> None:
    await asyncio.Event().wait()


async def with_together(lost: Lost) -> None:
    await together(lost.run(), for_ever())


async def with_beside(lost: Lost) -> None:
    async with beside(lost.run()):
        await for_ever()


async def with_failing_inside(lost: Lost) -> None:
    async with beside(for_ever()):
        await lost.run()


WAYS = [with_together, with_beside, with_failing_inside]
Way = Callable[[Lost], Awaitable[None]]


@pytest.mark.parametrize("way", WAYS)
async def test_failure_comes_out_bare(way: Way) -> None:
    """The expected error itself, not a group."""
    lost = Lost()
    lost.now.set()
    with pytest.raises(LinkLost, match="gone"):
        await way(lost)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("turns", range(5))
@pytest.mark.parametrize("first", ["loss", "cancellation"])
async def test_cancelled_in_the_turn_of_a_failure(way: Way, turns: int, first: str) -> None:
    """Whichever comes first and however close: who survives expected failures is cancelled all the same."""
    lost = Lost()
    survived = 0

    async def survivor() -> None:
        nonlocal survived
        while True:
            try:
                await way(lost)
            except PhonelinkError:
                survived += 1
                lost.now.clear()

    async def cancel_beside(task: asyncio.Task[None]) -> None:
        steps: list[Callable[[], object]] = [lost.now.set, task.cancel]
        if first == "cancellation":
            steps.reverse()
        steps[0]()
        for _ in range(turns):
            await asyncio.sleep(0)
        steps[1]()

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        task = group.create_task(survivor())
        for _ in range(3):
            await asyncio.sleep(0)
        await cancel_beside(task)
        done, _ = await asyncio.wait({task}, timeout=1)
        assert done, f"it went on, after {survived} failures"
    assert task.cancelled()


async def test_an_older_cancellation_hides_no_failure() -> None:
    """Cleaning up after a cancellation, a failure is told as one."""
    told: list[Exception] = []

    async def cleans_up() -> None:
        try:
            await for_ever()
        finally:
            lost = Lost()
            lost.now.set()
            try:
                await with_together(lost)
            except LinkLost as error:
                told.append(error)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(cleans_up())
        await asyncio.sleep(0)
        task.cancel()
    assert len(told) == 1


async def test_a_bug_is_a_group_even_then() -> None:
    """What is not expected is never hidden by a cancellation."""
    lost = Lost(ZeroDivisionError())

    async def owner() -> None:
        await with_together(lost)

    async def cancelled_meanwhile() -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(owner())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            lost.now.set()
            await asyncio.sleep(0)
            task.cancel()

    with pytest.raises(BaseExceptionGroup) as caught:
        await cancelled_meanwhile()
    assert caught.value.subgroup(ZeroDivisionError) is not None
