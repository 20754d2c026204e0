"""How the phone stands as a whole: gaps, completeness, proofs of life, battery."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from phonelink_tui.domain.events import Event, GapChanged, LinkChanged
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase
from tests.relay.desk import Desk, make_phone
from tests.relay.fakes import START

DOWN = DownReason.OUT_OF_RANGE


def state(
    phase: LinkPhase, capability: Capability = Capability.MESSAGES, reason: DownReason | None = None
) -> CapabilityState:
    return CapabilityState(capability, phase, START, reason)


def complete_since(desk: Desk) -> datetime | None:
    return desk.store.phone.complete_since


def gaps(events: list[Event]) -> list[GapChanged]:
    return [e for e in events if isinstance(e, GapChanged)]


def test_a_gap_lasts_from_the_end_of_one_session_to_the_begin_of_the_next() -> None:
    """From its last proof of life, however many attempts lie between; and completeness begins anew."""
    desk = Desk(make_phone(messages=LinkPhase.CONNECTING))
    assert not gaps(desk.publish(desk.links.take_state(state(LinkPhase.READY))))
    assert complete_since(desk) == START
    desk.clock.move(57)
    desk.publish(desk.links.take_proof(Capability.MESSAGES))
    desk.clock.move(3)
    desk.publish(desk.links.take_proof(Capability.MESSAGES))
    desk.publish(desk.links.take_proof(Capability.NOTIFICATIONS))
    desk.clock.move(50)
    desk.publish(desk.links.take_proof(Capability.NOTIFICATIONS))
    (begun,) = gaps(desk.publish(desk.links.take_state(state(LinkPhase.WAITING, reason=DOWN))))
    assert (begun.gap.started_at, begun.gap.ended_at, begun.gap.reason) == (
        START + timedelta(seconds=60),
        None,
        DOWN,
    )
    assert complete_since(desk) is None
    for phase in (LinkPhase.CONNECTING, LinkPhase.WAITING):
        assert not gaps(desk.publish(desk.links.take_state(state(phase, reason=DOWN))))
    desk.clock.move(60)
    (ended,) = gaps(desk.publish(desk.links.take_state(state(LinkPhase.READY))))
    assert ended.gap == evolve(begun.gap, ended_at=START + timedelta(seconds=170))
    assert complete_since(desk) == START + timedelta(seconds=170)
    assert desk.store.snapshot(0).gaps == (ended.gap,)


def test_a_gap_without_any_proof_begins_with_the_session() -> None:
    """A session that never answered proves nothing but that it was opened."""
    desk = Desk(make_phone(messages=LinkPhase.CONNECTING))
    desk.publish(desk.links.take_state(state(LinkPhase.READY)))
    desk.clock.move(40)
    (gap,) = gaps(desk.publish(desk.links.take_state(state(LinkPhase.WAITING, reason=DOWN))))
    assert gap.gap.started_at == START


def test_a_first_session_that_never_comes_is_no_gap() -> None:
    """There was nothing before it that could be missing."""
    desk = Desk(make_phone(messages=LinkPhase.CONNECTING))
    assert not gaps(desk.publish(desk.links.take_state(state(LinkPhase.WAITING, reason=DOWN))))
    assert not gaps(desk.publish(desk.links.take_state(state(LinkPhase.READY))))


def test_notifications_and_contacts_make_no_gap() -> None:
    """Only messages can be missed; a gap without a cause is a lost link."""
    desk = Desk()
    for capability in (Capability.NOTIFICATIONS, Capability.CONTACTS):
        assert not gaps(desk.publish(desk.links.take_state(state(LinkPhase.WAITING, capability))))
    (gap,) = gaps(desk.publish(desk.links.take_state(state(LinkPhase.WAITING))))
    assert gap.gap.reason is DownReason.LINK_LOST


def test_a_state_is_told_once() -> None:
    """Repeating it is no event."""
    desk = Desk()
    assert desk.publish(desk.links.take_state(state(LinkPhase.READY))) == []


def test_proofs_of_life_are_told_now_and_then_and_never_go_back() -> None:
    """Not more often than every five seconds; a supervisor's older proof does not undo a newer one."""
    desk = Desk()
    assert desk.publish(desk.links.take_proof(Capability.MESSAGES))
    assert desk.publish(desk.links.take_proof(Capability.MESSAGES)) == []
    desk.clock.move(6)
    assert desk.publish(desk.links.take_proof(Capability.MESSAGES))
    newest = START + timedelta(seconds=6)
    old = evolve(state(LinkPhase.WAITING, reason=DOWN), proof_at=START)
    desk.publish(desk.links.take_state(old))
    assert desk.store.phone.capabilities[Capability.MESSAGES].proof_at == newest
    desk.publish(desk.links.take_state(state(LinkPhase.CONNECTING, reason=DOWN)))
    assert desk.store.phone.capabilities[Capability.MESSAGES].proof_at == newest


def test_a_proof_of_what_is_not_there_is_nothing() -> None:
    """A capability the phone does not have cannot be alive."""
    desk = Desk(evolve(make_phone(), capabilities={}))
    assert desk.publish(desk.links.take_proof(Capability.CONTACTS)) == []


def test_the_battery_is_told_when_it_changes() -> None:
    """Also when it is not known any more."""
    desk = Desk()
    desk.publish(desk.store.limits.compare())
    told = [desk.publish(desk.links.take_battery(p)) for p in (80, 80, 79, None, None)]
    assert [len(events) for events in told] == [1, 0, 1, 1, 0]
    last = told[3][0]
    assert isinstance(last, LinkChanged)
    assert last.phone.battery_percent is None
