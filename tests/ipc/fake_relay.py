"""What is the smallest relay that keeps the contract of `relay.api`? A fake for the socket and the CLI."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import attrs

from phonelink_tui.domain.events import CommandChanged, CommandState, Event, MessageChanged, Stamped
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.text import clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.domain.week import Week
from phonelink_tui.errors import PhonelinkError, UnknownThread
from phonelink_tui.relay.api import Command, MessagePage, Place, SendText, Snapshot
from phonelink_tui.relay.stream import Stream
from tests.ipc import samples


class FakeRelay:
    """Holds a snapshot and texts; `emit` makes an event; a command's outcome is what `outcomes` says."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.current = snapshot or samples.snapshot()
        self.texts: dict[ThreadId, list[TextMessage]] = {
            thread.id: [samples.text(n, thread.id, f"text {n}") for n in range(3)]
            for thread in self.current.threads
        }
        self.commands: list[Command] = []
        self.last_week: Week = {}
        self.outcomes: Callable[[Command], tuple[Event, ...]] = accepted
        self.failure: PhonelinkError | None = None
        """Raised by every call while it is set."""
        self.subscribers = 0
        self._stream = Stream(lambda: samples.NOON + timedelta(seconds=self.current.rev))

    def emit(self, event: Event) -> Stamped:
        """The next event of the stream."""
        self.current = attrs.evolve(self.current, rev=self.current.rev + 1)
        self._stream.rev, self._stream.epoch = self.current.rev - 1, self.current.epoch
        return self._stream.publish(event)

    def end(self) -> None:
        """The relay stops."""
        self._stream.end()

    @asynccontextmanager
    async def events(self, since: Place | None = None) -> AsyncIterator[AsyncIterator[Stamped]]:
        self._check()
        self._stream.rev, self._stream.epoch = self.current.rev, self.current.epoch
        with self._stream.subscribe(since) as reader:
            self.subscribers += 1
            try:
                yield reader
            finally:
                self.subscribers -= 1

    async def snapshot(self) -> Snapshot:
        self._check()
        return self.current

    async def execute(self, command: Command) -> str:
        self._check()
        self.commands.append(command)
        for event in self.outcomes(command):
            self.emit(event)
        return command.id

    async def messages(
        self, thread: ThreadId, *, before: MessageId | None = None, limit: int = 100
    ) -> MessagePage:
        self._check()
        if thread not in self.texts:
            raise UnknownThread("No conversation has this id.", "`phonelink threads` lists them.")
        texts = self.texts[thread]
        end = next((n for n, text in enumerate(texts) if text.id == before), len(texts))
        page = tuple(texts[max(0, end - limit) : end])
        return MessagePage(page, page[0].id if page and end > limit else None)

    async def search(self, query: str, *, limit: int = 50) -> tuple[TextMessage, ...]:
        self._check()
        hits = [text for texts in self.texts.values() for text in texts if query in text.text]
        return tuple(sorted(hits, key=lambda text: text.at, reverse=True)[:limit])

    async def week(self) -> Week:
        self._check()
        return self.last_week

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure


def accepted(command: Command) -> tuple[Event, ...]:
    """Every command is done at once; a text is accepted by the phone."""
    if not isinstance(command, SendText) or command.dry_run:
        return (CommandChanged(command.id, CommandState.DONE),)
    text = own_text(command)
    ladder = (DeliveryState.QUEUED, DeliveryState.HANDED_OVER, DeliveryState.ACCEPTED)
    done = CommandChanged(command.id, CommandState.DONE, message=text.id)
    return (done, *(MessageChanged(attrs.evolve(text, state=state)) for state in ladder))


def own_text(command: SendText) -> TextMessage:
    """The text that a command becomes."""
    return samples.text(
        9,
        command.thread or samples.ALICE_THREAD,
        id=MessageId("own-" + command.id),
        direction=Direction.OUTGOING,
        sender=None,
        recipient=samples.ALICE,
        text=clean(command.text),
        state=DeliveryState.QUEUED,
        sources=frozenset({Source.OWN}),
    )
