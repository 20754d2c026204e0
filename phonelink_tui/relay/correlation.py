"""Which notification belongs to which text, and who else therefore reads it? Pure.

iPhones put no word of a group into a message; only the notification of the same text tells. A verdict needs
positive evidence: a notification with the same text, close in time, that names the sender. Where two could be
meant, the answer is «unknown», because a reply to the wrong audience cannot be taken back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from attrs import evolve, frozen

from phonelink_tui.domain.message import Audience, MessageId, UnknownReason
from phonelink_tui.domain.notification import NotificationId
from phonelink_tui.relay.nearby import Nearby

TEXT_APPS: Final = frozenset({"com.apple.MobileSMS", "com.apple.MobileSMS.notification"})
"""Bundle ids under which iPhones announce texts."""

WINDOW: Final = timedelta(seconds=30)
"""A text and its notification lie at most this far apart."""

REMEMBERED: Final = 4096
"""Texts and notifications kept for matching, each; the oldest go first."""

CROWD: Final = 16
"""A text that so many notifications are about at once is one of a flood, and nobody tells which is which."""

_ROSTER_START: Final = "to you"
_CUT_BYTES: Final = 200
"""A notification's text may be the beginning of a text only from this length on, or where it ends in an ellipsis."""


@frozen
class TextFacts:
    """What a text shows of itself."""

    id: MessageId
    sender_key: str
    """`Address.key`."""
    sender_names: frozenset[str]
    """Every name the sender goes by, case-folded."""
    text: str
    at: datetime | None
    """By the phone's clock (UTC)."""
    arrived_at: datetime


@frozen
class NoticeFacts:
    """What the notification of a text shows."""

    id: NotificationId
    title: str
    title_key: str
    """`Address.key` of the title, should it be an address."""
    subtitle: str
    text: str
    at: datetime | None
    arrived_at: datetime


@frozen
class Verdict:
    """Who reads a text, as far as the evidence goes."""

    audience: Audience
    group: str | None = None
    reason: UnknownReason | None = None
    notice: NotificationId | None = None
    """The notification the verdict rests on."""


@frozen
class _Relation:
    """How one notification bears on one text."""

    audience: Audience
    group: str | None = None


NO_MATCH: Final = Verdict(Audience.UNKNOWN, reason=UnknownReason.NO_MATCH)
AMBIGUOUS: Final = Verdict(Audience.UNKNOWN, reason=UnknownReason.AMBIGUOUS)


def flatten(text: str) -> str:
    """Text as it is compared: phones flatten line breaks in one of the two places and not in the other."""
    return " ".join(text.split())


class People:
    """Who goes by which name: tells a stranger's notification from an unclear one."""

    def __init__(self) -> None:
        self._keys: dict[str, set[str]] = {}

    def learn(self, name: str, key: str) -> None:
        """The person behind `key` (an `Address.key`) goes by `name`."""
        if name.strip():
            self._keys.setdefault(name.strip().casefold(), set()).add(key)

    def is_somebody_else(self, name: str, key: str) -> bool:
        """Whether `name`, case-folded, is known, and never as the person behind `key`."""
        keys = self._keys.get(name)
        return keys is not None and key not in keys


def relate(text: TextFacts, notice: NoticeFacts, people: People) -> _Relation | None:
    """How `notice` bears on `text`; None where it is about something else."""
    if not are_near(text, notice):
        return None
    title, subtitle = notice.title.strip(), notice.subtitle.strip()
    folded = title.casefold()
    if not same_text(text.text, notice.text):
        actor, rest = _behind_actor(notice.text)
        if actor.casefold() not in text.sender_names or not same_text(text.text, rest):
            return None
    if folded in text.sender_names or notice.title_key == text.sender_key:
        return _Relation(Audience.GROUP, subtitle) if subtitle else _Relation(Audience.PRIVATE)
    if subtitle.casefold() in text.sender_names or folded.startswith(_ROSTER_START):
        return _Relation(Audience.GROUP, title)
    if people.is_somebody_else(folded, text.sender_key) or notice.title_key.startswith(("tel:", "email:")):
        return None
    return _Relation(Audience.UNKNOWN)


def judge(
    text: TextFacts, texts: Iterable[TextFacts], notices: Iterable[NoticeFacts], people: People
) -> Verdict:
    """The verdict on one text among all others, straight from the definition.

    A verdict holds when every related notification says the same and there are at least as many of them as
    equal texts from this sender that compete for them.
    """
    related = [(n, r) for n in notices if (r := relate(text, n, people)) is not None]
    if not related:
        return NO_MATCH
    if len(related) > CROWD:
        return AMBIGUOUS
    said = {r for _, r in related}
    if len(said) > 1 or any(r.audience is Audience.UNKNOWN for r in said):
        return AMBIGUOUS
    competitors = sum(
        1
        for other in texts
        if other.id != text.id
        and other.sender_key == text.sender_key
        and any(relate(other, n, people) is not None for n, _ in related)
    )
    if competitors + 1 > len(related):
        return AMBIGUOUS
    relation = said.pop()
    nearest = min(related, key=lambda pair: (_distance(text, pair[0]), pair[0].id))[0]
    return Verdict(relation.audience, relation.group, notice=nearest.id)


