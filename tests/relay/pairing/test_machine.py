"""The machine of pairing: whatever happens in whatever order, there is a way out, and it undoes everything."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonelink_tui.domain.bond import BondChange
from phonelink_tui.domain.pairing import (
    AnswerKind,
    ComputerFacts,
    FoundPhone,
    PairAnswer,
    PairEnd,
    SwitchView,
)
from phonelink_tui.domain.phone import Capability, PhoneKind
from phonelink_tui.domain.text import clean_line
from phonelink_tui.relay.pairing.bonding import ALREADY_PAIRED
from phonelink_tui.relay.pairing.machine import begin, step
from phonelink_tui.relay.pairing.view import view_of
from phonelink_tui.relay.pairing.words import (
    CONNECTS,
    DEADLINES_S,
    Asked,
    BluetoothLost,
    Bonded,
    BondSeen,
    ComputerChanged,
    Do,
    Done,
    Effect,
    Event,
    FactsSeen,
    Failed,
    Late,
    PhoneGone,
    PhoneSeen,
    Stage,
    State,
    SwitchSeen,
    Withdrawn,
)

GOOD = ComputerFacts(
    "hci0", "desk", hands_free=True, class_of_device=0x7C0408, bluez=(5, 87), experimental=True
)
ROBIN = FoundPhone("/dev_1", clean_line("Robin's iPhone"), "00:AA:01:01:00:01")
OTHER = FoundPhone("/dev_2", clean_line("Another"), "00:AA:01:01:00:02")
PAIRED = FoundPhone("/dev_3", clean_line("Old"), "00:AA:01:01:00:03", paired=True)

UNDONE_BY = {
    Do.SERVE_AGENT: Do.DISMISS_AGENT,
    Do.OPEN_DOOR: Do.CLOSE_DOOR,
    Do.SEARCH: Do.STOP_SEARCH,
    Do.BEGIN_SESSIONS: Do.END_SESSIONS,
}

phones = st.sampled_from([ROBIN, OTHER, PAIRED])
answers = st.builds(
    PairAnswer,
    st.sampled_from([kind for kind in AnswerKind if kind is not AnswerKind.CANCEL]),
    st.sampled_from(["", ROBIN.id, OTHER.id, PAIRED.id, "+15550100"]),
)
facts = st.builds(
    ComputerFacts,
    st.sampled_from(["", "hci0"]),
    powered=st.booleans(),
    blocked=st.sampled_from([None, "soft", "hard"]),
    hands_free=st.booleans(),
    bluez=st.sampled_from([None, (5, 50), (5, 66), (5, 87)]),
    can_advertise=st.booleans(),
    obexd=st.sampled_from([None, True, False]),
)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Done, st.sampled_from(Do)),
    st.builds(Failed, st.sampled_from(Do), st.sampled_from(["bluetooth", ALREADY_PAIRED]), st.just("No.")),
    st.builds(FactsSeen, st.one_of(st.just(GOOD), facts)),
    st.builds(PhoneSeen, phones),
    st.builds(PhoneGone, phones.map(lambda phone: phone.id)),
    st.builds(Asked, phones, st.sampled_from([None, 123456])),
    st.just(Withdrawn()),
    st.just(ComputerChanged()),
    st.builds(Bonded, phones.map(lambda phone: phone.id)),
    st.builds(BondSeen, st.sampled_from([(), (BondChange.LE_GONE,)])),
    st.just(BluetoothLost("Gone.")),
    st.builds(SwitchSeen, st.builds(SwitchView, st.sampled_from(Capability), st.booleans())),
    st.just(Late()),
    answers,
)


CHOOSE_ROBIN = PairAnswer(AnswerKind.CHOOSE, ROBIN.id)
YES = PairAnswer(AnswerKind.YES)
OPENED: tuple[Event, ...] = (
    FactsSeen(GOOD),
    Done(Do.CHECK),
    Done(Do.SERVE_AGENT),
    Done(Do.OPEN_DOOR),
    Done(Do.SEARCH),
)
TRUSTED: tuple[Event, ...] = (Done(Do.COMPARE_BOND), Done(Do.TRUST))
WEAKER = BondSeen((BondChange.LE_GONE,))
FOUND: tuple[Event, ...] = (*OPENED, PhoneSeen(ROBIN), PhoneSeen(PAIRED))
REFUSED: tuple[Event, ...] = (*FOUND, CHOOSE_ROBIN, *[Failed(Do.CONNECT, "refused", "No.")] * CONNECTS)
BEGUN: tuple[tuple[Event, ...], ...] = (
    (),
    OPENED[:3],
    FOUND,
    (*FOUND, Asked(OTHER, 5)),
    (*FOUND, CHOOSE_ROBIN),
    REFUSED,
    (*REFUSED, YES),
    (*FOUND, CHOOSE_ROBIN, Asked(ROBIN, 7)),
    (*FOUND, CHOOSE_ROBIN, Asked(ROBIN, 7), YES),
    (*FOUND, CHOOSE_ROBIN, Asked(ROBIN, 7), YES, Bonded(ROBIN.id)),
    (*FOUND, CHOOSE_ROBIN, Asked(ROBIN, 7), YES, Bonded(ROBIN.id), Done(Do.COMPARE_BOND)),
    (*FOUND, CHOOSE_ROBIN, Asked(ROBIN, 7), YES, Bonded(ROBIN.id), *TRUSTED),
    (*FOUND, CHOOSE_ROBIN, Asked(ROBIN, 7), YES, Bonded(ROBIN.id), WEAKER, Done(Do.COMPARE_BOND)),
    (*FOUND, PairAnswer(AnswerKind.CHOOSE, PAIRED.id), *TRUSTED),
)
"""Ways into every stage: what comes at random alone would seldom get past the first."""

ANSWERED = "answered"
"""In place of an event: one of the awaited effects is done."""

happenings = st.tuples(
    st.sampled_from(BEGUN), st.lists(st.one_of(events, st.just(ANSWERED)), max_size=25)
).map(lambda parts: [*parts[0], *parts[1]])


class Play:
    """The machine, and everything it ordered."""

    def __init__(self) -> None:
        self.state, effects = begin()
        self.ordered: list[Effect] = list(effects)

    def take(self, event: Event | str) -> tuple[Effect, ...]:
        if isinstance(event, str):
            if not self.state.waiting:
                return ()
            event = Done(min(self.state.waiting))
        self.state, effects = step(self.state, event)
        self.ordered += effects
        return effects

    def all(self, *events: Event | str) -> Play:
        for event in events:
            self.take(event)
        return self

    def did(self, *effects: Iterable[Effect]) -> list[Do]:
        return [effect.do for effect in self.ordered]

    def leave(self, *, failing: frozenset[Do] = frozenset()) -> None:
        """Cancel, and answer whatever is awaited, until the end."""
        self.take(PairAnswer(AnswerKind.CANCEL))
        for do in tuple(self.state.waiting):
            self.take(Failed(do, "bluetooth", "No.") if do in failing else Done(do))


def assert_nothing_half_done(play: Play) -> None:
    """Each thing done was undone after it; a phone made known is whole, or was removed."""
    did = play.did()
    for doing, undoing in UNDONE_BY.items():
        if doing in did:
            last = len(did) - 1 - did[::-1].index(doing)
            assert undoing in did[last:], doing
    tried = {e.phone for e in play.ordered if e.do in (Do.CONNECT, Do.PAIR)}
    removed = {e.phone for e in play.ordered if e.do is Do.REMOVE_DEVICE}
    if play.state.whole:
        assert not removed - {OTHER.id, ROBIN.id}
        assert play.state.end is PairEnd.PAIRED
        assert play.state.phone_id not in removed
        assert Do.SAVE in did
    else:
        assert tried - {PAIRED.id} <= removed
        phone = play.state.phone
        assert phone is None or phone.paired or phone.id in removed
        assert Do.SAVE not in did
        assert play.state.end is not PairEnd.PAIRED
    assert PAIRED.id not in removed


def found(phone: FoundPhone = ROBIN) -> Play:
    """A phone is nearby, and everything open for it."""
    opened = [Done(do) for do in (Do.SERVE_AGENT, Do.OPEN_DOOR, Do.SEARCH)]
    return Play().all(FactsSeen(GOOD), Done(Do.CHECK), *opened, PhoneSeen(phone))


def bonded() -> Play:
    """The digits were the same."""
    choose, yes = PairAnswer(AnswerKind.CHOOSE, ROBIN.id), PairAnswer(AnswerKind.YES)
    return found().all(choose, Asked(ROBIN, 42), yes, Bonded(ROBIN.id))


def kept() -> Play:
    """The pairing is whole."""
    play = bonded().all(*TRUSTED)
    return play.all(*[Done(do) for do in tuple(play.state.waiting)])


@settings(max_examples=300)
@given(happenings, st.frozensets(st.sampled_from(Do)))
def test_from_everywhere_there_is_a_way_out_that_undoes_everything(
    happened: list[Event | str], failing: frozenset[Do]
) -> None:
    """Any events in any order; then a person stops, and whatever is undone may fail."""
    play = Play().all(*happened)
    play.leave(failing=failing)
    assert play.state.stage is Stage.ENDED
    assert_nothing_half_done(play)
    assert view_of(play.state).end is play.state.end
    if Late() not in happened:  # which gives up whatever is not undone by then
        failed = failing | {event.do for event in happened if isinstance(event, Failed)}
        assert set(play.state.left_over) <= failed
    before = len(play.ordered)
    assert play.all(*happened).state.stage is Stage.ENDED
    assert len(play.ordered) == before


@settings(max_examples=150)
@given(happenings)
def test_no_state_is_a_trap(happened: list[Event | str]) -> None:
    """Every stage ends by itself in time, or a person is offered an answer besides stopping."""
    play = Play()
    for event in happened:
        play.take(event)
        state = play.state
        view = view_of(state)
        if state.stage is Stage.ENDED:
            assert view.end is not None
            assert view.headline
            return
        assert DEADLINES_S[state.stage] is not None or len(view.answers) > 1
        offered = {kind for kind, _ in view.answers}
        assert (AnswerKind.CANCEL in offered) == (state.stage is not Stage.UNDOING)
        assert view.headline
        assert bool(view.digits) == (state.stage is Stage.COMPARING and state.passkey is not None)


@settings(max_examples=100)
@given(happenings)
def test_time_alone_ends_whatever_awaits_no_person(happened: list[Event | str]) -> None:
    """Where nothing happens any more, each stage with a deadline is left by it."""
    play = Play().all(*happened)
    for _ in range(12):
        if DEADLINES_S[play.state.stage] is None:
            break
        before = play.state
        play.take(Late())
        assert play.state != before
    assert DEADLINES_S[play.state.stage] is None


def test_the_short_way() -> None:
    """Choose, compare, trust, keep, three switches, a message: ordered in this order, and tidied up."""
    play = kept()
    play.all(*[SwitchSeen(SwitchView(capability, True)) for capability in Capability])
    assert play.state.stage is Stage.TEST
    play.all(PairAnswer(AnswerKind.TEXT, " +15550100 "), Done(Do.SEND_TEST))
    play.all(*[Done(do) for do in tuple(play.state.waiting)])
    assert (play.state.stage, play.state.end) == (Stage.ENDED, PairEnd.PAIRED)
    assert [e.do for e in play.ordered if e.do not in (Do.STOP_WORK, Do.STOP_SEARCH)] == [
        *(Do.CHECK, Do.SERVE_AGENT, Do.OPEN_DOOR, Do.SEARCH, Do.CONNECT, Do.ANSWER),
        *(Do.COMPARE_BOND, Do.TRUST),
        *(Do.CLOSE_DOOR, Do.DISMISS_AGENT, Do.SAVE, Do.BEGIN_SESSIONS, Do.SEND_TEST, Do.END_SESSIONS),
    ]
    assert Effect(Do.SEND_TEST, ROBIN.id, "+15550100") in play.ordered
    assert_nothing_half_done(play)


def test_an_android_has_other_switches_and_no_notifications() -> None:
    """They are named as there, and nothing waits for what it does not have."""
    android = FoundPhone("/dev_4", clean_line("Pixel"), "00:AA:01:01:00:04", kind=PhoneKind.ANDROID)
    play = found(android).all(PairAnswer(AnswerKind.CHOOSE, android.id), Asked(android, 1))
    play.all(PairAnswer(AnswerKind.YES), Bonded(android.id), *TRUSTED)
    play.all(*[Done(do) for do in tuple(play.state.waiting)])
    assert "iPhone" not in view_of(play.state).headline
    play.all(SwitchSeen(SwitchView(Capability.NOTIFICATIONS, absent=True)))
    play.all(*[SwitchSeen(SwitchView(each, True)) for each in (Capability.MESSAGES, Capability.CONTACTS)])
    assert play.state.stage is Stage.TEST


def test_the_phone_may_begin() -> None:
    """Whoever taps this computer in the phone's settings needs to choose nothing here."""
    play = found().all(Asked(OTHER, 7))
    assert (play.state.stage, play.state.phone) == (Stage.COMPARING, OTHER)
    assert view_of(play.state).digits == "000007"


