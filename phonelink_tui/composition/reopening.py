"""How does a relay that kept nothing begin to keep, while its clients stay? It is exchanged for one with the key.

A relay belongs to its archive from its first event on, so one that waited for a passphrase ends in good order and
another begins: its readers get one `Resync`. What was written here meanwhile is handed on; what others wrote the
phone lists again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from phonelink_tui.archive.facts import Draft
from phonelink_tui.composition.keeping import Start
from phonelink_tui.config.clock import utc_now
from phonelink_tui.domain.events import Resync, Stamped
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.message import DeliveryState, MessageId, Source, TextMessage
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.domain.week import Week
from phonelink_tui.errors import PhonelinkError, RelayError
from phonelink_tui.relay.api import MESSAGES_PAGE, Command, MessagePage, Place, RelayApi, Snapshot
from phonelink_tui.relay.audit import ORIGIN
from phonelink_tui.relay.limit_book import NOTHING_KEPT
from phonelink_tui.transport.together import beside

WAITING: Final = frozenset({DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.HANDED_OVER})
"""States of texts that a relay drops when it ends."""

OpenRelay = Callable[[Start], AbstractAsyncContextManager[RelayApi]]
Prove = Callable[[Snapshot, str], None]
"""Tries a passphrase before anything ends. Raises ArchiveError, RelayError."""


@asynccontextmanager
async def reopening(open_relay: OpenRelay, prove: Prove) -> AsyncIterator[Reopening]:
    """A relay that can be unlocked, while inside.

    Args:
        open_relay: Opens one.
        prove: Whether a passphrase will do.

    Raises:
        PhonelinkError: The first one could not open.
    """
    relay = Reopening(open_relay, prove)
    async with beside(relay.own()):
        await relay.opened()
        try:
            yield relay
        finally:
            await relay.aclose()


class Reopening:
    """A RelayApi over the relay of the moment. Made by `reopening`."""

    def __init__(self, open_relay: OpenRelay, prove: Prove) -> None:
        self._open_relay = open_relay
        self._prove = prove
        self._api: RelayApi | None = None
        self._failure: PhonelinkError | None = None
        self._cause: PhonelinkError | None = None
        self._changed = asyncio.Condition()
        self._next: Start | None = None
        self._wanted = asyncio.Event()
        self._over = asyncio.Event()
        self._left = asyncio.Event()
        self._unlocking = asyncio.Lock()

    # RelayApi

    @asynccontextmanager
    async def events(self, since: Place | None = None) -> AsyncIterator[AsyncIterator[Stamped]]:
        """See `RelayApi.events`; when the relay is exchanged its readers get a `Resync`."""
        api = await self.opened()
        async with api.events(since) as first:
            yield self._read(api, first)

    async def snapshot(self) -> Snapshot:
        return await (await self.opened()).snapshot()

    async def execute(self, command: Command) -> str:
        return await (await self.opened()).execute(command)

    async def messages(
        self, thread: ThreadId, *, before: MessageId | None = None, limit: int = 100
    ) -> MessagePage:
        return await (await self.opened()).messages(thread, before=before, limit=limit)

    async def search(self, query: str, *, limit: int = 50) -> tuple[TextMessage, ...]:
        return await (await self.opened()).search(query, limit=limit)

    async def week(self) -> Week:
        return await (await self.opened()).week()

    # Unlocking

    async def unlock(self, passphrase: str) -> None:
        """Begin to keep, with this passphrase, which stays in memory only.

        Raises:
            RelayError: The history is open already, nothing may be kept, or texts wait to go out.
            ArchiveError: The passphrase is wrong, or the archive cannot be used; the relay goes on as it was.
        """
        async with self._unlocking:
            api = await self.opened()
            snapshot = await api.snapshot()
            kinds = {limit.kind for limit in snapshot.limitations}
            if not kinds & {LimitKind.NOT_KEPT, *NOTHING_KEPT}:
                raise RelayError("The history is open already.")
            if any(text.state in WAITING for text in snapshot.unsettled):
                raise RelayError("Texts still wait to go out.", "Unlock when `phonelink outbox` shows none.")
            self._prove(snapshot, passphrase)
            self._next = Start(passphrase, await _own_texts(api, snapshot), _drafts(snapshot), ORIGIN.get())
            self._api = None
            self._wanted.set()
            await self.opened()
            failure, self._failure = self._failure, None
            if failure is not None:
                raise failure

    # Life

    async def own(self) -> None:
        """Open one relay after another, until `aclose`."""
        start = Start()
        try:
            while not self._over.is_set():
                try:
                    async with self._open_relay(start) as api:
                        await self._tell(api)
                        await self._wanted.wait()
                        self._wanted.clear()
                        if self._over.is_set():
                            return
                except PhonelinkError as error:
                    if start.passphrase is None:
                        self._cause = error
                        raise
                    self._failure, start = error, Start()
                    continue
                start = self._next or Start()
        finally:
            self._over.set()
            self._left.set()
            await self._tell(None)

    async def opened(self) -> RelayApi:
        """The relay of the moment; waits for the next one. Raises RelayError when there will be none."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._api is not None or self._over.is_set())
        if self._api is None:
            raise self._cause or RelayError("The relay is ending.", "Try again.")
        return self._api

    async def aclose(self) -> None:
        """End the relay in good order."""
        self._over.set()
        self._wanted.set()
        await self._left.wait()

    async def _tell(self, api: RelayApi | None) -> None:
        async with self._changed:
            self._api = api
            self._changed.notify_all()

    async def _read(self, api: RelayApi, events: AsyncIterator[Stamped]) -> AsyncIterator[Stamped]:
        async for stamped in events:
            yield stamped
        while not self._over.is_set():
            try:
                api = await self.opened()
            except RelayError:
                return
            async with api.events() as following:
                yield Stamped((await api.snapshot()).rev, utc_now(), Resync())
                async for stamped in following:
                    yield stamped


async def _own_texts(api: RelayApi, snapshot: Snapshot) -> tuple[TextMessage, ...]:
    """What was written here, oldest first."""
    found: list[TextMessage] = []
    for thread in snapshot.threads:
        before: MessageId | None = None
        while True:
            page = await api.messages(thread.id, before=before, limit=MESSAGES_PAGE)
            found += [text for text in page.messages if Source.OWN in text.sources]
            before = page.before
            if before is None:
                break
    return tuple(sorted(found, key=lambda text: text.at))


def _drafts(snapshot: Snapshot) -> tuple[Draft, ...]:
    at = utc_now()
    return tuple(Draft(thread.id, thread.draft, at) for thread in snapshot.threads if thread.draft)
