"""Does text that went through the one gate still act on a terminal, grow, or change when it goes through again?"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phonelink_tui.domain.text import (
    BODY_CHARS,
    CUT_MARK,
    LINE_CHARS,
    NO_TEXT,
    clean,
    clean_line,
    preview,
)
from tests.hostile_texts import HOSTILE

_SPICES = (
    *(
        "\u200d",
        "\u200c",
        "\ufe0f",
        "\u0301",
        "\u0e31",
        "\u20e3",
        "\u094d",
        "\u0915",
        "\U0001f469",
        "\U0001f3fd",
    ),
    *(
        "\u2764",
        "\r",
        "\n",
        "\t",
        "\x1b",
        "\x9b",
        "\u202e",
        "\u2028",
        "\ud83d",
        "\ude00",
        "\U000e0041",
        " ",
        "a",
    ),
)
dense = st.lists(st.sampled_from(_SPICES), max_size=60).map("".join)
"""Few characters, all of them troublesome, so that their neighbourhoods are tried."""
texts = st.one_of(dense, st.text(max_size=60), st.text(st.characters(codec=None), max_size=60))
limits = st.integers(min_value=1, max_value=80)


def _harmful(text: str) -> list[str]:
    joiners = ("\u200c", "\u200d")
    return [
        hex(ord(character))
        for place, character in enumerate(text)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and character != "\n"
        and not (character in joiners and text[place - 1 : place] not in joiners)
    ]


@settings(max_examples=300)
@given(texts)
@example("\u094d\u200d\u200c")
def test_nothing_that_acts_is_left(raw: str) -> None:
    """No control, bidirectional override, surrogate, separator or invisible formatter; joiners one at a time."""
    assert _harmful(clean(raw)) == []


@settings(max_examples=300)
@given(texts, limits)
@example("\U0001f469\u200d\U0001f469\u200d\U0001f469", 3)
@example("A\u0301\u0301\u0301\u0301\u200c\u0301", 80)
def test_clean_is_idempotent_and_bounded(raw: str, limit: int) -> None:
    """What was cleaned stays as it is, and never exceeds its limit."""
    once = clean(raw, limit=limit)
    assert clean(once, limit=limit) == once
    assert len(once) <= limit


@settings(max_examples=300)
@given(texts, limits)
def test_clean_line_is_idempotent_bounded_and_one_line(raw: str, limit: int) -> None:
    """Names and labels: one line, bare ends, single spaces, within the limit."""
    once = clean_line(raw, limit=limit)
    assert clean_line(once, limit=limit) == once
    assert len(once) <= limit
    assert "\n" not in once
    assert once == " ".join(once.split())


def test_every_code_point_that_acts() -> None:
    """All of Unicode's controls, formatters, surrogates and separators, each between two letters."""
    acting = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]
    assert len(acting) > 2_000
    assert _harmful(clean("a" + "a".join(acting) + "a")) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_the_corpus_cannot_act(name: str) -> None:
    """Each shipped attack is harmless behind the gate."""
    assert _harmful(clean(HOSTILE[name])) == []
    assert _harmful(clean_line(HOSTILE[name])) == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain text", "plain text"),
        ("a\r\nb\rc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
        ("a\x1b[2Jb\x7f", "a\u241b[2Jb\u2421"),
        ("a\x9b2Jb\ud83d", "a\ufffd2Jb\ufffd"),
        ("a\tb", "a   b"),
        ("\u202eabc\u202c", "abc"),
        (
            "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
        ),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("\U0001f469\U0001f3fd\u200d\U0001f4bb", "\U0001f469\U0001f3fd\u200d\U0001f4bb"),
        ("\u0dc1\u0dca\u200d\u0dbb\u0dd3", "\u0dc1\u0dca\u200d\u0dbb\u0dd3"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("hid\u200dden", "hidden"),
        ("e\u0301te\u0301", "e\u0301te\u0301"),
        ("Z" + "\u0351" * 30, "Z" + "\u0351" * 4),
    ],
    ids=[
        *("plain", "line-breaks", "escape", "c1", "tab", "bidi", "family", "fire-heart", "coder", "sinhala"),
        *("persian", "joined-letters", "accents", "zalgo"),
    ],
)
def test_what_stays(raw: str, expected: str) -> None:
    """What people write survives; what acts becomes visible or goes."""
    assert clean(raw) == expected


def test_joined_emoji_are_no_hiding_place() -> None:
    """A chain of joined emoji ends after four: longer ones are counted as two cells and drawn as hundreds."""
    assert clean("\u200d".join("\U0001f469" * 9)).count("\u200d") == 6


def test_a_long_text_is_cut_and_marked() -> None:
    """Bodies and lines have an end, and it shows."""
    assert clean("x" * (BODY_CHARS + 1)) == "x" * (BODY_CHARS - 1) + CUT_MARK
    assert clean_line("x" * 9_000) == "x" * (LINE_CHARS - 1) + CUT_MARK


def test_preview_is_one_line() -> None:
    """Lists show the beginning of a body on one line."""
    assert preview(clean("one\n\n  two\nthree"), limit=9) == "one two …"
    assert preview(NO_TEXT) == ""
