"""Which texts may not go out? Words with gaps, in place of regular expressions.

`re` backtracks, and a careless expression of an administrator would hold up every text for minutes. A pattern here
is a row of pieces of fixed width, searched one after the other: the time grows with the text and the pattern only.
It is a reminder for people who mean well; whoever wants to get round it writes the word another way.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import field, frozen

PATTERNS: Final = 100
PATTERN_CHARS: Final = 100
"""With texts of at most 4,000 characters (`relay.guard`), a tenth of a second for the worst of them."""

_PARTS: Final = re.compile(r"\\(.)|([*#])|(\s+)|(.)", re.DOTALL)


@frozen
class Pattern:
    """Words, in which `*` stands for anything between, `#` for one digit; `\\*` and `\\#` for themselves."""

    words: str
    pieces: tuple[re.Pattern[str], ...] = field(repr=False)

    def is_in(self, text: str) -> bool:
        """Whether a text holds it, as whole words, whatever the case and the white space.

        The leftmost place of each piece leaves most room for the next, so no other place need be tried.
        """
        folded, at = flatten(text), 0
        for piece in self.pieces:
            found = piece.search(folded, at)
            if found is None:
                return False
            at = found.end()
        return True


def flatten(text: str) -> str:
    """A text as patterns see it: case folded, each run of white space one blank."""
    return " ".join(text.casefold().split())


def parse_pattern(text: str) -> Pattern:
    """The pattern that `text` spells. Raises ValueError with what it must be."""
    if len(text) > PATTERN_CHARS:
        raise ValueError(f"must be patterns of at most {PATTERN_CHARS} characters")
    pieces = [""]
    edges: list[str] = [""]
    for escaped, sign, blank, other in _PARTS.findall(text.strip().casefold()):
        if sign == "*":
            pieces.append("")
            edges.append("")
            continue
        literal = escaped or (" " if blank else other)
        pieces[-1] += "[0-9]" if sign else re.escape(literal)
        edges[-1] += "0" if sign else literal
    if not any(edges):
        raise ValueError("must be patterns with words in them, not only gaps")
    if edges[0]:
        pieces[0] = _edge(edges[0][0], "(?<!{})") + pieces[0]
    if edges[-1]:
        pieces[-1] += _edge(edges[-1][-1], "(?!{})")
    return Pattern(text, tuple(re.compile(piece) for piece in pieces if piece))


def _edge(character: str, look: str) -> str:
    """A word ends where the pattern does; other characters need no edge."""
    return look.format(r"\w") if re.match(r"\w", character) else ""
