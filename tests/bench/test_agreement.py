"""Is every disagreement about a long run found? A judge that finds nothing proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from tests.bench.agreement import Accounts, Seen

JOURNAL = [
    {"type": "received", "text": "p00001 hello there"},
    {"type": "pushed", "text": "a00001 hi"},
    {"type": "received", "text": "p00002 well"},
    {"type": "pushed", "text": "w00001 unknown, but there"},
]
TEXTS = [
    Seen("m1", "t", outgoing=False, text="p00001 hello there", state="received"),
    Seen("m2", "t", outgoing=True, text="a00001 hi", state="accepted"),
    Seen("m3", "t", outgoing=False, text="p00002 well", state="received"),
    Seen("m4", "t", outgoing=True, text="w00001 unknown, but there", state="unknown"),
    Seen("m5", "t", outgoing=True, text="a00002 never", state="failed"),
    Seen("m6", "t", outgoing=True, text="a00002 never", state="failed"),
]
ROWS = [
    *("12:00 Alice p00001 hello", "            there", "12:01 You   a00001 hi  ✓ accepted"),
    *(
        "12:02 Alice p00002 well",
        "12:03 You   w00001 unknown, but there",
        "       ? unknown, may have been sent",
    ),
    *("       a00002 never  ✗ not sent", "       a00002 never  ✗ not sent"),
]


def accounts(**changed: Any) -> Accounts:
    """What all agree on, but for what is changed."""
    agreed: dict[str, Any] = {
        "journal": JOURNAL,
        "pages": {"t": TEXTS},
        "exported": TEXTS,
        "tail": {text.id: text for text in TEXTS},
        "screens": {"app 1": [[ROWS[:5], ROWS[3:]]]},
        "exits": {"w00001": 9},
        "typed": ["a00001", "a00002", "a00003"],
        "drafts": ["a00003 not yet"],
    }
    return Accounts(**agreed | changed)


def without(number: int) -> list[Seen]:
    """All texts but one."""
    return [text for n, text in enumerate(TEXTS) if n != number]


def test_all_agree() -> None:
    """Nothing is wrong where nothing is, and everything is counted."""
    agreed = accounts()
    counts = agreed.check()
    assert agreed.wrong == []
    assert (counts["texts"], counts["pushed"], counts["received"], counts["written_twice"]) == (6, 2, 2, 1)
    assert counts["rows_read"] == {"app 1": 5}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: {"journal": [*JOURNAL, JOURNAL[1]]}, "a00001: ['accepted'], and the phone took it 2 times"),
        (lambda: {"journal": [*JOURNAL, JOURNAL[3]]}, "w00001: ['unknown'], and the phone took it 2 times"),
        (lambda: {"journal": [j for j in JOURNAL if j is not JOURNAL[1]]}, "the phone took it 0 times"),
        (lambda: {"journal": [*JOURNAL, {"type": "pushed", "text": "a00002"}]}, "the phone took it 1 times"),
        (lambda: {"journal": [*JOURNAL, {"type": "pushed", "text": "w00009"}]}, "the relay does not have"),
        (lambda: {"journal": [*JOURNAL, JOURNAL[0]]}, "the phone has it 1 times more"),
        (lambda: {"journal": JOURNAL[1:]}, "the relay has it 1 times more"),
        (lambda: {"pages": {"t": [*TEXTS[:4], evolve(TEXTS[4], state="queued")]}}, "['queued']"),
        (lambda: {"tail": {text.id: text for text in without(0)}}, "the tail does not have"),
        (lambda: {"tail": {"m9": TEXTS[0], **{t.id: t for t in TEXTS}}}, "the tail has a text twice"),
        (lambda: {"exported": without(2)}, "the file does not have"),
        (lambda: {"exported": [evolve(TEXTS[0], text="p00001"), *TEXTS[1:]]}, "only the file has"),
        (lambda: {"exits": {"w00001": 0, "a00001": 7}}, "a00001: exit 7"),
        (lambda: {"exits": {"a00002": 0}}, "a00002: exit 0"),
        (lambda: {"exits": {"w00001": 1}}, "w00001: exit 1"),
        (lambda: {"typed": ["a00004"]}, "typed, and nowhere: ['a00004']"),
        (lambda: {"screens": {"app 1": [[ROWS[:3], ROWS[4:]]]}}, "app 1 does not show 1"),
        (lambda: {"screens": {"app 1": [[ROWS[:3] + ROWS[4:], ROWS[3:]]]}}, "no stretch"),
        (lambda: {"screens": {"app 1": [[[ROWS[3], *ROWS]]]}}, "no stretch"),
        (lambda: {"screens": {"app 1": [[[r.replace("✓", "…") for r in ROWS]]]}}, "not ['✓ accepted']"),
    ],
)
def test_a_disagreement_is_found(change: Callable[[], dict[str, Any]], said: str) -> None:
    """Lost, doubled, in the wrong state or the wrong order, wherever it is."""
    differing = accounts(**change())
    differing.check()
    assert any(said in wrong for wrong in differing.wrong), differing.wrong
