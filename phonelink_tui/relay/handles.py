"""Which message does a handle of the phone name, and which id comes next?"""

from __future__ import annotations

from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.observed import handle_key


class Numbers:
    """Ids of messages, none given twice: not in this run, nor in any other run over the same archive."""

    def __init__(self, run: int) -> None:
        """
        Args:
            run: Of the archive; 0 where there is none.
        """
        self._prefix = f"m{run}." if run else "m"
        self._count = 0

    def next(self) -> MessageId:
        """An id never given before."""
        self._count += 1
        return MessageId(f"{self._prefix}{self._count}")


class Handles:
    """Handles and messages, each of the other. A handle names one message at a time."""

    def __init__(self) -> None:
        self._ids: dict[str, MessageId] = {}
        self._handles: dict[MessageId, str] = {}

    def __contains__(self, id_: object) -> bool:
        return id_ in self._handles

    def bind(self, id_: MessageId, handle: str) -> None:
        """From now on `handle` names this message; an empty one names nothing."""
        if handle:
            self.forget(id_)
            self._handles.pop(self._ids.get(handle_key(handle), id_), None)
            self._ids[handle_key(handle)] = id_
            self._handles[id_] = handle

    def id_of(self, handle: str) -> MessageId | None:
        """The message, in whatever way its handle is spelled."""
        return self._ids.get(handle_key(handle))

    def handle_of(self, id_: MessageId) -> str | None:
        """The handle as the phone spelled it."""
        return self._handles.get(id_)

    def forget(self, id_: MessageId) -> None:
        """The message is gone, or has another handle."""
        handle = self._handles.pop(id_, None)
        if handle is not None:
            del self._ids[handle_key(handle)]
