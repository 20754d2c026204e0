"""When does a relay that was started a moment ago know what the phone says?

It connects beside everything else, so its first snapshot is empty. A command that reads waits until the
capabilities it needs are decided and the first burst of events is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from phonelink_tui.domain.events import Progress, Stamped
from phonelink_tui.domain.phone import Capability, CapabilityState, LinkPhase
from phonelink_tui.errors import NotConnected
from phonelink_tui.relay.api import RelayApi, Snapshot

SETTLE_S: Final = 20.0
"""The longest wait: a phone in range was seen to need up to 12 s for a first connection."""

QUIET_S: Final = 0.3
"""Without an event for so long, the first burst is over."""

LONG_READY_S: Final = 10.0
"""What has been ready this long was read long ago."""


async def settled(api: RelayApi, needed: frozenset[Capability], deadline_s: float = SETTLE_S) -> Snapshot:
    """A snapshot once the `needed` capabilities are ready, or known not to be, or `deadline_s` has passed."""
    async with api.events() as events:
        snapshot = await api.snapshot()
        if all(_long_ready(snapshot.phone.capabilities.get(each)) for each in needed):
            return snapshot
        try:
            async with asyncio.timeout(deadline_s):
                while not all(_decided(snapshot.phone.capabilities.get(each)) for each in needed):
                    await anext(events)
                    snapshot = await api.snapshot()
                await _quiet(events)
        except (TimeoutError, StopAsyncIteration):
            pass
    return await api.snapshot()


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


async def _quiet(events: AsyncIterator[Stamped]) -> None:
    """Until nothing came for `QUIET_S` and no listing is half read."""
    half_read = False
    while True:
        try:
            async with asyncio.timeout(None if half_read else QUIET_S):
                stamped = await anext(events)
        except TimeoutError:
            return
        if isinstance(stamped.event, Progress):
            half_read = stamped.event.total != stamped.event.done


def _decided(state: CapabilityState | None) -> bool:
    return state is None or state.phase is not LinkPhase.CONNECTING


def _long_ready(state: CapabilityState | None) -> bool:
    if state is None or state.phase is LinkPhase.ABSENT:
        return True
    age_s = (datetime.now(UTC) - state.since).total_seconds()
    return state.phase is LinkPhase.READY and abs(age_s) > LONG_READY_S
