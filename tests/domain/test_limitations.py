"""Every limit has its words; each appears under its evidence and under no other."""

from __future__ import annotations

from string import Formatter

import hypothesis.strategies as st
import pytest
from attrs import evolve
from hypothesis import given

from phonelink_tui.domain.address import identify
from phonelink_tui.domain.keeping import NOT_KEPT, NotKept
from phonelink_tui.domain.limitations import (
    LIMITS,
    LimitAction,
    LimitClass,
    LimitKind,
    LimitScope,
    app_limitations,
    make_limitation,
)
from phonelink_tui.domain.message import Audience, Direction, UnknownReason
from phonelink_tui.domain.phone import (
    ANDROID_TRAITS,
    IPHONE_TRAITS,
    Capability,
    CapabilityState,
    DownReason,
    LinkPhase,
    Phone,
    PhoneTraits,
)
from phonelink_tui.domain.text import NO_TEXT, clean
from phonelink_tui.domain.thread import Reply, Thread, ThreadId
from phonelink_tui.domain.thread_limits import UNKNOWN_REASONS, thread_limitations
from tests.relay.fakes import START

HOSTILE = st.one_of(
    st.text(max_size=12), st.sampled_from(["{", "}", "{0}", "{who.__class__}", "{switch!r:>99}", "%s"])
)


def words_of(kind: LimitKind) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(LIMITS[kind].sentence) if name]


@given(st.sampled_from(LimitKind), st.data())
def test_every_sentence_takes_any_words_literally(kind: LimitKind, data: st.DataObject) -> None:
    """A name that holds braces stays a name."""
    words = {name: data.draw(HOSTILE) for name in words_of(kind)}
    limitation = make_limitation(kind, target="t", since=START, evidence="because", **words)
    expected = LIMITS[kind].sentence
    for name, word in words.items():
        expected = expected.replace("{" + name + "}", word, 1) if "{" not in word else expected
    if not any("{" in w for w in words.values()):
        assert limitation.sentence == expected
    assert all(word in limitation.sentence for word in words.values())
    assert limitation.spec is LIMITS[kind]
    assert (limitation.scope, limitation.since, limitation.target) == (LIMITS[kind].scope, START, "t")


@pytest.mark.parametrize("kind", LimitKind)
def test_every_kind_is_explained(kind: LimitKind) -> None:
    """A sentence and a reason, each ending as one; only what can be lifted offers an action to try again."""
    spec = LIMITS[kind]
    assert spec.why.endswith(".")
    assert spec.sentence.endswith((".", "}"))
    if spec.action is LimitAction.RETRY:
        assert spec.scope is LimitScope.APP
        assert spec.cls is not LimitClass.STRUCTURAL


def phone(
    traits: PhoneTraits, capability: Capability, phase: LinkPhase, reason: DownReason | None, detail: str = ""
) -> Phone:
    states = {c: CapabilityState(c, LinkPhase.READY, START) for c in Capability}
    states[capability] = CapabilityState(capability, phase, START, reason, detail)
    return Phone("p", NO_TEXT, traits, states)


EXPECTED = {
    (Capability.MESSAGES, DownReason.FORBIDDEN): LimitKind.MESSAGES_OFF,
    (Capability.MESSAGES, DownReason.REFUSED): LimitKind.HELD_ELSEWHERE,
    (Capability.MESSAGES, DownReason.NO_BLUETOOTH): LimitKind.BLUETOOTH_MISSING,
    (Capability.MESSAGES, DownReason.ADAPTER_OFF): LimitKind.ADAPTER_OFF,
    (Capability.MESSAGES, DownReason.BLUEZ_TOO_OLD): LimitKind.BLUEZ_TOO_OLD,
    (Capability.MESSAGES, DownReason.CLASS_OF_DEVICE): LimitKind.CLASS_OF_DEVICE,
    (Capability.MESSAGES, DownReason.OBEXD_IN_THE_WAY): LimitKind.OBEXD_IN_THE_WAY,
    (Capability.MESSAGES, DownReason.BOND_CHANGED): LimitKind.BOND_CHANGED,
    (Capability.MESSAGES, DownReason.OUT_OF_RANGE): LimitKind.PHONE_AWAY,
    (Capability.MESSAGES, DownReason.LINK_LOST): LimitKind.PHONE_AWAY,
    (Capability.MESSAGES, DownReason.TIMEOUT): LimitKind.PHONE_AWAY,
    (Capability.CONTACTS, DownReason.FORBIDDEN): LimitKind.CONTACTS_OFF,
    (Capability.NOTIFICATIONS, DownReason.FORBIDDEN): LimitKind.NOTIFICATIONS_OFF,
}


@pytest.mark.parametrize("phase", LinkPhase)
@pytest.mark.parametrize("reason", [None, *DownReason])
@pytest.mark.parametrize("capability", Capability)
def test_each_limit_of_the_app_appears_exactly_under_its_evidence(
    capability: Capability, reason: DownReason | None, phase: LinkPhase
) -> None:
    """While it is down for that reason, also during an attempt; never while it is up."""
    for traits in (IPHONE_TRAITS, ANDROID_TRAITS):
        found = list(
            app_limitations(phone(traits, capability, phase, reason), kept=None, previews_hidden_since=None)
        )
        down = phase in (LinkPhase.WAITING, LinkPhase.CONNECTING)
        expected = EXPECTED.get((capability, reason)) if down and reason is not None else None
        assert [limit.kind for limit in found] == ([expected] if expected else [])
        assert all(limit.since == START and limit.evidence and not limit.target for limit in found)


