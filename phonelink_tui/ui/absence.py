"""What changed since a person looked last? One line for the first screen; values only."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Final

from phonelink_tui.domain.call import CallKind
from phonelink_tui.domain.gap import Gap
from phonelink_tui.ui.projection import Projection
from phonelink_tui.ui.when import clock, moment

AWAY: Final = timedelta(minutes=10)
"""Whoever looked more recently was not away."""

NOTICEABLE: Final = timedelta(minutes=1)
"""A gap shorter than this is not worth a word."""


def absence_words(projection: Projection, since: datetime, now: datetime, zone: tzinfo | None) -> str:
    """The line; empty where nothing happened that concerns a person. What is muted or put away does not."""
    heard = {id_: row for id_, row in projection.threads.items() if not (row.muted or row.archived)}
    arrived = projection.arrived.count(heard)
    texts = arrived.total()
    notices = [n for n in (*projection.queue(), *projection.digest()) if n.at > since]
    missed = [c for c in projection.calls if c.kind is CallKind.MISSED and c.at is not None and c.at > since]
    parts = []
    if texts:
        parts.append(f"{_count(texts, 'unread text')} in {_count(len(arrived), 'conversation')}")
    if notices:
        parts.append(_count(len(notices), "notification"))
    if missed:
        parts.append(_count(len(missed), "missed call"))
    parts += _gaps([gap for gap in projection.gaps.values() if (gap.ended_at or now) > since], now, zone)
    if not parts:
        return ""
    return f"Since you left, {moment(since, zone, now)}: {', '.join(parts)}."


def _gaps(gaps: list[Gap], now: datetime, zone: tzinfo | None) -> list[str]:
    spans = [(gap.started_at, gap.ended_at or now) for gap in gaps]
    spans = [(begin, end) for begin, end in spans if end - begin >= NOTICEABLE]
    if not spans:
        return []
    begin, end = max(spans, key=lambda span: span[1] - span[0])
    longest = f"{moment(begin, zone, now)}–{clock(end, zone)}"
    if begin.astimezone(zone).date() != end.astimezone(zone).date():
        longest = f"{moment(begin, zone, now)} – {moment(end, zone, now)}"
    if len(spans) == 1:
        return [f"not connected {longest}"]
    return [f"not connected {len(spans)} times, the longest {longest}"]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
