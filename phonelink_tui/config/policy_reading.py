"""What does a policy file say? Its text as values, and errors that name file, line, key and what is wrong.

A key that is not known is an error: a rule that is misspelled must not be no rule.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NoReturn, TypeVar

from attrs import frozen

from phonelink_tui.config.archive_settings import MOST_TEXTS, KeepRule, parse_age
from phonelink_tui.config.policy import (
    BANNER,
    KEYS,
    OUTBOUND,
    RECIPIENTS,
    RETENTION,
    ActionRule,
    OutboundRule,
    PolicyAction,
    PolicyFile,
    RecipientRule,
)
from phonelink_tui.config.policy_hours import Hours, parse_hours
from phonelink_tui.config.policy_people import ENTRIES, parse_person
from phonelink_tui.config.policy_words import PATTERNS, parse_pattern
from phonelink_tui.config.toml_lines import key_lines
from phonelink_tui.domain.text import clean_line
from phonelink_tui.errors import PolicyFileError

FILE_BYTES: Final = 64 * 1024
"""A policy is a page, or a long list of numbers."""

SENTENCE_CHARS: Final = 160
"""Of a sentence or a banner: two lines of a terminal, three of the narrowest."""

HOURS: Final = 20
"""Spans of one rule."""

_MEND: Final = "`phonelink policy check FILE` looks at a file before it is installed."

T = TypeVar("T")
Table = Mapping[str, Any]


def read_policy(raw: bytes, path: str) -> PolicyFile:
    """The rules in a file's bytes.

    Raises:
        PolicyFileError: It is too large, no TOML, or something in it is wrong. Nothing else, whatever the bytes.
    """
    if len(raw) > FILE_BYTES:
        raise PolicyFileError(f"{path} is larger than {FILE_BYTES} bytes.", _MEND)
    try:
        text = raw.decode("utf-8")
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        line = _line_in(str(error))
        where = f"{path}:{line}" if line else path
        raise PolicyFileError(f"{where}: this is no TOML: {error}.", _MEND, line=line) from error
    return _Reader(path, {".".join(keys): line for keys, line in key_lines(text).items()}).read(table)


def _line_in(message: str) -> int:
    """tomllib tells the line in words only: `… (at line 3, column 5)`."""
    _, _, rest = message.rpartition("(at line ")
    number = rest.partition(",")[0]
    return int(number) if number.isdecimal() and number.isascii() else 0


@frozen
class _Reader:
    path: str
    lines: Mapping[str, int]

    def read(self, table: Table) -> PolicyFile:
        self._check_keys(table, (BANNER, *KEYS), "")
        tables = {name: self._table(table, name) for name in KEYS}
        people, outbound = tables[RECIPIENTS], tables[OUTBOUND]
        return PolicyFile(
            self.path,
            self._get(table, BANNER, _sentence, ""),
            {action: self._action(action, tables[action]) for action in PolicyAction if action in table},
            RecipientRule(
                self._get(people, "recipients.allow", _people, None),
                self._get(people, "recipients.deny", _people, ()),
                self._get(people, "recipients.sentence", _sentence, ""),
            ),
            OutboundRule(
                self._get(outbound, "outbound.refuse", _patterns, ()),
                self._get(outbound, "outbound.sentence", _sentence, ""),
            ),
            KeepRule(
                self._get(tables[RETENTION], "retention.keep", _days, None),
                self._get(tables[RETENTION], "retention.count", _count, None),
            ),
            self.lines,
        )

    def _action(self, action: PolicyAction, table: Table) -> ActionRule:
        return ActionRule(
            self._get(table, f"{action}.allow", _truth, True),
            self._get(table, f"{action}.hours", _hours, ()),
            self._get(table, f"{action}.sentence", _sentence, ""),
        )

    def _table(self, table: Table, name: str) -> Table:
        value = table.get(name, {})
        if not isinstance(value, dict):
            example = f"{KEYS[name][0]} = {'true' if KEYS[name][0] == 'allow' else '…'}"
            self._fail(name, f"must be a table, for example [{name}] with {example}", _MEND)
        self._check_keys(value, KEYS[name], f"{name}.")
        return value

    def _get(self, table: Table, key: str, read: Callable[[object], T], missing: T) -> T:
        name = key.rpartition(".")[2]
        if name not in table:
            return missing
        try:
            return read(table[name])
        except ValueError as error:
            self._fail(key, str(error), _MEND)

    def _check_keys(self, table: Table, known: Iterable[str], inside: str) -> None:
        names = list(known)
        for key in table:
            if key not in names:
                near = difflib.get_close_matches(key[:100], names, n=1)
                hint = f"Did you mean `{inside}{near[0]}`?" if near else f"Known: {', '.join(names)}."
                self._fail(f"{inside}{key}", "is no key of a policy", hint)

    def _fail(self, key: str, what: str, hint: str) -> NoReturn:
        line = self.lines.get(key) or self.lines.get(key.partition(".")[0], 0)
        where = f"{self.path}:{line}" if line else self.path
        raise PolicyFileError(f"{where}: `{clean_line(key, limit=100)}` {what}.", hint, line=line)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _sentence(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('must be a sentence in quotation marks, for example "Ask the help desk."')
    if len(value) > SENTENCE_CHARS:
        raise ValueError(f"must have at most {SENTENCE_CHARS} characters")
    if clean_line(value) != value:
        raise ValueError("must be on one line, without control characters and without blanks around it")
    return value


def _list(value: object, most: int, example: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"must be a list of texts, for example [{example}]")
    if not value:
        raise ValueError("must not be an empty list; leave it out, or say `allow = false` of the action")
    if len(value) > most:
        raise ValueError(f"must have at most {most} entries")
    return value


def _hours(value: object) -> tuple[Hours, ...]:
    spans = _list([value] if isinstance(value, str) else value, HOURS, '"mon-fri 08:00-18:00"')
    return tuple(_each(parse_hours, span) for span in spans)


def _people(value: object) -> Any:
    return tuple(_each(parse_person, entry) for entry in _list(value, ENTRIES, '"+4930*"'))


def _patterns(value: object) -> Any:
    return tuple(_each(parse_pattern, entry) for entry in _list(value, PATTERNS, '"project x*"'))


def _each(parse: Callable[[str], T], entry: str) -> T:
    """Raises ValueError that names the entry."""
    try:
        return parse(entry)
    except ValueError as error:
        raise ValueError(f'has "{clean_line(entry, limit=60)}", which {error}') from None


def _days(value: object) -> int:
    return parse_age(value if isinstance(value, str) else "")


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_TEXTS:
        raise ValueError(f"must be a count of texts from 0 to {MOST_TEXTS}")
    return value