class Correlator:
    """Keeps recent texts and notifications, and says whose verdict may have changed.

    Whatever can be related begins alike and lies close in time: the verdict on a text rests on the notifications
    related to it, and on the other texts related to those.
    """

    def __init__(self) -> None:
        self.people = People()
        self._texts: OrderedDict[MessageId, TextFacts] = OrderedDict()
        self._notices: OrderedDict[NotificationId, NoticeFacts] = OrderedDict()
        self._near_texts: Nearby[TextFacts] = Nearby()
        self._near_notices: Nearby[NoticeFacts] = Nearby()

    def note_text(self, text: TextFacts) -> tuple[MessageId, ...]:
        """Remember a text, or what is newly known of it; the texts whose verdict may have changed."""
        touched = self.forget_text(text.id)
        self._texts[text.id] = text
        self._near_texts.add(_start(text.text), text)
        if len(self._texts) > REMEMBERED:
            self.forget_text(next(iter(self._texts)))
        return tuple(dict.fromkeys((*touched, text.id, *self._rivals(text))))

    def note_notice(self, notice: NoticeFacts) -> tuple[MessageId, ...]:
        """Remember a notification; the texts whose verdict may have changed."""
        touched = self.forget_notice(notice.id)
        self._notices[notice.id] = notice
        for start in _starts(notice):
            self._near_notices.add(start, notice)
        if len(self._notices) > REMEMBERED:
            self.forget_notice(next(iter(self._notices)))
        return tuple(dict.fromkeys((*touched, *self._texts_of([notice]))))

    def forget_text(self, id_: MessageId) -> tuple[MessageId, ...]:
        """Forget a text; the other texts whose verdict may have changed."""
        text = self._texts.pop(id_, None)
        if text is None:
            return ()
        self._near_texts.discard(_start(text.text), text)
        return self._rivals(text)

    def forget_notice(self, id_: NotificationId) -> tuple[MessageId, ...]:
        """Forget a notification; the texts whose verdict may have changed."""
        notice = self._notices.pop(id_, None)
        if notice is None:
            return ()
        for start in _starts(notice):
            self._near_notices.discard(start, notice)
        return tuple(self._texts_of([notice]))

    def identify_titles(self, key_of: Callable[[str], str]) -> None:
        """Addresses are identified differently from now on; whoever changes it judges again."""
        for notice in tuple(self._notices.values()):
            self.note_notice(evolve(notice, title_key=key_of(notice.title)))

    def text(self, id_: MessageId) -> TextFacts | None:
        """What is remembered of a text."""
        return self._texts.get(id_)

    def newest_texts(self, limit: int) -> Iterator[TextFacts]:
        """Texts remembered or learned more of last, the newest first."""
        return islice(reversed(self._texts.values()), limit)

    def texts(self) -> tuple[TextFacts, ...]:
        """All texts remembered, oldest first."""
        return tuple(self._texts.values())

    def verdict(self, id_: MessageId) -> Verdict:
        """The verdict on a remembered text; NO_MATCH for others."""
        text = self._texts.get(id_)
        if text is None:
            return NO_MATCH
        related = list(islice(self._notices_of(text), CROWD + 1))
        if len(related) > CROWD:
            return AMBIGUOUS
        return judge(text, self._texts_of(related).values(), related, self.people)

    def _notices_of(self, text: TextFacts) -> Iterator[NoticeFacts]:
        near = self._near_notices.near(_start(text.text), text)
        return (notice for notice in near if relate(text, notice, self.people))

    def _texts_of(self, notices: Iterable[NoticeFacts]) -> dict[MessageId, TextFacts]:
        """The texts related to any of them."""
        found: dict[MessageId, TextFacts] = {}
        for notice in notices:
            for start in _starts(notice):
                for text in self._near_texts.near(start, notice):
                    if text.id not in found and relate(text, notice, self.people):
                        found[text.id] = text
        return found

    def _rivals(self, text: TextFacts) -> tuple[MessageId, ...]:
        """The texts that share a notification with `text`."""
        return tuple(self._texts_of(self._notices_of(text)))


_START_CHARS: Final = 8
"""Equal texts share these; a notification that was cut is longer than this."""


def _start(text: str) -> str:
    return text[:_START_CHARS]


def _starts(notice: NoticeFacts) -> set[str]:
    actor, rest = _behind_actor(notice.text)
    return {_start(notice.text), _start(rest)} if actor else {_start(notice.text)}


def _behind_actor(text: str) -> tuple[str, str]:
    """In large groups a notification's text begins with who wrote it: ("Alice", "hi") of "Alice: hi"."""
    actor, colon, rest = text.partition(": ")
    return (actor, rest) if colon else ("", text)


def same_text(text: str, notice_text: str) -> bool:
    """Whether a notification shows this text, or its beginning."""
    if text == notice_text:
        return bool(text)
    cut = notice_text.endswith("…") or len(notice_text.encode("utf-8", "replace")) >= _CUT_BYTES
    prefix = notice_text.rstrip("…\ufffd")
    return cut and len(prefix) >= _START_CHARS and text.startswith(prefix)


def _distance(text: TextFacts, notice: NoticeFacts) -> timedelta:
    if text.at is not None and notice.at is not None:
        return abs(text.at - notice.at)
    return abs(text.arrived_at - notice.arrived_at)


def are_near(text: TextFacts, notice: NoticeFacts) -> bool:
    """Whether their times allow that a notification is about a text."""
    return _distance(text, notice) <= WINDOW
