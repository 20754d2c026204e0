"""Which texts speak of a one-time code, and so never reach the disk."""

from __future__ import annotations

import pytest

from phonelink_tui.domain.code import tells_code
from tests.archive.desk import incoming, outgoing


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("G-502371 is your Village Square verification code.", True),
        ("118 204 is your login code.", True),
        ("Your PIN: 4821", True),
        ("Dinner at 1930?", False),
        ("The code of conduct has 12 pages", False),
        ("Your code costs €4821", False),
    ],
)
def test_incoming_codes_are_told(text: str, *, told: bool) -> None:
    """A word that says so and digits of that shape, both."""
    assert tells_code(incoming("m1", text)) is told


def test_a_text_of_our_own_is_none() -> None:
    """Whatever it says: that it left must be known after a restart."""
    assert not tells_code(outgoing("m1", "My code is 4821"))
