"""Does reading a phonebook pause often enough, whatever is in it, and cost in proportion to its size?"""

from __future__ import annotations

import tracemalloc
from itertools import groupby

import pytest

from phonelink_tui.errors import RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.pbap.vcard import decode_vcards, vcard_steps
from phonelink_tui.protocol.pbap.vcard_lines import content_steps

CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Doe;Jane\r\nFN:Jane Doe\r\nTEL;TYPE=CELL:+15550100\r\nEND:VCARD\r\n"
MEGABYTE = 1024 * 1024

BODIES = {
    "cards": CARD,
    "empty lines": b"\r\n",
    "no colon": b"x\r\n",
    "outside of cards": b"X:1\r\n",
    "photo": b" AAAA\r\n",
    "folded": b"N:\r\n x\r\n",
    "escapes": b"FN:" + b"\\n" * 10_000 + b"\r\n",
    "components": b"N:" + b";" * 10_000 + b"\r\n",
}


@pytest.mark.parametrize("name", BODIES)
def test_no_step_reads_more_than_its_share(name: str) -> None:
    """Between two pauses lie at most the bytes of a step and of one line, so lines and properties are bounded too."""
    piece = BODIES[name]
    data = (b"PHOTO:\r\n" if name == "photo" else b"") + piece * (MEGABYTE // len(piece))
    pauses = sum(line is None for line in content_steps(data))
    assert pauses >= len(data) // (limits.VCARD_STEP_BYTES + len(piece)) - 1
    runs = [
        len(list(run)) for is_pause, run in groupby(content_steps(data), lambda x: x is None) if not is_pause
    ]
    assert max(runs, default=0) <= (limits.VCARD_STEP_BYTES + len(piece)) // 4


def test_steps_hold_the_same_cards() -> None:
    """Whole or in steps, and refused alike; where a pause falls into a card, nothing is lost."""
    data = CARD * 3000
    assert tuple(card for card in vcard_steps(data) if card is not None) == decode_vcards(data)
    assert len(decode_vcards(data)) == 3000
    with pytest.raises(RemoteProtocolError):
        list(vcard_steps(b"no card " * 10_000))


@pytest.mark.parametrize("name", ["cards", "folded", "photo"])
def test_memory_does_not_grow_with_the_body(name: str) -> None:
    """Four times the body take no more memory to go through: nothing is collected but the card at hand."""

    def peak(parts: int) -> int:
        piece = BODIES[name]
        data = (b"PHOTO:\r\n" if name == "photo" else b"") + piece * (parts * MEGABYTE // 8 // len(piece))
        tracemalloc.start()
        for _ in content_steps(data):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(4) <= 2 * peak(1) + 64 * 1024


def test_a_value_without_end_is_read_so_far() -> None:
    """Escapes and components of a line of 60 kB are undone for its first characters only."""
    for line in (b"FN:" + b"\\n" * 30_000, b"N:" + b";" * 60_000, b"ORG:" + b"a;" * 30_000):
        (card,) = decode_vcards(b"BEGIN:VCARD\r\nVERSION:3.0\r\n" + line + b"\r\nEND:VCARD\r\n")
        assert len(card.formatted_name) <= limits.VCARD_VALUE_CHARS
        assert len(card.organisation) <= limits.VCARD_VALUE_CHARS
