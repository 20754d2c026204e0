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
        CancelledError: The caller was cancelled, also where a loop failed in the very same turn.
        BaseExceptionGroup: Anything else: a bug.
    """
    with _bare():
        async with asyncio.TaskGroup() as group:
            await asyncio.wait([group.create_task(loop) for loop in loops])


@asynccontextmanager
async def beside(loop: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Run `loop` while inside; should it raise, the inside is cancelled and its error raised, as `together` does."""
    with _bare():
        async with asyncio.TaskGroup() as group:
            task = group.create_task(loop)
            try:
                yield
            except BaseException:
                task.cancel()
                raise
            task.cancel()
            await asyncio.wait({task})


class _bare:  # noqa: N801 - used as a statement
    """Turns a group of expected failures into the first of them, or into the cancellation that came with it.

    A task group gives failures of its tasks precedence over a cancellation of its owner in the same turn, and
    that is never heard of again (seen in Python 3.11): whoever survives expected failures would go on for ever.
    Only the count of `cancelling` keeps it; and that only where the owner waits inside of the group: of a first
    failure while it is in `__aexit__`, the group counts its own cancellation and never takes it off.
    """

    def __enter__(self) -> None:
        self._cancellations = _cancellations()

    def __exit__(self, _kind: object, failure: BaseException | None, _traceback: object) -> None:
        if isinstance(failure, BaseExceptionGroup):
            expected, unexpected = failure.split(PhonelinkError)
            if unexpected is None and expected is not None:
                if _cancellations() > self._cancellations:
                    raise asyncio.CancelledError from None
                raise _first(expected) from None


def _cancellations() -> int:
    """How often the running task was asked to end and did not say that it will not."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


def _first(failures: BaseExceptionGroup[PhonelinkError]) -> PhonelinkError:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
