"""What happens to a text of ours after the guard let it through? At most one push, whatever breaks.

A text is QUEUED until a session takes it, HANDED_OVER while the phone is being told, and then settled. Only
what certainly did not leave is queued again; what may have left is UNKNOWN and never pushed a second time.
With an archive that holds over the end of the process: that a text is handed over is on the disk before the
phone is told, so a text found handed over at the start may have been sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

from attrs import evolve

from phonelink_tui.archive.facts import OutboxRow, OutboxStep
from phonelink_tui.domain.failure import Failure
from phonelink_tui.domain.message import DeliveryState, MessageId, TextMessage
from phonelink_tui.domain.observed import OutgoingText
from phonelink_tui.errors import (
    ArchiveError,
    DeadlineExceeded,
    LinkLost,
    ObexRefused,
    OutcomeUnknown,
    PhonelinkError,
    RemoteProtocolError,
)
from phonelink_tui.profiles.ports import MessageAccess
from phonelink_tui.relay.failures import failure_of

STALE: Final = timedelta(hours=4)
"""A text that waited longer is not pushed by itself any more: what it says may not hold, and a person is asked."""

ATTEMPTS: Final = 5
"""Pushes of one text that certainly did not leave, before it is given up as FAILED."""

LAST_PUSH_S: Final = 10.0
"""How long a push in flight may take to finish when the relay is told to stop."""

REST_S: Final = 2.0
"""The same before this computer sleeps: logind waits 5 s, and the sessions have to end in them too."""

SETTLED: Final = frozenset(DeliveryState) - {
    DeliveryState.HELD,
    DeliveryState.QUEUED,
    DeliveryState.HANDED_OVER,
}
"""States after which nothing is done by itself."""

DROPPED: Final = "Dropped at the end of the program; not sent."

LEFT_BEHIND: Final = "The program ended on the way: it may have been sent."

EXPIRED: Final = "Expired before it could leave; not sent."

LOOK_S: Final = 60.0
"""How often it is looked what has expired: the loop's clock stands still while this computer sleeps."""

NOT_CONFIRMED: Final = "The program ended while it could still be taken back; not sent."

WAITING: Final = 500
"""Texts that wait at the same time. More are refused when they are written, and none is dropped."""

EXPIRIES_REMEMBERED: Final = 2 * WAITING
"""Of texts that failed, for those that are told to go again."""

Publish = Callable[[TextMessage], None]
Recheck = Callable[[TextMessage], str | None]
"""Looks again, right before the push: None lets it go, a sentence stops it."""


class Journal(Protocol):
    """Where it is written how far each text is."""

    def note(self, row: OutboxRow) -> None:
        """Write a row. Raises ArchiveError where it cannot be taken."""
        ...

    async def commit(self) -> None:
        """Return when every row is on the disk. Raises ArchiveError, DeadlineExceeded."""
        ...


