"""`:name:` becomes an emoji where it is one, and nothing else does."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from phonelink_tui.ui.emoji import ALSO, emoji_before


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        (":tada:", "🎉"),
        ("well done :+1:", "👍"),
        ("(:smile:", "😄"),
        ("ok :thumbsup:", "👍"),
        ("at 12:30:", None),
        ("https://x:tada:", None),
        ("a:tada:", None),
        (":nosuchthing:", None),
        ("::", None),
        ("tada:", None),
        (":tada: ", None),
    ],
)
def test_names_that_mean_an_emoji(text: str, emoji: str | None) -> None:
    """At the end of what was typed, behind a blank or a sign."""
    found = emoji_before(text)
    assert (found[1] if found else None) == emoji


def test_every_name_of_ours_works() -> None:
    """And none is wider than an emoji."""
    for name, emoji in ALSO.items():
        assert emoji_before(f"x :{name}:") == (f":{name}:", emoji)
        assert cell_len(emoji) <= 2
