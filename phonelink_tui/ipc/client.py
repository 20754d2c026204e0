"""How does a program in another process use a relay as if it were here?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from phonelink_tui.domain.events import Resync, Stamped
from phonelink_tui.domain.message import MessageId, TextMessage
from phonelink_tui.domain.thread import ThreadId
from phonelink_tui.domain.week import Week
from phonelink_tui.errors import DeadlineExceeded, IpcError, PhonelinkError
from phonelink_tui.ipc import wire
from phonelink_tui.ipc.about import RelayStatus
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.events import decode_event
from phonelink_tui.ipc.faults import decode_fault
from phonelink_tui.ipc.hello import RelayHello, decode_relay_hello, encode_client_hello
from phonelink_tui.ipc.role import ALL_ROLES, Role
from phonelink_tui.ipc.subscription import EventQueue
from phonelink_tui.ipc.values import from_json
from phonelink_tui.ipc.wire import REPLY_BYTES
from phonelink_tui.relay.api import Command, MessagePage, Place, Snapshot

REQUEST_S: Final = 10.0
"""How long one request may take. The relay answers from memory; only a loaded machine needs a second."""

UNLOCK_S: Final = 30.0
"""The phone's sessions end and begin again, and a passphrase takes half a second by design."""

HELLO_S: Final = 20.0
"""How long a relay that runs may take to greet."""

_GONE: Final = ("The relay is gone.", "Start the program again; nothing was sent since.")


