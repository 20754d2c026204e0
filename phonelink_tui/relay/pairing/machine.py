"""What comes next in a pairing? `step` takes a state and an event, and gives the next state and what to do.

Pure. What has to be undone is put on `State.undo` in the same step that orders the doing, before it is known
whether that succeeds: whoever undoes must not mind when there is nothing to undo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import evolve

from phonelink_tui.domain.pairing import AnswerKind, PairAnswer
from phonelink_tui.relay.pairing.bonding import (
    bonding,
    changed,
    comparing,
    connecting,
    offering,
    pairing,
    recognising,
    trusting,
)
from phonelink_tui.relay.pairing.ending import awaited, cancel, fail
from phonelink_tui.relay.pairing.finding import checking, finding, in_the_way, nearby, opening
from phonelink_tui.relay.pairing.keeping import keeping, sending, switches, test
from phonelink_tui.relay.pairing.words import (
    BluetoothLost,
    Do,
    Done,
    Effect,
    Event,
    Failed,
    Late,
    PhoneGone,
    Stage,
    State,
    Step,
)

_BEFORE_BOND: Final = frozenset(
    {Stage.OPENING, Stage.FINDING, Stage.CONNECTING, Stage.OFFERING, Stage.PAIRING, Stage.COMPARING}
    | {Stage.BONDING, Stage.RECOGNISING, Stage.CHANGED, Stage.TRUSTING}
)


def begin() -> Step:
    """The first step."""
    return State(waiting=frozenset({Do.CHECK})), (Effect(Do.CHECK),)


def step(state: State, event: Event) -> Step:
    """The next state, and what to do, in this order. Events that mean nothing here change nothing."""
    if state.stage is Stage.ENDED:
        return state, ()
    if state.stage is Stage.UNDOING:
        return _undoing(state, event)
    if isinstance(event, PairAnswer) and event.kind is AnswerKind.CANCEL:
        return cancel(state)
    if isinstance(event, BluetoothLost) and state.stage in _BEFORE_BOND:
        return fail(state, "bluetooth-lost", event.message, "Nothing was kept. Try again.")
    if isinstance(event, PhoneGone) and state.phone is not None and event.id == state.phone_id:
        if state.stage in _BEFORE_BOND:
            return fail(state, "phone-gone", "The phone is gone.", "Bring it near, and keep its screen on.")
        return state, ()
    return _STAGES[state.stage](nearby(state, event), event)


def _undoing(state: State, event: Event) -> Step:
    def ended(s: State) -> Step:
        return evolve(s, stage=Stage.ENDED), ()

    match event:
        case Done(do):
            return awaited(state, do, then=ended)
        case Failed(do) if do in state.waiting:
            left: tuple[Do, ...] = () if do in (Do.ANSWER, Do.STOP_WORK) else (do,)
            return awaited(evolve(state, left_over=(*state.left_over, *left)), do, then=ended)
        case Late():
            left = tuple(sorted(state.waiting - {Do.ANSWER, Do.STOP_WORK}))
            return ended(evolve(state, waiting=frozenset(), left_over=(*state.left_over, *left)))
        case _:
            return state, ()


_STAGES: Final[dict[Stage, Callable[[State, Event], Step]]] = {
    Stage.CHECKING: checking,
    Stage.BLOCKED: in_the_way,
    Stage.OPENING: opening,
    Stage.FINDING: finding,
    Stage.CONNECTING: connecting,
    Stage.OFFERING: offering,
    Stage.PAIRING: pairing,
    Stage.COMPARING: comparing,
    Stage.BONDING: bonding,
    Stage.RECOGNISING: recognising,
    Stage.CHANGED: changed,
    Stage.TRUSTING: trusting,
    Stage.KEEPING: keeping,
    Stage.SWITCHES: switches,
    Stage.TEST: test,
    Stage.SENDING: sending,
}