class Outbox:
    """Texts on their way out. One task, `run`, pushes them one by one."""

    def __init__(
        self,
        publish: Publish,
        recheck: Recheck,
        on_accepted: Callable[[MessageId, str], None],
        now: Callable[[], datetime],
        journal: Journal,
    ) -> None:
        """
        Args:
            publish: Tells every reader how far a text is.
            recheck: The guard, asked once more right before the push.
            on_accepted: Told which handle the phone gave a text, before that is published.
            now: The clock (UTC).
            journal: Where it is written how far each text is; after that is published.
        """
        self._journal = journal
        self._rows: dict[MessageId, OutboxRow] = {}
        self._expiries: dict[MessageId, datetime] = {}
        self._publish = publish
        self._recheck = recheck
        self._on_accepted = on_accepted
        self._now = now
        self._waiting: dict[MessageId, TextMessage] = {}
        self._held_until: dict[MessageId, datetime] = {}
        self._attempts: dict[MessageId, int] = {}
        self._asking: set[MessageId] = set()
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
        self,
        message: TextMessage,
        *,
        hold_until: datetime | None = None,
        expires_at: datetime | None = None,
        command: str = "",
    ) -> None:
        """Queue a text (and publish it); after `close` it is dropped.

        Args:
            message: Whose recipient is frozen from now on.
            hold_until: It is not pushed before.
            expires_at: It is not pushed after.
            command: What wrote it.
        """
        if self._closed:
            self._fail(message, Failure.NOT_CONNECTED, DROPPED)
            return
        state = DeliveryState.HELD if hold_until is not None else DeliveryState.QUEUED
        message = evolve(message, state=state, detail="", failure=None)
        self._waiting[message.id] = message
        if hold_until is not None:
            self._held_until[message.id] = hold_until
        if message.recipient is not None:
            row = OutboxRow(
                message.id, OutboxStep.QUEUED, message.recipient, hold_until, expires_at, frozenset(), command
            )
            self._rows[message.id] = row
        if expires_at is not None:
            self._expires(message.id, expires_at)
        self._publish(message)
        self._write(message.id, OutboxStep.HELD if hold_until is not None else OutboxStep.QUEUED)
        self._changed.set()

    def expiry_of(self, id_: MessageId) -> datetime | None:
        """After what time a text must not leave; None: none was given, or that time is over."""
        at = self._expiries.get(id_)
        return at if at is not None and at > self._now() else None

    def begin_with(
        self,
        entries: Iterable[tuple[OutboxRow, TextMessage]],
        stranded: Iterable[TextMessage],
        expiries: Iterable[tuple[MessageId, datetime]] = (),
    ) -> None:
        """What an earlier run left: the queued go on waiting, all others are settled as far as they got.

        Args:
            entries: Texts on their way, oldest first.
            stranded: Texts that seem to be on their way without a row: what certainly was not pushed.
            expiries: Texts, also settled ones, that were not to leave after some time, oldest first.
        """
        for id_, at in expiries:
            self._expires(id_, at)
        for row, message in entries:
            self._rows[message.id] = row
            if message.state in SETTLED:
                self._write(message.id, OutboxStep.SETTLED)
                del self._rows[message.id]
            elif row.step is OutboxStep.HANDED_OVER:
                self._settle(message, DeliveryState.UNKNOWN, LEFT_BEHIND)
            elif row.step is OutboxStep.HELD:
                self._fail(message, Failure.HERE, NOT_CONFIRMED)
            elif row.recipient != message.recipient:
                self._fail(message, Failure.HERE, "Its recipient is not the one it was written to; not sent.")
            else:
                self._waiting[message.id] = (
                    message if message.asks else evolve(message, state=DeliveryState.QUEUED)
                )
                self._attempts[message.id] = row.attempts
                if message.asks:
                    self._asking.add(message.id)
        for message in stranded:
            if message.state is DeliveryState.HANDED_OVER:
                self._settle(message, DeliveryState.UNKNOWN, LEFT_BEHIND)
            else:
                self._fail(message, Failure.NOT_CONNECTED, DROPPED)
        self._changed.set()

    def cancel(self, id_: MessageId) -> bool:
        """Take a text back; whether it certainly had not left."""
        message = self._waiting.pop(id_, None)
        if message is None:
            return False
        self._fail(message, Failure.HERE, "Taken back; not sent.")
        return True

    def confirm(self, id_: MessageId) -> bool:
        """A person says that a text still holds; whether it was asked about. It then waits as a new one does."""
        if id_ not in self._asking:
            return False
        self._asking.discard(id_)
        message = evolve(self._waiting[id_], state=DeliveryState.QUEUED, detail="", at=self._now())
        self._waiting[id_] = message
        self._publish(message)
        self._changed.set()
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

    async def close(self, *, keep_queued: bool = False) -> int:
        """Stop: finish the push in flight, drop what waits; the number of texts dropped.

        Args:
            keep_queued: What is queued stays so in the journal, for the next run; what can be taken back does not.
        """
        self._closed = True
        self._access = None
        await self._finish(LAST_PUSH_S)
        dropped = [m for id_, m in self._waiting.items() if not keep_queued or id_ in self._held_until]
        self._waiting.clear()
        for message in dropped:
            self._fail(message, Failure.NOT_CONNECTED, DROPPED)
        return len(dropped)

    async def _finish(self, limit_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._idle.wait()

    def _expires(self, id_: MessageId, at: datetime) -> None:
        self._expiries[id_] = at
        if len(self._expiries) > EXPIRIES_REMEMBERED:
            del self._expiries[next(iter(self._expiries))]

    def _expire(self) -> None:
        """What is too late fails by itself, also while no session would take it."""
        now = self._now()
        for id_ in [id_ for id_ in self._waiting if (at := self._expires_at(id_)) is not None and at <= now]:
            self._fail(self._waiting.pop(id_), Failure.TIMED_OUT, EXPIRED)

    def _expires_at(self, id_: MessageId) -> datetime | None:
        row = self._rows.get(id_)
        return row.expires_at if row is not None else None

    def _next(self) -> TextMessage | None:
        if self._access is None or self._closed:
            return None
        now = self._now()
        for message in self._waiting.values():
            held = self._held_until.get(message.id)
            if message.id in self._asking:
                continue
            if held is None or held <= now:
                return message
        return None

    async def _wait(self) -> None:
        """Until something changes, the first hold window ends, or the first text expires."""
        self._changed.clear()
        holds = [self._held_until[id_] for id_ in self._waiting if id_ in self._held_until]
        ends = [at for at in map(self._expires_at, self._waiting) if at is not None]
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
        if self._now() - message.at > STALE:
            self._ask(message)
            return
        stop = self._recheck(message)
        if stop is not None or recipient is None:
            self._fail(message, Failure.HERE, stop or "Nobody to send to.")
            return
        self._idle.clear()
        try:
            message = evolve(message, state=DeliveryState.HANDED_OVER)
            self._publish(message)
            if await self._is_written(message):
                await self._hand_over(message, access, OutgoingText(recipient.value, message.text))
        finally:
            self._idle.set()

    async def _is_written(self, message: TextMessage) -> bool:
        """Whether it is on the disk that the phone is told now, and nothing has come up meanwhile."""
        try:
            self._write(message.id, OutboxStep.HANDED_OVER)
            await self._journal.commit()
        except (ArchiveError, DeadlineExceeded) as error:
            self._fail(message, failure_of(error), f"Not sent: {error.message}")
            return False
        except asyncio.CancelledError:
            self._fail(message, Failure.NOT_CONNECTED, DROPPED)
            raise
        stop = self._recheck(message)
        if stop is not None:
            self._fail(message, Failure.HERE, stop)
        return stop is None

    def _ask(self, message: TextMessage) -> None:
        """Keep it until a person has answered, over restarts, too: the journal has it as queued."""
        hours = int(STALE.total_seconds() // 3600)
        detail = f"It has waited for more than {hours} hours. Send it still?"
        self._waiting[message.id] = evolve(message, state=DeliveryState.HELD, detail=detail)
        self._asking.add(message.id)
        self._publish(self._waiting[message.id])

    async def _hand_over(self, message: TextMessage, access: MessageAccess, text: OutgoingText) -> None:
        try:
            handle = await access.push_text(text)
        except OutcomeUnknown:
            self._settle(message, DeliveryState.UNKNOWN, "The link broke on the way: it may have been sent.")
        except ObexRefused as refusal:
            self._fail(message, Failure.BY_PHONE, f"The phone refused it: {refusal.message}")
        except (LinkLost, DeadlineExceeded, RemoteProtocolError):
            self._again(message, access)
        except PhonelinkError as error:
            self._fail(message, failure_of(error), error.message)
        except asyncio.CancelledError:
            self._settle(message, DeliveryState.UNKNOWN, LEFT_BEHIND)
            raise
        else:
            self._on_accepted(message.id, handle)
            self._settle(message, DeliveryState.ACCEPTED, "")

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
        if message.id in self._rows:
            self._rows[message.id] = evolve(self._rows[message.id], attempts=attempts)
        self._write(message.id, OutboxStep.QUEUED)

    def _fail(self, message: TextMessage, failure: Failure, detail: str) -> None:
        self._settle(evolve(message, failure=failure), DeliveryState.FAILED, detail)

    def _settle(self, message: TextMessage, state: DeliveryState, detail: str) -> None:
        self._attempts.pop(message.id, None)
        self._held_until.pop(message.id, None)
        self._asking.discard(message.id)
        self._publish(evolve(message, state=state, detail=detail))
        self._write(message.id, OutboxStep.SETTLED)
        self._rows.pop(message.id, None)

    def _write(self, id_: MessageId, step: OutboxStep) -> None:
        """Only a text about to be handed over must be on the disk; anything else is said when it is committed."""
        if id_ in self._rows:
            self._rows[id_] = evolve(self._rows[id_], step=step)
            try:
                self._journal.note(self._rows[id_])
            except ArchiveError:
                if step is OutboxStep.HANDED_OVER:
                    raise
