"""May this text go out? Pure: the same answer for the composer, the command line and the push itself.

Refusals cannot be confirmed away; asks can. Both are stable words with a sentence, in two tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from phonelink_tui.config.policy import RECIPIENTS, Refused
from phonelink_tui.domain.address import ADDRESS_CHARS, Address, AddressKind
from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.thread import Reply
from phonelink_tui.relay.api import Ask

TEXT_CHARS: Final = 4_000
"""A longer text is refused: about 25 SMS, and longer than phones were seen to take in one push."""


class Refusal(StrEnum):
    """Why a text is refused, whatever is confirmed."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_RECIPIENT = "no_recipient"
    SEVERAL_RECIPIENTS = "several_recipients"
    BAD_RECIPIENT = "bad_recipient"
    CANNOT_ANSWER = "cannot_answer"
    GROUP = "group"
    OTHER_RECIPIENT = "other_recipient"
    UNKNOWN_THREAD = "unknown_thread"
    TOO_MANY = "too_many"
    """Decided by whoever has the queue, not by `decide`."""
    POLICY = "policy"
    """By the administrator, who says why."""


REFUSALS: Final[dict[Refusal, tuple[str, str]]] = {
    Refusal.EMPTY: ("There is no text to send.", "Write something first."),
    Refusal.TOO_LONG: (f"The text is longer than {TEXT_CHARS} characters.", "Send it in parts."),
    Refusal.NO_RECIPIENT: (
        "Nobody to send to.",
        "Choose a conversation, or start one with a number or address.",
    ),
    Refusal.SEVERAL_RECIPIENTS: (
        "Several recipients: the phone would make a group of them.",
        "Send to one person at a time.",
    ),
    Refusal.BAD_RECIPIENT: ("This is neither a number nor an e-mail address.", "Check the spelling."),
    Refusal.CANNOT_ANSWER: (
        "This sender cannot be answered: a name is not an address.",
        "Answer on the phone.",
    ),
    Refusal.GROUP: (
        "A reply from here would not reach the group, only the last sender.",
        "Answer on the phone, or start a private conversation on purpose.",
    ),
    Refusal.OTHER_RECIPIENT: (
        "The conversation belongs to somebody else than the text was written to.",
        "Open the conversation again and check the To: line.",
    ),
    Refusal.TOO_MANY: (
        "Too many texts are waiting for the phone.",
        "Wait until some have left, or take some back.",
    ),
    Refusal.POLICY: ("The policy of this computer refuses it.", "`phonelink policy show` lists its rules."),
    Refusal.UNKNOWN_THREAD: ("This conversation does not exist any more.", "Open it again from the list."),
}

ASKS: Final[dict[Ask, str]] = {
    Ask.GROUP_UNKNOWN: "This may be a group message; a reply goes to {who} alone.",
    Ask.FIRST_TO_SENDER: "You never wrote to {who}: a reply tells your phone you trust them; links go live there.",
    Ask.SHORT_CODE: "{who} is a short code: texts to it may cost extra.",
    Ask.NEW_RECIPIENT: "{who} is a new recipient, not in the phone's contacts.",
}


@frozen
class SendFacts:
    """All that the decision rests on."""

    text: str | None
    """None: of any text."""
    recipient: Address
    thread_known: bool = True
    """False when the text names a thread that does not exist."""
    thread_address: Address | None = None
    """Whom the thread's replies reach; None for a new conversation."""
    audience: Audience | None = None
    """Of the thread; None for a new conversation."""
    heard_from: bool = True
    """Whether a text of theirs is in the thread."""
    in_contacts: bool = False
    written_before: bool = False
    confirmed: frozenset[Ask] = field(factory=frozenset)
    policy: Refused | None = None
    """What the administrator says to it."""


JudgeSend = Callable[[Address, str | None], Refused | None]
"""The administrator's word on a text for somebody; None for the text: on any."""


@frozen
class Answering:
    """What happens to a text written into a thread."""

    reply: Reply
    reason: str = ""
    """The stable word of the first reason."""
    said: str = ""
    """The administrator's words, should they be the reason."""


@frozen
class Decision:
    """The guard's answer: goes out when there is neither a refusal nor a question."""

    refusal: Refusal | None = None
    asks: tuple[Ask, ...] = ()
    policy: Refused | None = None
    """With `Refusal.POLICY`: what the administrator says."""

    @property
    def allowed(self) -> bool:
        """Whether the text goes out as it is."""
        return self.refusal is None and not self.asks

    @property
    def words(self) -> tuple[str, str]:
        """Sentence and hint of the refusal; empty without one."""
        if self.policy is not None:
            return self.policy.sentence, self.policy.hint
        return REFUSALS[self.refusal] if self.refusal is not None else ("", "")


def decide(facts: SendFacts) -> Decision:
    """Whether a text may go out, must be asked about, or is refused."""
    refusal = _refusal(facts)
    if refusal is not None:
        return Decision(refusal, policy=facts.policy if refusal is Refusal.POLICY else None)
    return Decision(asks=tuple(a for a in _asks(facts) if a not in facts.confirmed))


def reply_rule(facts: SendFacts) -> Answering:
    """What happens to a text written into a thread."""
    if facts.audience is Audience.GROUP:
        return Answering(Reply.CLOSED, Refusal.GROUP.value)
    if not facts.recipient.answerable:
        return Answering(Reply.CLOSED, Refusal.CANNOT_ANSWER.value)
    if facts.policy is not None:
        own = facts.policy.about == RECIPIENTS  # what holds for all is said once, as a limit of the app
        return Answering(Reply.CLOSED, Refusal.POLICY.value, facts.policy.sentence if own else "")
    open_asks = [a for a in _asks(facts) if a not in facts.confirmed]
    return Answering(Reply.ASKS, open_asks[0].value) if open_asks else Answering(Reply.OPEN)


def question(asks: Iterable[Ask], who: str) -> str:
    """What a person is asked, in full sentences."""
    return " ".join([*(ASKS[a].format(who=who) for a in asks), "Send it?"])


def _refusal(facts: SendFacts) -> Refusal | None:
    recipient = facts.recipient
    if facts.text is not None and not facts.text.strip():
        return Refusal.EMPTY
    if facts.text is not None and len(facts.text) > TEXT_CHARS:
        return Refusal.TOO_LONG
    if not facts.thread_known:
        return Refusal.UNKNOWN_THREAD
    if facts.audience is Audience.GROUP:
        return Refusal.GROUP
    if recipient.kind is AddressKind.NONE:
        return Refusal.NO_RECIPIENT
    if any(c in recipient.value for c in ",;"):
        return Refusal.SEVERAL_RECIPIENTS
    if len(recipient.value) > ADDRESS_CHARS or any(c in recipient.value for c in "\r\n\\:"):
        return Refusal.BAD_RECIPIENT
    if not recipient.answerable:
        return Refusal.BAD_RECIPIENT if facts.thread_address is None else Refusal.CANNOT_ANSWER
    if facts.thread_address is not None and facts.thread_address.key != recipient.key:
        return Refusal.OTHER_RECIPIENT
    return Refusal.POLICY if facts.policy is not None else None


def _asks(facts: SendFacts) -> Iterable[Ask]:
    if facts.audience is Audience.UNKNOWN:
        yield Ask.GROUP_UNKNOWN
    if facts.recipient.kind is AddressKind.SHORT_CODE and not facts.written_before:
        yield Ask.SHORT_CODE
    elif not facts.in_contacts and not facts.written_before:
        answers = facts.thread_address is not None and facts.heard_from
        yield Ask.FIRST_TO_SENDER if answers else Ask.NEW_RECIPIENT
