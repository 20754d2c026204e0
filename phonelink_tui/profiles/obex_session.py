"""How is one OBEX operation after another carried out over a byte stream?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from phonelink_tui.errors import (
    DeadlineExceeded,
    LinkLost,
    OutcomeUnknown,
    PhonelinkError,
    RemoteProtocolError,
)
from phonelink_tui.profiles.refusals import refusal
from phonelink_tui.protocol.obex.client import ClientConnection, ClientState
from phonelink_tui.protocol.obex.events import NEED_DATA, Aborted, Connected, OperationDone
from phonelink_tui.protocol.obex.operations import Connect, Disconnect, Operation
from phonelink_tui.transport.stream import ByteStream

PACKET_S: Final = 10.0
"""The phone answers each packet within this; the same patience as BlueZ's gobex has."""

FAREWELL_S: Final = 1.0
"""For all of a leave-taking. A phone that is still there answers in a tenth of that; one that went never does."""


class ObexSession:
    """One OBEX connection, used once. `run` reads it; requests wait for it, and are answered only while it runs.

    `run` may be cancelled between two requests and started again; in the middle of one that ends the session.
    """

    def __init__(self, stream: ByteStream, *, packet_s: float = PACKET_S) -> None:
        self._stream = stream
        self._packet_s = packet_s
        self._machine = ClientConnection()
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[Connected | OperationDone | Aborted] | None = None
        self._packets = 0
        self._reading = asyncio.Event()
        self._over: PhonelinkError | None = None
        self._running = False
        self.last_requests: tuple[Operation, ...] = ()
        """Asked before the DISCONNECT, when the session is closed here."""

    async def run(self) -> None:
        """Read answers until the connection ends.

        Raises:
            LinkLost: The phone closed, or the link broke.
            RemoteProtocolError: The phone broke the rules.
        """
        self._reading.set()
        self._running = True
        try:
            while True:
                await self._read_some()
        except PhonelinkError as error:
            over = self._end(error)
            if over is error:
                raise
            raise over from error  # our own end of a session shows as a closed stream
        finally:
            self._running = False
            if self._answer is not None and not self._answer.done():
                self._end(LinkLost("The session ended in the middle of a request."))
            if self._over is None:
                self._reading.clear()

    async def connect(self, operation: Connect) -> Connected:
        """Open the OBEX connection.

        Raises:
            ObexRefused: The phone said no; 0xC3 means that its switch for this is off.
            LinkLost, DeadlineExceeded, RemoteProtocolError: The session is over.
        """
        event = await self._carry_out(operation)
        if isinstance(event, OperationDone):
            raise refusal(event.code)
        if not isinstance(event, Connected):
            raise RemoteProtocolError("The phone answered something else than was asked.")
        return event

    async def request(self, operation: Operation) -> OperationDone:
        """Carry out one operation; others wait their turn.

        Raises:
            ObexRefused: The phone said no; the session goes on.
            LinkLost, DeadlineExceeded, RemoteProtocolError: The session is over.
        """
        event = await self._carry_out(operation)
        if not isinstance(event, OperationDone):
            raise RemoteProtocolError("The phone answered something else than was asked.")
        if not event.succeeded:
            raise refusal(event.code)
        return event

    async def request_once(self, operation: Operation) -> OperationDone:
        """Like `request`, for what must not be done twice.

        Raises:
            OutcomeUnknown: No answer came, and all of the request had left: it may have been carried out.
            ObexRefused, LinkLost, DeadlineExceeded, RemoteProtocolError: It certainly was not.
        """
        async with self._my_turn():
            try:
                event = await self._exchange(operation)
            except (LinkLost, DeadlineExceeded, RemoteProtocolError) as error:
                if self._machine.final_packet_out:
                    raise OutcomeUnknown(error.message) from error
                raise
        if not isinstance(event, OperationDone):
            raise OutcomeUnknown("The phone answered something else than was asked.")
        if not event.succeeded:
            raise refusal(event.code)
        return event

    async def aclose(self) -> None:
        """Take leave, as other clients do, and close the stream; whoever waits gets LinkLost.

        No leave is taken where the connection is broken, was never opened, or is in the middle of a request.
        """
        between_requests = self._over is None and self._machine.state is ClientState.READY
        self._end(LinkLost("The session was closed."))
        try:
            if between_requests and not self._turn.locked():
                with suppress(PhonelinkError, TimeoutError):
                    async with asyncio.timeout(FAREWELL_S):
                        for operation in (*self.last_requests, Disconnect()):
                            await self._say(operation)
        finally:
            await self._stream.aclose()

    async def _say(self, operation: Operation) -> None:
        """Ask for something whose outcome changes nothing; whoever reads the connection anyhow takes the answer."""
        answer = self._answer = asyncio.get_running_loop().create_future()
        await self._stream.send(self._machine.send(operation))
        while not answer.done():
            if self._running:
                await answer
            else:
                await self._read_some()

    async def _read_some(self) -> None:
        data = await self._stream.receive()
        if not data:
            raise LinkLost("The phone closed the connection.")
        self._machine.receive_data(data)
        await self._read_answers()

    async def _carry_out(self, operation: Operation) -> Connected | OperationDone | Aborted:
        async with self._my_turn():
            return await self._exchange(operation)

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        """One request at a time, and none that nobody would read the answer of."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._packet_s):
                    await self._reading.wait()
            except TimeoutError:
                raise DeadlineExceeded("Nobody reads this connection.") from None
            if self._over is not None:
                raise LinkLost(self._over.message)
            yield

    async def _exchange(self, operation: Operation) -> Connected | OperationDone | Aborted:
        answer = self._answer = asyncio.get_running_loop().create_future()
        try:
            await self._send_in_time(self._machine.send(operation))
            return await self._wait(answer)
        except asyncio.CancelledError:
            # The machine still waits for this answer, so nothing else can be asked any more.
            self._end(LinkLost("A request was given up in the middle."))
            raise
        finally:
            self._answer = None
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # so that nobody is told of a failure that was told already

    async def _send_in_time(self, data: bytes) -> None:
        try:
            async with asyncio.timeout(self._packet_s):
                await self._stream.send(data)
        except TimeoutError:
            raise await self._give_up() from None

    async def _give_up(self) -> DeadlineExceeded:
        late = DeadlineExceeded("The phone did not answer in time.")
        self._end(late)
        await self._stream.aclose()
        return late

    async def _wait(
        self, answer: asyncio.Future[Connected | OperationDone | Aborted]
    ) -> Connected | OperationDone | Aborted:
        """The deadline is for each packet: a long body may take its time as long as it keeps coming."""
        while True:
            seen = self._packets
            try:
                async with asyncio.timeout(self._packet_s):
                    return await asyncio.shield(answer)
            except TimeoutError:
                if self._packets == seen:
                    raise await self._give_up() from None

    async def _read_answers(self) -> None:
        while True:
            event = self._machine.next_event()
            data = self._machine.data_to_send()
            self._packets += bool(data) or event is not NEED_DATA
            if data:
                await self._stream.send(data)
            if event is NEED_DATA:
                if not data:
                    return
            elif self._answer is not None and not self._answer.done():
                self._answer.set_result(event)

    def _end(self, error: PhonelinkError) -> PhonelinkError:
        """The session is over; returns what ended it first."""
        if self._over is None:
            self._over = error
        self._reading.set()  # whoever waits for a reader learns that there will be none
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(self._over)
        return self._over
