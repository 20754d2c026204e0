"""What happens to a text of ours after the guard let it through? At most one push, whatever breaks.

A text is QUEUED until a session takes it, HANDED_OVER while the phone is being told, and then settled. Only
what certainly did not leave is queued again; what may have left is UNKNOWN and never pushed a second time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from attrs import evolve

from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.message import DeliveryState, MessageId, TextMessage
from phonelink_tui.domain.observed import OutgoingText
from phonelink_tui.errors import (
    DeadlineExceeded,
    LinkLost,
    ObexRefused,
    OutcomeUnknown,
    PhonelinkError,
    RemoteProtocolError,
)
from phonelink_tui.profiles.ports import MessageAccess
from phonelink_tui.relay.failures import failure_of

ATTEMPTS: Final = 5
"""Pushes of one text that certainly did not leave, before it is given up as FAILED."""

LAST_PUSH_S: Final = 10.0
"""How long a push in flight may take to finish when the relay is told to stop."""

REST_S: Final = 2.0
"""The same before this computer sleeps: logind waits 5 s, and the sessions have to end in them too."""

DROPPED: Final = "Dropped at the end of the program; not sent."

EXPIRED: Final = "Expired before it could leave; not sent."

LOOK_S: Final = 60.0
"""How often it is looked what has expired: the loop's clock stands still while this computer sleeps."""

WAITING: Final = 500
"""Texts that wait at the same time. More are refused when they are written, and none is dropped."""

Publish = Callable[[TextMessage], None]
Recheck = Callable[[TextMessage], str | None]
"""Looks again, right before the push: None lets it go, a sentence stops it."""


