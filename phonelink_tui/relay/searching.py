"""Which texts in memory hold what was asked for? Where there is an archive, it is asked instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from phonelink_tui.domain.message import DeliveryState, TextMessage

FAILED_TOLD: Final = 200
"""Failed texts in a snapshot, the newest."""


def find_texts(messages: Iterable[TextMessage], query: str, limit: int) -> tuple[TextMessage, ...]:
    """Texts with every word, case-folded, anywhere in text or sender's name; newest first, at most `limit`."""
    words = query.casefold().split()
    if not words:
        return ()
    hits = (
        m for m in messages if all(w in m.text.casefold() or w in m.sender_name.casefold() for w in words)
    )
    return tuple(sorted(hits, key=lambda m: m.at, reverse=True)[:limit])


def newest_failed(messages: Iterable[TextMessage]) -> tuple[TextMessage, ...]:
    """Those that were not sent, oldest first, `FAILED_TOLD` at most."""
    failed = (m for m in messages if m.state is DeliveryState.FAILED)
    return tuple(sorted(failed, key=lambda m: m.at)[-FAILED_TOLD:])
