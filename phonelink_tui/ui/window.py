"""Which messages of the open conversation are at hand? Pages from the relay, kept current by events.

Pages and events cross on their way: an event may speak of a message whose page is still to come, and then the
page is the older of the two. So events that arrive while a page is under way are kept and win over it.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Final

from attrs import define, field

from phonelink_tui.domain.message import Direction, MessageId, TextMessage
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import MessagePage

MOST: Final = 1000
"""Messages at hand: thirty screenfuls. Whoever reads on upwards loses the newest, which are read again below."""

CHUNK: Final = 100
"""Messages that go at once; a page of the relay brings them back."""


@define
class Window:
    """A run of messages of one conversation; oldest first. Up to now, unless `newer` says otherwise."""

    thread: ThreadId
    messages: list[TextMessage] = field(factory=list, init=False)
    older: MessageId | None = field(default=None, init=False)
    """The cursor of the page before; None when history begins here, or nothing was loaded yet."""
    newer: list[MessageId | None] = field(factory=list, init=False)
    """The cursors of the pages below that were let go, the nearest last; None is the newest page."""
    _below: set[MessageId] = field(factory=set, init=False)
    loaded: bool = field(default=False, init=False)
    loading: bool = field(default=True, init=False)
    first_unread: MessageId | None = field(default=None, init=False)
    """Above which the line stands that says where to begin to read."""
    was_left: bool = field(default=False)
    """Whether a person was here before `first_unread` came, so that it is new since then."""
    left_at: datetime | None = field(default=None)
    """When a person looked last, in whatever run: what came after that is new since then, too."""
    unread_above: int = field(default=0, init=False)
    """Texts that were unread when it was opened and lie before all that was at hand since."""
    _unread_at_open: int = field(default=0)
    """So many unread texts are still looked for, page after page; 0 when the first one is found."""
    _counted_from: datetime | None = field(default=None, init=False)
    """Where the counting of `unread_above` has come to."""
    _read_above: set[MessageId] = field(factory=set, init=False)
    """Texts out of reach that were marked read: they are new still when their page comes."""
    _away: bool = field(default=False, init=False)
    """Nobody looks, and nothing came since."""
    _crossed: dict[MessageId, TextMessage | None] = field(factory=dict, init=False)
    _at: list[datetime] = field(factory=list, init=False)
    _next: MessageId | None = field(default=None, init=False)
    """The first message behind the last one here, where `newer` says that there is one."""
    _from: datetime | None = field(default=None, init=False)
    """From when on the pages are complete; None where they reach to the beginning."""

    @property
    def settled(self) -> bool:
        """Whether there is something to show, and it is known where reading begins.

        Until then nothing is marked read: pages to come would not say what was new.
        """
        return self.loaded and not self._unread_at_open

    @property
    def below(self) -> int:
        """Texts that came since the pages below were let go."""
        return len(self._below)

    def take_page(self, page: MessagePage) -> None:
        """Put the first or an older page where it belongs."""
        known = {m.id for m in self.messages}
        fresh = [m for m in page.messages if m.id not in known]
        self.messages = sorted([*fresh, *self.messages], key=_time)
        self._at = [m.at for m in self.messages]
        self.older, self.loaded, self.loading = page.before, True, False
        self._from = self._at[0] if self._at and page.before is not None else None
        crossed, self._crossed = self._crossed, {}
        for id_, message in crossed.items():
            self.remove(id_) if message is None else self.put(message)
        if self._unread_at_open:
            self._look_for_first_unread()
        elif self.unread_above:
            self._look_further_up()
        while len(self.messages) > MOST:
            self.newer.append(self._next)
            self._next = self.messages[-CHUNK].id
            del self.messages[-CHUNK:]
            del self._at[-CHUNK:]

    def take_newer(self, page: MessagePage) -> bool:
        """Put a page that was let go back below; False where it does not join, so that all is to be read anew."""
        self.loading = False
        ids = [m.id for m in page.messages]
        if not self.newer or self._next not in ids:
            return False
        fresh = page.messages[ids.index(self._next) :]
        self.messages = [*self.messages, *fresh]
        self._next = self.newer.pop()
        if not self.newer:
            self._below = set()
        gone = max(0, len(self.messages) - MOST)
        if gone:
            del self.messages[:gone]
            self.older = self.messages[0].id
        self._at = [m.at for m in self.messages]
        self._from = self._at[0] if self.older is not None else None
        crossed, self._crossed = self._crossed, {}
        for id_, message in crossed.items():
            self.remove(id_) if message is None else self.put(message)
        return True

    def expect_page(self) -> None:
        """A page was asked for: from now on events are kept for it."""
        self.loading = True

    def page_failed(self) -> None:
        """The page will not come; it may be asked for again."""
        self.loading, self._crossed = False, {}
        if self.loaded and self._unread_at_open:
            self._mark_first_unread()

    def start_over(self) -> None:
        """Events were lost: what is shown stays until the new page replaces it."""
        self.loaded, self.loading = False, True
        self._crossed = {}
        self.newer, self._next, self._below = [], None, set()

    def replace(self, page: MessagePage) -> None:
        """Take the page in place of all there was."""
        self.messages, self._at = [], []
        self.newer, self._next, self._below = [], None, set()
        self.take_page(page)

    def put(self, message: TextMessage) -> bool:
        """Take a new or changed message; False where it lies before what is loaded, and so is not shown."""
        if self.loading:
            self._crossed[message.id] = message
        known = self._index(message.id)
        if self._unread_at_open and known is None and is_news(message):
            self._unread_at_open += 1
        if self._away and known is None and self.loaded and is_news(message):
            self._away, self.first_unread, self.was_left = False, message.id, True
        if known is not None:
            if self.messages[known].at == message.at:
                self.messages[known] = message
                return True
            self._pop(known)
        elif not self._reaches(message.at):
            if self.unread_above and message.read and message.direction is Direction.INCOMING:
                self._read_above.add(message.id)
            return False
        if self.newer and self._at and message.at > self._at[-1]:
            if known is None and is_news(message):
                self._below.add(message.id)
            return known is not None
        index = bisect_right(self._at, message.at)
        while index and self._at[index - 1] == message.at and _came_after(self.messages[index - 1], message):
            index -= 1
        self.messages.insert(index, message)
        self._at.insert(index, message.at)
        return True

    def remove(self, id_: MessageId) -> bool:
        """Forget a message that was deleted or moved away."""
        if self.loading:
            self._crossed[id_] = None
        known = self._index(id_)
        if known is None:
            return False
        self._pop(known)
        return True

    def look_away(self, *, away: bool) -> None:
        """Nobody looks at it from now on, or somebody does again: what comes meanwhile is new since then."""
        self._away = away

    def newest(self, direction: Direction) -> TextMessage | None:
        """The last message of one direction; None too while the newest are not at hand."""
        if self.newer:
            return None
        return next((m for m in reversed(self.messages) if m.direction is direction), None)

    def _reaches(self, at: datetime) -> bool:
        if not self.loaded:
            return False
        return self._from is None or at >= self._from

    def _index(self, id_: MessageId) -> int | None:
        for index in range(len(self.messages) - 1, -1, -1):
            if self.messages[index].id == id_:
                return index
        return None

    def _pop(self, index: int) -> None:
        del self.messages[index]
        del self._at[index]

    def _look_for_first_unread(self) -> None:
        """The first of the unread texts is where reading begins, on whichever page it is, up to what is at hand."""
        found = sum(map(is_news, self.messages))
        room = len(self.messages) + CHUNK <= MOST
        if found >= self._unread_at_open or self.older is None or not room:
            self._mark_first_unread()

    def _look_further_up(self) -> None:
        """An older page came: the line goes up to the first new text in it."""
        new = [
            m
            for m in self.messages
            if (self._counted_from is None or m.at < self._counted_from)
            and (is_news(m) or m.id in self._read_above)
        ]
        if new:
            self.first_unread, self._counted_from = new[0].id, new[0].at
            self.unread_above = max(0, self.unread_above - len(new))
        if self.older is None:
            self.unread_above = 0
        if not self.unread_above:
            self._read_above = set()

    def _mark_first_unread(self) -> None:
        if self.older is not None:
            self.unread_above = max(0, self._unread_at_open - sum(map(is_news, self.messages)))
            self._counted_from = self._at[0] if self._at else None
        self._unread_at_open = 0
        first = next(filter(is_news, self.messages), None)
        if first is not None:
            self.first_unread = first.id
            self.was_left = self.was_left or (self.left_at is not None and first.at >= self.left_at)


def is_news(message: TextMessage) -> bool:
    """Whether a text is somebody else's and was not read."""
    return message.direction is Direction.INCOMING and not message.read


def _came_after(one: TextMessage, other: TextMessage) -> bool:
    """Of two texts of the same second: the relay keeps them in the order they came, which its ids count."""
    return (len(one.id), one.id) > (len(other.id), other.id)


def _time(message: TextMessage) -> datetime:
    return message.at
