"""Which notification belongs to which text: the table of cases, and the index against the plain definition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from attrs import evolve
from hypothesis import given

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.message import Audience, MessageId, UnknownReason
from phonelink_tui.domain.notification import NotificationId
from phonelink_tui.relay.correlation import (
    AMBIGUOUS,
    CROWD,
    NO_MATCH,
    REMEMBERED,
    Correlator,
    NoticeFacts,
    People,
    TextFacts,
    Verdict,
    flatten,
    judge,
)

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ALICE, BOB = "tel:+15550100", "tel:+15550101"


def text(
    id_: str = "m1",
    *,
    sender: str = ALICE,
    name: str = "Alice",
    body: str = "See you at 7",
    at_s: float | None = 0,
) -> TextFacts:
    when = None if at_s is None else START + timedelta(seconds=at_s)
    return TextFacts(
        MessageId(id_),
        sender,
        frozenset({name.casefold()}),
        flatten(body),
        when,
        START + timedelta(seconds=at_s or 0),
    )


def notice(
    id_: str = "1-1",
    *,
    title: str = "Alice",
    subtitle: str = "",
    body: str = "See you at 7",
    at_s: float | None = 1,
) -> NoticeFacts:
    when = None if at_s is None else START + timedelta(seconds=at_s)
    return NoticeFacts(
        NotificationId(id_),
        title,
        identify(title).key,
        subtitle,
        flatten(body),
        when,
        START + timedelta(seconds=at_s or 0),
    )


def people(**names: str) -> People:
    known = People()
    for name, key in names.items():
        known.learn(name, key)
    return known


GROUP, PRIVATE, UNKNOWN = Audience.GROUP, Audience.PRIVATE, Audience.UNKNOWN
LONG = "We could meet at the station and walk from there, it is only ten minutes and the weather holds. " * 3

CASES = {
    "title is the sender, no subtitle": ([text()], [notice()], PRIVATE, None),
    "subtitle names the group": ([text()], [notice(subtitle="Family")], GROUP, "Family"),
    "subtitle is a roster": ([text()], [notice(subtitle="To you & Bob")], GROUP, "To you & Bob"),
    "title is the group, subtitle the sender": (
        [text()],
        [notice(title="Family", subtitle="Alice")],
        GROUP,
        "Family",
    ),
    "large group: title is the roster, the actor leads the text": (
        [text()],
        [notice(title="To you, mom & 17 others", body="Alice: See you at 7")],
        GROUP,
        "To you, mom & 17 others",
    ),
    "title is the sender's number": ([text()], [notice(title="+15550100")], PRIVATE, None),
    "title is another number": ([text()], [notice(title="+15550101")], UNKNOWN, None),
    "title is somebody known and else": ([text()], [notice(title="Bob")], UNKNOWN, None),
    "title is nobody known": ([text()], [notice(title="Pizza night")], UNKNOWN, None),
    "no notification": ([text()], [], UNKNOWN, None),
    "another text": ([text()], [notice(body="See you at 8")], UNKNOWN, None),
    "31 seconds apart": ([text()], [notice(at_s=31)], UNKNOWN, None),
    "30 seconds apart": ([text()], [notice(at_s=30)], PRIVATE, None),
    "no phone time: arrival decides": ([text(at_s=None)], [notice(at_s=None)], PRIVATE, None),
    "line breaks are flattened": ([text(body="See you\nat 7")], [notice()], PRIVATE, None),
    "a long notification is cut": ([text(body=LONG)], [notice(body=LONG[:210])], PRIVATE, None),
    "a short one is not": ([text(body="See you at 7 or so")], [notice(body="See you at 7")], UNKNOWN, None),
    "too little is left to tell": ([text(body="See you at 7")], [notice(body="See…")], UNKNOWN, None),
    "an ellipsis says cut": ([text(body=LONG)], [notice(body=LONG[:40] + "…")], PRIVATE, None),
    "same text twice, both announced": (
        [text(), text("m2", at_s=5)],
        [notice(), notice("1-2", at_s=5)],
        PRIVATE,
        None,
    ),
    "same text twice, announced once": ([text(), text("m2", at_s=5)], [notice()], UNKNOWN, None),
    "private and group with the same text": (
        [text(), text("m2", at_s=5)],
        [notice(), notice("1-2", subtitle="Family")],
        UNKNOWN,
        None,
    ),
    "two people with the same text": (
        [text(body="ok"), text("m2", sender=BOB, name="Bob", body="ok")],
        [notice(body="ok"), notice("1-2", title="Bob", subtitle="Family", body="ok")],
        PRIVATE,
        None,
    ),
    "an empty text matches nothing": ([text(body="")], [notice(body="")], UNKNOWN, None),
}


@pytest.mark.parametrize("case", CASES)
def test_verdicts(case: str) -> None:
    """Each case of what iPhones were seen to send gives the one safe answer for the first text."""
    texts, notices, audience, group = CASES[case]
    verdict = judge(texts[0], texts, notices, people(alice=ALICE, bob=BOB))
    assert (verdict.audience, verdict.group) == (audience, group)
    assert (verdict.notice is not None) == (audience is not UNKNOWN)


def test_reasons() -> None:
    """Nothing matched and several matched are told apart."""
    nobody = people()
    assert judge(text(), [text()], [], nobody).reason is UnknownReason.NO_MATCH
    twice = [notice(), notice("1-2", subtitle="Family")]
    assert judge(text(), [text()], twice, nobody).reason is UnknownReason.AMBIGUOUS


def test_a_flood_is_ambiguous_and_costs_little() -> None:
    """Hundreds of equal texts at once: nobody tells which is which, and nobody compares all with all."""
    correlator = Correlator()
    for n in range(CROWD):
        correlator.note_text(text(f"m{n}", body="ok"))
        correlator.note_notice(notice(f"1-{n}", body="ok"))
    assert correlator.verdict(MessageId("m0")).audience is PRIVATE
    correlator.note_text(text(f"m{CROWD}", body="ok"))
    correlator.note_notice(notice(f"1-{CROWD}", body="ok"))
    assert correlator.verdict(MessageId("m0")) == AMBIGUOUS
    assert (
        judge(text(body="ok"), [], [notice(f"1-{n}", body="ok") for n in range(CROWD + 1)], people())
        == AMBIGUOUS
    )


def test_only_so_much_is_remembered() -> None:
    """The oldest texts and notifications go first; no drawer is left open behind them."""
    correlator = Correlator()
    for n in range(REMEMBERED + 3):
        correlator.note_text(text(f"m{n}", body=f"text number {n}", at_s=n * 100))
        correlator.note_notice(notice(f"1-{n}", body=f"text number {n}", at_s=n * 100))
    assert len(correlator.texts()) == REMEMBERED
    assert correlator.text(MessageId("m2")) is None
    assert correlator.verdict(MessageId("m2")) == NO_MATCH
    assert correlator.verdict(MessageId("m3")).audience is PRIVATE


def test_a_person_without_a_name_is_nobody_else() -> None:
    """A blank name is not learnt."""
    nameless = People()
    nameless.learn("  ", ALICE)
    assert not nameless.is_somebody_else("", BOB)


BODIES = st.sampled_from(
    ["ok", "ok then", "See you at 7", "Alice: ok", LONG, LONG[:60] + "…", LONG[:230], ""]
)
SENDERS = st.sampled_from([(ALICE, "Alice"), (BOB, "Bob"), ("tel:+15550102", "")])
TIMES = st.one_of(st.none(), st.integers(0, 200))


@st.composite
def conversations(draw: st.DrawFn) -> list[TextFacts | NoticeFacts]:
    things: list[TextFacts | NoticeFacts] = []
    for n in range(draw(st.integers(1, 9))):
        if draw(st.booleans()):
            sender, name = draw(SENDERS)
            things.append(text(f"m{n}", sender=sender, name=name, body=draw(BODIES), at_s=draw(TIMES)))
        else:
            title = draw(st.sampled_from(["Alice", "Bob", "Family", "+15550100", "To you & Bob"]))
            subtitle = draw(st.sampled_from(["", "Family", "Alice", "To you & Bob"]))
            things.append(
                notice(f"1-{n}", title=title, subtitle=subtitle, body=draw(BODIES), at_s=draw(TIMES))
            )
    return [evolve(t, arrived_at=START + timedelta(seconds=draw(st.integers(0, 200)))) for t in things]


@given(conversations())
def test_the_index_agrees_with_the_definition(things: list[TextFacts | NoticeFacts]) -> None:
    """In whatever order texts and notifications come, the verdicts told of add up to the definition's."""
    correlator = Correlator()
    correlator.people.learn("alice", ALICE)
    correlator.people.learn("bob", BOB)
    told: dict[MessageId, Verdict] = {}
    for thing in things:
        note = correlator.note_text if isinstance(thing, TextFacts) else correlator.note_notice
        for id_ in note(thing):  # type: ignore[arg-type]
            told[id_] = correlator.verdict(id_)
    texts = [t for t in things if isinstance(t, TextFacts)]
    notices = [n for n in things if isinstance(n, NoticeFacts)]
    oracle = {t.id: judge(t, texts, notices, correlator.people) for t in texts}
    assert told == oracle


@given(conversations())
def test_forgetting_everything_leaves_nothing(things: list[TextFacts | NoticeFacts]) -> None:
    """A correlator that forgot all notifications knows of no audience."""
    correlator = Correlator()
    for thing in things:
        if isinstance(thing, TextFacts):
            correlator.note_text(thing)
        else:
            correlator.note_notice(thing)
    for thing in things:
        if isinstance(thing, NoticeFacts):
            correlator.forget_notice(thing.id)
    assert all(correlator.verdict(t.id).audience is UNKNOWN for t in correlator.texts())
