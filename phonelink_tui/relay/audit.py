"""What was done, from where, and with which outcome? One line of the audit an action, never a word of content.

A text has its line when it is settled: what waits is in the outbox. Reads that change nothing have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import datetime
from typing import Final

from attrs import frozen

from phonelink_tui.archive.facts import Action
from phonelink_tui.domain.events import CommandChanged, CommandState, Event, MessageChanged
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.relay.api import (
    ActOnNotification,
    CancelText,
    Command,
    MarkRead,
    MarkThread,
    RetryText,
    SendText,
)
from phonelink_tui.relay.outbox import SETTLED

ORIGIN: ContextVar[str] = ContextVar("ORIGIN", default="")
"""From where the request comes that is being answered: `shared:headers+send`. Set by whoever serves connections."""

_MARKS: Final = {"pinned": "pin", "muted": "mute", "archived": "put_away", "unread": "keep_unread"}


@frozen
class _Begun:
    action: str
    subject: str
    origin: str


class Audit:
    """Follows commands to their outcomes. Does nothing where nothing is kept."""

    def __init__(
        self,
        write: Callable[[Action], None] | None,
        text: Callable[[MessageId], TextMessage | None],
        now: Callable[[], datetime],
    ) -> None:
        """
        Args:
            write: Takes a line; None: nothing is kept.
            text: A text by its id.
            now: The clock (UTC).
        """
        self._write = write
        self._text = text
        self._now = now
        self._begun: dict[str, _Begun] = {}
        self._texts: dict[MessageId, _Begun] = {}

    def begin(self, command: Command) -> None:
        """A command is about to be carried out."""
        action = action_of(command)
        if self._write is not None and action:
            self._begun[command.id] = _Begun(action, self._subject(command), ORIGIN.get())

    def expect(self, texts: Iterable[TextMessage]) -> None:
        """Texts that an earlier run took up; by whom is not known any more."""
        if self._write is not None:
            self._texts.update((text.id, _Begun("send", text.thread, "")) for text in texts)

    def take(self, event: Event) -> None:
        """Every event passes here, after it was applied."""
        match event:
            case CommandChanged(id=id_) if (begun := self._begun.pop(id_, None)) is not None:
                self._outcome(begun, event)
            case MessageChanged(message=text) if text.state in SETTLED:
                if (begun := self._texts.pop(text.id, None)) is not None:
                    self._put(begun, text.state.value, text.thread)

    def _subject(self, command: Command) -> str:
        match command:
            case CancelText(message=id_) | RetryText(message=id_):
                text = self._text(id_)
                return text.thread if text is not None else ""
            case ActOnNotification(notification=id_):
                return id_
            case SendText(thread=thread) | MarkRead(thread=thread) | MarkThread(thread=thread):
                return thread or ""
            case _:
                return ""

    def _outcome(self, begun: _Begun, event: CommandChanged) -> None:
        text = self._text(event.message) if event.message is not None else None
        match event.state:
            case CommandState.ASKS:
                return
            case CommandState.DONE if text is not None and text.state in SETTLED:
                self._put(begun, text.state.value, text.thread)
            case CommandState.DONE if event.message is not None:
                self._texts[event.message] = begun
            case CommandState.DONE:
                self._put(begun, "done", begun.subject)
            case CommandState.REFUSED:
                self._put(begun, next(iter(event.reasons), event.state.value), begun.subject)
            case _:
                self._put(begun, (event.failure or event.state).value, begun.subject)

    def _put(self, begun: _Begun, outcome: str, subject: str) -> None:
        if self._write is not None:
            self._write(Action(self._now(), begun.action, outcome, subject, begun.origin))


def action_of(command: Command) -> str:
    """The stable word of a command; empty for one that does nothing to the phone or to what is kept."""
    match command:
        case SendText(dry_run=False, thread=thread):
            return "send" if thread is None else "reply"
        case MarkRead(read=read):
            return "read" if read else "unread"
        case ActOnNotification(action=action):
            return f"act_{action.value}"
        case CancelText():
            return "take_back"
        case RetryText():
            return "send_again"
        case MarkThread():
            told = ((word, getattr(command, name)) for name, word in _MARKS.items())
            return "+".join(word if value else f"no_{word}" for word, value in told if value is not None)
        case _:
            return ""
