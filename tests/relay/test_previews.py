"""Hidden previews are seen in any language, and never where notifications say what the texts say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.domain.limitations import LimitKind
from tests.relay.desk import ALICE, BOB, Desk

WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12)
WHO = st.sampled_from([ALICE, BOB])


def hidden(desk: Desk) -> bool:
    return LimitKind.PREVIEWS_HIDDEN in {limit.kind for limit in desk.store.snapshot(0).limitations}


class Arrivals:
    """Texts and their notifications, in either order, so far apart."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.count = 0
        self.now_s = 0

    def come(self, text: str, shown: str, *, who: str = ALICE, apart_s: int = 60, late: bool = False) -> None:
        self.count += 1
        self.now_s += apart_s
        self.desk.clock.time += timedelta(seconds=apart_s)
        if not late:
            self.desk.fetch(f"{self.count:X}", text, sender=who)
        self.desk.notify(self.count, shown, title=who, at_s=None)
        if late:
            self.desk.fetch(f"{self.count:X}", text, sender=who)


@pytest.mark.parametrize("word", ["Nachricht", "Сообщение", "メッセージ", "Notification"])
@pytest.mark.parametrize("late", [False, True])
def test_a_word_in_place_of_every_text_is_learned(word: str, late: bool) -> None:
    """Two texts are enough, told with the third at the latest; one that is shown ends it at once."""
    arrivals = Arrivals()
    for text in ("Dinner?", "At eight", "Bring wine"):
        arrivals.come(text, word, late=late)
    assert hidden(arrivals.desk)
    arrivals.come("Good night", "Good night")
    assert not hidden(arrivals.desk)
    arrivals.come("One more", word, late=late)
    assert hidden(arrivals.desk)


def test_who_really_writes_that_word_is_shown() -> None:
    """A text that says "Message" is no hidden one where the text is known."""
    arrivals = Arrivals()
    arrivals.come("Message", "Message")
    assert not hidden(arrivals.desk)


def test_captions_prove_nothing() -> None:
    """The notification of a picture says so, whatever is written below it."""
    desk = Desk()
    for n, text in enumerate(("Look", "And this", "And that")):
        desk.clock.time += timedelta(seconds=60)
        desk.fetch(f"{n:X}", text, attachment=True)
        desk.notify(n, "1 Foto", at_s=None)
    assert not hidden(desk)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(WORDS, WHO, st.integers(0, 100), st.booleans()), max_size=12))
def test_shown_previews_are_never_called_hidden(texts: list[tuple[str, str, int, bool]]) -> None:
    """However often people repeat themselves, in whatever order text and notification come."""
    arrivals = Arrivals()
    for text, who, apart_s, late in texts:
        arrivals.come(f"{text} {text}", f"{text} {text}", who=who, apart_s=apart_s, late=late)
        assert not hidden(arrivals.desk)


@settings(max_examples=100, deadline=None)
@given(WORDS, st.lists(WORDS, min_size=3, max_size=6, unique=True), st.booleans())
def test_any_word_is_learned(word: str, texts: list[str], late: bool) -> None:
    """Where the texts say something else than the word, and come one after another."""
    arrivals = Arrivals()
    for n, text in enumerate(texts):
        arrivals.come(f"{n} {text}", f"- {word}", late=late)
    assert hidden(arrivals.desk)
