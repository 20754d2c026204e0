"""Does the self-test of texts see what is wrong, and find nothing wrong with the program?"""

from __future__ import annotations

import pytest

from phonelink_tui.domain.hostile_texts import HOSTILE_TEXTS, HostileText
from phonelink_tui.ui import text_check
from phonelink_tui.ui.control_gate import ControlGate
from phonelink_tui.ui.text_check import acting, check_text


@pytest.mark.parametrize("case", HOSTILE_TEXTS, ids=lambda case: case.name)
def test_the_corpus_is_safe(case: HostileText) -> None:
    """Each text of it, through both gates and the drawing of a conversation."""
    assert check_text(case).wrong == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\x1b[2J", "U+001B"),
        ("a\x9b", "U+009B"),
        ("a\u202eb", "U+202E"),
        ("a\u2028b", "U+2028"),
        ("a\ud800", "U+D800"),
        ("a\u200bb", "U+200B"),
        ("a\U0001fffeb", "U+1FFFE"),
        ("漢字 é \u200d \u200c 👍", ""),
    ],
)
def test_what_acts_is_seen(text: str, found: str) -> None:
    """Controls, direction, separators, halves, what nobody sees."""
    assert acting(text) == found


def test_every_text_says_why() -> None:
    """Names are unique, and a person reads what each would do."""
    assert len({case.name for case in HOSTILE_TEXTS}) == len(HOSTILE_TEXTS) > 40
    assert all(10 < len(case.why) <= 60 for case in HOSTILE_TEXTS)


def test_a_gate_that_lets_through_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the first gate open the second one still holds; with both open everything is told."""
    case = HostileText("x", "erases", "A\x1b[2JB")
    monkeypatch.setattr(text_check, "clean", lambda raw: raw)
    monkeypatch.setattr(text_check, "clean_line", lambda raw: raw)
    assert check_text(case).wrong == ("U+001B passes the first gate",)
    monkeypatch.setattr(ControlGate, "apply", lambda _self, segments, _background: segments)
    assert "U+001B is written at 80 columns" in check_text(case).wrong
    assert "U+001B is written in a list" in check_text(case).wrong