class Outbox:
    """Texts on their way out, in memory. One task, `run`, pushes them one by one."""

    def __init__(
        self,
        publish: Publish,
        recheck: Recheck,
        on_accepted: Callable[[MessageId, str], None],
        now: Callable[[], datetime],
    ) -> None:
        """
        Args:
            publish: Tells every reader how far a text is.
            recheck: The guard, asked once more right before the push.
            on_accepted: Told which handle the phone gave a text, before that is published.
            now: The clock (UTC).
        """
        self._publish = publish
        self._recheck = recheck
        self._on_accepted = on_accepted
        self._now = now
        self._waiting: dict[MessageId, TextMessage] = {}
        self._held_until: dict[MessageId, datetime] = {}
        self._expires: dict[MessageId, datetime] = {}
        self._attempts: dict[MessageId, int] = {}
        self._access: MessageAccess | None = None
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    @property
    def is_full(self) -> bool:
        """Whether as many texts wait as may."""
        return len(self._waiting) >= WAITING

    def add(
        self, message: TextMessage, *, hold_until: datetime | None = None, expires: datetime | None = None
    ) -> None:
        """Queue a text (and publish it), first held back until `hold_until`; after `close` it is dropped.

        From `expires` on it is not pushed any more, but fails.
        """
        if self._closed:
            self._fail(message, Failure.NOT_CONNECTED, DROPPED)
            return
        state = DeliveryState.HELD if hold_until is not None else DeliveryState.QUEUED
        message = evolve(message, state=state, detail="", failure=None)
        self._waiting[message.id] = message
        if hold_until is not None:
            self._held_until[message.id] = hold_until
        if expires is not None:
            self._expires[message.id] = expires
        self._publish(message)
        self._changed.set()

    def cancel(self, id_: MessageId) -> bool:
        """Take a text back; whether it certainly had not left."""
        message = self._waiting.pop(id_, None)
        if message is None:
            return False
        self._fail(message, Failure.HERE, "Taken back; not sent.")
        return True

    def use(self, access: MessageAccess | None) -> None:
        """From now on push through this session, or through none."""
        self._access = access
        self._changed.set()

    async def run(self) -> None:
        """Push what is queued, oldest first, for ever."""
        while True:
            self._expire()
            message = self._next()
            if message is None:
                await self._wait()
                continue
            await self._push(message)

    async def rest(self) -> None:
        """Push nothing more until the next `use`; finish the push in flight, within `REST_S`."""
        self._access = None
        await self._finish(REST_S)

    async def close(self) -> int:
        """Stop: finish the push in flight, drop what waits; the number of texts dropped."""
        self._closed = True
        self._access = None
        await self._finish(LAST_PUSH_S)
        dropped = list(self._waiting.values())
        self._waiting.clear()
        for message in dropped:
            self._fail(message, Failure.NOT_CONNECTED, DROPPED)
        return len(dropped)

    async def _finish(self, limit_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._idle.wait()

    def _expire(self) -> None:
        now = self._now()
        for id_ in [id_ for id_, at in self._expires.items() if at <= now and id_ in self._waiting]:
            self._fail(self._waiting.pop(id_), Failure.TIMED_OUT, EXPIRED)

    def _next(self) -> TextMessage | None:
        if self._access is None or self._closed:
            return None
        now = self._now()
        for message in self._waiting.values():
            held = self._held_until.get(message.id)
            if held is None or held <= now:
                return message
        return None

    async def _wait(self) -> None:
        """Until something changes, the first hold window ends, or the first text expires."""
        self._changed.clear()
        holds = [self._held_until[id_] for id_ in self._waiting if id_ in self._held_until]
        ends = [self._expires[id_] for id_ in self._waiting if id_ in self._expires]
        times = [*(holds if self._access else ()), *ends]
        pause = max(0.0, (min(times) - self._now()).total_seconds()) if times else None
        if pause is not None and ends:
            pause = min(pause, LOOK_S)
        try:
            async with asyncio.timeout(pause):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _push(self, message: TextMessage) -> None:
        access, recipient = self._access, message.recipient
        assert access is not None, "only `run` pushes, and only with a session"
        del self._waiting[message.id]
        self._held_until.pop(message.id, None)
        stop = self._recheck(message)
        if stop is not None or recipient is None:
            self._fail(message, Failure.HERE, stop or "Nobody to send to.")
            return
        message = evolve(message, state=DeliveryState.HANDED_OVER)
        self._idle.clear()
        self._publish(message)
        try:
            handle = await access.push_text(OutgoingText(recipient.value, message.text))
        except OutcomeUnknown:
            self._settle(message, DeliveryState.UNKNOWN, "The link broke on the way: it may have been sent.")
        except ObexRefused as refusal:
            self._fail(message, Failure.BY_PHONE, f"The phone refused it: {refusal.message}")
        except (LinkLost, DeadlineExceeded, RemoteProtocolError):
            self._again(message, access)
        except PhonelinkError as error:
            self._fail(message, failure_of(error), error.message)
        except asyncio.CancelledError:
            self._settle(
                message, DeliveryState.UNKNOWN, "The program ended on the way: it may have been sent."
            )
            raise
        else:
            self._on_accepted(message.id, handle)
            self._settle(message, DeliveryState.ACCEPTED, "")
        finally:
            self._idle.set()

    def _again(self, message: TextMessage, access: MessageAccess) -> None:
        """It certainly did not leave: back to the front of the queue, for another session."""
        if self._access is access:
            self._access = None
        attempts = self._attempts.get(message.id, 0) + 1
        self._attempts[message.id] = attempts
        if attempts >= ATTEMPTS:
            detail = f"Not sent: the link broke {attempts} times before it left."
            self._fail(message, Failure.NOT_CONNECTED, detail)
            return
        message = evolve(message, state=DeliveryState.QUEUED)
        self._waiting = {message.id: message, **self._waiting}
        self._publish(message)

    def _fail(self, message: TextMessage, failure: Failure, detail: str) -> None:
        self._settle(evolve(message, failure=failure), DeliveryState.FAILED, detail)

    def _settle(self, message: TextMessage, state: DeliveryState, detail: str) -> None:
        self._attempts.pop(message.id, None)
        self._expires.pop(message.id, None)
        self._held_until.pop(message.id, None)
        self._publish(evolve(message, state=state, detail=detail))
