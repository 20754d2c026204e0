"""How does a test put the app on stage? Open on a scripted relay, type, wait until nothing moves, look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import TypeVar

from attrs import evolve, frozen
from textual.pilot import Pilot
from textual.widget import Widget

from phonelink_tui.domain.events import CommandChanged, CommandState, Event, MessageChanged, ThreadChanged
from phonelink_tui.domain.message import TextMessage
from phonelink_tui.domain.thread import Thread, ThreadId
from phonelink_tui.relay.api import Command, SendText, Snapshot
from phonelink_tui.ui.actions import Place
from phonelink_tui.ui.app import PhoneApp
from phonelink_tui.ui.screens.messages import MessagesScreen
from phonelink_tui.ui.settings import UiSettings
from phonelink_tui.ui.widgets.composer import Composer
from phonelink_tui.ui.widgets.conversation_list import ConversationList
from phonelink_tui.ui.widgets.line import Line
from phonelink_tui.ui.widgets.thread_pane import ThreadPane
from tests.ui.believable import NOW, a_phone, a_text, a_thread
from tests.ui.scripted_relay import ScriptedRelay

W = TypeVar("W", bound=Widget)

ALICE = a_thread(1, "Alice", minutes=1, unread=1)
BOB = a_thread(2, "Bob", minutes=2)
CAROL = a_thread(3, "Carol", minutes=3, unread=2)


def a_relay(*threads: Thread, snapshot: Snapshot | None = None) -> ScriptedRelay:
    """A relay with these conversations, one text in each, that takes up every text."""
    rows = threads or (ALICE, BOB, CAROL)
    texts: dict[ThreadId, Sequence[TextMessage]] = {
        row.id: [a_text(row, 0, row.last_text, read=not row.unread)] for row in rows
    }
    state = evolve(snapshot or Snapshot(0, a_phone(), (), (), (), ()), threads=rows)
    return ScriptedRelay(state, texts, takes_up)


def takes_up(command: Command) -> list[Event]:
    """Every text is queued; nothing else happens."""
    if isinstance(command, SendText) and command.thread is not None:
        row = next(
            t for t in (ALICE, BOB, CAROL, a_thread(9, "x")) if t.id == command.thread or t.id[-1] == "9"
        )
        sent = evolve(a_text(row, hash(command.id), command.text, own=True), thread=command.thread, at=NOW)
        return [MessageChanged(sent), CommandChanged(command.id, CommandState.DONE, message=sent.id)]
    return [CommandChanged(command.id, CommandState.DONE)]


def incoming(thread: Thread, number: int, text: str) -> list[Event]:
    """A live text and the row it changes."""
    message = evolve(a_text(thread, 100 + number, text, read=False), at=NOW)
    return [
        MessageChanged(message),
        ThreadChanged(evolve(thread, last_text=message.text, last_at=NOW, unread=1)),
    ]


@frozen
class Stage:
    """The app, as a test sees it."""

    app: PhoneApp
    pilot: Pilot[None]
    relay: ScriptedRelay

    @property
    def screen(self) -> MessagesScreen:
        screen = self.app.screen
        assert isinstance(screen, MessagesScreen)
        return screen

    @property
    def composer(self) -> Composer:
        return self.screen.query_one(Composer)

    @property
    def conversations(self) -> ConversationList:
        return self.screen.query_one(ConversationList)

    @property
    def pane(self) -> ThreadPane:
        return self.screen.query_one(ThreadPane)

    def place(self) -> Place:
        """What has the focus."""
        return self.screen.place

    def one(self, kind: type[W]) -> W:
        """The one widget of a kind."""
        return self.screen.query_one(kind)

    def line(self, id_: str) -> str:
        """What a line says."""
        return self.screen.query_one(f"#{id_}", Line).words

    @property
    def shown(self) -> list[str]:
        """The texts in the pane."""
        return [row.text for row in self.pane.rows if row.kind in ("message", "placeholder")]

    @property
    def open(self) -> str:
        """Who the line above the conversation names."""
        return self.line("head").split("  ")[0].strip()

    async def type(self, text: str) -> None:
        """Letters, as keys."""
        await self.press(*("space" if c == " " else c for c in text))

    async def press(self, *keys: str) -> None:
        """Keys, and what follows from them."""
        await self.pilot.press(*keys)
        await self.settle()

    async def say(self, *events: Event) -> None:
        """Events, and what follows from them."""
        self.relay.say(*events)
        await self.settle()

    async def until(self, condition: Callable[[], bool], deadline_s: float = 10) -> None:
        """Until something that takes more than a frame has happened."""
        async with asyncio.timeout(deadline_s):
            while not condition():
                await self.settle()

    async def settle(self) -> None:
        """Until nothing moves: a frame of the pacer goes by."""
        await self.pilot.pause()
        await self.pilot.pause(0.05)


@asynccontextmanager
async def on_stage(
    relay: ScriptedRelay | None = None,
    settings: UiSettings | None = None,
    *,
    size: tuple[int, int] = (100, 30),
    bell: bool = False,
    copy_refused: Callable[[], str] = str,
) -> AsyncIterator[Stage]:
    """The app on a relay, with its first conversation open."""
    relay = relay or a_relay()
    settings = evolve(settings or UiSettings(), zone=UTC, bell=bell)
    app = PhoneApp(relay, settings, now=lambda: NOW, copy_refused=copy_refused)
    async with app.run_test(size=size, notifications=False, tooltips=False) as pilot:
        stage = Stage(app, pilot, relay)
        await stage.settle()
        yield stage
