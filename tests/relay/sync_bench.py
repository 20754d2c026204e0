"""A sync between scripted folders and a desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from phonelink_tui.domain.events import Event, MessageChanged, Progress
from phonelink_tui.domain.observed import ChangeKind, Folder, FolderChange
from phonelink_tui.domain.phone import IPHONE_TRAITS, PhoneTraits
from phonelink_tui.errors import (
    PhonelinkError,
)
from phonelink_tui.relay.reading import Reading
from phonelink_tui.relay.sync import MessageSync
from tests.relay.desk import ALICE, Desk, body, make_phone, row
from tests.relay.scripted import Folders, ScriptedMessages


class Bench:
    """A sync between scripted folders and a desk."""

    def __init__(self, traits: PhoneTraits = IPHONE_TRAITS, *, probe_s: float = 60) -> None:
        self.desk = Desk(make_phone(traits))
        self.folders = Folders()
        self.proofs = 0
        self.caught_up_at: list[int] = []
        """How many texts were known each time."""
        self.reading = Reading(self.desk.store, self.publish)
        self.stop_at: list[int] = []
        """At so much progress, each once, somebody stops the reading."""
        self.sync = MessageSync(
            self.desk.store,
            self.desk.intake,
            self.publish,
            self.prove,
            self.catch_up,
            reading=self.reading,
            probe_s=probe_s,
        )
        self.ended: PhonelinkError | None = None

    def publish(self, events: Iterable[Event]) -> None:
        for event in events:
            self.desk.publish([event])
            if isinstance(event, Progress) and self.stop_at and event.done >= self.stop_at[0]:
                del self.stop_at[0]
                self.reading.stop(None)

    def prove(self) -> None:
        self.proofs += 1

    def catch_up(self) -> None:
        self.caught_up_at.append(len(self.desk.store.all_messages()))

    def fill(self, *numbers: int, whole: bool = False, folder: Folder = Folder.INBOX) -> None:
        """Texts on the phone, the last one newest."""
        for n in numbers:
            out = folder is Folder.SENT
            recipients = [ALICE] if out else []
            listed = row(f"{n:X}", f"text {n}", at_s=n * 100, outgoing=out, recipients=recipients)
            self.folders.add(listed, body(f"{n:X}", f"text {n}, whole") if whole else None)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[ScriptedMessages]:
        """One session; leaving ends it."""
        access = ScriptedMessages(self.folders)
        self.ended = None

        async def follow() -> None:
            try:
                await self.sync.run(access)
            except PhonelinkError as error:
                self.ended = error

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(follow())
            try:
                yield access
            finally:
                access.end()

    async def settle(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():
                await asyncio.sleep(0)

    async def quiet(self) -> None:
        """Until nothing more happens by itself."""
        for _ in range(60):
            await asyncio.sleep(0)

    def texts(self) -> list[str]:
        return sorted(m.text for m in self.desk.store.all_messages())

    def live(self) -> list[str]:
        return [e.message.text for e in self.desk.events if isinstance(e, MessageChanged) and e.live]


def names(*numbers: int, whole: bool = False) -> list[str]:
    return sorted(f"text {n}" + (", whole" if whole else "") for n in numbers)


def new(number: int, *, folder: Folder | None = Folder.INBOX) -> FolderChange:
    return FolderChange(ChangeKind.NEW, f"{number:X}", folder)
