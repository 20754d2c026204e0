"""Does every signature find what was recorded, and nothing else?"""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import Facts, NotKnown, Source
from phonelink_tui.diagnostics.judge import judge
from phonelink_tui.diagnostics.signature import Confidence, Weight
from phonelink_tui.diagnostics.signatures import SIGNATURES
from tests.diagnostics.arbitrary import any_facts, any_last_good
from tests.diagnostics.records import HERE, Record, healthy, records
from tests.fast_time import START

RECORDS = records()


def codes(facts: Facts, before: LastGood | None = None) -> set[str]:
    return {verdict.code for verdict in judge(facts, before)}


def test_healthy_machine_has_nothing() -> None:
    """Where everything works nothing is said."""
    assert judge(healthy()) == ()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.code)
def test_record_is_recognised(record: Record) -> None:
    """The recorded facts give this code, and only those beside it that the record names."""
    assert codes(record.found) == {record.code} | record.also


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.code)
def test_near_miss_is_not(record: Record) -> None:
    """What is like it, but is not it, does not give the code."""
    assert record.code not in codes(record.absent)


def test_every_signature_has_a_record_and_a_source() -> None:
    """No row without evidence."""
    assert {record.code for record in RECORDS} == {signature.code for signature in SIGNATURES}
    assert all(record.source for record in RECORDS)
    assert tomllib.loads((HERE / "healthy.toml").read_text())["source"]


def test_codes_are_unique_and_rows_complete() -> None:
    """Codes are stable names; each has a remedy and something to look at again."""
    assert len({signature.code for signature in SIGNATURES}) == len(SIGNATURES)
    for signature in SIGNATURES:
        assert signature.remedy.sentence
        assert signature.retest


@pytest.mark.parametrize("source", Source)
def test_without_facts_no_verdict(source: Source) -> None:
    """One source that is silent is no evidence; nor are all of them."""
    silent: dict[str, Any] = {source.value: {"not_known": "it did not answer in time"}}
    assert judge(healthy(**silent)) == ()
    assert judge(Facts(START)) == ()


@given(facts=any_facts(), before=st.none() | any_last_good())
@settings(max_examples=150)
def test_any_facts_are_judged(facts: Facts, before: LastGood | None) -> None:
    """No facts make it raise; what costs most comes first, and every verdict says why and what to do."""
    verdicts = judge(facts, before)
    assert [verdict.weight for verdict in verdicts] == sorted(verdict.weight for verdict in verdicts)
    for verdict in verdicts:
        assert verdict.evidence
        assert verdict.remedy.sentence
        asked = (getattr(facts, source.value) for source in verdict.retest)
        assert any(not isinstance(group, NotKnown) for group in asked)


def test_first_things_first() -> None:
    """The switch of the adapter before the phone's, and notes last, whatever the order of the facts."""
    facts = healthy(
        bluez={
            "adapters": [{"class_of_device": 0x6C010C, "services": ["a2dp sink"]}],
            "devices": [{"le_bonded": False}],
        },
        sessions={
            "states": [
                {"phase": "waiting", "reason": "forbidden"},
                {"phase": "waiting", "reason": "out_of_range"},
            ]
        },
    )
    told = [(verdict.code, verdict.weight) for verdict in judge(facts)]
    assert told == [
        ("PL-CLASS-01", Weight.BLOCKS),
        ("PL-PERM-01", Weight.BLOCKS),
        ("PL-BOND-02", Weight.HINDERS),
        ("PL-AUDIO-01", Weight.NOTE),
    ]


def test_commands_are_exact() -> None:
    """A remedy names the adapter and the phone that are meant, ready to be typed."""
    wrong_class: dict[str, Any] = {"adapters": [{"name": "hci1", "class_of_device": 0}]}
    facts = healthy(
        bluez={**wrong_class, "devices": [{"adapter": "hci1", "le_bonded": False}]},
        sessions={"not_known": "not asked"},
    )
    commands = {verdict.code: verdict.remedy.command for verdict in judge(facts)}
    assert commands["PL-CLASS-01"] == "echo | sudo btmgmt --index 1 class 4 8"
    assert commands["PL-BOND-02"] == "bluetoothctl remove 00:AA:01:01:00:01"


def test_change_is_evidence() -> None:
    """A class that was right when it last worked makes the verdict surer."""
    facts = healthy(bluez={"adapters": [{"class_of_device": 0x6C010C}]}, sessions={"not_known": "not asked"})
    alone, *_ = judge(facts)
    surer, *_ = judge(facts, LastGood(START, class_of_device="0x7c0408"))
    assert (alone.confidence, surer.confidence) == (Confidence.POSSIBLE, Confidence.LIKELY)
    assert len(surer.evidence) == len(alone.evidence) + 1