def test_another_phone_is_turned_away_while_one_is_paired() -> None:
    """The digits on the screen stay those of the chosen one."""
    play = found().all(PairAnswer(AnswerKind.CHOOSE, ROBIN.id), Asked(ROBIN, 1))
    assert play.take(Asked(OTHER, 2)) == (Effect(Do.ANSWER, OTHER.id, "no"),)
    assert view_of(play.state).digits == "000001"


def test_connecting_is_tried_again_before_the_other_way_is_offered_with_its_price() -> None:
    """Phones refuse the first ones; a pairing begun here costs the notifications, and is never begun unasked."""
    play = found().all(PairAnswer(AnswerKind.CHOOSE, ROBIN.id))
    for _ in range(CONNECTS):
        assert play.state.stage is Stage.CONNECTING
        play.take(Failed(Do.CONNECT, "refused", "Refused."))
    assert play.state.stage is Stage.OFFERING
    assert play.did().count(Do.CONNECT) == CONNECTS
    assert Do.PAIR not in play.did()
    assert any("notifications do not" in line for line in view_of(play.state).details)
    play.take(PairAnswer(AnswerKind.YES))
    assert play.did()[-1] is Do.PAIR
    play.all(Asked(ROBIN, 5), PairAnswer(AnswerKind.YES), Done(Do.PAIR), *TRUSTED)
    play.all(*[Done(do) for do in tuple(play.state.waiting)])
    assert any("may never come" in line for line in view_of(play.state).details)


