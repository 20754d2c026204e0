"""Costs grow with what is shown, not with what is kept: ratios, on one machine in one run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.facts import MessageGone
from phonelink_tui.archive.query import parse_query
from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.thread import ThreadId
from tests.archive.desk import PHONE, SECRET, files_in, opened
from tests.bench.archive_writing import texts, write_archive

BUSIEST = ThreadId(f"{0:016x}")
SMALL, LARGE = 1_000, 20_000
ROUNDS = 30


async def fastest(look: Callable[[], Awaitable[object]]) -> float:
    """Seconds of a processor that the cheapest of some rounds took: a busy machine adds nothing."""
    best = 60.0
    for _ in range(ROUNDS):
        began = time.process_time()
        await look()
        best = min(best, time.process_time() - began)
    return best


async def costs(archive: Archive) -> tuple[float, float]:
    """A page of a conversation, and a search as it is typed."""
    page = await fastest(lambda: archive.page(BUSIEST, limit=50))
    search = await fastest(lambda: archive.search(parse_query("m"), limit=50))
    return page, search


@pytest.mark.timeout(240)
async def test_a_page_and_a_search_do_not_grow_with_the_archive(tmp_path: Path) -> None:
    """Twenty times as many texts: the same page and the same search cost less than four times as much."""
    found = []
    for count in (SMALL, LARGE):
        files = files_in(tmp_path / str(count))
        await asyncio.to_thread(write_archive, files, SECRET, PHONE, texts(count, 1))
        async with opened(files) as archive:
            archive.put(
                [MessageGone(MessageId("1-0"))]
            )  # from the first one on the index is of another version
            await archive.commit()
            found.append(await costs(archive))
    (small_page, small_search), (large_page, large_search) = found
    assert large_page < 4 * small_page
    assert large_search < 4 * small_search
