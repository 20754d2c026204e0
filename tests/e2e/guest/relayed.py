"""How does a scenario see what a person would? A relay over a real link, and waiting for what it tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from phonelink_tui.composition.hosting import build_relay
from phonelink_tui.config.phone_spec import BluetoothSpec
from phonelink_tui.domain.events import Stamped
from phonelink_tui.domain.message import UNSETTLED, DeliveryState, Direction
from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase
from phonelink_tui.relay.api import Ask, RelayApi, RetryNow, SendText, Snapshot, follow
from phonelink_tui.transport.together import beside
from tests.e2e.guest.patience import stretched
from tests.e2e.guest.world import World

STEP_LIMIT_S = 40.0


class Watched:
    """A relay, and what a scenario waits for."""

    def __init__(self, relay: RelayApi, world: World) -> None:
        self._relay = relay
        self._world = world
        self._news = asyncio.Event()
        self._said: dict[Capability, str] = {}
        self._commands = 0

    async def watch(self) -> None:
        """Follow the relay until it ends."""
        await follow(self._relay, lambda _: self._news.set(), self._take)

    async def until(
        self, what: str, probe: Callable[[Snapshot], bool], limit_s: float = STEP_LIMIT_S
    ) -> Snapshot:
        """Wait until a snapshot is as wanted; it is returned."""
        snapshot = await self._relay.snapshot()
        try:
            async with asyncio.timeout(stretched(limit_s)):
                while not probe(snapshot):
                    self._news.clear()
                    await self._news.wait()
                    snapshot = await self._relay.snapshot()
        except TimeoutError:
            raise AssertionError(
                f"{what}: not within {stretched(limit_s):.0f} s; {brief(snapshot)}"
            ) from None
        self._world.say(what)
        return snapshot

    async def until_ready(self, *capabilities: Capability, limit_s: float = STEP_LIMIT_S) -> Snapshot:
        """Wait until these are connected; none named means all."""
        wanted = capabilities or tuple(Capability)
        return await self.until(
            f"ready: {', '.join(wanted)}",
            lambda snapshot: all(snapshot.phone.phase(one) is LinkPhase.READY for one in wanted),
            limit_s,
        )

    async def until_down(
        self, capability: Capability, *reasons: DownReason, limit_s: float = STEP_LIMIT_S
    ) -> CapabilityState:
        """Wait until one is down for one of these reasons."""

        def is_down(snapshot: Snapshot) -> bool:
            state = snapshot.phone.capabilities[capability]
            return state.phase is LinkPhase.WAITING and state.reason in reasons

        snapshot = await self.until(f"{capability} down: {reasons}", is_down, limit_s)
        return snapshot.phone.capabilities[capability]

    async def until_text(self, text: str, limit_s: float = STEP_LIMIT_S) -> Snapshot:
        """Wait until a conversation's last text is this."""
        return await self.until(
            f"text: {text}",
            lambda snapshot: any(str(thread.last_text).startswith(text) for thread in snapshot.threads),
            limit_s,
        )

    async def send(self, recipient: str, text: str) -> None:
        """Send a text, saying yes to whatever the guard asks, and wait until the phone has taken it."""
        self._commands += 1
        command = SendText(f"send-{self._commands}", text, recipient, confirmed=frozenset(Ask))
        await self._relay.execute(command)
        async with asyncio.timeout(stretched(STEP_LIMIT_S)):
            while (state := await self._state_of(text)) is not DeliveryState.ACCEPTED:
                assert state in UNSETTLED or state is None, f"{text}: {state}"
                self._news.clear()
                await self._news.wait()
        self._world.say(f"sent: {text}")

    async def retry_now(self) -> None:
        """Ask for every connection at once, as a person does who has just turned a switch."""
        self._commands += 1
        await self._relay.execute(RetryNow(f"retry-{self._commands}"))

    async def _state_of(self, text: str) -> DeliveryState | None:
        found = [one for one in await self._relay.search(text) if one.direction is Direction.OUTGOING]
        return found[0].state if found else None

    def _take(self, stamped: Stamped) -> None:
        self._news.set()
        phone = getattr(stamped.event, "phone", None)
        for capability, state in phone.capabilities.items() if phone else ():
            said = f"{capability}: {state.phase} {state.reason or ''} {state.detail}".rstrip()
            if self._said.get(capability) != said:
                self._said[capability] = said
                self._world.say(f"  {said}")


def brief(snapshot: Snapshot) -> str:
    """What matters of a snapshot to whoever reads a failure."""
    states = [f"{one}: {state.phase} {state.reason}" for one, state in snapshot.phone.capabilities.items()]
    threads = [f"{thread.title}: {thread.last_text[:40]}" for thread in snapshot.threads]
    return f"{states} {threads} {len(snapshot.notifications)} notifications {snapshot.gaps}"


@asynccontextmanager
async def relaying(world: World) -> AsyncIterator[Watched]:
    """A relay of the phone on the air, composed as `phonelink --phone bluez/ADDRESS` composes it."""
    async with build_relay(BluetoothSpec(address=world.phone.address)) as relay:
        watched = Watched(relay, world)
        async with beside(watched.watch()):
            yield watched
