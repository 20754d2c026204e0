"""Does a bundle keep what a diagnosis needs, and nothing private?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.diagnostics.bundle import BUNDLE_BYTES, Bundle, decode_bundle, encode_bundle
from phonelink_tui.diagnostics.changes import LastGood
from phonelink_tui.diagnostics.facts import Bluez, Bonds, Configuration, Facts, NotKnown, Sessions
from phonelink_tui.diagnostics.judge import judge
from phonelink_tui.diagnostics.values import from_json, to_json
from phonelink_tui.errors import UsageError
from tests.diagnostics.arbitrary import any_facts, any_last_good
from tests.diagnostics.records import healthy, records
from tests.fast_time import START

SALT = b"salt of one bundle"
SECRETS = st.text("QXZÄж7 '%{", min_size=6, max_size=16).filter(lambda text: len(text.strip()) >= 6)


def shared(facts: Facts, *own_words: str, before: LastGood | None = None) -> str:
    return encode_bundle(Bundle(facts, before), ["PL-X-01"], own_words, SALT)


@given(facts=any_facts(), before=st.none() | any_last_good())
@settings(max_examples=100)
def test_facts_survive_json(facts: Facts, before: LastGood | None) -> None:
    """What is written is what is read."""
    written = json.loads(json.dumps([to_json(facts), to_json(before)]))
    assert from_json(written[0], Facts) == facts
    assert before is None or from_json(written[1], LastGood) == before


@given(facts=any_facts(known=True), secret=SECRETS)
@settings(max_examples=100)
def test_no_secret_leaves(facts: Facts, secret: str) -> None:
    """A phone's name, an address, a word of this machine's owner: nowhere in the bundle, wherever it was."""
    bluez, bonds, sessions = facts.bluez, facts.bonds, facts.sessions
    assert isinstance(bluez, Bluez)
    assert isinstance(bonds, Bonds)
    assert isinstance(sessions, Sessions)
    words = f"of {secret} again"
    planted = evolve(
        facts,
        bluez=evolve(
            bluez, devices=tuple(evolve(d, name=secret, address=f"{secret}:01") for d in bluez.devices)
        ),
        bonds=evolve(bonds, bonds=tuple(evolve(b, address=secret) for b in bonds.bonds)),
        sessions=evolve(sessions, states=tuple(evolve(s, detail=words) for s in sessions.states)),
        obexd=NotKnown(words),
        configuration=Configuration({"Class": words}),
    )
    text = shared(planted, secret, before=LastGood(START, kernel=words.upper()))
    spelled = json.dumps(json.loads(text), ensure_ascii=False)
    assert secret.casefold() not in spelled.casefold()
    decode_bundle(text.encode())


def test_addresses_and_numbers_go_even_unannounced() -> None:
    """What looks like an address or a telephone number in our own words is masked; versions stay."""
    odd = NotKnown("00:AA:01:01:00:01 called +1 555 0100 99 and wrote to ann@example.org")
    text = shared(evolve(healthy(), obexd=odd))
    for secret in ("00:AA:01:01:00:01", "0100 99", "ann@", "Robin"):
        assert secret not in text
    assert "6.12.63-1-amd64" in text


@pytest.mark.parametrize("record", records(), ids=lambda record: record.code)
def test_a_bundle_is_judged_like_the_machine(record: Any) -> None:
    """Offline the same codes come out: two records of one phone stay one phone, a bond stays a phone's."""
    there = decode_bundle(shared(record.found, "robin").encode())
    assert [v.code for v in judge(there.facts)] == [v.code for v in judge(record.found)]


def test_a_name_that_is_one_of_our_words() -> None:
    """A phone called `ready` hides itself and breaks nothing."""
    facts = healthy(bluez={"devices": [{"name": "ready"}]})
    there = decode_bundle(shared(facts).encode()).facts
    assert there.sessions == facts.sessions
    assert isinstance(there.bluez, Bluez)
    assert there.bluez.devices[0].name.startswith("name-")


def test_pseudonyms_of_two_bundles_differ() -> None:
    """Nobody can tell from two bundles that they speak of one phone."""
    other = encode_bundle(Bundle(healthy(), None), [], [], b"another salt")
    assert (
        json.loads(other)["facts"]["bluez"]["devices"]
        != json.loads(shared(healthy()))["facts"]["bluez"]["devices"]
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"v":1,"type":"status"}',
        b'{"v":2,"type":"support-bundle"}',
        b'{"v":1,"type":"support-bundle"}',
        b'{"v":1,"type":"support-bundle","facts":{"at":"2026-11-22T09:00:00"}}',
        b'{"v":1,"type":"support-bundle","facts":{"at":"2026-11-22T09:00:00Z","bluez":{"state":"odd"}}}',
        b'{"v":1,"type":"support-bundle","facts":{"at":"2026-11-22T09:00:00Z","bonds":{"bonds":"ab"}}}',
        b'{"v":1,"type":"support-bundle","facts":{"at":"2026-11-22T09:00:00Z"},"last_good":{"at":1}}',
        b" " * (BUNDLE_BYTES + 1),
    ],
)
def test_what_is_no_bundle(text: bytes) -> None:
    """A wrong, damaged or later file is refused with words, never with a traceback."""
    with pytest.raises(UsageError):
        decode_bundle(text)


@given(text=st.binary(max_size=40), at=st.integers(0, 4000))
@settings(max_examples=100)
def test_damaged_bundles(text: bytes, at: int) -> None:
    """Bytes written over a bundle give a bundle or a refusal, and a bundle is judged."""
    whole = shared(healthy()).encode()
    try:
        there = decode_bundle(whole[:at] + text + whole[at + len(text) :])
    except UsageError:
        return
    judge(there.facts, there.before)
