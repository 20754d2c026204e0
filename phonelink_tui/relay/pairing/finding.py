"""How is a phone found? Checks, an open door, a search, a choice. Pure."""

from __future__ import annotations

from attrs import evolve

from phonelink_tui.domain.pairing import AnswerKind, PairAnswer, Weight
from phonelink_tui.relay.pairing.bonding import compare, connect, recognise
from phonelink_tui.relay.pairing.checks import find_obstacles, no_bluetooth
from phonelink_tui.relay.pairing.ending import awaited, fail, may_remove, order
from phonelink_tui.relay.pairing.words import (
    PHONES,
    Asked,
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
    Step,
)


def nearby(state: State, event: Event) -> State:
    """Phones come and go in every stage."""
    match event:
        case PhoneSeen(phone):
            others = tuple(one for one in state.phones if one.id != phone.id)
            if len(others) == len(state.phones):
                phones = (*state.phones, phone)[:PHONES]
            else:
                phones = tuple(phone if one.id == phone.id else one for one in state.phones)
            return evolve(state, phones=phones)
        case PhoneGone(id_):
            return evolve(state, phones=tuple(one for one in state.phones if one.id != id_))
        case _:
            return state


def checking(state: State, event: Event) -> Step:
    match event:
        case FactsSeen(facts):
            return evolve(state, facts=facts, findings=find_obstacles(facts)), ()
        case Done(Do.CHECK) if state.facts is not None:
            if all(finding.weight is Weight.NOTES for finding in state.findings):
                return _open(state)
            return evolve(state, stage=Stage.BLOCKED, waiting=frozenset()), ()
        case Failed(Do.CHECK, _, message, hint):
            return _blocked(state, message, hint)
        case Late() | Done(Do.CHECK):
            return _blocked(state, "The Bluetooth service does not answer.", "Is bluetoothd running?")
        case _:
            return state, ()


def _blocked(state: State, message: str, hint: str) -> Step:
    findings = (no_bluetooth(message, hint),)
    return evolve(state, stage=Stage.BLOCKED, findings=findings, waiting=frozenset()), ()


def can_go_on(state: State) -> bool:
    """Whether a person may go on in spite of what was found."""
    return state.facts is not None and all(f.weight is not Weight.STOPS for f in state.findings)


def in_the_way(state: State, event: Event) -> Step:
    match event:
        case PairAnswer(AnswerKind.RETRY) | ComputerChanged():
            return evolve(state, stage=Stage.CHECKING, facts=None, waiting=frozenset({Do.CHECK})), (
                Effect(Do.CHECK),
            )
        case PairAnswer(AnswerKind.SKIP) if can_go_on(state):
            return _open(state)
        case _:
            return state, ()


def _open(state: State) -> Step:
    dos = (Do.SERVE_AGENT, Do.OPEN_DOOR, Do.SEARCH)
    return order(evolve(state, stage=Stage.OPENING, waiting=frozenset(dos)), *(Effect(do) for do in dos))


def opening(state: State, event: Event) -> Step:
    match event:
        case Done(do):
            return awaited(state, do, then=lambda s: (evolve(s, stage=Stage.FINDING), ()))
        case Failed(Do.SEARCH, _, message):
            # A phone that begins by itself needs no search.
            note = f"Phones nearby cannot be searched ({message}) Choose this computer on the phone."
            noted = evolve(state, notes=(*state.notes, note))
            return awaited(noted, Do.SEARCH, then=lambda s: (evolve(s, stage=Stage.FINDING), ()))
        case Failed(do, reason, message, hint) if do in state.waiting:
            return fail(state, reason, message, hint)
        case Late():
            return fail(state, "timeout", "The Bluetooth service did not answer in time.", "")
        case _:
            return finding(state, event)


def finding(state: State, event: Event) -> Step:
    match event:
        case PairAnswer(AnswerKind.CHOOSE, text):
            phone = next((one for one in state.phones if one.id == text), None)
            if phone is None:
                return state, ()
            state = evolve(state, phone=phone, waiting=frozenset())
            return recognise(state) if phone.paired else connect(may_remove(state, phone))
        case Asked(phone):
            return compare(evolve(state, waiting=frozenset()), event)
        case Late():
            return fail(state, "timeout", "No phone came within ten minutes.", "Begin again when it is near.")
        case _:
            return state, ()
