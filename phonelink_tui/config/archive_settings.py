"""What do the settings say of what is kept on disk? `[archive]`, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

FOREVER: Final = "forever"
MEMORY: Final = "memory"

MOST_DAYS: Final = 36_500
MOST_TEXTS: Final = 100_000_000

_AGE: Final = re.compile(r"([1-9][0-9]{0,5})([dwy])")
_DAYS: Final = {"d": 1, "w": 7, "y": 365}


@frozen
class KeepRule:
    """How much is kept; both bounds hold."""

    days: int | None = None
    """None: of any age."""
    count: int | None = None
    """The newest so many texts of a conversation; None: all."""

    def __str__(self) -> str:
        words = [f"{self.days} days"] if self.days is not None else []
        words += [f"the newest {self.count} texts of a conversation"] if self.count is not None else []
        return ", ".join(words) or FOREVER


@frozen
class ArchiveSettings:
    """How history is kept."""

    memory: bool = False
    """Nothing is written to disk, whatever key there is."""
    keep: KeepRule = KeepRule()
    threads: Mapping[str, KeepRule] = field(factory=dict)
    """Conversations with a rule of their own: a number, an address, or the id that `phonelink threads` shows."""
    keyring: bool = False
    """Whether the system keyring holds the key."""

    def __str__(self) -> str:
        own = f"; {len(self.threads)} conversations by a rule of their own" if self.threads else ""
        return MEMORY if self.memory else f"{self.keep}{own}"


def parse_age(text: str) -> int:
    """Days of `90d`, `12w` or `2y`. Raises ValueError with what it must be."""
    found = _AGE.fullmatch(text)
    days = int(found[1]) * _DAYS[found[2]] if found else 0
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f'must be an age like "90d", "12w" or "2y", of at most {MOST_DAYS} days')
    return days


def read_archive(value: object) -> ArchiveSettings:
    """The table `[archive]`. Raises ValueError in words that follow its name."""
    if not isinstance(value, dict):
        raise ValueError('must be a table, for example [archive] with keep = "90d"')
    table = dict(value)
    keep = table.pop("keep", FOREVER)
    count = _count(table.pop("count", None))
    keyring = table.pop("keyring", False)
    threads = table.pop("threads", {})
    if table:
        raise ValueError(f"knows no key `{next(iter(table))}`, only keep, count, keyring and threads")
    if not isinstance(keyring, bool):
        raise ValueError("must give `keyring` true or false")
    if not isinstance(threads, dict):
        raise ValueError('must give `threads` a table, for example "+15550100" = "30d"')
    return ArchiveSettings(
        keep == MEMORY,
        KeepRule(None if keep == MEMORY else _days("keep", keep), count),
        {name: _thread_rule(name, rule) for name, rule in threads.items()},
        keyring,
    )


def _thread_rule(name: str, value: object) -> KeepRule:
    if isinstance(value, int):
        return KeepRule(count=_count(value))
    return KeepRule(_days(name, value))


def _days(name: str, value: Any) -> int | None:
    if value == FOREVER:
        return None
    try:
        return parse_age(value if isinstance(value, str) else "")
    except ValueError as error:
        memory = f', "{MEMORY}"' if name == "keep" else ""
        raise ValueError(f'gives `{name}` what it cannot be: "{FOREVER}"{memory}; or it {error}') from None


def _count(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_TEXTS:
        raise ValueError(f"must give a count of texts from 0 to {MOST_TEXTS}")
    return value
