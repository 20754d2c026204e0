"""Which one-time codes came, and can still be of use? In memory only: shown, copied once, expired."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeVar

from attrs import define, evolve

from phonelink_tui.domain.code import FoundCode, OneTimeCode, code_in, find_code
from phonelink_tui.domain.events import CodeCame, Event, MessageChanged, MessageGone, NotificationChanged
from phonelink_tui.domain.message import Direction, MessageId
from phonelink_tui.domain.notification import NotificationId
from phonelink_tui.domain.text import RemoteText

K = TypeVar("K")
V = TypeVar("V")

LIFE: Final = timedelta(minutes=10)
"""Most senders let a code count for two to ten minutes."""

SAME: Final = timedelta(minutes=2)
"""A text and its notification that tell the same code reach us within this."""

CODES: Final = 20
"""Kept at once; the oldest go first. Nobody waits for so many."""

TOLD: Final = 1000
"""Texts and notifications remembered as told: those that change are no news."""


@define
class _Entry:
    """A code, and when it reached us, whatever the phone's clock says."""

    found: OneTimeCode
    arrived_at: datetime


class CodeBook:
    """Finds codes in what is published. Expired ones are let go of whenever anything is asked or told."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """
        Args:
            now: The clock (UTC).
        """
        self._now = now
        self._entries: list[_Entry] = []
        self._told: OrderedDict[str, str] = OrderedDict()
        """Code by the id of what it stood in."""
        self._live: OrderedDict[MessageId, None] = OrderedDict()
        """Texts that came live; their bodies are read later."""

    def newest_first(self) -> tuple[OneTimeCode, ...]:
        """What has not expired."""
        self._expire()
        return tuple(
            sorted((e.found for e in reversed(self._entries)), key=lambda code: code.at, reverse=True)
        )

    def take(self, event: Event) -> Iterator[Event]:
        """The code that an event tells of, should it be a new one."""
        self._expire()
        match event:
            case MessageChanged(message=text) if text.direction is Direction.INCOMING:
                live = event.live or text.id in self._live
                if live:
                    _remember(self._live, text.id, None)
                if live or text.at + LIFE > self._now():
                    found = find_code(text.text, cut=text.partial)
                    sender = text.sender_name or RemoteText(text.sender.value if text.sender else "")
                    yield from self._take(found, sender, text.at, live=live, message=text.id)
            case NotificationChanged(notification=each, live=live) if not each.stale:
                if live or each.at + LIFE > self._now():
                    name = each.app_name or each.app_id
                    yield from self._take(code_in(each), name, each.at, live=live, notification=each.id)
            case MessageGone(id=id_):
                self._entries = [e for e in self._entries if e.found.message != id_]
            case _:
                pass

    def _take(
        self,
        found: FoundCode | None,
        sender: RemoteText,
        sent_at: datetime,
        *,
        live: bool,
        message: MessageId | None = None,
        notification: NotificationId | None = None,
    ) -> Iterator[Event]:
        if found is None or not self._is_new(f"{message or ''}/{notification or ''}", found.code):
            return
        now = self._now()
        # By the phone's clock only where nothing else is known: it may be wrong.
        at = now if live else min(sent_at, now)
        code = OneTimeCode(
            RemoteText(found.code), RemoteText(found.origin), sender, at, at + LIFE, message, notification
        )
        same = next((e for e in self._entries if _is_same(e, code, now, live=live)), None)
        if same is not None:
            same.found = evolve(
                same.found,
                origin=same.found.origin or code.origin,
                message=same.found.message or message,
                notification=same.found.notification or notification,
            )
            return
        self._entries = [*self._entries, _Entry(code, now)][-CODES:]
        yield CodeCame(code, live=live)

    def _is_new(self, where: str, code: str) -> bool:
        if self._told.get(where) == code:
            return False
        _remember(self._told, where, code)
        return True

    def _expire(self) -> None:
        now = self._now()
        self._entries = [e for e in self._entries if e.found.expires_at > now]


def _remember(told: OrderedDict[K, V], key: K, value: V) -> None:
    told[key] = value
    if len(told) > TOLD:
        told.popitem(last=False)


def _is_same(entry: _Entry, code: OneTimeCode, now: datetime, *, live: bool) -> bool:
    """Whether a code was told already: by the other one of a text and its notification, or before the connection.

    A live text that gives the code of the text before is news: somebody asked for it again.
    """
    if entry.found.code != code.code:
        return False
    texts = entry.found.message is not None and code.message is not None
    notifications = entry.found.notification is not None and code.notification is not None
    near = min(abs(now - entry.arrived_at), abs(code.at - entry.found.at)) <= SAME
    return near and not (live and (texts or notifications))
