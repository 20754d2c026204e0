"""Makes archives of a given size, the same for the same seed, as fast as the archive's own writing goes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from phonelink_tui.archive.database import connect
from phonelink_tui.archive.files import ArchiveFiles, make_private
from phonelink_tui.archive.key_file import create
from phonelink_tui.archive.key_sources import Secret
from phonelink_tui.archive.schema import migrate
from phonelink_tui.archive.writing import Writing
from phonelink_tui.domain.address import Address, AddressKind
from phonelink_tui.domain.message import (
    Audience,
    DeliveryState,
    Direction,
    MessageId,
    Source,
    TextMessage,
)
from phonelink_tui.domain.text import NO_TEXT, RemoteText
from phonelink_tui.domain.thread import ThreadId

WORDS = 40_000
WORDS_A_TEXT = 10
FIRST_AT = datetime(2016, 1, 1, tzinfo=UTC)
BUSIEST_SHARE = 0.1
"""Of all texts, in the busiest conversation: 100,000 of a million."""

_BATCH = 5000


def vocabulary(rng: random.Random) -> tuple[list[str], list[float]]:
    """Made-up words, the short ones mostly the frequent ones, and their cumulated weights after Zipf."""

    def word() -> str:
        parts = (
            rng.choice("bcdfghjklmnprstvwz") + rng.choice("aeiou") + rng.choice(["", "", "n", "r", "s"])
            for _ in range(rng.randint(1, 4))
        )
        return "".join(parts)

    found = sorted({word() for _ in range(WORDS)})
    found.sort(key=lambda w: len(w) + rng.random() * 6)
    return found, list(itertools.accumulate(1 / (n + 2) for n in range(len(found))))


def texts(count: int, seed: int, people: int = 300) -> Iterator[TextMessage]:
    """Texts of ten years with so many people, oldest first."""
    rng = random.Random(seed)
    words, weights = vocabulary(rng)
    others = [
        Address(RemoteText(f"+1555{n:07}"), AddressKind.PHONE, f"tel:+1555{n:07}") for n in range(people)
    ]
    names = [RemoteText(f"{rng.choice(words).title()} {rng.choice(words).title()}") for _ in others]
    step = timedelta(days=3650) / max(1, count)
    for n in range(count):
        who = 0 if rng.random() < BUSIEST_SHARE else rng.randrange(people)
        mine = rng.random() < 0.4
        length = max(1, round(rng.expovariate(1 / WORDS_A_TEXT)))
        yield TextMessage(
            id=MessageId(f"1-{n}"),
            thread=ThreadId(f"{who:016x}"),
            direction=Direction.OUTGOING if mine else Direction.INCOMING,
            sender=None if mine else others[who],
            sender_name=NO_TEXT if mine else names[who],
            recipient=others[who] if mine else None,
            text=RemoteText(" ".join(rng.choices(words, cum_weights=weights, k=length))),
            at=FIRST_AT + step * n,
            read=True,
            state=DeliveryState.ACCEPTED if mine else DeliveryState.RECEIVED,
            sources=frozenset({Source.OWN if mine else Source.MAP}),
            audience=Audience.PRIVATE,
        )


def write_archive(
    files: ArchiveFiles, secret: Secret, phone_id: str, messages: Iterator[TextMessage]
) -> None:
    """A new archive with these texts, through the same code that writes them one by one."""
    make_private(files)
    key = create(files.key, secret)
    db = connect(files.database, key, write=True)
    migrate(db, phone_id)
    db.pragma("synchronous", "off")
    writing = Writing(db)
    while batch := list(itertools.islice(messages, _BATCH)):
        with db:
            writing.apply_all(batch)
    db.pragma("wal_checkpoint(TRUNCATE)")
    db.close()
