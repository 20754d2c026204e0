"""How is told what became of a command? What was not done is an error, so that the exit code tells the cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from phonelink_tui.cli.output import Output
from phonelink_tui.domain.events import CommandChanged, CommandState
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.errors import (
    DeadlineExceeded,
    NotConnected,
    PhonelinkError,
    ProfileError,
    SendRefused,
    UnknownNotification,
)
from phonelink_tui.ipc.events import VERSION
from phonelink_tui.ipc.values import to_json

_ERRORS: Final[dict[Failure, Callable[[str, str], PhonelinkError]]] = {
    Failure.NOT_CONNECTED: NotConnected,
    Failure.TIMED_OUT: DeadlineExceeded,
    Failure.BY_PHONE: ProfileError,
    Failure.HERE: lambda sentence, hint: SendRefused(Failure.HERE.value, sentence, hint),
    Failure.GONE: UnknownNotification,
    Failure.BUG: PhonelinkError,
}


def failed(failure: Failure | None, sentence: str, hint: str) -> PhonelinkError:
    """The error for a cause; one that is not told counts as the phone's."""
    return _ERRORS[failure or Failure.BY_PHONE](sentence, hint)


def check(outcome: CommandChanged, otherwise: str) -> CommandChanged:
    """The outcome of a command that was done.

    Args:
        outcome: What the relay said, anything but a question.
        otherwise: The sentence where it gave none.

    Raises:
        PhonelinkError: It was not done; which one, the cause tells.
    """
    if outcome.state is CommandState.DONE:
        return outcome
    if outcome.state is CommandState.FAILED:
        raise failed(outcome.failure, outcome.sentence or otherwise, outcome.hint)
    raise SendRefused(next(iter(outcome.reasons), "refused"), outcome.sentence or otherwise, outcome.hint)


def tell(out: Output, kind: str, value: CommandChanged | TextMessage, words: str, *, as_json: bool) -> None:
    """What was done: one line of `words` for people, or the value as one object."""
    if as_json:
        out.json({"v": VERSION, "type": kind, **to_json(value)})
    else:
        out.line(words)
