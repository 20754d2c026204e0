"""By which words is a text found? One folding for the index, for queries and for texts in memory."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WORD_CHARS: Final = 64
"""Of a word that count; what is longer is a link or a key, and found by its beginning."""

FOLDING: Final = f"2/{unicodedata.unidata_version}"
"""Changes whenever `words` may answer differently, or `writing.found_rowid` does: such an index is made anew."""

_ASCII_WORDS: Final = re.compile("[a-z0-9]+")

_UNSPACED: Final = (
    *(range(0x0E00, 0x0F00), range(0x1000, 0x10A0), range(0x1780, 0x1800)),  # Thai, Lao, Burmese, Khmer
    *(range(0x2E80, 0x2FE0), range(0x3040, 0x3130), range(0x31A0, 0x3200)),  # radicals, kana, bopomofo
    *(range(0x3400, 0xA000), range(0xAC00, 0xD7A4), range(0xF900, 0xFB00)),  # ideographs, Hangul
    range(0x1AFF0, 0x1B170),
    range(0x20000, 0x40000),
)
"""Scripts that put no spaces between words, and Korean, which glues particles to them: a word of theirs is
found inside a run because each character is a word of its own, and a query of several is a phrase."""

_ACCENTS: Final = range(0x300, 0x370)
_VARIATIONS: Final = range(0xFE00, 0xFE10)


class _Kinds(dict[int, str | None]):
    """What becomes of a character: kept, alone, gone, or a space; found out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        self[code] = kind = _kind_of(code)
        return kind


def _kind_of(code: int) -> str | None:
    char = chr(code)
    if code in _ACCENTS or code in _VARIATIONS:
        return None
    category = unicodedata.category(char)
    if category == "So" or any(code in block for block in _UNSPACED):
        return f" {char} "
    return char if category[0] in "LMN" else " "


_KINDS: Final = _Kinds()


def words(text: str) -> list[str]:
    """The words of a text, folded: no case, no accents, no width variants; at most `WORD_CHARS` of each.

    A character of a script without spaces, and an emoji, is a word by itself. Never raises.
    """
    if text.isascii():
        found = _ASCII_WORDS.findall(text.lower())
    else:
        bare = "".join(c for c in unicodedata.normalize("NFKD", text) if ord(c) not in _ACCENTS)
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", bare).casefold())
        found = folded.translate(_KINDS).split()
    return [word[:WORD_CHARS] for word in found]
