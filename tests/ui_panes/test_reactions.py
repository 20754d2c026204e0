"""Reactions come as plain texts; each stands under the one text it quotes, or stays what it came as."""

from __future__ import annotations

from datetime import UTC

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from phonelink_tui.domain.message import TextMessage
from phonelink_tui.ui.reactions import GIVEN, TAKEN_BACK, fold, reaction_of
from phonelink_tui.ui.thread_rows import Clock, RowKind, thread_rows
from tests.ui.believable import NOW, a_text, a_thread

ALICE = a_thread(1, "Alice")


def talk(*texts: str) -> list[TextMessage]:
    return [a_text(ALICE, n, text, minutes=100 - n) for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("text", "glyph"),
    [
        ("Loved “See you at 7”", "♥"),
        ("Liked “See you at 7”", "👍"),
        ("Laughed at “See you at 7”", "😂"),
        ("Emphasized “See you at 7”", "‼"),
        ("Questioned “See you at 7”", "?"),
        ("Disliked “See you at 7”", "👎"),
        ("Reacted 🎉 to “See you at 7”", "🎉"),
        ("Reacted 👨‍👩‍👧 to “See you at 7”", "👨‍👩‍👧"),
        ("👍 to “See you at 7”", "👍"),
        ("\u200a👍 to “\u200aSee you at 7\u200a”\u200a", "👍"),
    ],
)
def test_a_reaction_stands_under_the_text_it_quotes(text: str, glyph: str) -> None:
    """And has no row of its own."""
    messages = talk("Hello", "See you at 7", "ok", text)
    folds = fold(messages)
    assert folds.under == {messages[1].id: folds.under[messages[1].id]}
    assert folds.under[messages[1].id].startswith(glyph)
    assert folds.under[messages[1].id].endswith("by Alice")
    kinds = [row.kind for row in thread_rows(messages, Clock(NOW, UTC), folds=folds)]
    assert kinds == ["day", "message", "message", "reactions", "message"]


@pytest.mark.parametrize(
    "texts",
    [
        ("ok", "ok", "Loved “ok”"),
        ("Loved “nothing that is here”",),
        ("Hi", "Loved an image"),
        ("Hi", "Loved Hi"),
        ("Loved “later”", "later"),
        ("Hi", "Removed a heart from “Hi”"),
        ("Hi", "Reacted strongly to “Hi”"),
        ("Hi", "I loved “Hi”"),
        ("Hi", "- to “Hi”"),
        ("Hi", "up to “Hi”"),
        ("Hi", "A aimé « Hi »"),
    ],
)
def test_what_names_no_one_text_stays_a_text(texts: tuple[str, ...]) -> None:
    """None, several, a later one, a picture, or something a person wrote."""
    folds = fold(talk(*texts))
    assert not folds.folded
    assert not folds.under


def test_a_reaction_that_is_taken_back_is_gone() -> None:
    """Both texts are folded away; somebody else's stays."""
    messages = talk("Hi", "Loved “Hi”", "Removed a heart from “Hi”", "Liked “Hi”")
    folds = fold(messages)
    assert folds.folded == {m.id for m in messages[1:]}
    assert folds.under == {messages[0].id: "👍 liked by Alice"}


def test_a_quote_may_be_cut() -> None:
    """Long texts are quoted by their beginning."""
    messages = talk("Train is on time for once! Miracles happen", "Loved “Train is on time…”")
    assert fold(messages).folded == {messages[1].id}


def test_of_several_each_is_named() -> None:
    """Ours too."""
    own = evolve(a_text(ALICE, 9, "Loved “Hi”", own=True), at=NOW)
    messages = [*talk("Hi", "Liked “Hi”"), own]
    assert fold(messages).under == {messages[0].id: "👍 liked by Alice · ♥ loved by you"}


def test_new_stands_before_a_text_that_is_seen() -> None:
    """Not before a reaction that has no row."""
    messages = talk("Hi", "Loved “Hi”", "Are you there?")
    rows = thread_rows(messages, Clock(NOW, UTC), folds=fold(messages), first_unread=messages[1].id)
    assert [row.kind for row in rows][-2:] == [RowKind.NEW_SINCE, RowKind.MESSAGE]


def test_every_reaction_can_be_taken_back() -> None:
    """The two tables speak of the same glyphs."""
    assert {glyph for glyph, _ in GIVEN.values()} == set(TAKEN_BACK.values())


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    """Whatever it quotes."""
    for words in (text, f"Loved “{text}”", f"Reacted {text} to “x”"):
        found = reaction_of(words)
        assert found is None or found.glyph
