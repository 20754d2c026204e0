"""May a text go out: every rule, and that no confirmation opens what is refused."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from attrs import evolve
from hypothesis import given

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.message import Audience
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.domain.thread import Reply
from phonelink_tui.relay.api import Ask
from phonelink_tui.relay.guard import (
    ASKS,
    REFUSALS,
    TEXT_CHARS,
    Refusal,
    SendFacts,
    decide,
    question,
    reply_rule,
)

ALICE = identify("+15550100")
KNOWN = SendFacts(
    text="hi",
    recipient=ALICE,
    thread_address=ALICE,
    audience=Audience.PRIVATE,
    in_contacts=True,
    written_before=True,
)

REFUSED: dict[str, tuple[dict[str, Any], Refusal]] = {
    "no text": ({"text": " \n"}, Refusal.EMPTY),
    "too long": ({"text": "x" * (TEXT_CHARS + 1)}, Refusal.TOO_LONG),
    "group": ({"audience": Audience.GROUP}, Refusal.GROUP),
    "nobody": ({"recipient": identify("")}, Refusal.NO_RECIPIENT),
    "two people": ({"recipient": identify("+15550100,+15550101")}, Refusal.SEVERAL_RECIPIENTS),
    "two with a semicolon": ({"recipient": identify("a@b.example;c@d.example")}, Refusal.SEVERAL_RECIPIENTS),
    "a word": ({"recipient": identify("Alice"), "thread_address": None}, Refusal.BAD_RECIPIENT),
    "a vCard in the recipient": (
        {"recipient": identify("+15550100\r\nTEL:+15550199"), "thread_address": None},
        Refusal.BAD_RECIPIENT,
    ),
    "a sender that is a name": (
        {"recipient": identify("DHL"), "thread_address": identify("DHL")},
        Refusal.CANNOT_ANSWER,
    ),
    "somebody else's thread": ({"recipient": identify("+15550199")}, Refusal.OTHER_RECIPIENT),
    "the same last digits": ({"recipient": identify("5550100")}, Refusal.OTHER_RECIPIENT),
    "a line break in the number": (
        {"recipient": evolve(ALICE, value=RemoteText("+1555\n0100"))},
        Refusal.BAD_RECIPIENT,
    ),
    "a thread that is gone": ({"thread_known": False}, Refusal.UNKNOWN_THREAD),
}

ASKED: dict[str, tuple[dict[str, Any], tuple[Ask, ...]]] = {
    "may be a group": ({"audience": Audience.UNKNOWN}, (Ask.GROUP_UNKNOWN,)),
    "never written to": ({"in_contacts": False, "written_before": False}, (Ask.FIRST_TO_SENDER,)),
    "both": (
        {"audience": Audience.UNKNOWN, "in_contacts": False, "written_before": False},
        (Ask.GROUP_UNKNOWN, Ask.FIRST_TO_SENDER),
    ),
    "a new recipient": (
        {"thread_address": None, "audience": None, "in_contacts": False, "written_before": False},
        (Ask.NEW_RECIPIENT,),
    ),
    "a short code": (
        {
            "recipient": identify("40404"),
            "thread_address": identify("40404"),
            "in_contacts": False,
            "written_before": False,
        },
        (Ask.SHORT_CODE,),
    ),
}


def test_a_known_person_is_written_to_without_a_word() -> None:
    """The everyday case passes."""
    assert decide(KNOWN).allowed
    assert reply_rule(KNOWN) == (Reply.OPEN, "")


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case: str) -> None:
    """Each hard rule refuses, and confirming everything changes nothing."""
    change, refusal = REFUSED[case]
    facts = evolve(KNOWN, **change)
    assert decide(facts).refusal is refusal
    assert decide(evolve(facts, confirmed=frozenset(Ask))).refusal is refusal


@pytest.mark.parametrize("case", ASKED)
def test_asks(case: str) -> None:
    """Each doubt is asked about once, and its confirmation lets the text out."""
    change, asks = ASKED[case]
    facts = evolve(KNOWN, **change)
    decision = decide(facts)
    assert decision.refusal is None
    assert decision.asks == asks
    assert decide(evolve(facts, confirmed=frozenset(asks))).allowed


def test_every_word_has_a_sentence() -> None:
    """No refusal and no ask is without a sentence, and the recipient's name stays literal in it."""
    assert set(REFUSALS) == set(Refusal)
    assert set(ASKS) == set(Ask)
    assert all(sentence and hint for sentence, hint in REFUSALS.values())
    assert "{0} [b]" in question([Ask.GROUP_UNKNOWN], "{0} [b]")


def test_whom_was_written_to_before_needs_no_question() -> None:
    """Nor does who is in the contacts: one of the two is enough."""
    assert decide(evolve(KNOWN, in_contacts=False)).allowed
    assert decide(evolve(KNOWN, written_before=False)).allowed


PIECES = st.sampled_from(
    ["+15550100", "+15550101", "40404", "a@b.example", "Alice", "", " ", ",", ";", "\r\n", "\n", "\\", ":"]
)


@given(
    st.text(max_size=30),
    st.lists(PIECES, max_size=3).map("".join) | st.text(max_size=30),
    st.sampled_from([None, *Audience]),
    st.frozensets(st.sampled_from(Ask)),
    st.booleans(),
)
def test_nothing_gets_out_without_one_answerable_recipient(
    text: str, recipient: str, audience: Audience | None, confirmed: frozenset[Ask], known: bool
) -> None:
    """Whatever is written and confirmed: what is allowed has text, one answerable recipient, and no group."""
    facts = SendFacts(text, identify(recipient), audience=audience, confirmed=confirmed, written_before=known)
    if decide(facts).allowed:
        assert text.strip()
        assert facts.recipient.answerable
        assert not set(",;\r\n\\") & set(facts.recipient.value)
        assert audience is not Audience.GROUP
