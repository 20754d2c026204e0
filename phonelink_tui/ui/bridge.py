"""How do the relay and the screen talk? Events into the projection, paced; pages, searches and commands out.

Runs inside the screen's loop and must never hold it: a flood of events is taken in slices, commands go out one
after another in the order they were given, and every wait has a deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime, timedelta
from itertools import chain, repeat
from time import perf_counter
from typing import Final

from phonelink_tui.config.clock import utc_now
from phonelink_tui.domain.events import CommandChanged, CommandState, Stamped
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.errors import PhonelinkError
from phonelink_tui.relay.api import (
    ATTACH_PAUSES_S,
    ATTACH_S,
    Attached,
    Command,
    MessagePage,
    Place,
    RelayApi,
    Snapshot,
    follow,
)
from phonelink_tui.ui.pacer import Pacer
from phonelink_tui.ui.projection import Projection, Touched

DEADLINE_S: Final = 10.0
"""For one answer of the relay, which sits on the same machine."""

SLICE_S: Final = 0.002
"""Time the events of a burst may take before a key gets its turn."""

PAGE: Final = 100
"""Messages in one page: some screenfuls."""

GONE: Final = ("The relay has ended.", "What you see stands still; quit and start again.")

NOT_DONE: Final = "There is no relay just now; nothing was done."


class Bridge:
    """One screen's end of the relay.

    Args:
        api: The relay.
        projection: What is kept current.
        on_change: Called in the loop, at a bounded rate, with what is out of date.
        on_hits: Called with a query and its hits; an overtaken query is not answered.
        now: The clock.
    """

    def __init__(
        self,
        api: RelayApi,
        projection: Projection,
        on_change: Callable[[Touched], None],
        on_hits: Callable[[str, tuple[TextMessage, ...]], None] = lambda _query, _hits: None,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._api = api
        self._projection = projection
        self._on_change = on_change
        self._on_hits = on_hits
        self._now = now
        self._pacer: Pacer | None = None
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        self._page_wanted: tuple[ThreadId, MessageId | None] | None = None
        self._query_wanted: str | None = None
        self._wanted = asyncio.Event()
        self._searching = asyncio.Event()
        self._week_wanted = asyncio.Event()
        self._attach_now = asyncio.Event()

    async def run(self) -> None:
        """Keep the projection current until the relay ends and does not come back; then say so and return."""
        lasting = isinstance(self._api, Attached) and self._api.attachment.lasting
        while True:
            message, hint = await self._serve()
            self._projection.relay_gone = message if lasting else f"{message} {hint}".strip()
            self._fail_waiting_commands()
            self._on_change(Touched.ALL)
            if not lasting:
                return
            await self._come_back()

    async def _serve(self) -> tuple[str, str]:
        """Follow the relay until it ends; returns why, and what to do."""
        self._pacer = Pacer(
            asyncio.get_running_loop(), self._on_change, lambda: self._projection.progress is not None
        )
        try:
            async with asyncio.TaskGroup() as group:
                beside = [
                    group.create_task(self._send_commands()),
                    group.create_task(self._fetch_pages()),
                    group.create_task(self._answer_queries()),
                    group.create_task(self._fetch_weeks()),
                ]
                reason = await self._follow()
                for task in beside:
                    task.cancel()
        finally:
            self._pacer.close()
        return reason

    async def _come_back(self) -> None:
        """Look for the relay, ever more seldom, until it is there again."""
        assert isinstance(self._api, Attached), "looked at by the caller"
        pauses = chain(ATTACH_PAUSES_S, repeat(ATTACH_PAUSES_S[-1]))
        while self._projection.relay_gone:
            pause_s = next(pauses)
            self._projection.attach_at = self._now() + timedelta(seconds=pause_s)
            self._on_change(Touched.STATUS)
            self._attach_now.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._attach_now.wait()
            with suppress(PhonelinkError, TimeoutError):
                async with asyncio.timeout(ATTACH_S):
                    await self._api.attach_again()
                self._projection.relay_gone, self._projection.attach_at = "", None

    def attach_now(self) -> None:
        """Look at once for the relay that is gone."""
        self._attach_now.set()

    def want_week(self) -> None:
        """Ask how the last week was."""
        self._week_wanted.set()

    def send(self, command: Command) -> None:
        """Give the relay a command, behind those given before. A failure comes back as its outcome."""
        if self._projection.relay_gone:
            self._outcome(command, NOT_DONE, "")
        else:
            self._commands.put_nowait(command)

    async def drained(self) -> None:
        """Wait until every command given so far has reached the relay, or `DEADLINE_S` is over."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                await self._commands.join()
        except TimeoutError:
            return

    def want_page(self, before: MessageId | None = None) -> None:
        """Ask for the newest page of the open conversation, or the one before `before`; the last wish counts."""
        window = self._projection.window
        if window is None or self._projection.relay_gone:
            return
        window.expect_page()
        self._page_wanted = (window.thread, before)
        self._wanted.set()

    def want_hits(self, query: str) -> None:
        """Ask for the texts that hold the words of `query`; the last wish counts."""
        self._query_wanted = query
        self._searching.set()

    async def _follow(self) -> tuple[str, str]:
        try:
            await follow(_Gentle(self._api), self._on_snapshot, self._on_event)
        except PhonelinkError as error:
            return error.message, error.hint
        return GONE

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self._touch(self._projection.reset(snapshot))
        self.want_page()

    def _on_event(self, stamped: Stamped) -> None:
        self._touch(self._projection.apply(stamped))

    def _touch(self, touched: Touched) -> None:
        if self._pacer is not None:
            self._pacer.touch(touched)

    async def _send_commands(self) -> None:
        while True:
            command = await self._commands.get()
            try:
                async with asyncio.timeout(DEADLINE_S):
                    await self._api.execute(command)
            except PhonelinkError as error:
                self._outcome(command, error.message, error.hint)
            except TimeoutError:
                self._outcome(command, "The relay did not answer; it may still do this.", "")
            finally:
                self._commands.task_done()

    def _outcome(self, command: Command, sentence: str, hint: str) -> None:
        outcome = CommandChanged(command.id, CommandState.FAILED, (), sentence, hint)
        touched = self._projection.note_outcome(outcome)
        if self._pacer is not None and not self._projection.relay_gone:
            self._touch(touched)
        else:
            self._on_change(touched)

    def _fail_waiting_commands(self) -> None:
        while not self._commands.empty():
            self._outcome(self._commands.get_nowait(), NOT_DONE, "")
            self._commands.task_done()

    async def _fetch_pages(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            wanted, self._page_wanted = self._page_wanted, None
            if wanted is None:
                continue
            thread, before = wanted
            try:
                async with asyncio.timeout(DEADLINE_S):
                    page = await self._api.messages(thread, before=before, limit=PAGE)
            except (PhonelinkError, TimeoutError):
                self._touch(self._projection.page_failed(thread))
            else:
                self._touch(self._projection.take_page(thread, page, before=before))
                window = self._projection.window
                if window is not None and window.thread == thread and not window.settled:
                    self.want_page(window.older if window.loaded else None)

    async def _answer_queries(self) -> None:
        while True:
            await self._searching.wait()
            self._searching.clear()
            query = self._query_wanted
            if query is None:
                continue
            try:
                async with asyncio.timeout(DEADLINE_S):
                    hits = await self._api.search(query)
            except (PhonelinkError, TimeoutError):
                hits = ()
            if query == self._query_wanted:
                self._on_hits(query, hits)

    async def _fetch_weeks(self) -> None:
        while True:
            await self._week_wanted.wait()
            self._week_wanted.clear()
            with suppress(PhonelinkError, TimeoutError):  # an older relay does not know the question
                async with asyncio.timeout(DEADLINE_S):
                    week = await self._api.week()
                if week != self._projection.week:
                    self._projection.week = week
                    self._touch(Touched.STATUS)


class _Gentle:
    """The same relay, whose stream lets the loop breathe between the events of a burst."""

    def __init__(self, api: RelayApi) -> None:
        self._api = api
        self.snapshot = api.snapshot
        self.execute = api.execute
        self.search = api.search
        self.week = api.week

    def events(self, since: Place | None = None) -> AbstractAsyncContextManager[AsyncIterator[Stamped]]:
        return self._events(since)

    async def messages(
        self, thread: ThreadId, *, before: MessageId | None = None, limit: int = PAGE
    ) -> MessagePage:
        return await self._api.messages(thread, before=before, limit=limit)

    @asynccontextmanager
    async def _events(self, since: Place | None) -> AsyncIterator[AsyncIterator[Stamped]]:
        async with self._api.events(since) as events:
            yield _in_slices(events)


async def _in_slices(events: AsyncIterator[Stamped]) -> AsyncIterator[Stamped]:
    until = perf_counter() + SLICE_S
    async for stamped in events:
        if perf_counter() > until:
            await asyncio.sleep(0)
            until = perf_counter() + SLICE_S
        yield stamped