def test_different_numbers_leave_nothing() -> None:
    """The answer goes out, the phone is removed, and why is said."""
    play = found().all(PairAnswer(AnswerKind.CHOOSE, ROBIN.id), Asked(ROBIN, 1), PairAnswer(AnswerKind.NO))
    play.all(*[Done(do) for do in tuple(play.state.waiting)])
    assert (play.state.end, play.state.reason) == (PairEnd.FAILED, "numbers-differ")
    assert Effect(Do.ANSWER, ROBIN.id, "no") in play.ordered
    assert_nothing_half_done(play)


def test_a_paired_phone_is_only_looked_at() -> None:
    """Its switches and no new bond."""
    play = found(PAIRED).all(PairAnswer(AnswerKind.CHOOSE, PAIRED.id))
    assert play.all(Done(Do.COMPARE_BOND)).state.stage is Stage.TRUSTING
    assert not {Do.CONNECT, Do.PAIR} & set(play.did())


@pytest.mark.parametrize("stop", [PairAnswer(AnswerKind.CANCEL), PairAnswer(AnswerKind.SKIP)])
def test_a_whole_pairing_stays_whole(stop: PairAnswer) -> None:
    """Whoever leaves at the switches has a paired phone, and is told which are off."""
    play = kept().all(stop)
    play.all(*[Done(do) for do in tuple(play.state.waiting)])
    assert play.state.end is PairEnd.PAIRED
    assert any("Show Message Notifications" in line for line in view_of(play.state).details)
    assert_nothing_half_done(play)


