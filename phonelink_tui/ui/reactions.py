"""Which texts are reactions to another text, and to which? Phones send them as plain text that quotes the other.

The sentence is in the language of the phone that reacts. Known are those of an iPhone set to English, as listings of
real ones show them, and that of Google Messages over SMS, an emoji before `to` and the quote (both:
github.com/quik-sms/quik/issues/152, where the other languages are an open question, too). No list of those is public,
and single sentences that are ("A aimé « … »") do not tell what taking back looks like. So in other languages, and
where the quote fits no text or several, a reaction stays the plain text it came as.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from phonelink_tui.domain.message import Direction, MessageId, TextMessage

GIVEN: Final[Mapping[str, tuple[str, str]]] = {
    "Loved": ("♥", "loved"),
    "Liked": ("👍", "liked"),
    "Disliked": ("👎", "disliked"),
    "Laughed at": ("😂", "laughed at"),
    "Emphasized": ("‼", "emphasized"),
    "Questioned": ("?", "questioned"),
}
"""How a sentence begins, the glyph, and the word for it."""

TAKEN_BACK: Final[Mapping[str, str]] = {
    "Removed a heart from": "♥",
    "Removed a like from": "👍",
    "Removed a dislike from": "👎",
    "Removed a laugh from": "😂",
    "Removed an exclamation from": "‼",
    "Removed a question mark from": "?",
}
"""How a sentence begins, and the glyph that goes."""

LONGEST_GLYPH: Final = 12
"""Characters of an emoji: a family is seven."""

_QUOTE: Final = re.compile(r"(?P<verb>[^“”]+?) “(?P<quoted>.*)”", re.DOTALL)
_FREE: Final = re.compile(
    rf"(?P<verb>Reacted|Removed) (?P<glyph>[^\w\s]\S{{0,{LONGEST_GLYPH - 1}}}) (?:to|from)"
)
_EMOJI_FIRST: Final = re.compile(
    rf"\s*(?P<glyph>[^\w\s“”\"'()\[\].,:;!?-]\S{{0,{LONGEST_GLYPH - 1}}})\s+to\s+“(?P<quoted>.*)”\s*",
    re.DOTALL,
)
"""Hair spaces stand around its parts; those of no width are gone when the text comes here."""
_CUT: Final = "…"


@frozen
class Reaction:
    """One reaction, as a text says it."""

    glyph: str
    word: str
    quoted: str
    given: bool
    """False where it is taken back."""


@frozen
class Folds:
    """Which texts of a conversation are folded under others."""

    under: Mapping[MessageId, str] = field(factory=dict)
    """The line below a text."""
    folded: frozenset[MessageId] = frozenset()
    """Texts that have no row of their own."""


def reaction_of(text: str) -> Reaction | None:
    """The reaction a text is, or None where it is none that is known."""
    if not text.rstrip().endswith("”"):
        return None
    if first := _EMOJI_FIRST.fullmatch(text):
        return Reaction(first["glyph"], "", first["quoted"].strip(), given=True)
    if not (found := _QUOTE.fullmatch(text)):
        return None
    verb, quoted = found["verb"], found["quoted"].strip()
    if verb in GIVEN:
        return Reaction(*GIVEN[verb], quoted, given=True)
    if verb in TAKEN_BACK:
        return Reaction(TAKEN_BACK[verb], "", quoted, given=False)
    if free := _FREE.fullmatch(verb):
        return Reaction(free["glyph"], "", quoted, given=free["verb"] == "Reacted")
    return None


def fold(messages: Sequence[TextMessage]) -> Folds:
    """Fold each reaction under the one text before it that it quotes.

    Args:
        messages: What is loaded of a conversation, oldest first.
    """
    found = [(index, r) for index, m in enumerate(messages) if (r := reaction_of(m.text)) is not None]
    if not found:
        return Folds()
    standing: dict[MessageId, dict[tuple[str, str], Reaction]] = {}
    folded: set[MessageId] = set()
    reactions = {messages[index].id for index, _ in found}
    for index, reaction in found:
        target = _quoted_one((m for m in messages[:index] if m.id not in reactions), reaction.quoted)
        if target is None:
            continue
        who, here = _who(messages[index]), standing.setdefault(target, {})
        if reaction.given:
            here[who, reaction.glyph] = reaction
        elif here.pop((who, reaction.glyph), None) is None:
            continue
        folded.add(messages[index].id)
    lines = {
        target: " · ".join(_words(who, reaction) for (who, _), reaction in here.items())
        for target, here in standing.items()
        if here
    }
    return Folds(lines, frozenset(folded))


def _quoted_one(candidates: Iterable[TextMessage], quoted: str) -> MessageId | None:
    wanted = " ".join(quoted.split())
    is_cut = wanted.endswith(_CUT)
    ids = []
    for message in candidates:
        text = " ".join(message.text.split())
        if text == wanted or (
            is_cut and len(wanted) > 1 and text.startswith(wanted.removesuffix(_CUT).rstrip())
        ):
            ids.append(message.id)
    return ids[0] if len(ids) == 1 else None


def _who(message: TextMessage) -> str:
    if message.direction is Direction.OUTGOING:
        return "you"
    return message.sender_name or (message.sender.value if message.sender else "") or "?"


def _words(who: str, reaction: Reaction) -> str:
    return " ".join(part for part in (reaction.glyph, reaction.word, "by", who) if part)
