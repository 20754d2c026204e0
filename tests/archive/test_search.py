"""Search over a real archive: order, scripts, filters, deadlines."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from phonelink_tui.archive import senders
from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.query import matches, parse_query
from tests.archive.desk import files_in, incoming, opened, outgoing


async def found(archive: Archive, typed: str, limit: int = 10) -> list[str]:
    """The ids a search finds."""
    await archive.commit()
    return [m.id for m in await archive.search(parse_query(typed), limit=limit)]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("明日は東京駅で会いましょう", "東京"),
        ("明日は東京駅で会いましょう", "京駅"),
        ("明日は東京駅で会いましょう", "しょう"),
        ("我们在北京见面吧", "北京"),
        ("オフィスにいます", "ィス"),
        ("내일 서울역에서 만나요", "서울"),
        ("내일 서울역에서 만나요", "울역"),
        ("เจอกันที่สถานี", "สถานี"),
        ("Crème brûlée ce soir?", "creme brulee"),
        ("Größe passt", "grosse"),
        ("see https://example.org/a?b=c", "example.org"),
        ("party 🎉🎉 tonight", "🎉"),
    ],
)
async def test_words_are_found_in_every_script(tmp_path: Path, text: str, typed: str) -> None:
    """A word of two characters inside a sentence without spaces, and words without their accents."""
    async with opened(files_in(tmp_path)) as archive:
        archive.put([incoming("1", text), incoming("2", "something else entirely")])
        assert await found(archive, typed) == ["1"]


async def test_characters_must_follow_each_other(tmp_path: Path) -> None:
    """A query without spaces is a phrase, not a bag of characters."""
    async with opened(files_in(tmp_path)) as archive:
        archive.put([incoming("1", "京都から東へ")])
        assert await found(archive, "東京") == []


async def test_newest_first_whatever_the_order_of_arrival(tmp_path: Path) -> None:
    """Texts of a first listing come newest first, and those of one second in the order they came."""
    async with opened(files_in(tmp_path)) as archive:
        archive.put([incoming("new", minutes=5), incoming("old", minutes=-5), incoming("mid")])
        archive.put([incoming("mid2"), outgoing("mine", "hello too", minutes=0.005)])
        assert await found(archive, "hello") == ["new", "mine", "mid2", "mid", "old"]
        assert await found(archive, "hello", limit=3) == ["new", "mine", "mid2"]


async def test_more_texts_in_a_second_than_places(tmp_path: Path) -> None:
    """A phone that says the same second for thousands of texts loses none of them."""
    async with opened(files_in(tmp_path)) as archive:
        archive.put(incoming(str(n)) for n in range(2500))
        assert len(await found(archive, "hello", limit=5000)) == 2500
        page = await archive.page(incoming("0").thread, limit=3)
        assert [k.message.id for k in page.messages] == ["2497", "2498", "2499"]


async def test_a_cancelled_search_is_interrupted(tmp_path: Path) -> None:
    """The next key does not wait for the search of the last one."""
    async with opened(files_in(tmp_path)) as archive:
        archive.put(incoming(str(n), f"word{n} " * 20) for n in range(3000))
        await archive.commit()
        searches = [asyncio.ensure_future(archive.search(parse_query("w"), limit=3000)) for _ in range(20)]  # noqa: TID251
        await asyncio.sleep(0)
        for search in searches:
            search.cancel()
        assert await asyncio.wait_for(found(archive, "word7"), 5)


@pytest.mark.parametrize("few", [0, 3, 100])
async def test_senders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """The same texts, by whichever way: of somebody who wrote little, much, under two names, or never."""
    monkeypatch.setattr(senders, "FEW", few)
    named = ("Alice", "Bob", "Bob Tan", "Étienne Bob-Alice")
    texts = [
        *(incoming(f"i{n}", f"milk {n % 5} eggs", name=named[n % 4], minutes=n) for n in range(23)),
        outgoing("mine", "milk for Bob", minutes=4.5),
        incoming("words", "from bob, milk", minutes=5.5),
    ]
    asked = [
        *("from:bob", "from:bo milk", "from:tan 2", 'from:"bob tan" egg', "from:bob from:ali", "from:alice"),
        *(
            "from:+1555",
            "from:15550101 3",
            "from:carol",
            "from:carol milk",
            "from:me from:bob",
            "from:etienne 1",
        ),
        *("from:bob before:2026-11-22", "from:al mi before:2027"),
    ]
    async with opened(files_in(tmp_path)) as archive:
        archive.put(texts)
        for typed in asked:
            query = parse_query(typed)
            right = [text.id for text in texts if matches(query, text)]
            right.sort(key=lambda id_: next(text.at for text in texts if text.id == id_), reverse=True)
            assert await found(archive, typed, limit=100) == right, typed
            assert await found(archive, typed, limit=2) == right[:2], typed


async def test_a_sender_who_comes_or_goes_between_two_keys(tmp_path: Path) -> None:
    """Who is known is as new as the texts are."""
    async with opened(files_in(tmp_path)) as archive:
        archive.put([incoming("1")])
        assert await found(archive, "from:bob") == []
        archive.put([incoming("2", name="Bob")])
        assert await found(archive, "from:bob") == ["2"]
        archive.put([incoming("2", name="Robert")])
        assert await found(archive, "from:bob") == []
        assert await found(archive, "from:rob hello") == ["2"]
