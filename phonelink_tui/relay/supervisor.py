"""How is one capability kept connected? Connect, run, say why it ended, wait, again; one loop for each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Final, Generic, Protocol, TypeVar

from attrs import evolve

from phonelink_tui.domain.phone import Capability, CapabilityState, DownReason, LinkPhase
from phonelink_tui.errors import DeadlineExceeded, LinkLost, PhonelinkError
from phonelink_tui.relay.backoff import pause_s, reason_of

OPEN_S: Final = 30.0
"""A session that is not open by then is given up. Bluetooth pages a phone for 5 s, and OBEX has 10 s a request."""

CLOSE_S: Final = 5.0
"""A session that does not close by then is left behind."""

STEADY_S: Final = 20.0
"""A session that lived this long was a good one: the next failure counts as the first."""

ASLEEP: Final = "This computer went to sleep."


class Closable(Protocol):
    async def aclose(self) -> None: ...


Session = TypeVar("Session", bound=Closable)


class Supervisor(Generic[Session]):
    """Keeps one capability connected until cancelled."""

    def __init__(
        self,
        capability: Capability,
        open_session: Callable[[], Awaitable[Session]],
        run_session: Callable[[Session], Awaitable[None]],
        report: Callable[[CapabilityState], None],
        *,
        now: Callable[[], datetime],
        rng: Random,
        open_s: float = OPEN_S,
        close_s: float = CLOSE_S,
    ) -> None:
        self._open_s = open_s
        self._close_s = close_s
        self._open_session = open_session
        self._run_session = run_session
        self._report = report
        self._now = now
        self._rng = rng
        self._retry = asyncio.Event()
        self._awake = asyncio.Event()
        self._awake.set()
        self._parted = asyncio.Event()
        self._session_scope: asyncio.Timeout | None = None
        self._ready_at: datetime | None = None
        self._state = CapabilityState(capability, LinkPhase.CONNECTING, now())

    def retry_now(self) -> None:
        """Do not wait for the next attempt, also not after one that is under way and fails; pauses start short again.

        Somebody who asks knows of a change. The attempt under way may have begun before it.
        """
        if self._state.phase is not LinkPhase.READY:
            self._retry.set()

    async def sleep(self) -> None:
        """End the session in order, and begin no other until `wake`; returns when it has ended."""
        self._parted.clear()
        self._awake.clear()
        self._retry.set()
        if self._session_scope is not None:
            self._session_scope.reschedule(asyncio.get_running_loop().time())
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * self._close_s):
                await self._parted.wait()

    def wake(self) -> None:
        """Connect again, at once."""
        self._awake.set()

    async def run(self) -> None:
        """Connect, run the session, wait; for ever."""
        attempt = 0
        while True:
            if not self._awake.is_set():
                await self._sleep_on()
                attempt = 0
                continue
            self._retry.clear()
            self._enter(LinkPhase.CONNECTING)
            self._ready_at = None
            try:
                await self._live_while_awake()
                error = PhonelinkError("The session ended.")
            except PhonelinkError as failure:
                error = failure
            if self._was_steady():
                attempt = 0
            await self._wait(error, attempt)
            attempt = 0 if self._retry.is_set() else attempt + 1

    async def _live_while_awake(self) -> None:
        try:
            async with asyncio.timeout(None) as self._session_scope:
                await self._live_once()
        except TimeoutError:
            raise LinkLost(ASLEEP) from None
        finally:
            self._session_scope = None

    async def _sleep_on(self) -> None:
        self._enter(LinkPhase.WAITING, DownReason.ASLEEP, ASLEEP)
        self._parted.set()
        await self._awake.wait()

    async def _live_once(self) -> None:
        """One session from opening to its end."""
        try:
            async with asyncio.timeout(self._open_s):
                session = await self._open_session()
        except TimeoutError:
            raise DeadlineExceeded("The phone did not answer in time.") from None
        try:
            self._ready_at = self._now()
            self._enter(LinkPhase.READY)
            await self._run_session(session)
        finally:
            await self._close(session)

    def _was_steady(self) -> bool:
        return self._ready_at is not None and (self._now() - self._ready_at).total_seconds() >= STEADY_S

    async def _close(self, session: Session) -> None:
        try:
            async with asyncio.timeout(self._close_s):
                await session.aclose()
        except (PhonelinkError, TimeoutError):
            pass  # it is gone either way; why it ended is told already

    async def _wait(self, error: PhonelinkError, attempt: int) -> None:
        reason = reason_of(error)
        pause = pause_s(reason, attempt, self._rng)
        if not self._awake.is_set():
            return
        self._enter(LinkPhase.WAITING, reason, error.message, self._now() + timedelta(seconds=pause))
        try:
            async with asyncio.timeout(pause):
                await self._retry.wait()
        except TimeoutError:
            pass

    def _enter(
        self,
        phase: LinkPhase,
        reason: DownReason | None = None,
        detail: str = "",
        next_attempt_at: datetime | None = None,
    ) -> None:
        """Report a phase. `since` and the reason last through attempts, so that a banner shows its whole age."""
        before = self._state
        goes_on = before.phase is not LinkPhase.READY and phase is not LinkPhase.READY
        self._state = evolve(
            before,
            phase=phase,
            since=before.since if goes_on else self._now(),
            reason=reason or (before.reason if phase is LinkPhase.CONNECTING else None),
            detail=detail or (before.detail if phase is LinkPhase.CONNECTING else ""),
            next_attempt_at=next_attempt_at,
            proof_at=self._now() if phase is LinkPhase.READY else before.proof_at,
        )
        self._report(self._state)
