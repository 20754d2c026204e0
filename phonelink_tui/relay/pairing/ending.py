"""How does a pairing end? By undoing what was done, in order; what the phone keeps of us is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import evolve

from phonelink_tui.domain.pairing import FoundPhone, PairEnd
from phonelink_tui.relay.pairing.words import Do, Effect, Stage, State, Step

_UNDOES: Final = {
    Do.SERVE_AGENT: Do.DISMISS_AGENT,
    Do.OPEN_DOOR: Do.CLOSE_DOOR,
    Do.SEARCH: Do.STOP_SEARCH,
    Do.BEGIN_SESSIONS: Do.END_SESSIONS,
}
"""What undoes what. A phone that was made known is removed, unless the pairing is whole."""


def finish(state: State) -> Step:
    """The phone is paired; end what only served the setting up."""
    return _undo(evolve(state, end=PairEnd.PAIRED, reason="paired"))


def cancel(state: State) -> Step:
    """A person stops: a phone that is paired stays so, anything less goes."""
    if state.whole:
        return finish(state)
    return _undo(
        evolve(state, end=PairEnd.CANCELLED, reason="cancelled", message="Stopped; nothing was kept.")
    )


def fail(state: State, reason: str, message: str, hint: str) -> Step:
    """It did not work: undo everything."""
    return _undo(evolve(state, end=PairEnd.FAILED, reason=reason, message=message, hint=hint))


def _undo(state: State) -> Step:
    """Stop what is under way, then undo everything, the last thing first."""
    refuse = (
        (Effect(Do.ANSWER, state.phone_id, "no"),)
        if state.stage is Stage.COMPARING and state.phone is not None
        else ()
    )
    undoing = (*refuse, Effect(Do.STOP_WORK), *state.undo)
    waiting = frozenset(effect.do for effect in undoing)
    return evolve(state, stage=Stage.UNDOING, waiting=waiting, undo=()), undoing


def order(state: State, *effects: Effect) -> Step:
    """Order effects, and what undoes them."""
    undo = tuple(Effect(_UNDOES[e.do], e.phone) for e in reversed(effects) if e.do in _UNDOES)
    return evolve(state, undo=(*undo, *state.undo)), effects


def may_remove(state: State, phone: FoundPhone) -> State:
    """The phone becomes known through us: undoing removes it. One that was paired before stays."""
    if phone.paired:
        return state
    return evolve(state, undo=(Effect(Do.REMOVE_DEVICE, phone.id), *state.undo))


def awaited(state: State, do: Do, *, then: Callable[[State], Step]) -> Step:
    """One of the awaited effects is answered; after the last one comes `then`."""
    if do not in state.waiting:
        return state, ()
    state = evolve(state, waiting=state.waiting - {do})
    return then(state) if not state.waiting else (state, ())
