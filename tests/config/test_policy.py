"""What is refused, by whom, and in which words?"""

from __future__ import annotations

from datetime import datetime

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from phonelink_tui.config.archive_settings import ArchiveSettings, KeepRule
from phonelink_tui.config.policy import (
    ActionRule,
    OutboundRule,
    Policy,
    PolicyAction,
    PolicyFile,
    RecipientRule,
)
from phonelink_tui.config.policy_hours import parse_hours
from phonelink_tui.config.policy_people import parse_person
from phonelink_tui.config.policy_reading import read_policy
from phonelink_tui.config.policy_rulings import Standing, explained, rulings
from phonelink_tui.config.policy_words import PATTERN_CHARS, parse_pattern
from phonelink_tui.domain.address import identify
from phonelink_tui.errors import UsageError

NOON = datetime(2026, 11, 16, 12, 0)  # noqa: DTZ001 what the clock on the wall shows
NIGHT = NOON.replace(hour=23)


def policy(*texts: str) -> Policy:
    return Policy(tuple(read_policy(text.encode(), f"{n}.toml") for n, text in enumerate(texts, 1)))


OFFICE = (parse_hours("mon-fri 08:00-18:00"),)

rules = st.builds(ActionRule, st.booleans(), st.sampled_from([(), OFFICE]), st.just("said"))
files = st.builds(
    PolicyFile,
    st.just("a.toml"),
    actions=st.dictionaries(st.sampled_from(PolicyAction), rules),
    recipients=st.builds(
        RecipientRule,
        st.sampled_from([None, (parse_person("+4930*"),)]),
        st.sampled_from([(), (parse_person("+49301*"),)]),
    ),
    outbound=st.sampled_from([OutboundRule(), OutboundRule((parse_pattern("secret"),))]),
    ceiling=st.builds(KeepRule, st.none() | st.integers(1, 99), st.none() | st.integers(0, 99)),
    broken=st.sampled_from(["", "", "It is not root's."]),
)


@given(st.lists(files, max_size=2), files)
def test_another_file_only_makes_things_stricter(before: list[PolicyFile], more: PolicyFile) -> None:
    """Whatever is refused or bounded stays so, and the file that decided it too."""
    old, new = Policy(tuple(before)), Policy((*before, more))
    settings = ArchiveSettings(keep=KeepRule(50, 50), threads={"a": KeepRule()})
    kept, least = old.within_ceiling(settings), new.within_ceiling(settings)
    for rule, stricter in ((kept.keep, least.keep), (kept.threads["a"], least.threads["a"])):
        assert rule.days is None or (stricter.days is not None and stricter.days <= rule.days)
        assert rule.count is None or (stricter.count is not None and stricter.count <= rule.count)
    for at in (NOON, NIGHT):
        for action in PolicyAction:
            if old.judge(action, at) is not None:
                assert new.judge(action, at) == old.judge(action, at)
    for address in map(identify, ("+4930555555", "+4930155555", "a@example.org")):
        assert old.judge_recipient(address) is None or new.judge_recipient(address) is not None
    assert old.judge_words("a secret") is None or new.judge_words("a secret") is not None


@pytest.mark.parametrize(
    ("rule", "noon", "night"),
    [
        (ActionRule(), False, False),
        (ActionRule(allow=False), True, True),
        (ActionRule(hours=OFFICE), False, True),
        (ActionRule(allow=False, hours=OFFICE), True, False),
    ],
)
def test_hours_hold_for_what_is_said(rule: ActionRule, noon: bool, night: bool) -> None:
    """Allowed in these hours only, or refused in these hours only."""
    assert (rule.refuses(NOON), rule.refuses(NIGHT)) == (noon, night)


def test_the_administrator_is_quoted() -> None:
    """What is refused, why, when it is not, and where that is written."""
    told = policy('[send]\nhours = "mon-fri 08:00-18:00"\nsentence = "Ask IT."').judge(
        PolicyAction.SEND, NIGHT
    )
    assert told is not None
    assert told.sentence == "Texts may not be sent from here: “Ask IT.” Allowed mon-fri 08:00-18:00."
    assert (told.reason, told.file, told.line, told.key) == ("policy-send", "1.toml", 2, "send.hours")
    assert "explain send.hours" in told.hint
    unsaid = policy("[copy]\nallow = false").judge(PolicyAction.COPY, NOON)
    assert unsaid is not None
    assert unsaid.sentence == "Nothing may be copied, by the policy of this computer."


def test_what_cannot_be_used_refuses_everything() -> None:
    """With one message."""
    broken = Policy((PolicyFile("a.toml", broken="a.toml is not root's."),))
    told = [broken.judge(action, NOON) for action in PolicyAction]
    assert {each.sentence for each in told if each is not None} == {
        "The policy of this computer cannot be used, so everything is refused: a.toml is not root's."
    }
    assert None not in told


RECIPIENTS = [
    ("+4930555555", {"allow": True, "deny": False}),
    ("+4989555555", {"allow": False, "deny": False}),
    ("a@Example.org", {"allow": True, "deny": False}),
    ("a@mail.example.org", {"allow": False, "deny": False}),
    ("+1 900 555 0100", {"allow": False, "deny": True}),
    ("0900 5550100", {"allow": False, "deny": True}),
    ("12345", {"allow": True, "deny": False}),
    ("54321", {"allow": False, "deny": True}),
    ("Eve@bad.example", {"allow": False, "deny": True}),
]


