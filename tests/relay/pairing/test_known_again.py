"""Is a known phone with another pairing taken for the known one only by a person's word?"""

from __future__ import annotations

import pytest

from phonelink_tui.domain.bond import SENTENCES, BondChange
from phonelink_tui.domain.pairing import AnswerKind, FoundPhone, PairAnswer, PairEnd
from phonelink_tui.relay.pairing.view import view_of
from phonelink_tui.relay.pairing.words import Asked, Bonded, Do, Done, Failed, Late, Stage
from tests.relay.pairing.test_machine import PAIRED, ROBIN, WEAKER, YES, Play, found

NO = PairAnswer(AnswerKind.NO)


@pytest.mark.parametrize("phone", [ROBIN, PAIRED])
@pytest.mark.parametrize("answer", [YES, NO, PairAnswer(AnswerKind.CANCEL)])
def test_a_weaker_pairing_of_a_known_phone_is_asked_about(answer: PairAnswer, phone: FoundPhone) -> None:
    """Before it is trusted or recorded; Enter alone is no; a no removes what was paired just now, nothing else."""
    play = found(phone).all(PairAnswer(AnswerKind.CHOOSE, phone.id))
    if not phone.paired:
        play.all(Asked(phone, 7), YES, Bonded(phone.id))
    play.all(WEAKER, Done(Do.COMPARE_BOND))
    view = view_of(play.state)
    assert SENTENCES[BondChange.LE_GONE] in view.details
    assert view.default is AnswerKind.NO
    assert not {Do.TRUST, Do.SAVE} & set(play.did())
    play.take(answer)
    if answer is YES:
        assert play.state.stage is Stage.TRUSTING
        return
    play.all(*[Done(do) for do in tuple(play.state.waiting)])
    assert not {Do.TRUST, Do.SAVE, Do.BEGIN_SESSIONS} & set(play.did())
    assert (Do.REMOVE_DEVICE in play.did()) is not phone.paired
    if answer is NO:
        assert (play.state.end, play.state.reason) == (PairEnd.FAILED, "bond-changed")
        assert "as it was" in view_of(play.state).headline


@pytest.mark.parametrize("event", [Late(), Failed(Do.COMPARE_BOND, "bluetooth", "No.")])
def test_a_pairing_that_cannot_be_compared_is_not_kept(event: Late | Failed) -> None:
    """What is not known to be as good is not taken for it."""
    play = found().all(PairAnswer(AnswerKind.CHOOSE, ROBIN.id), Bonded(ROBIN.id), event)
    play.all(*[Done(do) for do in tuple(play.state.waiting)])
    assert play.state.end is PairEnd.FAILED
    assert Do.REMOVE_DEVICE in play.did()


def known_otherwise() -> Play:
    """A paired phone whose pairing is asked about."""
    choose = PairAnswer(AnswerKind.CHOOSE, PAIRED.id)
    return found(PAIRED).all(choose, WEAKER, Done(Do.COMPARE_BOND))


def test_a_phone_that_was_paired_before_is_not_to_be_forgotten_on_it() -> None:
    """Its pairing stays, so nothing is left over there."""
    play = known_otherwise().all(NO)
    play.all(*[Done(do) for do in tuple(play.state.waiting)])
    assert not any("forget" in line for line in view_of(play.state).details)
