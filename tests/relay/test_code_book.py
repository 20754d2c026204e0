"""Codes are told once, newest first, and are gone when they expire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from phonelink_tui.domain.code import OneTimeCode
from phonelink_tui.domain.events import CodeCame, Event, MessageChanged, MessageGone, NotificationChanged
from phonelink_tui.domain.message import Direction
from phonelink_tui.domain.text import NO_TEXT, RemoteText, clean
from phonelink_tui.relay.code_book import CODES, LIFE, CodeBook
from tests.ipc import samples
from tests.relay.fakes import FakeClock


class Shelf:
    """A book, its clock, and what it told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.book = CodeBook(self.clock)

    def take(self, event: Event) -> list[CodeCame]:
        return [each for each in self.book.take(event) if isinstance(each, CodeCame)]

    def text(self, number: int, words: str, *, live: bool = True, **changes: Any) -> list[CodeCame]:
        message = samples.text(number, words=words, **{"at": self.clock(), **changes})
        return self.take(MessageChanged(message, live=live))

    def notice(self, number: int, words: str, *, live: bool = True, **changes: Any) -> list[CodeCame]:
        fields: dict[str, Any] = {"text": clean(words), "title": NO_TEXT, "at": self.clock(), **changes}
        return self.take(NotificationChanged(samples.notification(number, **fields), live=live))

    def codes(self) -> list[str]:
        return [code.code for code in self.book.newest_first()]


def test_a_code_is_told_with_who_sent_it_and_until_when() -> None:
    """All that a person needs to use it, and nothing else of the text."""
    shelf = Shelf()
    now = shelf.clock()
    (told,) = shelf.text(1, "Your code is 493201.\n@example.com #493201")
    wanted = OneTimeCode(
        RemoteText("493201"),
        RemoteText("example.com"),
        RemoteText("Alice"),
        now,
        now + LIFE,
        samples.text(1).id,
    )
    assert told == CodeCame(wanted, live=True)
    (shown,) = shelf.notice(1, "Pick-up code 7734")
    assert (shown.found.sender, shown.found.notification) == ("Parcels", samples.notification(1).id)


def test_codes_expire() -> None:
    """Ten minutes after they came; what was sent before that is none from the beginning."""
    shelf = Shelf()
    assert shelf.text(1, "Your code is 493201.")
    shelf.clock.time += LIFE - timedelta(seconds=1)
    assert shelf.codes() == ["493201"]
    shelf.clock.time += timedelta(seconds=1)
    assert shelf.codes() == []
    assert shelf.text(2, "Your code is 493202.", live=False, at=shelf.clock() - LIFE) == []
    (told,) = shelf.text(3, "Your code is 493203.", live=False, at=shelf.clock() - LIFE / 2)
    assert told.found.expires_at == shelf.clock() + LIFE / 2
    assert not told.live


def test_a_live_code_counts_from_its_arrival() -> None:
    """A phone whose clock is hours off does not make a code that just came too old."""
    shelf = Shelf()
    (told,) = shelf.text(1, "Your code is 493201.", at=shelf.clock() - timedelta(hours=3))
    assert told.found.at == shelf.clock()
    shelf.text(2, "Your code is 493202.", live=False, at=shelf.clock() + timedelta(hours=3))
    assert max(code.expires_at for code in shelf.book.newest_first()) == shelf.clock() + LIFE


@pytest.mark.parametrize("text_first", [True, False])
def test_a_text_and_its_notification_are_one_code(text_first: bool) -> None:
    """Whichever comes first tells it; asked for again, the same digits are news again."""
    shelf = Shelf()
    words = "493201 is your code"
    for round_ in range(2):
        first, second = (shelf.text, shelf.notice) if text_first else (shelf.notice, shelf.text)
        assert len(first(round_, words)) == 1
        shelf.clock.time += timedelta(seconds=20)
        assert second(round_, words) == []
        assert shelf.codes() == ["493201"] * (round_ + 1)
    newest = shelf.book.newest_first()[0]
    assert (newest.message, newest.notification) == (samples.text(1).id, samples.notification(1).id)


def test_what_changes_is_no_news() -> None:
    """Read marks, moves, an ended session, a replay after it."""
    shelf = Shelf()
    shelf.text(1, "Your code is 493201.")
    assert shelf.text(1, "Your code is 493201.", live=False, read=True) == []
    shelf.notice(1, "Pick-up code 7734")
    assert shelf.notice(1, "Pick-up code 7734", live=False, stale=True) == []
    assert shelf.notice(2, "Pick-up code 7734", live=False) == []
    assert sorted(shelf.codes()) == ["493201", "7734"]
    assert len(shelf.notice(1, "Pick-up code 7735")) == 1


def test_a_body_that_is_read_later() -> None:
    """Of a beginning, only what is certainly whole; the body of a live text is live."""
    shelf = Shelf()
    assert shelf.text(1, "Your code is 4932", partial=True) == []
    (told,) = shelf.text(1, "Your code is 493201", live=False, at=shelf.clock() - timedelta(hours=1))
    assert (told.found.code, told.live) == ("493201", True)


def test_newest_first_and_bounded() -> None:
    """By when they came; the oldest go first."""
    shelf = Shelf()
    for number in range(CODES + 5):
        shelf.clock.time += timedelta(seconds=1)
        shelf.text(number, f"Your code is {1000 + number}")
    assert shelf.codes() == [str(1000 + n) for n in reversed(range(5, CODES + 5))]


def test_what_is_none_of_ours_to_tell() -> None:
    """Texts of our own, and one that was deleted on the phone."""
    shelf = Shelf()
    own = evolve(samples.text(1, words="My code is 4821"), direction=Direction.OUTGOING)
    assert shelf.take(MessageChanged(own)) == []
    shelf.text(2, "Your code is 493201.")
    shelf.take(MessageGone(samples.text(2).id, samples.ALICE_THREAD))
    assert shelf.codes() == []


def test_the_app_of_the_texts_is_nobody() -> None:
    """Its notification's title says who sent the code."""
    shelf = Shelf()
    (told,) = shelf.notice(1, "493201 is your code", app_id="com.apple.MobileSMS", title="Meadow Bank")
    assert told.found.sender == "Meadow Bank"
