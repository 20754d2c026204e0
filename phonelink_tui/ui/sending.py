"""What became of the texts that were sent from here? What the relay asks, and what comes back as a draft.

The recipient and the text are frozen at Enter. A confirmation repeats exactly that text to exactly that
recipient under the same id, so that however often it is repeated nothing goes out twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import define, evolve, field, frozen

from phonelink_tui.domain.events import CommandChanged, CommandState
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.relay.api import Ask, SendText

FALLBACKS: Final[dict[str, str]] = {
    Ask.GROUP_UNKNOWN: "This may be a group message. Your text goes to {who} alone.",
    Ask.FIRST_TO_SENDER: "You never wrote to {who}. Replying tells your phone that you trust this sender.",
    Ask.SHORT_CODE: "{who} is a short code: a text to it may cost money.",
    Ask.NEW_RECIPIENT: "{who} is a new recipient. Send?",
}
"""What is asked where the relay gives no sentence of its own."""


@frozen
class Question:
    """The relay asks before it lets a text out."""

    send: SendText
    sentence: str
    reasons: tuple[str, ...]


@frozen
class Returned:
    """A text that was certainly not queued; it goes back where it was written."""

    send: SendText
    sentence: str
    hint: str


@define
class Sending:
    """The texts under way between the composer and the relay's answer."""

    _new_id: Callable[[], str]
    _waiting: dict[str, SendText] = field(factory=dict, init=False)
    _questions: list[Question] = field(factory=list, init=False)

    def submit(self, text: str, recipient: str, thread: ThreadId | None) -> SendText:
        """Freeze a text and its recipient into a command."""
        command = SendText(self._new_id(), text, recipient, thread)
        self._waiting[command.id] = command
        return command

    @property
    def question(self) -> Question | None:
        """What is asked now; the oldest question first."""
        return self._questions[0] if self._questions else None

    def outcome(self, changed: CommandChanged) -> Question | Returned | None:
        """Take the outcome of a command; None where there is nothing to show, or it was not a text of ours."""
        send = self._waiting.pop(changed.id, None)
        if send is None:
            return None
        if changed.state is CommandState.ASKS:
            question = Question(send, changed.sentence or _fallback(changed.reasons, send), changed.reasons)
            self._questions.append(question)
            return question
        if changed.state is CommandState.DONE or changed.message is not None:
            return None
        return Returned(send, changed.sentence or "This text was not taken up.", changed.hint)

    def confirm(self) -> SendText | None:
        """Answer the question with yes: the command to repeat."""
        if not self._questions:
            return None
        question = self._questions.pop(0)
        known = {ask.value for ask in Ask}
        asked = frozenset(Ask(reason) for reason in question.reasons if reason in known)
        command = evolve(question.send, confirmed=question.send.confirmed | asked)
        self._waiting[command.id] = command
        return command

    def decline(self) -> Returned | None:
        """Answer the question with no: the text goes back."""
        if not self._questions:
            return None
        return Returned(self._questions.pop(0).send, "Not sent.", "")

    def relay_gone(self) -> list[Returned]:
        """The relay ended: what it never answered may have been sent, and says so when it comes back."""
        asked = [Returned(q.send, "Not sent: the relay has ended.", "") for q in self._questions]
        waiting = [
            Returned(s, "The relay ended before it answered: this text may have been sent.", "")
            for s in self._waiting.values()
        ]
        self._questions, self._waiting = [], {}
        return asked + waiting


def _fallback(reasons: tuple[str, ...], send: SendText) -> str:
    sentence = next((FALLBACKS[r] for r in reasons if r in FALLBACKS), "Send this text to {who}?")
    return sentence.replace("{who}", send.recipient)
