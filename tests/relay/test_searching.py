"""A search in memory gives what a search in the archive gives, whatever is asked."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from attrs import evolve
from hypothesis import given, settings

from phonelink_tui.archive.query import parse_query
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.relay import searching
from phonelink_tui.relay.searching import MemorySearch
from tests.archive.desk import NOW, files_in, incoming, opened, outgoing

WORDS = st.sampled_from(
    [
        "on",
        "one",
        "ONE",
        "my",
        "way",
        "Crème",
        "creme",
        "straße",
        "東京",
        "京",
        "駅で",
        "👍",
        "안녕",
        "don't",
        "x" * 70,
    ]
)
TEXTS = st.lists(WORDS, max_size=6).map(" ".join) | st.text(max_size=20)
QUERIES = st.lists(
    WORDS
    | st.tuples(st.sampled_from(["", "from:", "FROM:"]), WORDS, st.sampled_from(['"', ""])).map(
        lambda parts: f'{parts[0]}"{parts[1]} way{parts[2]}'
    )
    | st.sampled_from(
        ["o", "m", "from:me", "from:zo", "from:+1555", "before:2026-11-22", "before:2027", "...", '"']
    )
    | st.text(max_size=6),
    max_size=3,
).map(" ".join)
MESSAGES = st.lists(
    st.tuples(
        TEXTS,
        st.booleans(),
        st.sampled_from(["Alice", "Zoë Été", "東 京子"]),
        st.sampled_from([-1500.0, -1.0, 0.0, 0.0, 0.005, 2.0]),
    ),
    max_size=12,
)


def corpus(drawn: list[tuple[str, bool, str, float]]) -> list[TextMessage]:
    """Texts in the order they came."""
    found = []
    for number, (text, mine, name, minutes) in enumerate(drawn):
        if mine:
            found.append(outgoing(f"m{number}", text, minutes=minutes))
        else:
            found.append(incoming(f"m{number}", text, minutes=minutes, name=name))
    return found


@pytest.mark.timeout(240)
@settings(max_examples=80, deadline=None)
@given(drawn=MESSAGES, queries=st.lists(QUERIES, min_size=1, max_size=4), limit=st.integers(1, 13))
def test_memory_and_archive_agree(
    drawn: list[tuple[str, bool, str, float]], queries: list[str], limit: int
) -> None:
    """The same texts in the same order: prefixes, accents, runs without spaces, phrases, filters, limits."""
    messages = corpus(drawn)
    memory = MemorySearch()

    async def compare() -> None:
        with tempfile.TemporaryDirectory() as scratch:
            async with opened(files_in(Path(scratch))) as archive:
                archive.put(messages)
                await archive.commit()
                for typed in queries:
                    kept = await archive.search(parse_query(typed), limit=limit)
                    assert await memory.search(messages, typed, limit, UTC) == kept

    asyncio.run(compare())


async def test_a_text_that_changed_is_found_by_its_new_words() -> None:
    """What is remembered of a text goes with its words and its sender; what is gone is not found."""
    memory = MemorySearch()
    text = incoming("1", "half past six")
    assert await memory.search([text], "half", 10, UTC) == (text,)
    longer = evolve(text, text=clean("quarter to seven"), sender_name=clean_line("Ana"))
    assert await memory.search([longer], "half", 10, UTC) == ()
    assert await memory.search([longer], "quarter from:ana", 10, UTC) == (longer,)
    assert await memory.search([], "quarter", 10, UTC) == ()


async def test_a_long_search_lets_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folding thousands of texts does not hold the loop."""
    monkeypatch.setattr(searching, "SLICE", 10)
    texts = [incoming(str(n), "hello", minutes=n) for n in range(100)]
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        counting = group.create_task(count())
        found = await MemorySearch().search(texts, "hel", 3, UTC)
        assert await MemorySearch().search(texts, "nothing", 3, UTC) == ()
        counting.cancel()
    assert [m.at for m in found] == [NOW + timedelta(minutes=n) for n in (99, 98, 97)]
    assert turns >= 10