@pytest.mark.parametrize(("raw", "judged"), RECIPIENTS)
def test_recipients(raw: str, judged: dict[str, bool]) -> None:
    """Numbers by their international form: one whose country is not known may be a denied one, and is refused."""
    allow = policy('[recipients]\nallow = ["+4930*", "*@example.org", "12345"]')
    deny = policy('[recipients]\ndeny = ["+1900*", "54321", "eve@BAD.example"]')
    assert (allow.judge_recipient(identify(raw)) is None) is judged["allow"]
    assert (deny.judge_recipient(identify(raw)) is not None) is judged["deny"]


def test_a_number_is_judged_once_its_country_is_known() -> None:
    """The refusal says how to write it."""
    deny = policy('[recipients]\ndeny = ["+1900*"]')
    told = deny.judge_recipient(identify("(900) 555-0100"))
    assert told is not None
    assert "with + and its country" in told.hint
    assert deny.judge_recipient(identify("(212) 555-2368", "US")) is None
    assert deny.judge_recipient(identify("(900) 234-5678", "US")) is not None


@pytest.mark.parametrize(
    ("pattern", "holds", "lacks"),
    [
        ("secret", ["A SECRET.", "top\n secret"], ["secretary", "topsecret", ""]),
        ("project falcon", ["Project   Falcon!", "project\nfalcon"], ["project falcons"]),
        ("confid*", ["confidential", "confid"], ["unconfident"]),
        ("*.docx", ["plan.docx"], ["plan.doc"]),
        (
            "from * to *bank",
            ["from me to my bank", "from a to b to Sparkbank"],
            ["from me", "bank from a to b"],
        ),
        ("k-####", ["see K-1234."], ["k-12345", "k-123", "xk-1234"]),
        (r"\#1 \*", ["we are #1 *"], ["we are 11 x"]),
        ("straße", ["STRASSE"], []),
    ],
)
def test_patterns(pattern: str, holds: list[str], lacks: list[str]) -> None:
    """Whole words with gaps and digits, whatever case and white space."""
    found = parse_pattern(pattern)
    assert [text for text in holds if not found.is_in(text)] == []
    assert [text for text in lacks if found.is_in(text)] == []


@given(st.text(alphabet="ab *", max_size=8), st.text(alphabet="ab ", max_size=12))
def test_a_pattern_holds_where_a_naive_search_finds_it(words: str, text: str) -> None:
    """Every way of placing the pieces is tried, one after the other."""
    if not words.replace("*", "").strip():
        return
    parts = " ".join(words.split(" ")).strip().split("*")
    pieces = [" ".join(p.split()) if p.strip() == p else _squeezed(p) for p in parts]
    folded = " ".join(text.split())

    def fits(index: int, at: int) -> bool:
        if index == len(pieces):
            return True
        piece = pieces[index]
        for begin in range(at, len(folded) - len(piece) + 1):
            end = begin + len(piece)
            first = index == 0 and piece[:1].isalnum() and folded[begin - 1 : begin].isalnum() and begin > 0
            last = index == len(pieces) - 1 and piece[-1:].isalnum() and folded[end : end + 1].isalnum()
            if folded[begin:end] == piece and not first and not last and fits(index + 1, end):
                return True
        return False

    assert parse_pattern(words).is_in(text) is fits(0, 0)


def _squeezed(piece: str) -> str:
    inner = " ".join(piece.split())
    return (" " if piece[:1] == " " else "") + inner + (" " if piece[-1:] == " " and inner else "")


def test_the_worst_pattern_on_the_longest_text_takes_no_time() -> None:
    """Many gaps and nothing found: a regular expression would go on for years."""
    pattern = parse_pattern("a*" * (PATTERN_CHARS // 2 - 1) + "b")
    assert not pattern.is_in("a" * 4000)


def test_the_rule_that_decides_is_told() -> None:
    """Of two files the one that refuses, with its line; of nothing, that nobody said anything."""
    two = policy("[send]\nallow = true", '\n[send]\nallow = false\nsentence = "No."')
    first, second = explained(two, "send", NOON)
    assert (first.file, first.line, first.standing) == ("2.toml", 3, Standing.REFUSED)
    assert (second.file, second.standing) == ("1.toml", Standing.ALLOWED)
    (unsaid,) = explained(two, "copy", NOON)
    assert (unsaid.standing, unsaid.file) == (Standing.ALLOWED, "")
    assert explained(two, "retention.keep", NOON) == []
    with pytest.raises(UsageError) as caught:
        explained(two, "sned", NOON)
    assert "`send`" in caught.value.hint


def test_every_rule_is_listed() -> None:
    """All actions, and what else a file says."""
    one = policy(
        'banner = "B."\n[recipients]\nallow = ["+49*"]\ndeny = ["+4930*"]\n[outbound]\nrefuse = ["x"]\n'
        '[retention]\nkeep = "9d"\ncount = 3'
    )
    told = {ruling.key: (ruling.rule, ruling.line) for ruling in rulings(one, NOON)}
    assert set(PolicyAction) <= set(told)
    assert told["recipients.deny"] == ("not +4930*", 4)
    assert told["retention.keep"] == ("at most 9 days", 8)
    assert told["banner"] == ("always shown", 1)
    broken = Policy((evolve(one.files[0], broken="Wrong."),))
    assert {r.standing for r in rulings(broken, NOON) if r.key in set(PolicyAction)} == {Standing.REFUSED}
