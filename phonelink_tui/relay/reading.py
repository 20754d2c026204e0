"""What long reading is under way, which of it did a person stop, and what is to be read after all?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from attrs import frozen

from phonelink_tui.domain.events import WORK_OF, Event, Progress
from phonelink_tui.domain.phone import Capability
from phonelink_tui.relay.store import Store


@frozen
class Unread:
    """Texts of a folder that were left out: those before `end`, back to a known one that is before `floor`."""

    end: datetime | None
    """None: all, from the newest on."""
    floor: datetime | None
    """None: all, to the oldest."""

    def join(self, older: Unread | None) -> Unread:
        """Both of them, and what lies between, as one."""
        return self if older is None else Unread(self.end, self.floor and older.floor)


class Reading:
    """Tells how far reading has come, and whether to go on."""

    def __init__(self, store: Store, publish: Callable[[Iterable[Event]], None]) -> None:
        self._store = store
        self._publish = publish
        self._under_way: set[Capability] = set()
        self._stopping: set[Capability] = set()
        self._stopped: set[Capability] = set()
        self.on_wanted: Callable[[], None] = lambda: None
        """Called when what was left out is wanted."""
        self._wanted = {capability: asyncio.Event() for capability in WORK_OF.values()}

    # For who reads

    @contextmanager
    def under_way(self, capability: Capability) -> Iterator[None]:
        """While this lasts it can be stopped. A wish to stop outlives a session that breaks."""
        self._under_way.add(capability)
        try:
            yield
        finally:
            self._under_way.discard(capability)

    def come_to(self, work: str, done: int) -> bool:
        """So many are read of one of `WORK_OF`; whether to go on."""
        self._publish([Progress(work, done, None)])
        return WORK_OF[work] not in self._stopping

    def is_stopping(self, capability: Capability) -> bool:
        """Whether nothing more is to be read."""
        return capability in self._stopping

    def end(self, capability: Capability, left_out_after: int | None) -> None:
        """Reading is over: something is left out after so many, or (None) nothing is."""
        self._stopping.discard(capability)
        if left_out_after is not None:
            self._stopped.add(capability)
        elif capability not in self._stopped:
            return
        else:
            self._stopped.discard(capability)
        self._publish(self._store.stop_reading(capability, left_out_after))

    def wanted(self, capability: Capability) -> asyncio.Event:
        """Set when what was left out is wanted; whoever has read it clears it."""
        return self._wanted[capability]

    # For who asks

    def stop(self, capability: Capability | None) -> bool:
        """Read no further; False where nothing is being read."""
        asked = {c for c in self._under_way if capability in (None, c)}
        self._stopping |= asked
        for each in asked:
            self._wanted[each].clear()
        return bool(asked)

    def read_on(self) -> bool:
        """Read what was left out; False where nothing was."""
        asked = self._stopped | self._stopping
        for each in asked:
            self._wanted[each].set()
        self._stopping.clear()
        self.on_wanted()
        return bool(asked)
