"""What does the administrator of this computer allow? The rules as values, and the judgement on each action.

Several files may hold rules: what one of them refuses is refused, so that another file can only make things stricter.
Times are local, and given by whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from phonelink_tui.config.archive_settings import ArchiveSettings, KeepRule
from phonelink_tui.config.policy_hours import Hours
from phonelink_tui.config.policy_people import Person, is_international
from phonelink_tui.config.policy_words import Pattern
from phonelink_tui.domain.address import Address, AddressKind

RECIPIENTS: Final = "recipients"
OUTBOUND: Final = "outbound"
RETENTION: Final = "retention"
BANNER: Final = "banner"


class PolicyAction(StrEnum):
    """What may be allowed or refused."""

    PAIR = "pair"
    READ = "read"
    """Texts, calls and contacts are shown, printed, handed to scripts."""
    NOTIFICATIONS = "notifications"
    SEND = "send"
    STORE = "store"
    EXPORT = "export"
    COPY = "copy"
    """Into the clipboard."""


REFUSED_WORDS: Final[dict[str, str]] = {
    PolicyAction.PAIR: "Phones may not be paired here",
    PolicyAction.READ: "Texts, calls and contacts are not shown here",
    PolicyAction.NOTIFICATIONS: "Notifications are not shown here",
    PolicyAction.SEND: "Texts may not be sent from here",
    PolicyAction.STORE: "Nothing is kept after you quit",
    PolicyAction.EXPORT: "The kept history may not be exported",
    PolicyAction.COPY: "Nothing may be copied",
    RECIPIENTS: "This recipient may not be written to from here",
    OUTBOUND: "A text with these words may not be sent from here",
}
"""What is said where a rule refuses, before the administrator's own words."""

COMPLETE_NUMBER: Final = "Write the number with + and its country: only so it can be told who it is."


@frozen
class Refused:
    """Why something is refused."""

    about: str
    """The action, `RECIPIENTS` or `OUTBOUND`."""
    key: str
    """Which key of the file decided, `send.allow`; empty: the file as a whole."""
    file: str
    line: int
    said: str = ""
    """The administrator's own words."""
    hours: tuple[str, ...] = ()
    """When it is allowed after all."""
    broken: str = ""
    """What is wrong with the file, where that is why."""
    remedy: str = ""

    @property
    def reason(self) -> str:
        """A stable word for scripts."""
        return f"policy-{self.about}"

    @property
    def sentence(self) -> str:
        """For people: what is refused, and the administrator's words."""
        if self.broken:
            return f"The policy of this computer cannot be used, so everything is refused: {self.broken}"
        quoted = f": “{self.said}”" if self.said else ", by the policy of this computer."
        allowed = f" Allowed {', '.join(self.hours)}." if self.hours else ""
        return REFUSED_WORDS[self.about] + quoted + allowed

    @property
    def hint(self) -> str:
        """What can be done."""
        if self.broken:
            return "Only its administrator can mend that: `phonelink policy check FILE` says what is wrong."
        return self.remedy or f"`phonelink policy explain {self.key}` says where that is written."


@frozen
class ActionRule:
    """One action in one file."""

    allow: bool = True
    hours: tuple[Hours, ...] = ()
    """When `allow` holds, one way or the other; empty: always."""
    said: str = ""

    def refuses(self, local: datetime) -> bool:
        """Whether the action is refused at a local time."""
        return self.allow != (not self.hours or any(hours.covers(local) for hours in self.hours))


@frozen
class RecipientRule:
    """Whom texts may go to."""

    allow: tuple[Person, ...] | None = None
    """None: everybody who is not denied."""
    deny: tuple[Person, ...] = ()
    said: str = ""


@frozen
class OutboundRule:
    """Which texts may not go out."""

    refuse: tuple[Pattern, ...] = ()
    said: str = ""


