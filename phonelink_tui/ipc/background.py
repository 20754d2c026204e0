"""How does a task live exactly as long as a block of code?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def background(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Run `work` beside the block; it is cancelled and waited for when the block ends.

    An exception of the block leaves as it is: inside the task group it would come out as an exception group,
    and no caller's `except SendRefused` would match. An exception of `work` cancels the block and comes out
    in a group: it is a bug.
    """
    failure: BaseException | None = None
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        try:
            yield task
        except BaseException as error:  # noqa: BLE001 raised again below, outside of the group
            failure = error
        finally:
            task.cancel()
    if failure is not None:
        raise failure
