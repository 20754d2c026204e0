"""Does the second gate let through what acts on a terminal, or change what does not?"""

from __future__ import annotations

import unicodedata

import pytest
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.color import Color

from phonelink_tui.domain.text import clean
from phonelink_tui.ui.control_gate import ControlGate
from tests.hostile_texts import HOSTILE

BLACK = Color(0, 0, 0)


def passed(text: str) -> str:
    return "".join(segment.text for segment in ControlGate().apply([Segment(text)], BLACK))


def test_every_code_point_that_acts_is_held() -> None:
    """All of Unicode's controls, formatters, surrogates and separators, except the non-joiner."""
    acting = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and code != 0x200C
    ]
    assert [hex(ord(character)) for character in acting if character in passed(f"a{character}b")] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_the_width_of_a_line_stays(name: str) -> None:
    """Lines are laid out before the gate: what it takes out must not shift what stands right of it."""
    before = [Segment(line) for line in HOSTILE[name].split("\n")]
    after = ControlGate().apply(before, BLACK)
    assert [segment.cell_length for segment in after] == [segment.cell_length for segment in before]


@pytest.mark.parametrize("hidden", ["\u200da", "\u200d\u4e2d", "\u200d\u0301x"])
def test_what_hid_its_neighbour_does_not_widen_the_line(hidden: str) -> None:
    """A joiner is counted with what follows it: without it the rest must take no more cells than were counted."""
    (before,) = [Segment(f"{hidden}.")]
    (after,) = ControlGate().apply([before], BLACK)
    assert "\u200d" not in after.text
    assert after.cell_length == before.cell_length


@pytest.mark.parametrize("name", HOSTILE)
def test_clean_text_passes_as_it_is(name: str) -> None:
    """The gate has nothing to do behind the first one."""
    lines = [Segment(line) for line in clean(HOSTILE[name]).split("\n")]
    assert ControlGate().apply(lines, BLACK) is lines


def test_emoji_pass() -> None:
    """Families, hearts on fire and flags are not mistaken for hidden text."""
    assert passed("\U0001f468\u200d\U0001f469\u200d\U0001f466 \u2764\ufe0f\u200d\U0001f525") != ""
    text = "\U0001f468\u200d\U0001f469\u200d\U0001f466 \u2764\ufe0f\u200d\U0001f525 \U0001f1e9\U0001f1ea"
    assert passed(text) == text


def test_a_link_that_holds_a_control_is_dropped() -> None:
    """Link targets are written raw inside OSC 8: one with an escape in it is no link."""
    hostile = Segment("click", Style(link="http://a/\x1b\\\x1b]0;pwned\x07"))
    honest = Segment("click", Style(link="https://example.org/"))
    first, second = ControlGate().apply([hostile, honest], BLACK)
    assert first.style is not None
    assert first.style.link is None
    assert second is honest


def test_controls_of_the_app_itself_pass() -> None:
    """Segments that are marked as controls are Textual's own."""
    control = Segment("\x1b[H", None, [(ControlType.HOME,)])
    assert ControlGate().apply([control, Segment("\x07")], BLACK)[0] is control
