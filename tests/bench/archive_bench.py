"""How long do a key of a search, a page and a start take over a large encrypted archive? A script.

python -m tests.bench.archive_bench [--messages 1000000] [--keep DIRECTORY]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from phonelink_tui.archive.archive import Archive
from phonelink_tui.archive.facts import MessageGone
from phonelink_tui.archive.files import ArchiveFiles, archive_files
from phonelink_tui.archive.key_sources import Secret, SecretKind
from phonelink_tui.archive.opening import open_archive
from phonelink_tui.archive.query import parse_query
from phonelink_tui.domain.message import MessageId
from phonelink_tui.domain.thread import ThreadId
from tests.bench.archive_writing import texts, vocabulary, write_archive

SEED = 7
PHONE = "bench"
SECRET = Secret(SecretKind.KEYRING, b"0123456789abcdef0123456789abcdef")
QUERIES = 300
HITS = 50
BUSIEST = ThreadId(f"{0:016x}")


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def told(name: str, seconds: list[float]) -> None:
    """One line about a measurement."""
    shown = [statistics.median(seconds), percentile(seconds, 0.99), max(seconds)]
    print(f"{name:<34} n={len(seconds):<5} ms: " + " ".join(f"{v * 1000:8.2f}" for v in shown), flush=True)


async def time_searches(archive: Archive) -> None:
    """Type queries letter by letter, as a person does: words of the vocabulary, by how frequent they are."""
    rng = random.Random(SEED + 1)
    words, weights = vocabulary(random.Random(SEED))
    by_style: dict[str, list[float]] = {"one word": [], "two or three words": [], "from: and a word": []}
    processor: dict[str, list[float]] = {style: [] for style in by_style}
    for _ in range(QUERIES):
        chosen = rng.choices(words, cum_weights=weights, k=rng.randint(1, 3))
        style = "one word" if len(chosen) == 1 else "two or three words"
        head = "".join(f"{word} " for word in chosen[:-1])
        if rng.random() < 0.15:
            style, head = "from: and a word", f"from:{words[rng.randrange(200)][:3]} "
        for length in range(1, len(chosen[-1]) + 1):
            query = parse_query(head + chosen[-1][:length])
            began, worked = time.perf_counter(), time.process_time()
            await archive.search(query, limit=HITS)
            by_style[style].append(time.perf_counter() - began)
            processor[style].append(time.process_time() - worked)
    print("                                            median      p99      max")
    for style, seconds in by_style.items():
        told(f"search, {style}", seconds)
        told("  of it processor time", processor[style])  # the same on a machine that is busy otherwise
    told("search, every key", [s for seconds in by_style.values() for s in seconds])
    told("  of it processor time", [s for seconds in processor.values() for s in seconds])


async def time_pages(archive: Archive) -> None:
    """Walk back through the busiest conversation."""
    before: MessageId | None = None
    seconds = []
    for _ in range(300):
        began = time.perf_counter()
        page = await archive.page(BUSIEST, before=before, limit=100)
        seconds.append(time.perf_counter() - began)
        before = page.messages[0].message.id if page.earlier else None
    told("page of 100, busiest conversation", seconds)


async def measure(files: ArchiveFiles) -> None:
    """Everything, on an archive that is there."""
    size = files.database.stat().st_size
    print(f"size {size / 1e6:.0f} MB", flush=True)
    began = time.perf_counter()
    async with open_archive(files, SECRET, PHONE, lambda: datetime.now(UTC)) as found:
        archive = found.archive
        opened = time.perf_counter()
        kept = await archive.load()
        loaded = time.perf_counter()
        await archive.newest(500)
        archive.put([MessageGone(MessageId("1-0"))])  # from the first one on the index is of another version
        await archive.commit()
        print(
            f"open {1000 * (opened - began):.0f} ms, load {len(kept.threads)} conversations"
            f" {1000 * (loaded - opened):.0f} ms, newest 500 {1000 * (time.perf_counter() - loaded):.0f} ms"
        )
        await time_searches(archive)
        await time_pages(archive)
        await time_commits(archive)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


async def time_commits(archive: Archive) -> None:
    """One text at a time, each durable."""
    seconds = []
    for message in texts(200, SEED + 2):
        began = time.perf_counter()
        archive.put([message])
        await archive.commit()
        seconds.append(time.perf_counter() - began)
    told("put and commit one text", seconds)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="make the archive here, or use the one that is here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = archive_files(arguments.keep or Path(scratch) / "archive", PHONE)
        if not files.database.exists():
            began = time.perf_counter()
            write_archive(files, SECRET, PHONE, texts(arguments.messages, SEED))
            print(f"wrote {arguments.messages} texts in {time.perf_counter() - began:.0f} s", flush=True)
        asyncio.run(measure(files))


if __name__ == "__main__":
    main()
