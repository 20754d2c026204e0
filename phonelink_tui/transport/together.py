"""How do several loops share one connection? Side by side, until one fails; that failure is told plainly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

from phonelink_tui.errors import PhonelinkError


async def together(*loops: Coroutine[object, object, None]) -> None:
    """Run `loops` side by side until all end, or one raises; the others are then cancelled.

    Raises:
        PhonelinkError: The first one, bare, when nothing unexpected was raised beside it.
        BaseExceptionGroup: Anything else: a bug.
    """
    with _bare():
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(loop)


@asynccontextmanager
async def beside(loop: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Run `loop` while inside; should it raise, the inside is cancelled and its error raised, as `together` does."""
    with _bare():
        async with asyncio.TaskGroup() as group:
            task = group.create_task(loop)
            try:
                yield
            finally:
                task.cancel()


class _bare:  # noqa: N801 - used as a statement
    """Turns a group of expected failures into the first of them."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, failure: BaseException | None, _traceback: object) -> None:
        if isinstance(failure, BaseExceptionGroup):
            expected, unexpected = failure.split(PhonelinkError)
            if unexpected is None and expected is not None:
                raise _first(expected) from None


def _first(failures: BaseExceptionGroup[PhonelinkError]) -> PhonelinkError:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
