"""How do several loops share one session? They run until one of them fails, and that failure is told plainly."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from phonelink_tui.errors import PhonelinkError


async def together(*loops: Coroutine[object, object, None]) -> None:
    """Run `loops` side by side until all end, or one raises; the others are then cancelled.

    Raises:
        PhonelinkError: The first one, bare, when nothing unexpected was raised beside it.
        BaseExceptionGroup: Anything else: a bug.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(loop)
    except BaseExceptionGroup as failures:
        expected, unexpected = failures.split(PhonelinkError)
        if unexpected is not None or expected is None:
            raise
        raise _first(expected) from None


def _first(failures: BaseExceptionGroup[PhonelinkError]) -> PhonelinkError:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
