"""How do the phone and this computer get to trust each other? Connect, compare, bond, trust. Pure."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from phonelink_tui.domain.pairing import AnswerKind, PairAnswer
from phonelink_tui.relay.pairing.ending import cancel, fail, may_remove
from phonelink_tui.relay.pairing.keeping import keep
from phonelink_tui.relay.pairing.words import (
    CONNECTS,
    Asked,
    Bonded,
    BondSeen,
    Do,
    Done,
    Effect,
    Event,
    Failed,
    Late,
    Stage,
    State,
    Step,
    Withdrawn,
)

ALREADY_PAIRED: Final = "already-paired"
"""Reason of a PAIR that had nothing to do."""

BOND_CHANGED: Final = "bond-changed"
"""Reason of a pairing that a person did not want a known phone to be known by."""

SAID_NO: Final = frozenset({"cancelled", "rejected", "failed", "timeout", "stale-bond"})
"""Reasons of a CONNECT that end the pairing it led to. Any other says only that no service was connected."""


def connect(state: State) -> Step:
    state = evolve(state, stage=Stage.CONNECTING, connects=state.connects + 1)
    # A search slows a connection down, and some controllers cannot do both.
    return state, (Effect(Do.STOP_SEARCH), Effect(Do.CONNECT, state.phone_id))


def connecting(state: State, event: Event) -> Step:
    match event:
        case Asked():
            return compare(state, event)
        case Bonded(id_) if id_ == state.phone_id:
            return recognise(state)
        case Failed(Do.CONNECT):
            if state.connects < CONNECTS:
                return connect(state)
            return _offer(state)
        case Late():
            return _offer(state)
        case _:
            return state, ()


def _offer(state: State) -> Step:
    return evolve(state, stage=Stage.OFFERING), (Effect(Do.STOP_WORK),)


def offering(state: State, event: Event) -> Step:
    match event:
        case PairAnswer(AnswerKind.YES) if state.phone is not None:
            state = evolve(state, stage=Stage.PAIRING, paired_first=True)
            return state, (Effect(Do.PAIR, state.phone_id),)
        case PairAnswer(AnswerKind.RETRY):
            return connect(evolve(state, connects=0))
        case PairAnswer(AnswerKind.NO):
            return cancel(state)
        case Asked():
            return compare(state, event)
        case Bonded(id_) if id_ == state.phone_id:
            return recognise(state)
        case _:
            return state, ()


def pairing(state: State, event: Event) -> Step:
    match event:
        case Asked():
            return compare(state, event)
        case Bonded(id_) if id_ == state.phone_id:
            return recognise(state)
        case Failed(Do.PAIR, reason) if reason == ALREADY_PAIRED:
            return recognise(state)
        case Failed(Do.PAIR, reason, message, hint):
            return fail(state, reason, message, hint)
        case Late():
            return fail(
                state, "timeout", "The phone did not answer in time.", "Keep its screen on, and try again."
            )
        case _:
            return state, ()


def compare(state: State, asked: Asked) -> Step:
    """Show the digits; a phone that is not the chosen one is turned away."""
    if state.phone is not None and asked.phone.id != state.phone_id:
        return state, (Effect(Do.ANSWER, asked.phone.id, "no"),)
    state = may_remove(state, asked.phone) if state.phone is None else state
    return evolve(state, stage=Stage.COMPARING, phone=asked.phone, passkey=asked.passkey), ()


def comparing(state: State, event: Event) -> Step:
    id_ = state.phone_id
    match event:
        case PairAnswer(AnswerKind.YES):
            return evolve(state, stage=Stage.BONDING), (Effect(Do.ANSWER, id_, "yes"),)
        case PairAnswer(AnswerKind.NO):
            return fail(
                state,
                "numbers-differ",
                "You said that the numbers differ.",
                "Then something else may have answered in the phone's place. Nothing was kept.",
            )
        case Asked():
            return compare(state, event)
        case Failed(Do.PAIR | Do.CONNECT, reason, message, hint):
            return fail(state, reason, message, hint)
        case Withdrawn():
            return fail(state, "withdrawn", "The phone ended the pairing.", "Try again, and allow it there.")
        case Late():
            return fail(state, "timeout", "The numbers were not confirmed in time.", "Try again.")
        case _:
            return state, ()


def bonding(state: State, event: Event) -> Step:
    match event:
        case Bonded(id_) if id_ == state.phone_id:
            return recognise(state)
        case Done(Do.PAIR):
            return recognise(state)
        case Asked():
            return compare(state, event)
        case Failed(Do.PAIR, reason) if reason == ALREADY_PAIRED:
            return recognise(state)
        case Failed(Do.PAIR, reason, message, hint):
            return fail(state, reason, message, hint)
        case Failed(Do.CONNECT, reason, message, hint) if reason in SAID_NO:
            return fail(state, reason, message, hint)
        case Late():
            return fail(
                state,
                "timeout",
                "The phone did not finish the pairing.",
                "Allow it on the phone too; try again.",
            )
        case _:  # a CONNECT that fails now: no service that bluetoothd serves is there, which does not matter
            return state, ()


def recognise(state: State) -> Step:
    """Compare the pairing with the one the phone is known by, before the phone may do anything."""
    state = evolve(state, stage=Stage.RECOGNISING, waiting=frozenset({Do.COMPARE_BOND}))
    return state, (Effect(Do.COMPARE_BOND, state.phone_id),)


def recognising(state: State, event: Event) -> Step:
    match event:
        case BondSeen(changes):
            return evolve(state, bond_changes=changes), ()
        case Done(Do.COMPARE_BOND):
            return _trust(state) if not state.bond_changes else (evolve(state, stage=Stage.CHANGED), ())
        case Failed(Do.COMPARE_BOND, reason, message, hint):
            return fail(state, reason, message, hint)
        case Late():
            return fail(state, "timeout", "The Bluetooth service did not answer in time.", "Try again.")
        case _:
            return state, ()


def changed(state: State, event: Event) -> Step:
    match event:
        case PairAnswer(AnswerKind.YES):
            return _trust(state)
        case PairAnswer(AnswerKind.NO):
            return fail(
                state,
                BOND_CHANGED,
                "The phone is known by the pairing it had before, as it was.",
                "Until that is back, or `phonelink pair` is answered with yes, it is refused.",
            )
        case _:
            return state, ()


def _trust(state: State) -> Step:
    state = evolve(state, stage=Stage.TRUSTING, waiting=frozenset({Do.TRUST}))
    return state, (Effect(Do.TRUST, state.phone_id),)


def trusting(state: State, event: Event) -> Step:
    match event:
        case Done(Do.TRUST):
            return keep(state)
        case Failed(Do.TRUST, reason, message, hint):
            return fail(state, reason, message, hint)
        case Late():
            return fail(state, "timeout", "The Bluetooth service did not answer in time.", "Try again.")
        case _:
            return state, ()
