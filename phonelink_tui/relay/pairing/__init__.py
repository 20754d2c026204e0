"""The pairing room: from nothing to a phone that is paired, as a pure state machine and its one runner.

    words      events in, effects out, and the state between them
    checks     facts about this computer to what stands in the way
    machine    step(state, event) -> state and effects; its stages are in finding, bonding, keeping, and
    ending     how everything is undone
    view       a state as what a person sees
    run        carries effects out through a host, one after another; takes answers

May import `domain`, `errors`; `run` may wait, the others are pure. How an effect is carried out is the host's
business (`composition.pairing`). From the moment the phone is trusted the pairing is whole: it is kept, whatever
happens then. Before, every way out undoes everything. This file imports nothing.
"""
