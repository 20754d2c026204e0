"""Which texts came since a person looked last? The relay tells at the start, the stream from then on."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from attrs import define, field

from phonelink_tui.domain.message import Direction, MessageId, TextMessage
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.relay.api import Snapshot


@define
class ArrivedTexts:
    """Unread texts of others that are newer than the last look before this screen was opened."""

    since: datetime | None = None
    """When that was; None where it is not known: then nothing counts."""
    _texts: dict[MessageId, ThreadId] = field(factory=dict, init=False)

    def begin(self, snapshot: Snapshot, *, first: bool) -> None:
        """Take up what a snapshot tells; a later one adds to it, for it goes by a later look."""
        if first:
            self.since = snapshot.looked_at
        if self.since is not None:
            self._texts.update((unseen.id, unseen.thread) for unseen in snapshot.unseen)

    def take(self, message: TextMessage) -> None:
        """A text came, moved or was read."""
        if self.since is None or message.at <= self.since or message.direction is not Direction.INCOMING:
            return
        if message.read:
            self._texts.pop(message.id, None)
        else:
            self._texts[message.id] = message.thread

    def drop(self, message: MessageId) -> None:
        """A text is gone."""
        self._texts.pop(message, None)

    def count(self, rows: dict[ThreadId, Thread]) -> Counter[ThreadId]:
        """How many of which conversation, of those in `rows`; never more than are unread there."""
        found = Counter(thread for thread in self._texts.values() if thread in rows)
        for thread in found:
            found[thread] = min(found[thread], rows[thread].unread)
        return +found