@pytest.mark.parametrize(
    ("traits", "word"), [(IPHONE_TRAITS, "Show Message Notifications"), (ANDROID_TRAITS, "Text messages")]
)
def test_a_switch_is_named_as_this_phone_names_it(traits: PhoneTraits, word: str) -> None:
    """Nobody with an Android is sent to an iPhone's settings."""
    state = phone(traits, Capability.MESSAGES, LinkPhase.WAITING, DownReason.FORBIDDEN)
    (limit,) = app_limitations(state, kept=None, previews_hidden_since=None)
    assert word in limit.sentence
    assert ("iPhone" in limit.sentence) == (traits is IPHONE_TRAITS)


def test_missing_bluetooth_says_why() -> None:
    """In our own words."""
    state = phone(
        IPHONE_TRAITS, Capability.MESSAGES, LinkPhase.WAITING, DownReason.NO_BLUETOOTH, "It is off."
    )
    (limit,) = app_limitations(state, kept=None, previews_hidden_since=None)
    assert limit.sentence.endswith("It is off.")


def test_previews_and_the_archive() -> None:
    """Both at once, neither without its evidence."""
    empty = Phone("p", NO_TEXT, IPHONE_TRAITS)
    kinds = [limit.kind for limit in app_limitations(empty, kept=NotKept.NO_KEY, previews_hidden_since=START)]
    assert kinds == [LimitKind.PREVIEWS_HIDDEN, LimitKind.NOT_KEPT]
    assert not list(app_limitations(empty, kept=None, previews_hidden_since=None))


@pytest.mark.parametrize("cause", NotKept)
def test_why_nothing_is_kept_fits_a_narrow_screen(cause: NotKept) -> None:
    """One plain sentence a cause, beside a sign on 60 columns; a relay that can be unlocked names the command."""
    (limit,) = app_limitations(Phone("p", NO_TEXT, IPHONE_TRAITS), kept=cause, previews_hidden_since=None)
    assert len(limit.sentence) <= 57
    assert limit.sentence == NOT_KEPT[cause][0]
    assert ("`phonelink archive unlock`" in limit.sentence) == cause.value.endswith("-yet")


THREAD = Thread(
    id=ThreadId("t"),
    audience=Audience.PRIVATE,
    address=identify("+15550100"),
    title=clean("Alice"),
    sender_name=clean("Alice"),
    group_name=None,
    reply=Reply.OPEN,
    reply_reason="",
    last_text=NO_TEXT,
    last_at=START,
    last_direction=Direction.INCOMING,
    unread=0,
    total=1,
    first_at=START,
)


def kinds_of(thread: Thread, traits: PhoneTraits) -> dict[LimitKind, str]:
    found = list(thread_limitations(thread, Phone("p", NO_TEXT, traits), start="Sun 11:40"))
    assert all(limit.target == "t" for limit in found)
    return {limit.kind: limit.sentence for limit in found}


def test_a_private_thread_has_its_begin_and_on_an_iphone_one_side_and_no_receipts() -> None:
    """Nothing else is claimed."""
    assert kinds_of(THREAD, IPHONE_TRAITS).keys() == {
        LimitKind.HISTORY_START,
        LimitKind.ONE_SIDED,
        LimitKind.NO_RECEIPTS,
    }
    android = kinds_of(THREAD, ANDROID_TRAITS)
    assert android == {
        LimitKind.HISTORY_START: "History here starts Sun 11:40. Older messages are on your phone."
    }


@pytest.mark.parametrize("name", [None, "Family"])
@pytest.mark.parametrize("traits", [IPHONE_TRAITS, ANDROID_TRAITS])
def test_a_group_can_only_be_read(name: str | None, traits: PhoneTraits) -> None:
    """By its name where it has one, and whom a reply would reach."""
    group = evolve(THREAD, audience=Audience.GROUP, group_name=clean(name) if name else None)
    found = kinds_of(group, traits)
    assert found.keys() == {LimitKind.HISTORY_START, LimitKind.GROUP_READ_ONLY}
    sentence = found[LimitKind.GROUP_READ_ONLY]
    assert sentence.startswith("Group “Family”:" if name else "A group:")
    assert "to Alice alone" in sentence


@pytest.mark.parametrize("reason", [None, *UnknownReason])
def test_an_unknown_audience_says_why(reason: UnknownReason | None) -> None:
    """With the reason as it stands; without one, that nothing matched."""
    unknown = evolve(THREAD, audience=Audience.UNKNOWN, unknown_reason=reason)
    sentence = kinds_of(unknown, IPHONE_TRAITS)[LimitKind.GROUP_UNKNOWN]
    assert UNKNOWN_REASONS[reason or UnknownReason.NO_MATCH] in sentence


def test_a_word_in_place_of_a_number_cannot_be_answered() -> None:
    """That is said in place of everything about groups."""
    shop = evolve(THREAD, address=identify("DHL"), title=clean("DHL"), audience=Audience.UNKNOWN)
    found = kinds_of(shop, IPHONE_TRAITS)
    assert LimitKind.GROUP_UNKNOWN not in found
    assert found[LimitKind.CANNOT_ANSWER].startswith("DHL cannot")


def test_what_is_not_known_of_a_capability_is_absent() -> None:
    """A phone without a word about it does not have it."""
    assert Phone("p", NO_TEXT, IPHONE_TRAITS).phase(Capability.CONTACTS) is LinkPhase.ABSENT
