"""In which order do keys act? As they were typed: each to its end, before the next one is looked at.

Textual hands a key to what has the focus and goes on. What the key then decides, about the focus above all, comes
too late for keys that were typed behind it, over a slow line or ahead: seen were texts that reached somebody else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeVar, runtime_checkable

from textual import events
from textual.app import App
from textual.dom import DOMNode

ReturnType = TypeVar("ReturnType")
Typed = events.Key | events.Paste


@runtime_checkable
class TakesText(Protocol):
    """A widget that knows which keys change nothing but its own text: the next need not wait for them."""

    def is_only_text(self, event: Typed) -> bool:
        """Whether a key or a paste changes this widget's text and nothing else, whatever is typed behind it."""


class TypedOrder(App[ReturnType]):
    """An app in which one key at a time is under way."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[Typed | Callable[[], object]] = deque()
        self._under_way = False

    def hold_typed(self) -> None:
        """Keep what is typed from now on until `release_typed`."""
        self._under_way = True

    async def release_typed(self) -> None:
        """The key under way has come to its end, or what was waited for is there: take the next."""
        self._under_way = False
        while self._typed and not self._under_way:
            next_one = self._typed.popleft()
            if isinstance(next_one, Typed):
                await self._take_to_its_end(next_one)
            else:
                next_one()

    def after_typed(self, call: Callable[[], object]) -> None:
        """Call this when all that was typed so far has acted, and before what is typed later."""

        async def append() -> None:
            self._typed.append(call)
            if not self._under_way:
                await self.release_typed()

        self.call_later(append)  # keys may still be on their way in this queue

    def person_typed(self, event: Typed) -> None:
        """Called right before a key or a paste acts."""

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes wait for their turn; all else acts at once."""
        if not isinstance(event, Typed) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if not self._under_way:
            await self.release_typed()

    async def _take_to_its_end(self, event: Typed) -> None:
        self._under_way = True
        self.person_typed(event)
        taker = self.focused or self.screen
        await super().on_event(event)
        if isinstance(taker, TakesText) and taker.is_only_text(event):
            self._under_way = False
            return
        # Twice: the first callback runs behind the key, the second behind what its handler sent to itself.
        if not taker.call_later(taker.call_later, self._climb, taker):
            self.call_later(self.release_typed)

    def _climb(self, node: DOMNode) -> None:
        """A callback takes the way that keys and messages bubble up, right behind them."""
        above = node.parent
        if above is self or not isinstance(above, DOMNode) or not above.call_later(self._climb, above):
            self.call_later(self.release_typed)
