"""A message session behind the port that fails as told, and a phone that counts what reached it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from random import Random

from phonelink_tui.archive.facts import OutboxRow
from phonelink_tui.domain.address import identify
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, Source, TextMessage
from phonelink_tui.domain.observed import (
    FetchedText,
    Folder,
    FolderChange,
    ListedText,
    OutgoingText,
)
from phonelink_tui.domain.text import NO_TEXT, clean
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import (
    DeadlineExceeded,
    LinkLost,
    LocalProtocolError,
    ObexRefused,
    OutcomeUnknown,
    RemoteProtocolError,
)

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class NoWait(Random):
    """Chance that makes every pause last no time at all."""

    def uniform(self, a: float, b: float) -> float:
        return 0.0


class Fate(Enum):
    """What becomes of one push."""

    ACCEPTED = "accepted"
    LOST_BEFORE = "lost before it left"
    LATE = "no answer before it left"
    GARBLED = "garbled before it left"
    LOST_AFTER_ARRIVAL = "arrived, and the answer was lost"
    LOST_ON_THE_WAY = "left, and did not arrive"
    REFUSED = "refused"
    UNWRITABLE = "cannot be written"


ERRORS: dict[Fate, Callable[[], Exception]] = {
    Fate.LOST_BEFORE: lambda: LinkLost("lost"),
    Fate.LATE: lambda: DeadlineExceeded("late"),
    Fate.GARBLED: lambda: RemoteProtocolError("garbled"),
    Fate.LOST_AFTER_ARRIVAL: lambda: OutcomeUnknown("lost"),
    Fate.LOST_ON_THE_WAY: lambda: OutcomeUnknown("lost"),
    Fate.REFUSED: lambda: ObexRefused(0xD3, "not now"),
    Fate.UNWRITABLE: lambda: LocalProtocolError("cannot be written"),
}
ARRIVES = frozenset({Fate.ACCEPTED, Fate.LOST_AFTER_ARRIVAL})


class FakePhone:
    """Counts every text that reached it."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.fates: list[Fate] = []
        """What becomes of the next pushes; then all are accepted."""


class FakeMessages:
    """A MessageAccess to a FakePhone."""

    def __init__(self, phone: FakePhone, gate: asyncio.Event | None = None) -> None:
        self.phone = phone
        self.gate = gate
        """A push waits for it, when there is one."""
        self.began = asyncio.Event()

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def push_text(self, text: OutgoingText) -> str:
        self.began.set()
        if self.gate is not None:
            await self.gate.wait()
        fate = self.phone.fates.pop(0) if self.phone.fates else Fate.ACCEPTED
        if fate in ARRIVES:
            self.phone.arrived[text.text] += 1
        if fate in ERRORS:
            raise ERRORS[fate]()
        return f"{sum(self.phone.arrived.values()):X}"

    async def list_texts(
        self,
        folder: Folder,
        *,
        limit: int,
        offset: int = 0,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[ListedText, ...]:
        return ()

    async def fetch_text(self, handle: str, folder: Folder) -> FetchedText:
        raise ObexRefused(0xC4, "not found")

    async def set_read(self, handle: str, *, read: bool) -> None:
        pass

    async def refresh_inbox(self) -> None:
        pass

    async def next_change(self) -> FolderChange:
        await asyncio.Event().wait()
        raise AssertionError

    async def aclose(self) -> None:
        pass


class NoJournal:
    """A journal that keeps nothing."""

    def note(self, row: OutboxRow) -> None:
        pass

    async def commit(self) -> None:
        pass


def own_text(number: int) -> TextMessage:
    """A text of ours, numbered."""
    return TextMessage(
        id=MessageId(f"m{number}"),
        thread=ThreadId("0" * 16),
        direction=Direction.OUTGOING,
        sender=None,
        sender_name=NO_TEXT,
        recipient=identify("+15550100"),
        text=clean(f"text {number}"),
        at=START,
        read=True,
        state=DeliveryState.QUEUED,
        sources=frozenset({Source.OWN}),
    )
