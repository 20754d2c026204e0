"""A relay that says what a test scripts, and remembers what it was told. Stands where the real one stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from attrs import evolve

from phonelink_tui.domain.events import Event, Stamped
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.domain.week import Week
from phonelink_tui.errors import IpcError, UnknownThread
from phonelink_tui.relay.api import Attachment, Command, Home, MessagePage, Place, Snapshot
from tests.ui.believable import NOW, a_phone

C = TypeVar("C")


class ScriptedRelay:
    """A `RelayApi` in memory."""

    def __init__(
        self,
        snapshot: Snapshot | None = None,
        messages: Mapping[ThreadId, Sequence[TextMessage]] | None = None,
        answer: Callable[[Command], Sequence[Event]] = lambda _command: (),
    ) -> None:
        """Make a relay.

        Args:
            snapshot: What it knows at first.
            messages: All texts by thread, oldest first.
            answer: The events a command leads to.
        """
        self.state = snapshot or Snapshot(0, a_phone(), (), (), (), ())
        self.texts = {thread: list(texts) for thread, texts in (messages or {}).items()}
        self.commands: list[Command] = []
        self.last_week: Week = {}
        self.pages: list[tuple[ThreadId, MessageId | None]] = []
        self.queries: list[str] = []
        self.hold_pages = asyncio.Event()
        self.hold_pages.set()
        self.answer = answer
        self._streams: list[asyncio.Queue[Stamped | None]] = []
        self._gone = False
        self._executed = asyncio.Event()

    def say(self, *events: Event) -> None:
        """Put events on the stream."""
        for event in events:
            self.state = evolve(self.state, rev=self.state.rev + 1)
            for stream in self._streams:
                stream.put_nowait(Stamped(self.state.rev, NOW, event))

    def end(self) -> None:
        """The relay ends."""
        self._gone = True
        for stream in self._streams:
            stream.put_nowait(None)

    def told(self, kind: type[C]) -> list[C]:
        """The commands of one kind, oldest first."""
        return [command for command in self.commands if isinstance(command, kind)]

    async def until_told(self, count: int, deadline_s: float = 5) -> None:
        """Wait until so many commands came."""
        async with asyncio.timeout(deadline_s):
            while len(self.commands) < count:
                self._executed.clear()
                await self._executed.wait()

    @asynccontextmanager
    async def events(self, since: Place | None = None) -> AsyncIterator[AsyncIterator[Stamped]]:
        stream: asyncio.Queue[Stamped | None] = asyncio.Queue()
        self._streams.append(stream)
        try:
            yield _drain(stream)
        finally:
            self._streams.remove(stream)

    async def snapshot(self) -> Snapshot:
        self._check()
        return self.state

    async def execute(self, command: Command) -> str:
        self._check()
        self.commands.append(command)
        self._executed.set()
        self.say(*self.answer(command))
        return command.id

    async def messages(
        self, thread: ThreadId, *, before: MessageId | None = None, limit: int = 100
    ) -> MessagePage:
        self._check()
        self.pages.append((thread, before))
        await self.hold_pages.wait()
        if thread not in self.texts:
            raise UnknownThread("No conversation has this id.")
        texts = self.texts[thread]
        end = next((i for i, m in enumerate(texts) if m.id == before), len(texts))
        start = max(0, end - limit)
        return MessagePage(tuple(texts[start:end]), texts[start].id if start else None)

    async def search(self, query: str, *, limit: int = 50) -> tuple[TextMessage, ...]:
        self._check()
        self.queries.append(query)
        words = query.casefold().split()
        every = [m for texts in self.texts.values() for m in texts]
        found = [m for m in every if all(w in m.text.casefold() for w in words)]
        return tuple(sorted(found, key=lambda m: m.at, reverse=True)[:limit])

    async def week(self) -> Week:
        self._check()
        return self.last_week

    def _check(self) -> None:
        if self._gone:
            raise IpcError("The relay is gone.")


async def _drain(stream: asyncio.Queue[Stamped | None]) -> AsyncIterator[Stamped]:
    while (stamped := await stream.get()) is not None:
        yield stamped


class LastingRelay(ScriptedRelay):
    """One that may come back after its end, as a shared one does."""

    attachment = Attachment(Home.SHARED, notice="Attached to the background relay.", lasting=True)

    def come_back(self) -> None:
        """From now on it is found again."""
        self._gone = False

    async def attach_again(self) -> None:
        self._check()
