"""What is typed into a search, and what a text is found by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import apsw
import hypothesis.strategies as st
import pytest
from hypothesis import given

from phonelink_tui.archive.query import (
    PHRASE_WORDS,
    TERMS,
    Query,
    Term,
    expression,
    matches,
    parse_query,
)
from phonelink_tui.archive.words import WORD_CHARS, words
from tests.archive.desk import incoming, outgoing
from tests.hostile_texts import HOSTILE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("Café ÉTÉ naïve", ["cafe", "ete", "naive"]),
        ("straße STRASSE", ["strasse", "strasse"]),
        ("ΣΊΣΥΦΟΣ σίσυφος", ["σισυφοσ", "σισυφοσ"]),
        ("東京へ", ["東", "京", "へ"]),
        ("がぎ ﾃｽﾄ", ["が", "ぎ", "テ", "ス", "ト"]),
        ("안녕하세요", ["안", "녕", "하", "세", "요"]),
        ("ok👍🏽ok", ["ok", "👍", "ok"]),
        ("don't", ["don", "t"]),
        ("ﬁn １２３", ["fin", "123"]),
        ("हिन्दी", ["हिन्दी"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    """Case, accents and width do not matter; scripts without spaces and emoji are words by the character."""
    assert words(text) == expected


def test_a_word_is_cut() -> None:
    """A link of any length is found by its beginning."""
    assert words("x" * 500) == ["x" * WORD_CHARS]


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("milk", Query((Term(("milk",), True),))),
        ("milk eggs", Query((Term(("milk",), True), Term(("eggs",), True)))),
        ('"on my way"', Query((Term(("on", "my", "way"), False),))),
        ('"on my w', Query((Term(("on", "my", "w"), True),))),
        ("From:Ann", Query(senders=(Term(("ann",), True),))),
        ('from:"Ann Lee" hi', Query((Term(("hi",), True),), (Term(("ann", "lee"), False),))),
        ("from:me", Query(mine=True)),
        ("before:2026", Query(before=datetime(2026, 1, 1, tzinfo=UTC))),
        ("before:2026-02-03 x", Query((Term(("x",), True),), before=datetime(2026, 2, 3, tzinfo=UTC))),
        ("before:2026-02-31", Query((Term(("before", "2026", "02", "31"), True),))),
        ("from:", Query((Term(("from",), True),))),
        ("OR AND NOT", Query((Term(("or",), True), Term(("and",), True), Term(("not",), True)))),
        ("東京", Query((Term(("東", "京"), True),))),
        (' ;-- "" * ', Query()),
    ],
)
def test_queries_are_read(typed: str, query: Query) -> None:
    """The small language, and what is not of it is words."""
    assert parse_query(typed) == query


def test_before_is_a_midnight_of_the_zone() -> None:
    """`before:` goes by the calendar of whoever asks."""
    east = timezone(timedelta(hours=9))
    assert parse_query("before:2026-11-02", east).before == datetime(2026, 11, 1, 15, tzinfo=UTC)


def test_nothing_asked_finds_nothing() -> None:
    """A query without a word is not all texts."""
    assert not matches(parse_query("..."), incoming("1"))


def test_mine_are_those_written_here() -> None:
    """from:me and a person's name exclude each other."""
    assert matches(parse_query("from:me way"), outgoing("1"))
    assert not matches(parse_query("from:me"), incoming("1"))
    assert not matches(parse_query("from:alice"), outgoing("1"))


@pytest.fixture(scope="module")
def index() -> apsw.Connection:
    """A full-text index as the archive has it."""
    db = apsw.Connection(":memory:")
    db.execute(
        "CREATE VIRTUAL TABLE found USING fts5 (text, who, content='', columnsize=0, tokenize='ascii')"
    )
    db.execute("INSERT INTO found (rowid, text, who) VALUES (1, 'a text', 'a person')")
    return db


ANY_TEXT = st.one_of(
    st.text(max_size=400),
    st.sampled_from(list(HOSTILE)),
    st.lists(
        st.sampled_from([*'"*():^+-{}', "from:", "before:", "NEAR(", "a", "\0", " ", "AND", "who :", "東"])
    ).map("".join),
)


@given(typed=ANY_TEXT)
def test_no_text_is_an_operator(index: apsw.Connection, typed: str) -> None:
    """Whatever is typed parses, stays within its bounds, and is valid in the language of the index."""
    query = parse_query(typed)
    assert len(query.terms) <= TERMS
    assert len(query.senders) <= TERMS
    assert all(1 <= len(t.words) <= PHRASE_WORDS for t in query.terms + query.senders)
    if found := expression(query):
        index.execute("SELECT rowid FROM found WHERE found MATCH ?", (found,)).fetchall()


@given(text=ANY_TEXT)
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    """Folding a text and folding what is typed agree: each word of a text finds it."""
    message = incoming("1", text)
    for word in words(message.text)[:TERMS]:
        assert matches(parse_query(f'"{word}"'), message)