def test_bluetoothd_that_restarts_undoes_a_pairing_but_not_a_whole_one() -> None:
    """Before the bond the reason is named; afterwards the sessions come back by themselves."""
    play = found().all(PairAnswer(AnswerKind.CHOOSE, ROBIN.id), BluetoothLost("bluetoothd is gone."))
    assert play.state.stage is Stage.UNDOING
    assert (play.state.reason, play.state.message) == ("bluetooth-lost", "bluetoothd is gone.")
    assert kept().all(BluetoothLost("gone")).state.stage is Stage.SWITCHES


def test_what_could_not_be_undone_is_said() -> None:
    """With the command that does it."""
    play = found()
    play.leave(failing=frozenset({Do.CLOSE_DOOR}))
    assert play.state.left_over == (Do.CLOSE_DOOR,)
    assert any("bluetoothctl discoverable off" in line for line in view_of(play.state).details)


@pytest.mark.parametrize("mended", [PairAnswer(AnswerKind.RETRY), ComputerChanged()])
def test_computer_that_is_no_hands_free_set_asks_first(mended: Event) -> None:
    """With the exact command; looking again goes on once it is mended; what stops everything cannot be skipped."""
    computer = ComputerFacts("hci1", "desk", class_of_device=0x7C010C, bluez=(5, 87))
    play = Play().all(FactsSeen(computer), Done(Do.CHECK))
    assert view_of(play.state).headline == "Before a phone is asked:"
    assert any("sudo btmgmt --index 1 class 4 8" in line for line in view_of(play.state).details)
    assert AnswerKind.SKIP in dict(view_of(play.state).answers)
    play.take(mended)
    play.all(FactsSeen(GOOD), Done(Do.CHECK))
    assert play.state.stage is Stage.OPENING
    none = Play().all(FactsSeen(ComputerFacts("")), Done(Do.CHECK), PairAnswer(AnswerKind.SKIP))
    assert none.state.stage is Stage.BLOCKED


def test_a_search_that_fails_is_no_reason_to_stop() -> None:
    """A phone that begins by itself needs none."""
    play = Play().all(FactsSeen(GOOD), Done(Do.CHECK), Done(Do.SERVE_AGENT), Done(Do.OPEN_DOOR))
    play.take(Failed(Do.SEARCH, "bluetooth", "Busy."))
    assert play.state.stage is Stage.FINDING
    assert any("Choose this computer on the phone" in line for line in view_of(play.state).details)


def test_state_is_plain() -> None:
    """The first state has nothing to undo."""
    assert State().undo == ()
