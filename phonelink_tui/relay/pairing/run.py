"""Who carries the machine's effects out? A runner: one effect after another, events in, views out."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final, Protocol

from phonelink_tui.domain.pairing import AnswerKind, PairAnswer, PairingView
from phonelink_tui.errors import PairingFailed, PhonelinkError
from phonelink_tui.relay.pairing.machine import begin, step
from phonelink_tui.relay.pairing.view import view_of
from phonelink_tui.relay.pairing.words import (
    DEADLINES_S,
    Do,
    Done,
    Effect,
    Event,
    Failed,
    Late,
    Stage,
    State,
)

_LONG: Final = frozenset({Do.CONNECT, Do.PAIR})
"""These wait for the phone, and questions of the phone are answered meanwhile."""

Tell = Callable[[Event], None]


class PairingHost(Protocol):
    """Carries effects out. Told what it sees by itself through `tell`."""

    async def perform(self, effect: Effect, state: State) -> None:
        """Do it. Undoing what was not done is no error.

        Raises:
            PhonelinkError: It could not be done.
        """
        ...


class PairingRun:
    """One pairing from its begin to its end; used once. `relay.api.Pairing` for whatever shows it."""

    def __init__(self, open_host: Callable[[Tell], PairingHost]) -> None:
        self._events: deque[Event] = deque()
        self._wake = asyncio.Event()
        self._changed = asyncio.Event()
        self._host = open_host(self.tell)
        self._effects: asyncio.Queue[Effect] = asyncio.Queue()
        self._long: asyncio.Task[None] | None = None
        self._state, self._first = begin()
        self._view = view_of(self._state)

    @property
    def view(self) -> PairingView:
        """How it stands."""
        return self._view

    @property
    def state(self) -> State:
        """All of it."""
        return self._state

    def answer(self, answer: PairAnswer) -> None:
        """A person says something; what is not asked just now is passed over."""
        self.tell(answer)

    def tell(self, event: Event) -> None:
        """Something happened."""
        self._events.append(event)
        self._wake.set()

    async def views(self) -> AsyncIterator[PairingView]:
        """How it stands now, and after each change; ends after the view with an `end`."""
        last: PairingView | None = None
        while True:
            changed = self._changed
            if self._view != last:
                last = self._view
                yield last
                continue
            if self._view.end is not None:
                return
            await changed.wait()

    async def run(self) -> None:
        """Until the end. When it is cancelled, everything is undone first."""
        async with asyncio.TaskGroup() as tasks:
            worker = tasks.create_task(self._work(tasks))
            self._order(self._first)
            try:
                await self._until_ended()
            except asyncio.CancelledError:
                self.tell(PairAnswer(AnswerKind.CANCEL))
                await self._until_ended()
                raise
            finally:
                worker.cancel()
                self._stop_long()

    async def _until_ended(self) -> None:
        loop = asyncio.get_running_loop()
        stage, since = self._state.stage, loop.time()
        while self._state.stage is not Stage.ENDED:
            if self._state.stage is not stage:
                stage, since = self._state.stage, loop.time()
            limit = DEADLINES_S[stage]
            try:
                async with asyncio.timeout_at(since + limit if limit is not None else None):
                    event = await self._next()
            except TimeoutError:
                event = Late()
                since = loop.time()
            self._take(event)

    async def _next(self) -> Event:
        while not self._events:
            self._wake.clear()
            await self._wake.wait()
        return self._events.popleft()

    def _take(self, event: Event) -> None:
        self._state, effects = step(self._state, event)
        self._order(effects)
        view = view_of(self._state)
        if view != self._view:
            self._view = view
            self._changed.set()
            self._changed = asyncio.Event()

    def _order(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self._effects.put_nowait(effect)

    async def _work(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            effect = await self._effects.get()
            if effect.do is Do.STOP_WORK:
                self._stop_long()
            if effect.do in _LONG:
                self._stop_long()
                self._long = tasks.create_task(self._perform(effect))
            else:
                await self._perform(effect)

    def _stop_long(self) -> None:
        if self._long is not None:
            self._long.cancel()
            self._long = None

    async def _perform(self, effect: Effect) -> None:
        try:
            await self._host.perform(effect, self._state)
        except PairingFailed as failure:
            self.tell(Failed(effect.do, failure.reason, failure.message, failure.hint))
        except PhonelinkError as failure:
            self.tell(Failed(effect.do, "bluetooth", failure.message, failure.hint))
        else:
            self.tell(Done(effect.do))
