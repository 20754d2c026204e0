"""What follows once the phone is paired? Keep it, watch its switches, send a message to oneself. Pure."""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.domain.pairing import AnswerKind, PairAnswer, SwitchView
from phonelink_tui.domain.phone import Capability
from phonelink_tui.relay.pairing.ending import awaited, finish, order
from phonelink_tui.relay.pairing.words import (
    Do,
    Done,
    Effect,
    Event,
    Failed,
    Late,
    Stage,
    State,
    Step,
    SwitchSeen,
)


def keep(state: State) -> Step:
    """The pairing is whole: keep it, stop what only served the finding, and look what the phone allows."""
    undoing = tuple(effect for effect in state.undo if effect.do is not Do.REMOVE_DEVICE)
    switches = {capability: SwitchView(capability) for capability in Capability}
    state = evolve(state, stage=Stage.KEEPING, whole=True, undo=(), switches=switches)
    doing = (Effect(Do.SAVE, state.phone_id), Effect(Do.BEGIN_SESSIONS, state.phone_id))
    waiting = frozenset(effect.do for effect in (*undoing, *doing))
    state, ordered = order(evolve(state, waiting=waiting), *doing)
    return state, (Effect(Do.STOP_WORK), *undoing, *ordered)


def keeping(state: State, event: Event) -> Step:
    def switches(s: State) -> Step:
        return _to_test_if_all_on(evolve(s, stage=Stage.SWITCHES))

    match event:
        case Done(do):
            return awaited(state, do, then=switches)
        case Failed(do, _, message) if do in state.waiting:
            what = "The phone is not in `phonelink phones`: " if do is Do.SAVE else ""
            left = () if do in (Do.SAVE, Do.BEGIN_SESSIONS) else (do,)
            noted = evolve(state, notes=(*state.notes, what + message), left_over=(*state.left_over, *left))
            return awaited(noted, do, then=switches)
        case SwitchSeen():
            return _with_switch(state, event), ()
        case Late():
            return switches(evolve(state, waiting=frozenset()))
        case _:
            return state, ()


def switches(state: State, event: Event) -> Step:
    match event:
        case SwitchSeen():
            return _to_test_if_all_on(_with_switch(state, event))
        case PairAnswer(AnswerKind.RETRY):
            return state, (Effect(Do.RETRY_SESSIONS),)
        case PairAnswer(AnswerKind.SKIP):
            on = state.switches.get(Capability.MESSAGES)
            return (evolve(state, stage=Stage.TEST), ()) if on and on.on else finish(state)
        case _:
            return state, ()


def _to_test_if_all_on(state: State) -> Step:
    all_on = all(switch.on or switch.absent for switch in state.switches.values())
    return (evolve(state, stage=Stage.TEST) if all_on else state), ()


def _with_switch(state: State, seen: SwitchSeen) -> State:
    return evolve(state, switches={**state.switches, seen.switch.capability: seen.switch})


def test(state: State, event: Event) -> Step:
    match event:
        case PairAnswer(AnswerKind.TEXT, text) if text.strip():
            state = evolve(state, stage=Stage.SENDING, waiting=frozenset({Do.SEND_TEST}))
            return state, (Effect(Do.SEND_TEST, state.phone_id, text.strip()),)
        case PairAnswer(AnswerKind.SKIP):
            return finish(state)
        case SwitchSeen():
            return _with_switch(state, event), ()
        case _:
            return state, ()


def sending(state: State, event: Event) -> Step:
    match event:
        case Done(Do.SEND_TEST):
            return finish(evolve(state, tested="The phone accepted the test message."))
        case Failed(Do.SEND_TEST, _, message):
            return finish(evolve(state, tested=message))
        case Late():
            return finish(evolve(state, tested="The test message: no answer; it may have been sent."))
        case _:
            return state, ()
