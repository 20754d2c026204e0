"""Pages and events of the open conversation, in whatever order they cross."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.relay.api import MessagePage
from phonelink_tui.ui.window import CHUNK, MOST, Window
from tests.ui.believable import a_text, a_thread

ALICE = a_thread(1, "Alice")


def text(number: int, *, read: bool = True) -> TextMessage:
    """Number 0 is the oldest."""
    return a_text(ALICE, number, f"text {number}", minutes=1000 - number, read=read)


def page(*numbers: int, more: bool = False) -> MessagePage:
    texts = tuple(text(n) for n in numbers)
    return MessagePage(texts, texts[0].id if more else None)


def numbers(window: Window) -> list[str]:
    return [m.text.removeprefix("text ") for m in window.messages]


def test_pages_are_put_in_front() -> None:
    """An older page stands before the newer one."""
    window = Window(ALICE.id)
    window.take_page(page(3, 4, more=True))
    window.take_page(page(1, 2))
    assert numbers(window) == ["1", "2", "3", "4"]
    assert window.older is None


def test_an_event_before_the_first_page_is_not_lost() -> None:
    """A text that arrives while the page is under way is shown, even if the page does not hold it."""
    window = Window(ALICE.id)
    window.put(text(5))
    window.take_page(page(3, 4))
    assert numbers(window) == ["3", "4", "5"]


def test_an_event_wins_over_the_page_that_was_asked_before_it() -> None:
    """A page that is older than an event does not undo it."""
    window = Window(ALICE.id)
    window.put(evolve(text(4), detail="newer"))
    window.remove(text(3).id)
    window.take_page(page(3, 4))
    assert numbers(window) == ["4"]
    assert window.messages[0].detail == "newer"


def test_a_text_before_what_is_loaded_waits_for_its_page() -> None:
    """An old text that is listed late does not stand at a place where others are missing."""
    window = Window(ALICE.id)
    window.take_page(page(5, 6, more=True))
    assert not window.put(text(1))
    assert numbers(window) == ["5", "6"]


def test_a_text_moves_when_its_time_changes() -> None:
    """A corrected time puts the text elsewhere."""
    window = Window(ALICE.id)
    window.take_page(page(1, 2, 3))
    window.put(evolve(text(1), at=text(9).at))
    assert numbers(window) == ["2", "3", "1"]


def test_the_new_line_stands_before_the_first_unread() -> None:
    """It is decided once, from the page that was opened with unread texts."""
    window = Window(ALICE.id, unread_at_open=2)
    window.take_page(MessagePage((text(1), text(2, read=False), text(3, read=False))))
    window.put(text(2))
    assert window.first_unread == text(2).id


@given(
    st.lists(st.tuples(st.sampled_from("par"), st.integers(0, 12)), max_size=30),
    st.integers(0, 12),
)
@settings(max_examples=100)
def test_any_crossing_ends_in_what_the_relay_holds(steps: list[tuple[str, int]], cut: int) -> None:
    """However puts, removals and page answers interleave, the window ends equal to the relay's texts."""
    truth = {n: text(n) for n in range(0, 13, 2)}
    window = Window(ALICE.id)
    under_way: MessagePage | None = _newest(truth, cut)
    for kind, number in steps:
        if kind == "p":
            truth[number] = evolve(text(number), detail=str(len(truth)))
            window.put(truth[number])
        elif kind == "r" and number in truth:
            del truth[number]
            window.remove(text(number).id)
        elif kind == "a" and under_way is not None:
            window.take_page(under_way)
            under_way = None
    if under_way is not None:
        window.take_page(under_way)
    first = window.older
    loaded = [m for _, m in sorted(truth.items()) if first is None or m.at >= _at_of(first)]
    assert [m.id for m in window.messages] == [m.id for m in loaded]
    assert window.messages == loaded


def _newest(truth: dict[int, TextMessage], cut: int) -> MessagePage:
    """The page of all texts from `cut` on."""
    kept = [m for n, m in sorted(truth.items()) if n >= cut] or [m for _, m in sorted(truth.items())]
    return MessagePage(tuple(kept), kept[0].id if len(kept) < len(truth) else None)


def _at_of(id_: str) -> datetime:
    return text(int(id_.rpartition("-")[2])).at


def test_what_comes_while_nobody_looks_is_new() -> None:
    """The line moves to the first of it, once for each time away; what comes while somebody looks is not."""
    window = Window(ALICE.id)
    window.take_page(page(1, 2))
    window.put(text(3, read=False))
    assert window.first_unread is None
    window.look_away(away=True)
    window.put(text(4, read=False))
    window.put(text(5, read=False))
    assert [window.first_unread, window.was_left] == [text(4).id, True]
    window.look_away(away=False)
    window.look_away(away=True)
    window.put(text(6, read=False))
    assert window.first_unread == text(6).id


def pages_of(window: Window, relay: list[TextMessage], before: str | None) -> MessagePage:
    end = next((i for i, m in enumerate(relay) if m.id == before), len(relay))
    start = max(0, end - CHUNK)
    return MessagePage(tuple(relay[start:end]), relay[start].id if start else None)


