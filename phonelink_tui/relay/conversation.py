"""What does one thread hold, in order, and what does its row in the list say?"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import datetime

from phonelink_tui.domain.address import Address
from phonelink_tui.domain.message import Audience, Direction, MessageId, TextMessage
from phonelink_tui.domain.text import NO_TEXT, RemoteText, clean_line, preview
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.relay.guard import Answering
from phonelink_tui.relay.marks import Marks
from phonelink_tui.relay.placeholders import PLACEHOLDER_PREVIEW

_Place = tuple[datetime, int, MessageId]


class Conversation:
    """The messages of one thread, by time and then in the order they came, whichever thread they came to.

    Older ones may lie in the archive only: of those the numbers are known here.
    """

    def __init__(self, id_: ThreadId, audience: Audience, address: Address, created_at: datetime) -> None:
        self.id = id_
        self.audience = audience
        self.address = address
        self._created_at = created_at
        self._order: list[_Place] = []
        self._places: dict[MessageId, _Place] = {}
        self._messages: dict[MessageId, TextMessage] = {}
        self._unread: set[MessageId] = set()
        self._archived = 0
        self._archived_unread = 0
        self._archived_first_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said in it."""
        return not self._messages and not self._archived

    @property
    def is_whole(self) -> bool:
        """Whether all its messages are in memory."""
        return not self._archived

    def rest_on(self, archived: int, unread: int, first_at: datetime | None) -> None:
        """So many messages, so many of them unread, lie in the archive only; the oldest of them is of `first_at`."""
        self._archived, self._archived_unread, self._archived_first_at = archived, unread, first_at

    def recall(self, message: TextMessage, arrival: int) -> None:
        """One of the messages that lay in the archive only is in memory, too, from now on."""
        self._archived -= 1
        self.put(message, arrival)
        self._archived_unread -= message.id in self._unread

    def let_go(self, ids: Iterable[MessageId]) -> None:
        """These are in the archive no more; those in memory stay."""
        self._archived = max(0, self._archived - sum(id_ not in self._messages for id_ in ids))
        self._archived_unread = min(self._archived_unread, self._archived)

    def begins_at(self, first_at: datetime | None) -> None:
        """The oldest of its messages in the archive is of that time; None: there are none."""
        self._archived_first_at = first_at

    def put(self, message: TextMessage, arrival: int) -> None:
        """Add a message, or replace the one with its id.

        Args:
            message: Which.
            arrival: Its place among messages of the same time; phones tell times in whole seconds.
        """
        old = self._places.get(message.id)
        place = (message.at, arrival, message.id)
        if old != place:
            if old:
                self._order.pop(bisect_left(self._order, old))
            insort(self._order, place)
        self._places[message.id] = place
        self._messages[message.id] = message
        if message.direction is Direction.INCOMING and not message.read:
            self._unread.add(message.id)
        else:
            self._unread.discard(message.id)
        if message.direction is Direction.INCOMING:
            self.address = self._newest_sender() or self.address

    def remove(self, id_: MessageId) -> None:
        """Forget one of its messages."""
        self._order.pop(bisect_left(self._order, self._places.pop(id_)))
        del self._messages[id_]
        self._unread.discard(id_)
        self.address = self._newest_sender() or self.address

    def messages(self) -> list[TextMessage]:
        """All messages, oldest first."""
        return [self._messages[id_] for _, _, id_ in self._order]

    def page(
        self, before: TextMessage | None, limit: int
    ) -> tuple[tuple[TextMessage, ...], MessageId | None]:
        """Up to `limit` messages before `before` (or the newest), oldest first, and the next `before`.

        A message that is not in this conversation stands for its time.
        """
        end = len(self._order)
        if before is not None:
            end = bisect_left(self._order, self._places.get(before.id, (before.at, -1, before.id)))
        begin = max(0, end - limit)
        page = tuple(self._messages[id_] for _, _, id_ in self._order[begin:end])
        return page, (page[0].id if page and begin > 0 else None)

    def unread(self) -> list[TextMessage]:
        """Incoming texts not yet read, oldest first."""
        return [self._messages[id_] for _, _, id_ in self._order if id_ in self._unread]

    @property
    def has_incoming(self) -> bool:
        """Whether there is a text of somebody else."""
        return self._newest_incoming() is not None

    def summary(self, *, contact_name: RemoteText | None, answering: Answering, marks: Marks) -> Thread:
        """The row of the list.

        Args:
            contact_name: The name the phone's book has for `address`, if any.
            answering: The guard's rule.
            marks: What a person set.
        """
        last = self._messages[self._order[-1][2]] if self._order else None
        newest_in = self._newest_incoming()
        sender_name = (
            contact_name or (newest_in.sender_name if newest_in else NO_TEXT) or self._fallback_name()
        )
        group = newest_in.group if newest_in and self.audience is Audience.GROUP else None
        title = sender_name
        if self.audience is Audience.GROUP:
            title = group or clean_line(f"Group with {sender_name}")
        return Thread(
            id=self.id,
            audience=self.audience,
            address=self.address,
            title=title,
            sender_name=sender_name,
            group_name=group,
            reply=answering.reply,
            reply_reason=answering.reason,
            reply_said=answering.said,
            last_text=_preview(last),
            last_at=last.at if last else self._created_at,
            last_direction=last.direction if last else Direction.OUTGOING,
            unread=len(self._unread) + self._archived_unread,
            total=len(self._messages) + self._archived,
            first_at=self._first_at(),
            unknown_reason=newest_in.unknown_reason if newest_in else None,
            pinned=marks.pinned,
            muted=marks.muted,
            archived=marks.archived,
            marked_unread=marks.unread,
            draft=marks.draft,
        )

    def _first_at(self) -> datetime:
        in_memory = self._order[0][0] if self._order else self._created_at
        if self._archived and self._archived_first_at is not None:
            return min(self._archived_first_at, in_memory)
        return in_memory

    def _newest_incoming(self) -> TextMessage | None:
        for _, _, id_ in reversed(self._order):
            if self._messages[id_].direction is Direction.INCOMING:
                return self._messages[id_]
        return None

    def _newest_sender(self) -> Address | None:
        newest = self._newest_incoming()
        return newest.sender if newest else None

    def _fallback_name(self) -> RemoteText:
        return self.address.value or RemoteText("Unknown sender")


def _preview(message: TextMessage | None) -> RemoteText:
    if message is None:
        return NO_TEXT
    if message.placeholder is not None and not message.text:
        return PLACEHOLDER_PREVIEW[message.placeholder]
    return preview(message.text)
