"""Where did the texts of a conversation go? Later evidence may move them to another one."""

from __future__ import annotations

from collections.abc import Callable

from phonelink_tui.domain.message import Direction, TextMessage
from phonelink_tui.domain.thread import ThreadId


class Moves:
    """Conversations, and the ones that took over their texts."""

    def __init__(self) -> None:
        self._moved_to: dict[ThreadId, ThreadId] = {}

    def follow(self, before: ThreadId, message: TextMessage) -> None:
        """A draft follows the texts of the other end; ours only where there are none to follow."""
        if message.direction is Direction.INCOMING:
            self._moved_to[before] = message.thread
        else:
            self._moved_to.setdefault(before, message.thread)

    def rename(self, before: ThreadId, to: ThreadId) -> None:
        """A conversation without texts is filed differently."""
        self._moved_to[before] = to

    def stay(self, thread: ThreadId) -> None:
        """A text of somebody else came into this conversation: it is the one to write in again."""
        self._moved_to.pop(thread, None)

    def end_of(self, thread: ThreadId, is_there: Callable[[ThreadId], bool]) -> ThreadId:
        """Where a text written for `thread` belongs now: the first one on its way that `is_there`, or the last."""
        seen = {thread}
        while not is_there(thread) and thread in self._moved_to and self._moved_to[thread] not in seen:
            thread = self._moved_to[thread]
            seen.add(thread)
        return thread
