"""Messages, gaps and awkward texts for the tests of the panes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.message import DeliveryState, Direction, MessageId, Placeholder, TextMessage
from phonelink_tui.domain.phone import DownReason
from phonelink_tui.domain.text import clean, clean_line
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.ui.thread_rows import Clock

SUNDAY: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CLOCK: Final = Clock(SUNDAY + timedelta(hours=12), UTC)

awkward: Final = st.text(
    st.sampled_from("ab  \n…漢é\u0301❤\ufe0f\U0001f469\u200d\U0001f3fd\U0001f1e9\u0dca"), max_size=120
)
"""Texts of wide, joined, marked and plain characters, blanks and line breaks."""


def message(
    number: int,
    text: str = "hello",
    *,
    minute: float | None = None,
    own: bool = False,
    name: str = "Alice",
    state: DeliveryState | None = None,
    placeholder: Placeholder | None = None,
    detail: str = "",
) -> TextMessage:
    """Message `number` of a thread, one a minute unless told."""
    return TextMessage(
        id=MessageId(f"m{number}"),
        thread=ThreadId("t"),
        direction=Direction.OUTGOING if own else Direction.INCOMING,
        sender=None if own else identify("+15550100"),
        sender_name=clean_line("" if own else name),
        recipient=identify("+15550100") if own else None,
        text=clean(text),
        at=SUNDAY + timedelta(minutes=number if minute is None else minute),
        read=True,
        state=state or (DeliveryState.ACCEPTED if own else DeliveryState.RECEIVED),
        sources=frozenset(),
        placeholder=placeholder,
        detail=detail,
    )


def gap(name: str, start_minute: float, end_minute: float | None) -> Gap:
    """A time without connection."""
    end = None if end_minute is None else SUNDAY + timedelta(minutes=end_minute)
    return Gap(name, SUNDAY + timedelta(minutes=start_minute), end, DownReason.LINK_LOST)
