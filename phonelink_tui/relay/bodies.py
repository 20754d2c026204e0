"""Which texts are known by their subject only, and whose body is read next?"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from attrs import evolve

from phonelink_tui.domain.events import Event, MessageChanged
from phonelink_tui.domain.message import Direction, MessageId
from phonelink_tui.domain.observed import Folder
from phonelink_tui.errors import DeadlineExceeded, LinkLost, ProfileError
from phonelink_tui.profiles.ports import MessageAccess
from phonelink_tui.relay.intake import Intake
from phonelink_tui.relay.store import Store

READ_AHEAD: Final = 200
"""Newest texts whose bodies are read without being asked for; the others when somebody looks at them."""

WANTED: Final = 1000
"""Bodies waiting to be read. Beyond that the one asked for longest ago waits until it is looked at again."""


class Bodies:
    """Reads bodies, the one asked for last first."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        publish: Callable[[Iterable[Event]], None],
        prove: Callable[[], None],
    ) -> None:
        self._store = store
        self._intake = intake
        self._publish = publish
        self._prove = prove
        self._missing: set[MessageId] = set()
        self._wanted: OrderedDict[MessageId, None] = OrderedDict()
        self._failed: set[MessageId] = set()
        self._changed = asyncio.Event()

    def miss(self, id_: MessageId) -> None:
        """Of this text only the subject is known."""
        self._missing.add(id_)

    def have(self, id_: MessageId) -> None:
        """This text is whole, or all that will ever be known of it is."""
        self._missing.discard(id_)
        self._failed.discard(id_)
        self._wanted.pop(id_, None)

    def want(self, ids: Iterable[MessageId]) -> None:
        """Read these first, the last of them before the others."""
        for id_ in ids:
            if id_ in self._missing:
                self._wanted[id_] = None
                self._wanted.move_to_end(id_, last=False)
                self._changed.set()
        while len(self._wanted) > WANTED:
            self._wanted.popitem()

    def want_newest(self) -> None:
        """Read ahead."""
        self.want(sorted(self._missing, key=self._at)[-READ_AHEAD:])

    async def run(self, access: MessageAccess) -> None:
        """Read what is wanted, for ever."""
        while True:
            self._changed.clear()
            while self._wanted:
                await self._read(access, next(iter(self._wanted)))
            await self._changed.wait()

    async def _read(self, access: MessageAccess, id_: MessageId) -> None:
        message, handle = self._store.message(id_), self._intake.handle_of(id_)
        if message is None or handle is None:
            self.have(id_)
            return
        folder = Folder.INBOX if message.direction is Direction.INCOMING else Folder.SENT
        try:
            text = await access.fetch_text(handle, folder)
        except ProfileError:
            self.have(id_)  # gone, or cannot be read: the subject stays
            self._publish(self._all_there_is(id_))
            return
        except (LinkLost, DeadlineExceeded):
            self._try_once_more(id_)
            raise
        except BaseException:
            self._wanted.pop(id_, None)  # what breaks a session is not read again in the next one by itself
            raise
        self._prove()
        self._publish(self._intake.take_fetched(text, live=False))
        self.have(id_)

    def _all_there_is(self, id_: MessageId) -> Iterator[Event]:
        message = self._store.message(id_)
        if message is not None:
            yield MessageChanged(evolve(message, partial=False), live=False)

    def _try_once_more(self, id_: MessageId) -> None:
        """Should this very text make the phone hang up, it does so twice and not for ever."""
        if id_ in self._failed:
            self._wanted.pop(id_, None)
        self._failed.add(id_)

    def _at(self, id_: MessageId) -> float:
        message = self._store.message(id_)
        return message.at.timestamp() if message else 0.0
