"""How does the phone stand as a whole? Capability states in; the phone's state, gaps and completeness out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from phonelink_tui.domain.events import Event, GapChanged, LinkChanged
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase, Phone
from phonelink_tui.relay.store import Store

PROOF_STEP: Final = timedelta(seconds=5)
"""Proofs of life are told at most this often."""


class Links:
    """Turns states of capabilities into events. Whoever iterates publishes each before asking for the next."""

    def __init__(self, store: Store, now: Callable[[], datetime], run: int = 0) -> None:
        self._store = store
        self._now = now
        self._alive_at: dict[Capability, datetime] = {}
        self._open_gap: Gap | None = None
        self._run = f"{run}." if run else ""
        self._gaps = 0

    def take_state(self, state: CapabilityState) -> Iterator[Event]:
        """A capability stands differently."""
        phone = self._store.phone
        before = phone.phase(state.capability)
        state = evolve(state, proof_at=_later(state.proof_at, phone.capabilities.get(state.capability)))
        if phone.capabilities.get(state.capability) == state:
            return
        phone = _with(phone, state)
        if state.phase is LinkPhase.READY:
            self._alive_at[state.capability] = self._now()
        if state.capability is Capability.MESSAGES:
            if state.phase is LinkPhase.READY and before is not LinkPhase.READY:
                yield from self._close_gap()
                phone = evolve(phone, complete_since=self._now())
            elif before is LinkPhase.READY and state.phase is not LinkPhase.READY:
                yield from self._begin_gap(state.reason or DownReason.LINK_LOST)
                phone = evolve(phone, complete_since=None)
        yield LinkChanged(phone)

    def take_proof(self, capability: Capability) -> Iterator[Event]:
        """An answer or event came: the capability is alive."""
        phone = self._store.phone
        state, now = phone.capabilities.get(capability), self._now()
        self._alive_at[capability] = now  # each of them, also those that are not told
        if state is None or (state.proof_at is not None and now - state.proof_at < PROOF_STEP):
            return
        yield LinkChanged(_with(phone, evolve(state, proof_at=now)))

    def take_caught_up(self, capability: Capability) -> Iterator[Event]:
        """What the phone had when the session began is known."""
        phone = self._store.phone
        state = phone.capabilities.get(capability)
        if state is not None and state.phase is LinkPhase.READY and not state.caught_up:
            yield LinkChanged(_with(phone, evolve(state, caught_up=True)))

    def take_battery(self, percent: int | None) -> Iterator[Event]:
        """The phone told its battery."""
        if percent != self._store.phone.battery_percent:
            yield LinkChanged(evolve(self._store.phone, battery_percent=percent))

    def _begin_gap(self, reason: DownReason) -> Iterator[Event]:
        """From the last proof of life on nothing is known, though the loss is noticed later: up to a probe's time."""
        self._gaps += 1
        now = self._now()
        alive_at = min(now, self._alive_at.get(Capability.MESSAGES, now))
        self._open_gap = Gap(f"g{self._run}{self._gaps}", alive_at, None, reason)
        yield GapChanged(self._open_gap)

    def _close_gap(self) -> Iterator[Event]:
        if self._open_gap is not None:
            yield GapChanged(evolve(self._open_gap, ended_at=self._now()))
            self._open_gap = None


def _with(phone: Phone, state: CapabilityState) -> Phone:
    return evolve(phone, capabilities={**phone.capabilities, state.capability: state})


def _later(proof_at: datetime | None, before: CapabilityState | None) -> datetime | None:
    """The later of two proofs of life: a supervisor knows only those at the begin of its sessions."""
    proofs = [at for at in (proof_at, before.proof_at if before else None) if at is not None]
    return max(proofs, default=None)
