"""What does a person look for? Typed text to a query, a query to words of the index. Pure, never raises.

milk             texts and senders with a word that begins with milk
"on my way"      these words, in this order; while the quote is open, the last may go on
from:ann         of this sender (name or number); from:me is what was written here
before:2026-11   older than that day, month or year, by the zone's calendar
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Final

from attrs import frozen

from phonelink_tui.archive.words import words
from phonelink_tui.domain.message import Direction, TextMessage

QUERY_CHARS: Final = 256
"""Of what was typed that count."""

TERMS: Final = 12
"""Terms of one query that count: each one more is another list to walk."""

PHRASE_WORDS: Final = 32
"""Words of one phrase that count; a run without spaces is a phrase of its characters."""

ME: Final = "me"

_TERM: Final = re.compile(r'(?:(from|before):)?(?:"([^"]*)("?)|(\S+))', re.IGNORECASE)
_DAY: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


@frozen
class Term:
    """Words that follow each other."""

    words: tuple[str, ...]
    goes_on: bool
    """Whether the last word may be the beginning of a longer one."""


@frozen
class Query:
    """All of it must hold."""

    terms: tuple[Term, ...] = ()
    """In the text or the sender."""
    senders: tuple[Term, ...] = ()
    """In the sender."""
    mine: bool = False
    """Written here."""
    before: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for: that finds nothing."""
        return self == Query()


def parse_query(typed: str, zone: tzinfo = UTC) -> Query:
    """What `typed` asks for. Words that are none are left out; an unknown or broken filter is words.

    Args:
        typed: Any text; `QUERY_CHARS` and `TERMS` of it count.
        zone: Whose midnight `before:` means.
    """
    terms: list[Term] = []
    senders: list[Term] = []
    mine, before = False, None
    for match in _TERM.finditer(typed[:QUERY_CHARS]):
        name, quoted, closing, bare = match.groups()
        value = bare if quoted is None else quoted
        name = name.lower() if name else None
        if name == "before" and (day := _day(value, zone)) is not None:
            before = day if before is None else min(before, day)
        elif name == "from" and value.casefold() == ME:
            mine = True
        elif name == "from" and (term := _term(value, goes_on=not closing)):
            senders.append(term)
        elif term := _term(match.group() if name == "before" else value, goes_on=not closing):
            terms.append(term)
    return Query(tuple(terms[:TERMS]), tuple(senders[:TERMS]), mine, before)


def expression(query: Query) -> str:
    """The query in the language of the full-text index, without its filters; empty where there are no words.

    Only folded words and our own quotes and operators get into it: nothing typed can be an operator.
    """
    anywhere = (_quoted(term) for term in query.terms)
    senders = (f"who : {_quoted(term)}" for term in query.senders)
    return " AND ".join((*anywhere, *senders))


def sender_text(message: TextMessage) -> str:
    """What a message is found by besides its text: who wrote it, under every spelling."""
    if message.sender is None:
        return ""
    return _sender_text(message.sender_name, message.sender.value, message.sender.key)


def sender_found(name: str, value: str, key: str) -> str:
    """What a sender is found by, as `Found.who`: from the parts of an address and the name it wrote under."""
    return _spaced(words(_sender_text(name, value, key)))


@frozen
class Found:
    """What a message is found by, folded; each word stands between two spaces."""

    text: str
    who: str


def found_by(message: TextMessage) -> Found:
    """What a message in memory is found by. Slow (60 us for a text that is not ASCII): keep it."""
    return Found(_spaced(words(message.text)), _spaced(words(sender_text(message))))


def matches(query: Query, message: TextMessage, found: Found | None = None) -> bool:
    """Whether a message in memory is what the query asks for; the same answer as the index gives.

    Args:
        query: What is asked for.
        message: Any.
        found: What it is found by, where that is known already.
    """
    if query.is_empty or (query.mine and message.direction is not Direction.OUTGOING):
        return False
    if query.before is not None and message.at >= query.before:
        return False
    found = found or found_by(message)
    return all(holds(term, found.text) or holds(term, found.who) for term in query.terms) and all(
        holds(term, found.who) for term in query.senders
    )


def holds(term: Term, found: str) -> bool:
    """Whether the words of a term follow each other somewhere in a part of a `Found`."""
    phrase = " " + " ".join(term.words)
    return (phrase if term.goes_on else phrase + " ") in found


def _sender_text(name: str, value: str, key: str) -> str:
    return f"{name} {value} {key.partition(':')[2]}"


def _term(value: str, *, goes_on: bool) -> Term | None:
    found = tuple(words(value)[:PHRASE_WORDS])
    return Term(found, goes_on and value[-1:].isspace() is False) if found else None


def _day(value: str, zone: tzinfo) -> datetime | None:
    match = _DAY.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return datetime(year, month, day, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.goes_on else "")


def _spaced(found: Iterable[str]) -> str:
    return f" {' '.join(found)} "
