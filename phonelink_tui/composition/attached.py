"""Which relay did the app get, and how does it get it again? A connection that may be renewed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from phonelink_tui.domain.events import Stamped
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.domain.week import Week
from phonelink_tui.errors import IpcError, PhonelinkError
from phonelink_tui.ipc.about import RelayStatus
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.client import RelayClient
from phonelink_tui.relay.api import Attachment, Command, MessagePage, Place, Snapshot

Reopen = Callable[[], AbstractAsyncContextManager[RelayClient]]

NOT_AGAIN: Final = "This relay ended with its program."


class AttachedRelay:
    """A RelayApi over the connection of the moment. Made by `attached`."""

    def __init__(self, client: RelayClient, attachment: Attachment, reopen: Reopen | None) -> None:
        self.attachment = attachment
        self._client = client
        self._reopen = reopen
        self._wanted: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()

    def events(self, since: Place | None = None) -> AbstractAsyncContextManager[AsyncIterator[Stamped]]:
        return self._client.events(since)

    async def snapshot(self) -> Snapshot:
        return await self._client.snapshot()

    async def execute(self, command: Command) -> str:
        return await self._client.execute(command)

    async def messages(
        self, thread: ThreadId, *, before: MessageId | None = None, limit: int = 100
    ) -> MessagePage:
        return await self._client.messages(thread, before=before, limit=limit)

    async def search(self, query: str, *, limit: int = 50) -> tuple[TextMessage, ...]:
        return await self._client.search(query, limit=limit)

    async def week(self) -> Week:
        return await self._client.week()

    async def status(self) -> RelayStatus:
        """How the relay stands, in counts."""
        return await self._client.status()

    async def attach_again(self) -> None:
        """See `relay.api.Attached`."""
        if self._reopen is None:
            raise IpcError(NOT_AGAIN)
        attached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wanted.put_nowait(attached)
        await attached

    async def hold(self) -> None:
        """Open connections as they are wanted, and close the one before. `attached` does it.

        One task for all of them: a connection is to be closed by the task that opened it.
        """
        if self._reopen is None:
            return
        wanted = await self._wanted.get()
        while True:
            following: asyncio.Future[None] | None = None
            try:
                async with self._reopen() as client:
                    self._client = client
                    _answer(wanted, None)
                    following = await self._wanted.get()
            except PhonelinkError as error:
                _answer(wanted, error)
            wanted = following or await self._wanted.get()


@asynccontextmanager
async def attached(
    client: RelayClient, attachment: Attachment, reopen: Reopen | None
) -> AsyncIterator[AttachedRelay]:
    """The relay while inside.

    Args:
        client: The first connection, which the caller closes.
        attachment: What to say of it.
        reopen: Makes another connection to the same relay; None where there is no second one.
    """
    relay = AttachedRelay(client, attachment, reopen)
    async with background(relay.hold()):
        yield relay


def _answer(wanted: asyncio.Future[None], error: PhonelinkError | None) -> None:
    if wanted.done():
        return  # whoever asked has given up
    if error is None:
        wanted.set_result(None)
    else:
        wanted.set_exception(error)
