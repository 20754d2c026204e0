"""When does a relay that was started a moment ago know what the phone says?

It connects beside everything else, so its first snapshot is empty. A command that reads waits until each
capability it needs is caught up, or is known not to be connected.
"""

from __future__ import annotations

import asyncio
from typing import Final

from phonelink_tui.domain.events import LinkChanged, Resync
from phonelink_tui.domain.limitations import LimitKind
from phonelink_tui.domain.phone import Capability, CapabilityState, LinkPhase
from phonelink_tui.errors import NotConnected, PolicyError
from phonelink_tui.relay.api import RelayApi, Snapshot

SETTLE_S: Final = 20.0
"""The longest wait: a phone in range was seen to need up to 12 s for a first connection."""


async def settled(
    api: RelayApi, needed: frozenset[Capability], deadline_s: float = SETTLE_S, *policy: LimitKind
) -> Snapshot:
    """A snapshot once the `needed` capabilities have caught up, or are known not to, or `deadline_s` has passed.

    Args:
        api: The relay.
        needed: What is waited for.
        deadline_s: How long at most.
        policy: Limits under which there is nothing to wait for.

    Raises:
        PolicyError: One of these is in force.
    """
    async with api.events() as events:
        snapshot = await api.snapshot()
        obey(snapshot, *policy)
        try:
            async with asyncio.timeout(deadline_s):
                while not all(_decided(snapshot.phone.capabilities.get(each)) for each in needed):
                    if isinstance((await anext(events)).event, LinkChanged | Resync):
                        snapshot = await api.snapshot()
        except (TimeoutError, StopAsyncIteration):
            pass
    return await api.snapshot()


def obey(snapshot: Snapshot, *policy: LimitKind) -> None:
    """Raises PolicyError, in the administrator's words, where one of these limits is in force; without any, never."""
    kinds = {*policy, LimitKind.POLICY_UNUSABLE} if policy else set()
    for limit in snapshot.limitations:
        if limit.kind in kinds:
            raise PolicyError(limit.kind.value, limit.sentence)


def require(snapshot: Snapshot, capability: Capability) -> None:
    """Raises NotConnected, in the relay's words, unless the capability is ready."""
    state = snapshot.phone.capabilities.get(capability)
    if state is not None and state.phase is LinkPhase.READY:
        return
    if state is None or state.phase is LinkPhase.ABSENT:
        raise NotConnected(
            f"This phone gives no {capability.value} over this connection.",
            "`phonelink status` says what it gives.",
        )
    told = [limit for limit in snapshot.limitations if limit.evidence.startswith(f"{capability}:")]
    reason = f" ({state.reason.value.replace('_', ' ')})" if state.reason else ""
    raise NotConnected(
        f"The phone's {capability.value} are not connected{reason}.", told[0].sentence if told else ""
    )


def _decided(state: CapabilityState | None) -> bool:
    if state is None or state.phase is LinkPhase.READY:
        return state is None or state.caught_up
    return state.phase is not LinkPhase.CONNECTING
