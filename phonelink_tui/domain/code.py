"""Is a text or notification about a one-time code, and which? Pure, bounded, and precise before greedy.

Two questions with two answers. `find_code` is what a person is given: it rather finds none than a wrong one.
`tells_code` is what keeps a text off the disk: it rather finds one too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from attrs import frozen

from phonelink_tui.domain import code_words as words
from phonelink_tui.domain.message import Direction, MessageId, TextMessage
from phonelink_tui.domain.notification import NotificationId, PhoneNotification
from phonelink_tui.domain.text import RemoteText

SCAN_CHARS: Final = 1000
"""From the beginning; texts with codes are a sentence or three. The last line is looked at wherever it is."""

_LAST_CHARS: Final = 320
"""A host has 253 characters at most (RFC 1035), a code far fewer."""

_CANDIDATES: Final = 12
_NEAR_AFTER: Final = 96
_NEAR_BEFORE: Final = 48
_CONTEXT: Final = 32

_BOUND: Final = re.compile(
    r"(?:^|\s)@(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?) #(?P<code>[A-Za-z0-9-]{3,32})"
    r"(?: @[a-z0-9.-]{1,253})?\s*$",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile("[0-9]")
_NUMBER: Final = re.compile(
    r"(?:\b[A-Z]{1,3}-)?(?P<code>[0-9]{2}(?P<by>[- ])[0-9]{2}(?P=by)[0-9]{2}(?![0-9])"
    r"|[0-9]{3}[- \u00a0\u202f][0-9]{3}(?![0-9])|[0-9]{4}[- ][0-9]{4}(?![0-9])|[0-9]{4,8}(?![0-9]))"
)
_MIXED: Final = re.compile(
    r"(?<![\w-])(?P<code>(?=[A-Z0-9-]{0,10}[0-9])(?=[A-Z0-9-]{0,10}[A-Z])"
    r"(?:[A-Z0-9]{3,5}-[A-Z0-9]{3,5}|[A-Z0-9]{4,10}))(?![\w-])"
)
_TOUCHING: Final = re.compile(r"[\s:：=\-–—>\"'“”«»„(\[【<*_]*")
_SENTENCE_END: Final = re.compile(r"[.!?。！？;](?:\s|$)")
_LAST_GROUP: Final = re.compile(r"(?:[0-9]{1,4}[- ]){0,2}[\w-]*$")
_LOOSE: Final = re.compile(r"(?<!\d)(?:\d{4,8}|\d{2,4}[- \u00a0]\d{2,4}(?:[- \u00a0]\d{2,4})?)(?!\d)")
_LOOSE_WORD: Final = re.compile(r"\b(?:verif|one[- ]time|passcode|login|log in|sign[- ]in)", re.IGNORECASE)


@frozen
class FoundCode:
    """A code as it is to be typed."""

    code: str
    """ASCII letters and digits, without the spaces and hyphens it was grouped by, and without a `G-`."""
    origin: str = ""
    """The host it is bound to, where the text says so."""


@frozen
class OneTimeCode:
    """A code that came a while ago and can still be of use. In memory only, and gone when it expires."""

    code: RemoteText
    origin: RemoteText
    """See `FoundCode.origin`; empty where nothing says so."""
    sender: RemoteText
    """Who sent it, or which app showed it."""
    at: datetime
    """When it came; of one that was there before the connection, when it was sent (UTC)."""
    expires_at: datetime
    message: MessageId | None = None
    """The text it stands in."""
    notification: NotificationId | None = None
    """The notification it stands in."""


def find_code(text: str, *, cut: bool = False) -> FoundCode | None:
    """The one-time code that a text gives.

    A last line `@example.com #123456` counts first (Origin-bound one-time codes delivered via SMS, WICG, 2.2); it
    may have been put on one line with the rest. Else the number that stands closest to a word for a code, in a
    place where such a word gives one: never a price, date, time, phone, order or account number.

    Args:
        text: A body, or a notification's words.
        cut: Only its beginning is known: what its end may have cut in two is not taken.
    """
    if not _DIGIT.search(text):
        return None
    bound = None if cut else _bound_in(text[-_LAST_CHARS:].rpartition("\n")[2])
    if bound is not None:
        return bound
    text = text[:SCAN_CHARS]
    if cut or len(text) == SCAN_CHARS:
        text = text[:-_CONTEXT] + _LAST_GROUP.sub("", text[-_CONTEXT:])
    found = min(_weighed(text), key=lambda each: (each[0], each[1].start()), default=None)
    if found is None or words.SELLS.search(text):
        return None
    return FoundCode(re.sub(r"[^A-Z0-9]", "", found[1]["code"]))


def code_in(notification: PhoneNotification) -> FoundCode | None:
    """The one-time code a notification gives, or None."""
    return find_code(_words_of(notification))


def tells_code(value: TextMessage | PhoneNotification) -> bool:
    """Whether somebody else sent a one-time code, or what might be one: shown, and never written to disk.

    A text of our own is kept whatever it says: a restart must know that it left.
    """
    if isinstance(value, TextMessage) and value.direction is not Direction.INCOMING:
        return False
    text = value.text if isinstance(value, TextMessage) else _words_of(value)
    if _LOOSE.search(text) and (words.NAMES.search(text) or _LOOSE_WORD.search(text)):
        return True
    return find_code(text) is not None


def _bound_in(line: str) -> FoundCode | None:
    if "@" not in line or "#" not in line:
        return None
    found = _BOUND.search(line, max(0, line.rindex("#") - 256))
    if found is None or "." not in found["host"] or ".." in found["host"]:
        return None
    return FoundCode(found["code"], found["host"].lower())


def _words_of(notification: PhoneNotification) -> str:
    return f"{notification.title}\n{notification.subtitle}\n{notification.text}"


def _weighed(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """The numbers of a text that may be its code, each with how far it is from being one."""
    numbers = [each for each in islice(_NUMBER.finditer(text), _CANDIDATES) if _may_be_code(text, each)]
    mixed_ones = list(islice(_MIXED.finditer(text), _CANDIDATES))
    if not numbers and not mixed_ones:
        return
    names = list(islice(_names(text), _CANDIDATES))
    for number in numbers:
        weights = [weight for name in names if (weight := _weight(text, name, number)) is not None]
        if words.ENTER.search(_before(text, number)) and words.PURPOSE.search(text):
            weights.append(100)
        if weights:
            yield min(weights), number
    for mixed in mixed_ones:
        for name in names:
            if (weight := _after_name(text, name, mixed)) is not None and weight < _NEAR_AFTER:
                yield weight + 1, mixed


def _names(text: str) -> Iterator[re.Match[str]]:
    """Where a text speaks of a code of one use."""
    for name in words.NAMES.finditer(text):
        before = text[max(0, name.start() - _CONTEXT) : name.start()]
        other = words.OTHER_CODE_BEFORE.search(before) or words.OTHER_CODE_AFTER.match(text, name.end())
        if not other and not words.OTHER_CODE.match(name[0]):
            yield name


def _before(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - _CONTEXT) : found.start()]


def _may_be_code(text: str, number: re.Match[str]) -> bool:
    return not words.NOT_BEFORE.search(_before(text, number)) and not words.NOT_AFTER.match(
        text, number.end()
    )


def _weight(text: str, name: re.Match[str], number: re.Match[str]) -> int | None:
    """How far a number is from being what a name names; None: it is something else."""
    if number.start() >= name.end():
        return _after_name(text, name, number)
    gap = text[number.end() : name.start()]
    if number.end() > name.start() or len(gap) > _NEAR_BEFORE or "\n" in gap or _SENTENCE_END.search(gap):
        return None
    if ", " in gap[1:]:
        return None
    before = _before(text, number)
    begins = words.BEGINS.search(before) or words.ENTER.search(before)
    return len(gap) + 5 if begins or words.SAID.match(gap) else None


def _after_name(text: str, name: re.Match[str], number: re.Match[str]) -> int | None:
    gap = text[name.end() : number.start()]
    if number.start() < name.end() or len(gap) > _NEAR_AFTER:
        return None
    if _TOUCHING.fullmatch(gap):
        return 0
    if _SENTENCE_END.search(gap) and not _alone(text, number):
        return None
    if words.SAYS.search(gap):
        return len(gap)
    long_enough = len(re.sub(r"[^0-9]", "", number["code"])) >= 5
    return len(gap) + _NEAR_AFTER if long_enough and len(gap.split()) <= 3 else None


def _alone(text: str, number: re.Match[str]) -> bool:
    """Whether a number is all that stands on its line, or all of a sentence."""
    before = _before(text, number).rstrip(" \"'(*")
    after = text[number.end() : number.end() + 8].lstrip(" \"')*")
    return (not before or before[-1] in "\n.!?:") and (not after or after[0] in "\n." or not after.strip())