@frozen
class PolicyFile:
    """The rules of one file."""

    path: str
    banner: str = ""
    """Always shown."""
    actions: Mapping[PolicyAction, ActionRule] = field(factory=dict)
    recipients: RecipientRule = RecipientRule()
    outbound: OutboundRule = OutboundRule()
    ceiling: KeepRule = field(factory=KeepRule)
    """No history is kept beyond it."""
    lines: Mapping[str, int] = field(factory=dict)
    """Dotted key to line."""
    broken: str = ""
    """What is wrong with it: everything is refused."""

    def line_of(self, key: str) -> int:
        """The line of a key, or of the table it is in; 0 where there is none."""
        return self.lines.get(key) or self.lines.get(key.partition(".")[0], 0)

    def judge(self, action: PolicyAction, local: datetime) -> Refused | None:
        """Whether an action is refused at a local time."""
        if self.broken:
            return Refused(action, "", self.path, 0, broken=self.broken)
        rule = self.actions.get(action)
        if rule is None or not rule.refuses(local):
            return None
        hours = tuple(hours.words for hours in rule.hours)
        key = f"{action}.{'hours' if hours else 'allow'}"
        return Refused(action, key, self.path, self.line_of(key), rule.said, hours if rule.allow else ())

    def judge_recipient(self, recipient: Address) -> Refused | None:
        """Whether this recipient is refused."""
        rule = self.recipients
        unclear = recipient.kind is AddressKind.PHONE and not is_international(recipient)
        if any(person.means(recipient) for person in rule.deny):
            return self._about(RECIPIENTS, "deny", rule.said)
        if unclear and any(person.is_number for person in rule.deny):
            return self._about(RECIPIENTS, "deny", rule.said, COMPLETE_NUMBER)
        if rule.allow is not None and not any(person.means(recipient) for person in rule.allow):
            return self._about(RECIPIENTS, "allow", rule.said, COMPLETE_NUMBER if unclear else "")
        return None

    def judge_words(self, text: str) -> Refused | None:
        """Whether what a text says is refused."""
        if any(pattern.is_in(text) for pattern in self.outbound.refuse):
            return self._about(OUTBOUND, "refuse", self.outbound.said)
        return None

    def _about(self, table: str, key: str, said: str, remedy: str = "") -> Refused:
        name = f"{table}.{key}"
        return Refused(table, name, self.path, self.line_of(name), said, remedy=remedy)


@frozen
class Policy:
    """All rules in force; without files everything is allowed."""

    files: tuple[PolicyFile, ...] = ()

    @property
    def broken(self) -> str:
        """What is wrong with the first file that cannot be used; empty where all can."""
        return next((file.broken for file in self.files if file.broken), "")

    @property
    def banner(self) -> str:
        """What must always be shown."""
        return " ".join(file.banner for file in self.files if file.banner)

    def judge(self, action: PolicyAction, local: datetime) -> Refused | None:
        """Whether an action is refused at a local time, and why."""
        return next((refused for file in self.files if (refused := file.judge(action, local))), None)

    def judge_recipient(self, recipient: Address) -> Refused | None:
        """Whether this recipient is refused, by itself."""
        return next((refused for file in self.files if (refused := file.judge_recipient(recipient))), None)

    def judge_words(self, text: str) -> Refused | None:
        """Whether what a text says is refused, by itself."""
        return next((refused for file in self.files if (refused := file.judge_words(text))), None)

    def within_ceiling(self, settings: ArchiveSettings) -> ArchiveSettings:
        """What a person set to be kept, and no more than is allowed."""
        ceilings = [file.ceiling for file in self.files]
        threads = {name: _least([rule, *ceilings]) for name, rule in settings.threads.items()}
        return ArchiveSettings(settings.memory, _least([settings.keep, *ceilings]), threads, settings.keyring)


def _least(rules: list[KeepRule]) -> KeepRule:
    return KeepRule(
        min((rule.days for rule in rules if rule.days is not None), default=None),
        min((rule.count for rule in rules if rule.count is not None), default=None),
    )


def known_keys() -> Iterator[str]:
    """Every key that a policy may have."""
    yield BANNER
    for table, keys in KEYS.items():
        yield table
        yield from (f"{table}.{key}" for key in keys)


KEYS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys((action.value for action in PolicyAction), ("allow", "hours", "sentence")),
    RECIPIENTS: ("allow", "deny", "sentence"),
    OUTBOUND: ("refuse", "sentence"),
    RETENTION: ("keep", "count"),
}
"""Tables and their keys."""
