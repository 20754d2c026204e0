"""The screen's end of the relay: order, pages, failures, the relay's end; no terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from attrs import define, evolve, field

from phonelink_tui.domain.events import CommandState, MessageChanged, Resync, ThreadChanged
from phonelink_tui.domain.message import DeliveryState, MessageId, TextMessage
from phonelink_tui.errors import IpcError
from phonelink_tui.relay.api import Command, MarkRead, SendText
from phonelink_tui.ui.bridge import Bridge
from phonelink_tui.ui.projection import Projection, Touched
from tests.ui.believable import a_text
from tests.ui.scripted_relay import ScriptedRelay
from tests.ui.stage import ALICE, BOB, a_relay, incoming


@define
class Rig:
    """A bridge that runs."""

    relay: ScriptedRelay
    projection: Projection = field(factory=Projection)
    told: list[Touched] = field(factory=list)
    hits: list[tuple[str, int]] = field(factory=list)
    changed: asyncio.Event = field(factory=asyncio.Event)
    bridge: Bridge = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.bridge = Bridge(self.relay, self.projection, self._on_change, self._on_hits)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a state that changes lead to."""
        async with asyncio.timeout(5):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def _on_change(self, touched: Touched) -> None:
        self.told.append(touched)
        self.changed.set()

    def _on_hits(self, query: str, hits: tuple[TextMessage, ...]) -> None:
        self.hits.append((query, len(hits)))
        self.changed.set()


@asynccontextmanager
async def running(relay: ScriptedRelay | None = None) -> AsyncIterator[Rig]:
    rig = Rig(relay or a_relay())
    async with asyncio.TaskGroup() as group:
        group.create_task(rig.bridge.run())
        await rig.until(lambda: rig.projection.phone is not None)
        yield rig
        rig.relay.end()


async def test_the_snapshot_is_told_at_once() -> None:
    """All of the screen is out of date, once."""
    async with running() as rig:
        assert rig.told[0] == Touched.ALL
        assert len(rig.projection.threads) == 3


async def test_a_page_fills_the_open_conversation() -> None:
    """And only the last wish counts when two are made."""
    async with running() as rig:
        rig.projection.open(ALICE.id)
        rig.bridge.want_page()
        rig.projection.open(BOB.id)
        rig.bridge.want_page()
        await rig.until(lambda: rig.projection.window is not None and rig.projection.window.loaded)
        assert rig.projection.window is not None
        assert [m.thread for m in rig.projection.window.messages] == [BOB.id]
        assert rig.relay.pages == [(BOB.id, None)]


async def test_a_page_that_fails_can_be_asked_for_again() -> None:
    """Nothing stays under way for ever."""
    relay = a_relay()
    texts = relay.texts.pop(ALICE.id)
    async with running(relay) as rig:
        window = rig.projection.open(ALICE.id)
        rig.bridge.want_page()
        await rig.until(lambda: not window.loading)
        relay.texts[ALICE.id] = texts
        rig.bridge.want_page()
        await rig.until(lambda: window.loaded)


async def test_a_resync_asks_for_the_page_again() -> None:
    """Events were lost: what was missed comes with the page."""
    async with running() as rig:
        window = rig.projection.open(ALICE.id)
        rig.bridge.want_page()
        await rig.until(lambda: window.loaded)
        rig.relay.texts[ALICE.id].append(a_text(ALICE, 7, "missed", minutes=0))
        rig.relay.say(Resync())
        await rig.until(lambda: bool(window.messages) and window.messages[-1].text == "missed")


async def test_commands_keep_their_order() -> None:
    """What was typed first is sent first."""
    async with running() as rig:
        for number in range(5):
            rig.bridge.send(SendText(str(number), "x", "+15550100", ALICE.id))
        await rig.relay.until_told(5)
        assert [c.id for c in rig.relay.told(SendText)] == list("01234")


async def test_a_command_that_fails_has_an_outcome() -> None:
    """It is told like one from the relay, with its hint."""

    def breaks(_command: Command) -> list[object]:
        raise IpcError("The socket is full.", "Wait a moment.")

    relay = a_relay()
    relay.answer = breaks  # type: ignore[assignment]
    async with running(relay) as rig:
        rig.bridge.send(MarkRead("1", ALICE.id))
        await rig.until(lambda: len(rig.told) > 1)
        (outcome,) = rig.projection.take_outcomes()
        assert (outcome.id, outcome.state, outcome.sentence) == (
            "1",
            CommandState.FAILED,
            "The socket is full.",
        )


async def test_the_end_of_the_relay_is_visible() -> None:
    """And commands after it fail at once instead of vanishing."""
    async with running() as rig:
        rig.relay.end()
        await rig.until(lambda: bool(rig.projection.relay_gone))
        rig.bridge.send(MarkRead("late", ALICE.id))
        (outcome,) = rig.projection.take_outcomes()
        assert (outcome.id, outcome.state) == ("late", CommandState.FAILED)
        assert rig.relay.told(MarkRead) == []


async def test_only_the_newest_query_is_answered() -> None:
    """Typing on overtakes the search before."""
    async with running() as rig:
        rig.bridge.want_hits("din")
        rig.bridge.want_hits("dinner")
        await rig.until(lambda: bool(rig.hits))
        assert rig.hits == [("dinner", 3)]


async def test_a_burst_lets_the_loop_breathe() -> None:
    """Five thousand events in one go: others get their turn in between, and the screen is told rarely."""
    async with running() as rig:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while len(rig.projection.unsettled) < 5000:
                turns += 1
                await asyncio.sleep(0)

        row = a_text(ALICE, 0, "x", own=True)
        queued = [evolve(row, id=MessageId(f"m{n}"), state=DeliveryState.QUEUED) for n in range(5000)]
        rig.told.clear()
        rig.relay.say(*(MessageChanged(m) for m in queued))
        async with asyncio.timeout(20):
            await count()
        assert turns > 5
        assert len(rig.told) < turns + 5
        assert len(rig.told) < 200


async def test_an_event_reaches_the_projection() -> None:
    """As the relay says it."""
    async with running() as rig:
        rig.relay.say(*incoming(BOB, 1, "hello"))
        await rig.until(lambda: rig.projection.threads[BOB.id].unread == 1)
        rig.relay.say(ThreadChanged(BOB))
        await rig.until(lambda: rig.projection.threads[BOB.id].unread == 0)
