"""How does the phone stand as a whole? Capability states in; the phone's state, gaps and completeness out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from phonelink_tui.domain.events import Event, GapChanged, LinkChanged
from phonelink_tui.domain.gap import Gap
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase, Phone
from phonelink_tui.relay.store import Store

PROOF_STEP: Final = timedelta(seconds=5)
"""Proofs of life are told at most this often."""


BEAT: Final = timedelta(seconds=60)
"""How often it is written down that messages are connected: by that much a gap may begin too early whose begin
nobody saw, because the relay was killed."""


class Links:
    """Turns states of capabilities into events. Whoever iterates publishes each before asking for the next."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        run: int = 0,
        expect: Callable[[Gap], None] = lambda _gap: None,
    ) -> None:
        """
        Args:
            store: What is known of the phone.
            now: The clock (UTC).
            run: Which run of the archive this is.
            expect: Told now and then which gap there is should the relay end here; kept, never published.
        """
        self._expect = expect
        self._expected_at: datetime | None = None
        self._store = store
        self._now = now
        self._alive_at: dict[Capability, datetime] = {}
        self._open_gaps: list[Gap] = []
        self._run = f"{run}." if run else ""
        self._gaps = 0

    def begin_with(self, gaps: Iterable[Gap]) -> None:
        """Gaps from before: one without an end lasts until messages are connected again."""
        self._open_gaps = [gap for gap in gaps if gap.ended_at is None]

    def foresee(self) -> None:
        """Write down that a gap begins here, should nothing more be heard of this relay."""
        now = self._now()
        if self._store.phone.phase(Capability.MESSAGES) is LinkPhase.READY:
            self._expected_at = now
            alive_at = min(now, self._alive_at.get(Capability.MESSAGES, now))
            self._expect(Gap(f"g{self._run}{self._gaps + 1}", alive_at, None, DownReason.NOT_RUNNING))

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
        if capability is Capability.MESSAGES and (
            self._expected_at is None or now - self._expected_at >= BEAT
        ):
            self.foresee()
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
        gap = Gap(f"g{self._run}{self._gaps}", alive_at, None, reason)
        self._open_gaps.append(gap)
        yield GapChanged(gap)

    def _close_gap(self) -> Iterator[Event]:
        ended, self._open_gaps = self._open_gaps, []
        for gap in ended:
            yield GapChanged(evolve(gap, ended_at=self._now()))


def _with(phone: Phone, state: CapabilityState) -> Phone:
    return evolve(phone, capabilities={**phone.capabilities, state.capability: state})


def _later(proof_at: datetime | None, before: CapabilityState | None) -> datetime | None:
    """The later of two proofs of life: a supervisor knows only those at the begin of its sessions."""
    proofs = [at for at in (proof_at, before.proof_at if before else None) if at is not None]
    return max(proofs, default=None)
