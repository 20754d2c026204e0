"""Is it noticed that the phone goes: then, and not before?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

from phonelink_tui.errors import LinkLost
from phonelink_tui.transport.together import beside
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.world import World

USE_S = 20.0
NOTICE_S = 20.0


class Going:
    """Whether the phone has begun to go."""

    def __init__(self, limit: asyncio.Timeout) -> None:
        self._limit = limit
        self.has_begun = False

    def begin(self) -> None:
        """From now on the end of the session is what is waited for; to be called right before the phone goes."""
        self.has_begun = True
        self._limit.reschedule(asyncio.get_running_loop().time() + stretched(NOTICE_S))


@asynccontextmanager
async def noticing(
    world: World, what: str, run: Coroutine[object, object, None], *, use_s: float = USE_S
) -> AsyncIterator[Going]:
    """A session that is used and then lost: what runs it must raise LinkLost once the phone goes, and not before.

    Args:
        world: For the log.
        what: Goes, in the words of a person.
        run: Of the session.
        use_s: How long the session may be used before the phone goes.
    """
    limit = asyncio.timeout(stretched(use_s))
    going = Going(limit)
    try:
        async with limit, beside(run):
            yield going
            assert going.has_begun, f"{what} was not to go"
            await asyncio.Event().wait()
    except LinkLost as lost:
        if not going.has_begun:
            raise AssertionError(f"{what} went by itself") from lost
        world.say(f"noticed: {lost.message}")
    except TimeoutError:
        if going.has_begun:
            raise AssertionError(f"nobody noticed that {what} was gone") from None
        raise