class RelayClient:
    """A RelayApi over a socket. Made by `connect`.

    Every method may raise `IpcError` (the relay is gone or speaks another language), `DeadlineExceeded`, and
    what the relay itself raises.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        request_s: float,
        gone: IpcError | None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._request_s = request_s
        self._gone = gone
        self._greeting: asyncio.Future[RelayHello] = asyncio.get_running_loop().create_future()
        self._pending: dict[int, asyncio.Future[object]] = {}
        self._last_id = 0
        self._queues: set[EventQueue] = set()
        self._subscribed = False
        self._end: IpcError | None = None
        self._goodbye = False

    @property
    def hello(self) -> RelayHello:
        """What the relay greeted with."""
        return self._greeting.result()

    @asynccontextmanager
    async def events(self, since: Place | None = None) -> AsyncIterator[AsyncIterator[Stamped]]:
        """Subscribe; the iterator ends when the relay does in good order, and raises IpcError when it is killed.

        The relay hands this connection one stream, so `since` counts for the first subscriber only; a later
        one begins with what it missed as one `Resync`.
        """
        queue = EventQueue()
        self._queues.add(queue)
        try:
            if not self._subscribed:
                self._subscribed = True
                await self._ask(wire.EventsRequest(self._next_id(), since))
            elif self._end is not None:
                raise self._end
            elif since is not None:
                snapshot = await self.snapshot()
                queue.put(Stamped(snapshot.rev, self.hello.at, Resync()))
            yield queue
        finally:
            self._queues.discard(queue)

    async def snapshot(self) -> Snapshot:
        return from_json(await self._ask(wire.SnapshotRequest(self._next_id())), Snapshot)

    async def execute(self, command: Command) -> str:
        return from_json(await self._ask(wire.ExecuteRequest(self._next_id(), command)), str)

    async def messages(
        self, thread: ThreadId, *, before: MessageId | None = None, limit: int = 100
    ) -> MessagePage:
        request = wire.MessagesRequest(self._next_id(), thread, before, limit)
        return from_json(await self._ask(request), MessagePage)

    async def search(self, query: str, *, limit: int = 50) -> tuple[TextMessage, ...]:
        result = await self._ask(wire.SearchRequest(self._next_id(), query, limit))
        return from_json(result, tuple[TextMessage, ...])

    async def week(self) -> Week:
        return from_json(await self._ask(wire.WeekRequest(self._next_id())), Week)

    async def status(self) -> RelayStatus:
        """How the relay stands, in counts."""
        return from_json(await self._ask(wire.StatusRequest(self._next_id())), RelayStatus)

    async def stop(self) -> None:
        """Ask a shared relay to end in good order; returns once it has begun to.

        Raises:
            RoleRefused: The connection lacks the role.
            RelayError: The relay is private.
        """
        await self._ask(wire.StopRequest(self._next_id()))

    async def unlock(self, passphrase: str) -> None:
        """Let the relay open its kept history; its stream goes on with a `Resync`.

        Raises:
            RoleRefused: The connection lacks the role.
            RelayError: It keeps nothing, has it open, or texts wait to go out.
            ArchiveError: The passphrase is wrong, or the archive cannot be used.
        """
        await self._ask(wire.UnlockRequest(self._next_id(), passphrase), within_s=UNLOCK_S)

    async def greet(self, roles: frozenset[Role], hello_s: float) -> RelayHello:
        """Exchange greetings. `connect` does it."""
        self._write(encode_client_hello(roles))
        try:
            async with asyncio.timeout(hello_s):
                return await self._greeting
        except TimeoutError:
            raise IpcError(f"The relay did not greet within {hello_s:g} s.") from None

    async def pump(self) -> None:
        """Read frames until the relay ends. `connect` does it."""
        fault: PhonelinkError | None = None
        try:
            while line := await self._next_line():
                # Ctrl+C cancels whoever waits in the middle of any step, so also between a look and its answer.
                with suppress(asyncio.InvalidStateError):
                    self._receive(wire.decode_line(line))
            if self._greeting.done() and not self._goodbye:
                fault = self._gone or IpcError(*_GONE)
        except PhonelinkError as error:
            fault = error
        finally:
            self._finish(fault)

    def _receive(self, frame: dict[str, Any]) -> None:
        match frame.get("type"):
            case "hello" if not self._greeting.done():
                self._greeting.set_result(decode_relay_hello(frame))
            case "reply":
                if (waiting := self._take(frame)) is not None:
                    waiting.set_result(frame.get("result"))
            case "bye":
                self._goodbye = True
            case "error" if frame.get("id") is None:
                raise decode_fault(frame.get("error"))
            case "error":
                if (waiting := self._take(frame)) is not None:
                    waiting.set_exception(decode_fault(frame.get("error")))
            case _:
                if (stamped := decode_event(frame)) is not None:
                    for queue in self._queues:
                        queue.put(stamped)

    def _take(self, frame: dict[str, Any]) -> asyncio.Future[object] | None:
        """Who waits for this answer; None when it came too late."""
        waiting = self._pending.pop(from_json(frame.get("id"), int), None)
        return None if waiting is None or waiting.done() else waiting

    def _finish(self, fault: PhonelinkError | None) -> None:
        if not isinstance(fault, IpcError) and self._greeting.done():
            fault = self._gone
        end = fault if isinstance(fault, IpcError) else IpcError(*_GONE)
        self._end = end
        if not self._greeting.done():
            self._greeting.set_exception(fault or IpcError("The relay ended before it greeted."))
        if not self._greeting.cancelled():
            self._greeting.exception()  # seen: nobody may be waiting for it any more
        for waiting in self._pending.values():
            if not waiting.done():
                waiting.set_exception(end)
        self._pending.clear()
        for queue in self._queues:
            queue.end(fault if isinstance(fault, IpcError) else None)

    async def _ask(self, request: wire.Request, *, within_s: float | None = None) -> object:
        request_s = self._request_s if within_s is None else within_s
        if self._end is not None:
            raise self._end
        waiting: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._pending[request.id] = waiting
        try:
            async with asyncio.timeout(request_s):
                self._write(wire.encode_request(request))
                await self._writer.drain()
                return await waiting
        except TimeoutError:
            raise DeadlineExceeded(f"The relay did not answer within {request_s:g} s.") from None
        except OSError as error:
            raise IpcError(*_GONE) from error
        finally:
            self._pending.pop(request.id, None)

    async def _next_line(self) -> bytes | None:
        try:
            return await self._reader.readuntil(b"\n")
        except (asyncio.IncompleteReadError, OSError):
            return None
        except asyncio.LimitOverrunError:
            raise IpcError("The relay sent a frame that is too long.") from None

    def _write(self, frame: dict[str, Any]) -> None:
        self._writer.write(wire.encode_line(frame))

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


@asynccontextmanager
async def connect(
    sock: socket.socket,
    *,
    roles: frozenset[Role] = ALL_ROLES,
    hello_s: float = HELLO_S,
    request_s: float = REQUEST_S,
    gone: IpcError | None = None,
) -> AsyncIterator[RelayClient]:
    """A relay at the other end of a connected stream socket, which is closed at the end.

    Args:
        sock: The socket.
        roles: What the client wants to do: no more than it needs.
        hello_s: How long the relay may take to greet.
        request_s: How long one request may take.
        gone: What the end of the connection is to be called; None: the relay's, in good order.

    Raises:
        IpcError: It does not greet, or not in our language.
        PhonelinkError: The relay could not start; what it said.
    """
    reader, writer = await asyncio.open_connection(sock=sock, limit=REPLY_BYTES)
    client = RelayClient(reader, writer, request_s, gone)
    try:
        async with background(client.pump()):
            await client.greet(roles, hello_s)
            yield client
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
