"""Two drafts become one, and each can be written on."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from phonelink_tui.domain.drafts import with_part

DRAFTS = st.text("ab\n ", max_size=8).filter(
    lambda text: not text.startswith("\n") and not text.endswith("\n")
)


@given(DRAFTS, DRAFTS, DRAFTS)
def test_a_part_is_joined_once_and_replaced_later(draft: str, old: str, new: str) -> None:
    """Nothing of either is lost; what was joined is found again."""
    joined = with_part(draft, "", old)
    assert draft in joined
    assert old in joined
    assert with_part(joined, old, old) == joined
    if old and draft != old and new not in (draft, joined):
        assert with_part(joined, old, new) == with_part(draft, "", new)


def test_what_is_not_there_is_put_behind() -> None:
    """On a line of its own, also where its end only looks like it."""
    assert with_part("see you", "you", "me") == "see you\nme"
    assert with_part("see\nyou", "you", "") == "see"
    assert with_part("you", "you", "you there") == "you there"
    assert with_part("", "", "") == ""
