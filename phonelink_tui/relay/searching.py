"""Which texts in memory hold what was asked for? By the archive's rules; where there is one, it is asked instead."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Final

from phonelink_tui.archive.query import Found, found_by, matches, parse_query
from phonelink_tui.domain.message import DeliveryState, MessageId, TextMessage

FAILED_TOLD: Final = 200
"""Failed texts in a snapshot, the newest."""

SLICE: Final = 50
"""Texts folded before everything else gets its turn: 3 to 7 ms."""


class MemorySearch:
    """Searches texts that are nowhere but in memory; what each is found by is worked out once."""

    def __init__(self) -> None:
        self._found: dict[MessageId, tuple[TextMessage, Found]] = {}

    async def search(
        self, messages: Sequence[TextMessage], typed: str, limit: int, zone: tzinfo
    ) -> tuple[TextMessage, ...]:
        """The newest `limit` of `messages` that fulfil what was typed, newest first.

        Args:
            messages: In the order they came.
            typed: See `archive.query`.
            limit: How many, at most.
            zone: Whose midnight `before:` means.
        """
        query = parse_query(typed, zone)
        hits: list[TextMessage] = []
        folded = 0
        if query.is_empty:
            return ()
        if len(self._found) > len(messages):
            there = {message.id for message in messages}
            self._found = {id_: found for id_, found in self._found.items() if id_ in there}
        for message in reversed(sorted(messages, key=lambda m: m.at)):  # noqa: C413 of one time the last that came
            found = self._known(message)
            if found is None:
                found = found_by(message)
                self._found[message.id] = (message, found)
                folded += 1
                if folded % SLICE == 0:
                    await asyncio.sleep(0)
            if matches(query, message, found):
                hits.append(message)
                if len(hits) == limit:
                    break
        return tuple(hits)

    def _known(self, message: TextMessage) -> Found | None:
        of, found = self._found.get(message.id, (None, None))
        same = of is not None and (of.text, of.sender_name) == (message.text, message.sender_name)
        return found if same and of is not None and of.sender == message.sender else None


def newest_failed(messages: Iterable[TextMessage]) -> tuple[TextMessage, ...]:
    """Those that were not sent, oldest first, `FAILED_TOLD` at most."""
    failed = (m for m in messages if m.state is DeliveryState.FAILED)
    return tuple(sorted(failed, key=lambda m: m.at)[-FAILED_TOLD:])