def read_up(window: Window, relay: list[TextMessage]) -> None:
    while window.older is not None:
        window.take_page(pages_of(window, relay, window.older))
        assert len(window.messages) <= MOST


def test_far_pages_are_let_go_and_read_again() -> None:
    """Upwards the newest go, downwards they come back one by one and the oldest go; always one run of texts."""
    relay = [text(n) for n in range(2550)]
    window = Window(ALICE.id)
    window.take_page(pages_of(window, relay, None))
    read_up(window, relay)
    assert window.messages == relay[:950]
    while window.newer:
        assert window.take_newer(pages_of(window, relay, window.newer[-1]))
        assert len(window.messages) <= MOST
        first = relay.index(window.messages[0])
        assert window.messages == relay[first : first + len(window.messages)]
    assert window.messages == relay[-MOST:]
    assert window.older == window.messages[0].id
    read_up(window, relay)
    assert window.messages[0] == relay[0]


def test_what_comes_meanwhile_is_counted_and_not_shown() -> None:
    """Below pages that are not here it has no place; where a page does not join, all is read anew."""
    relay = [text(n) for n in range(1500)]
    window = Window(ALICE.id)
    window.take_page(pages_of(window, relay, None))
    read_up(window, relay)
    new = [text(2000 + n, read=False) for n in range(300)]
    for one in (*new, new[0]):
        assert not window.put(one)
    assert window.below == 300
    relay += new
    while len(window.newer) > 1:
        assert window.take_newer(pages_of(window, relay, window.newer[-1]))
    assert not window.take_newer(pages_of(window, relay, None))


def test_texts_of_one_second_stand_as_the_relay_keeps_them() -> None:
    """In the order they came to it, also when one of them comes to this conversation later."""
    at = text(5).at
    same = [evolve(text(n), id=MessageId(f"m{n}"), at=at) for n in (8, 9, 10, 11)]
    window = Window(ALICE.id)
    window.take_page(MessagePage((same[0], same[2])))
    window.put(same[3])
    window.put(same[1])
    assert [m.id for m in window.messages] == ["m8", "m9", "m10", "m11"]


def test_the_first_unread_text_is_looked_for_page_after_page() -> None:
    """Nothing is settled before it is found; what arrives meanwhile does not end the search early."""
    window = Window(ALICE.id, unread_at_open=4)
    window.take_page(MessagePage((text(8, read=False), text(9, read=False)), text(8).id))
    assert (window.settled, window.first_unread) == (False, None)
    window.expect_page()
    window.put(text(10, read=False))
    window.take_page(MessagePage((text(6, read=False), text(7)), text(6).id))
    assert not window.settled
    window.take_page(MessagePage((text(4), text(5, read=False)), text(4).id))
    assert (window.settled, window.first_unread) == (True, text(5).id)


def test_the_search_for_the_first_unread_text_ends() -> None:
    """At the beginning, where a page fails, and when no more texts can be at hand."""
    beginning = Window(ALICE.id, unread_at_open=9)
    beginning.take_page(MessagePage((text(1, read=False),)))
    assert (beginning.settled, beginning.first_unread) == (True, text(1).id)
    failed = Window(ALICE.id, unread_at_open=9)
    failed.take_page(MessagePage((text(5, read=False),), text(5).id))
    failed.page_failed()
    assert (failed.settled, failed.first_unread) == (True, text(5).id)
    full = Window(ALICE.id, unread_at_open=10 * MOST)
    for first in range(10 * MOST, 0, -CHUNK):
        if full.settled:
            break
        rows = tuple(text(n, read=False) for n in range(first, first + CHUNK))
        full.take_page(MessagePage(rows, rows[0].id))
    assert full.settled
    assert full.first_unread == full.messages[0].id
    assert not full.newer


def test_the_new_line_goes_up_with_the_pages_until_all_that_was_unread_is_there() -> None:
    """Meanwhile it says how much is above; also where that was marked read since."""
    unread = 2 * MOST + 250
    window = Window(ALICE.id, unread_at_open=unread)
    first = unread + 1000
    while not window.settled:
        first -= CHUNK
        rows = tuple(text(n, read=False) for n in range(first, first + CHUNK))
        window.take_page(MessagePage(rows, rows[0].id))
    top = unread + 1000 - len(window.messages)
    assert window.first_unread == text(top).id
    assert window.unread_above == unread - len(window.messages)
    for n in range(1000, top):
        assert not window.put(text(n))  # read, all of them
    last = top
    while window.unread_above:
        first -= CHUNK
        window.take_page(MessagePage(tuple(text(n) for n in range(first, first + CHUNK)), text(first).id))
        last = max(1000, first)
        assert window.first_unread == text(last).id
        assert window.unread_above == last - 1000
    window.take_page(MessagePage(tuple(text(n) for n in range(first - CHUNK, first)), None))
    assert (window.first_unread, window.unread_above) == (text(1000).id, 0)


def test_what_came_after_the_last_look_is_new_since_then() -> None:
    """Over restarts, by the relay's word; what is older was simply never read."""
    since = text(5).at
    for number, was_left in ((6, True), (4, False)):
        window = Window(ALICE.id, left_at=since, unread_at_open=1)
        window.take_page(MessagePage((text(number, read=False),)))
        assert window.was_left is was_left
