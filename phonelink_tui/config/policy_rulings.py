"""Which file decided what, and on which line? The rules one by one, for whoever asks why."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from phonelink_tui.config.policy import (
    BANNER,
    OUTBOUND,
    RECIPIENTS,
    RETENTION,
    Policy,
    PolicyAction,
    PolicyFile,
    known_keys,
)
from phonelink_tui.errors import UsageError


class Standing(StrEnum):
    """How something stands at this moment."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    IN_FORCE = "in force"
    """A rule that judges each case."""


@frozen
class Ruling:
    """What one file says about one thing."""

    key: str
    """A key of the file, `send.hours`; the action alone where nothing is said about it."""
    standing: Standing
    rule: str = ""
    """In short."""
    sentence: str = ""
    """What a person is told, or the administrator's own words."""
    file: str = ""
    line: int = 0

    @property
    def about(self) -> str:
        """The table it is in."""
        return self.key.partition(".")[0]


def rulings(policy: Policy, local: datetime) -> list[Ruling]:
    """All rules at a local time; of each action the one that decides comes first, and there is one at least."""
    found: list[Ruling] = []
    for action in PolicyAction:
        said = [ruling for file in policy.files for ruling in _about_action(file, action, local)]
        said.sort(key=lambda ruling: ruling.standing is not Standing.REFUSED)
        found += said or [Ruling(action.value, Standing.ALLOWED)]
    return found + [ruling for file in policy.files for ruling in _others(file)]


def explained(policy: Policy, key: str, local: datetime) -> list[Ruling]:
    """The rules on a key, or on all keys of a table, that which decides first; none where nothing is said.

    Raises:
        UsageError: It is no key of a policy.
    """
    names = list(known_keys())
    if key not in names:
        near = difflib.get_close_matches(key[:100], names, n=1)
        hint = f"Did you mean `{near[0]}`?" if near else "`phonelink policy show` lists them."
        raise UsageError(f"`{key[:40]}` is no key of a policy.", hint)
    table, _, name = key.partition(".")
    found = [ruling for ruling in rulings(policy, local) if ruling.about == table]
    if name and table not in set(PolicyAction):
        found = [ruling for ruling in found if ruling.key in (key, table)]
    return found


def _about_action(file: PolicyFile, action: PolicyAction, local: datetime) -> Iterator[Ruling]:
    refused = file.judge(action, local)
    rule = file.actions.get(action)
    if refused is not None and (refused.broken or rule is None):
        yield Ruling(action.value, Standing.REFUSED, "", refused.sentence, file.path)
    elif rule is not None:
        spans = ", ".join(hours.words for hours in rule.hours)
        words = f"{'allowed' if rule.allow else 'refused'} {spans}" if spans else "always"
        key = f"{action}.{'hours' if spans else 'allow'}"
        standing = Standing.ALLOWED if refused is None else Standing.REFUSED
        said = rule.said if refused is None else refused.sentence
        yield Ruling(key, standing, words, said, file.path, file.line_of(key))


def _others(file: PolicyFile) -> Iterator[Ruling]:
    def ruling(key: str, rule: str, said: str = "") -> Ruling:
        return Ruling(key, Standing.IN_FORCE, rule, said, file.path, file.line_of(key))

    people, outbound = file.recipients, file.outbound
    if people.allow is not None:
        listed = ", ".join(person.words for person in people.allow)
        yield ruling(f"{RECIPIENTS}.allow", f"only {listed}", people.said)
    if people.deny:
        listed = ", ".join(person.words for person in people.deny)
        yield ruling(f"{RECIPIENTS}.deny", f"not {listed}", people.said)
    if outbound.refuse:
        listed = ", ".join(pattern.words for pattern in outbound.refuse)
        yield ruling(f"{OUTBOUND}.refuse", f"not {listed}", outbound.said)
    if file.ceiling.days is not None:
        yield ruling(f"{RETENTION}.keep", f"at most {file.ceiling.days} days")
    if file.ceiling.count is not None:
        yield ruling(f"{RETENTION}.count", f"at most {file.ceiling.count} texts of a conversation")
    if file.banner:
        yield ruling(BANNER, "always shown", file.banner)
