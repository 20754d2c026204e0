"""What is the app without a screen? One line an event, one line a command: for screen readers, pipes, `dumb`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Final

from attrs import evolve

from phonelink_tui.cli.audience_words import AUDIENCE_WORDS
from phonelink_tui.cli.clock import when
from phonelink_tui.cli.event_words import event_words
from phonelink_tui.cli.output import Output
from phonelink_tui.cli.reading import text_row
from phonelink_tui.cli.settled import obey
from phonelink_tui.cli.stdin_lines import stdin_lines
from phonelink_tui.domain.events import CommandChanged, CommandState, Stamped
from phonelink_tui.domain.limitations import LimitClass, LimitKind, LimitScope
from phonelink_tui.domain.thread import Thread
from phonelink_tui.errors import PhonelinkError
from phonelink_tui.ipc.background import background
from phonelink_tui.relay.api import Ask, MarkRead, RelayApi, SendText, Snapshot, follow

HELP: Final = (
    "l  list conversations · o N  open one · r N TEXT  reply · m N  mark read · n  notifications · "
    "y  answer a question with yes · q  quit"
)


class _Plain:
    """The numbered conversations, and the question that waits for a `y`."""

    def __init__(self, api: RelayApi, out: Output) -> None:
        self._api = api
        self._out = out
        self._threads: tuple[Thread, ...] = ()
        self._sent: dict[str, SendText] = {}
        self._asked: SendText | None = None

    def take_snapshot(self, snapshot: Snapshot) -> None:
        self._out.line(f"{snapshot.phone.name}. ? is help.")
        for limit in snapshot.limitations:
            if limit.spec.cls is LimitClass.POLICY and limit.scope is not LimitScope.STATUS:
                self._out.line(limit.sentence)

    def take_event(self, stamped: Stamped) -> None:
        event = stamped.event
        if words := event_words(event):
            self._out.line(words)
        if isinstance(event, CommandChanged):
            command = self._sent.pop(event.id, None)
            if command is not None and event.state is CommandState.ASKS:
                known = frozenset(ask for ask in Ask if ask.value in event.reasons)
                self._asked = evolve(command, confirmed=known)
                self._out.line("y sends it; anything else lets it be.")

    async def obey(self, line: str) -> bool:
        """Carry out one line; False to quit."""
        word, _, rest = line.strip().partition(" ")
        asked, self._asked = self._asked, None
        match word:
            case "q":
                return False
            case "y" if asked is not None:
                await self._send(asked)
            case "l":
                await self._list()
            case "n":
                await self._notifications()
            case "o" | "m" | "r":
                await self._with_thread(word, rest)
            case "":
                pass
            case _:
                self._out.line(HELP)
        return True

    async def _with_thread(self, word: str, rest: str) -> None:
        number, _, text = rest.strip().partition(" ")
        if not number.isdecimal() or not 1 <= int(number) <= len(self._threads):
            self._out.line("No such number; l lists them.")
            return
        thread = self._threads[int(number) - 1]
        if word == "o":
            for message in (await self._api.messages(thread.id, limit=20)).messages:
                self._out.line(" · ".join(filter(None, text_row(message))))
        elif word == "m":
            await self._api.execute(MarkRead("plain-" + token_hex(8), thread.id))
        else:
            self._out.line(f"To: {thread.title} {thread.address.value}")
            await self._send(SendText("plain-" + token_hex(8), text.strip(), thread.address.value, thread.id))

    async def _send(self, command: SendText) -> None:
        self._sent[command.id] = command
        await self._api.execute(command)

    async def _list(self) -> None:
        snapshot = await self._api.snapshot()
        obey(snapshot, LimitKind.POLICY_READ)
        self._threads = snapshot.threads
        for number, thread in enumerate(self._threads, 1):
            unread = f", {thread.unread} unread" if thread.unread else ""
            words = AUDIENCE_WORDS[thread.audience]
            kind = f" ({words})" if words else ""
            self._out.line(
                f"{number}. {thread.title}{kind}{unread}, {when(thread.last_at)}: {thread.last_text}"
            )
        if not self._threads:
            self._out.line("No conversations yet.")

    async def _notifications(self) -> None:
        snapshot = await self._api.snapshot()
        obey(snapshot, LimitKind.POLICY_NOTIFICATIONS)
        for each in snapshot.notifications:
            self._out.line(f"{when(each.at)} [{each.app_name or each.app_id}] {each.title}: {each.text}")


async def plain(api: RelayApi, out: Output) -> None:
    """The plain mode, until `q`, the end of stdin, or of the relay."""
    session = _Plain(api, out)
    async with (
        background(follow(api, session.take_snapshot, session.take_event)) as following,
        stdin_lines() as lines,
        background(_obey(session, lines, out)) as obeying,
    ):
        await asyncio.wait({following, obeying}, return_when=asyncio.FIRST_COMPLETED)


async def _obey(session: _Plain, lines: AsyncIterator[str], out: Output) -> None:
    async for line in lines:
        try:
            if not await session.obey(line):
                return
        except PhonelinkError as error:
            out.line(f"{error.message} {error.hint}")
