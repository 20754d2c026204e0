"""How do connections live beside the block that opened them? In tasks that end with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def tasks_beside() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group beside a block. What the block raises comes out as it is, not in an exception group.

    The block has to see to it that the tasks end when it is left, in whichever way.
    """
    failure: Exception | None = None
    async with asyncio.TaskGroup() as tasks:
        try:
            yield tasks
        except Exception as error:  # noqa: BLE001 - raised again below, outside of the group
            failure = error
    if failure is not None:
        raise failure
