"""What do facts say about the questions that several signatures ask? Nothing, where they are not known."""

from __future__ import annotations

import re
from typing import TypeVar

from phonelink_tui.diagnostics.facts import (
    AdapterFacts,
    Bluez,
    DaemonState,
    DeviceFacts,
    Facts,
    NotKnown,
)
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase, PhoneKind

Known = TypeVar("Known")


def known(group: Known | NotKnown) -> Known | None:
    """The facts; None where they are not known."""
    return None if isinstance(group, NotKnown) else group


def running_bluez(facts: Facts) -> Bluez | None:
    """bluetoothd's facts, where it runs."""
    bluez = known(facts.bluez)
    return bluez if bluez is not None and bluez.state is DaemonState.RUNNING else None


def powered_adapters(facts: Facts) -> tuple[AdapterFacts, ...]:
    """Adapters that are on."""
    bluez = running_bluez(facts)
    return tuple(adapter for adapter in bluez.adapters if adapter.powered) if bluez else ()


def used_adapter(facts: Facts) -> AdapterFacts | None:
    """The adapter that the phone is reached over: the one it is paired with, else the first that is on."""
    on = powered_adapters(facts)
    of_phones = {device.adapter for device in paired_phones(facts)}
    return next((adapter for adapter in on if adapter.name in of_phones), on[0] if on else None)


def paired_phones(facts: Facts) -> tuple[DeviceFacts, ...]:
    """Phones that BlueZ says are paired."""
    bluez = running_bluez(facts)
    return tuple(device for device in bluez.devices if device.is_phone and device.paired) if bluez else ()


def over_bluetooth(facts: Facts) -> bool:
    """Whether the sessions that are known go over this computer's Bluetooth."""
    sessions = known(facts.sessions)
    return sessions is not None and sessions.way in ("bluez", "obexd")


def session(facts: Facts, capability: Capability) -> CapabilityState | None:
    """How a session over Bluetooth stands."""
    sessions = known(facts.sessions)
    if sessions is None or not over_bluetooth(facts):
        return None
    return next((state for state in sessions.states if state.capability is capability), None)


def is_ready(facts: Facts, capability: Capability) -> bool:
    """Whether a session over Bluetooth is known to be up."""
    state = session(facts, capability)
    return state is not None and state.phase is LinkPhase.READY


def down_for(facts: Facts, capability: Capability) -> DownReason | None:
    """Why a session over Bluetooth is down; None where it is up, or not known."""
    state = session(facts, capability)
    if state is None or state.phase in (LinkPhase.READY, LinkPhase.ABSENT):
        return None
    return state.reason


def any_detail(facts: Facts, sentence: str) -> bool:
    """Whether a session over Bluetooth is down with this sentence of ours."""
    sessions = known(facts.sessions)
    if sessions is None or not over_bluetooth(facts):
        return False
    return any(state.detail == sentence and state.phase is not LinkPhase.READY for state in sessions.states)


def phone_kind(facts: Facts) -> PhoneKind | None:
    """Which kind of phone is meant: by the session, else where every paired phone is of one kind."""
    sessions = known(facts.sessions)
    if sessions is not None and over_bluetooth(facts):
        return sessions.kind
    kinds = {device.kind for device in paired_phones(facts)}
    return kinds.pop() if len(kinds) == 1 else None


def bluez_version(facts: Facts) -> tuple[int, int] | None:
    """BlueZ's version as two numbers."""
    version = known(facts.bluez_version)
    found = re.fullmatch(r"([0-9]{1,4})\.([0-9]{1,4})", version.version) if version else None
    return (int(found[1]), int(found[2])) if found else None


def down_line(state: CapabilityState) -> str:
    """A line of evidence: how a session stands."""
    reason = f", {state.reason.value.replace('_', ' ')}" if state.reason else ""
    return f"{state.capability.value}: {state.phase.value}{reason}"
