"""How is a relay served to many clients, none of which it waits for?"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from phonelink_tui.domain.events import Resync, Stamped
from phonelink_tui.errors import DeadlineExceeded, IpcError, PhonelinkError, RelayError
from phonelink_tui.ipc import wire
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.events import encode_event
from phonelink_tui.ipc.outgoing import Outgoing
from phonelink_tui.ipc.wire import ALL_ROLES, REPLY_BYTES, REQUEST_BYTES, Role
from phonelink_tui.relay.api import MESSAGES_PAGE, SEARCH_HITS, RelayApi

HELLO_S: Final = 10.0
"""How long a client may take to greet."""

REQUEST_S: Final = 30.0
"""How long the relay may take over one request; clients give up sooner."""

QUERY_CHARS: Final = 1000

_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


class RelayServer:
    """Serves one relay. `pump` runs beside any number of `serve`.

    Each event is encoded once and shared by all clients: fifty readers cost little more than one.
    """

    def __init__(
        self,
        api: RelayApi,
        *,
        roles: frozenset[Role] = ALL_ROLES,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._api = api
        self._roles = roles
        self._now = now
        self._clients: set[Outgoing] = set()
        self._readers: set[Outgoing] = set()
        self._subscribed = asyncio.Event()
        self._over = False

    async def pump(self) -> None:
        """Hand every event to every reader; when the relay ends, so does every connection."""
        async with self._api.events() as events:
            self._subscribed.set()
            async for stamped in events:
                if self._readers:
                    frame = _event_frame(stamped)
                    for reader in self._readers:
                        reader.event(frame, stamped)
        self._over = True
        for client in self._clients:
            client.end()

    async def serve(self, sock: socket.socket) -> None:
        """Serve one client until it, or the relay, is gone. Nothing a client sends raises here."""
        try:
            reader, writer = await asyncio.open_connection(sock=sock, limit=REQUEST_BYTES)
        except OSError:
            sock.close()
            return
        outgoing = Outgoing(writer)
        self._clients.add(outgoing)
        try:
            async with (
                background(outgoing.run()) as writing,
                background(self._read(reader, outgoing)) as reading,
            ):
                if self._over:
                    outgoing.end()
                await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
                outgoing.end()
                await writing
        finally:
            self._clients.discard(outgoing)
            self._readers.discard(outgoing)
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader, outgoing: Outgoing) -> None:
        """Greet, then take up requests until the client has no more. What is taken up is finished."""
        fault: PhonelinkError | None = None
        async with asyncio.TaskGroup() as requests:
            try:
                roles = await self._greet(reader, outgoing)
                while frame := await _next_frame(reader):
                    request = wire.decode_request(frame)
                    await outgoing.reserve()
                    requests.create_task(self._take_up(request, roles, outgoing))
            except PhonelinkError as error:
                fault = error
        if fault is not None:
            outgoing.reply(wire.encode_line(wire.encode_error(None, fault)))

    async def _greet(self, reader: asyncio.StreamReader, outgoing: Outgoing) -> frozenset[Role]:
        await outgoing.reserve()
        snapshot = await self._api.snapshot()
        outgoing.reply(wire.encode_line(wire.encode_hello(snapshot, self._now(), self._roles)))
        try:
            async with asyncio.timeout(HELLO_S):
                frame = await _next_frame(reader)
        except TimeoutError:
            raise IpcError("The client did not greet in time.") from None
        wanted = wire.decode_client_hello(frame).roles if frame else ()
        return frozenset(role for role in self._roles if role in wanted)

    async def _take_up(self, request: wire.Request, roles: frozenset[Role], outgoing: Outgoing) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                value = await self._answer(request, roles, outgoing)
            frame = wire.encode_line(wire.encode_reply(request.id, value))
            if len(frame) > REPLY_BYTES:
                raise IpcError("The answer is too large for one frame.", "Ask for fewer at once.")
        except TimeoutError:
            late = DeadlineExceeded("The relay took too long over a request.")
            frame = wire.encode_line(wire.encode_error(request.id, late))
        except PhonelinkError as error:
            frame = wire.encode_line(wire.encode_error(request.id, error))
        except Exception as error:  # noqa: BLE001 a bug met by one request must not end the others' relay
            _log.error("bug in a request: %s %s", type(request).__name__, type(error).__name__)
            bug = PhonelinkError("The relay failed at this request.", "This is a bug; see the relay's log.")
            frame = wire.encode_line(wire.encode_error(request.id, bug))
        outgoing.reply(frame)

    async def _answer(self, request: wire.Request, roles: frozenset[Role], outgoing: Outgoing) -> object:
        needed = Role.ACT if isinstance(request, wire.ExecuteRequest) else Role.READ
        if needed not in roles:
            raise RelayError(f"This connection may not {needed.value}.", "It was opened without that role.")
        match request:
            case wire.SnapshotRequest():
                return await self._api.snapshot()
            case wire.EventsRequest():
                await self._subscribed.wait()
                self._readers.add(outgoing)
                return None
            case wire.MessagesRequest(thread=thread, before=before):
                limit = _within(request.limit, MESSAGES_PAGE)
                return await self._api.messages(thread, before=before, limit=limit)
            case wire.SearchRequest():
                limit = _within(request.limit, SEARCH_HITS)
                return await self._api.search(request.query[:QUERY_CHARS], limit=limit)
            case wire.ExecuteRequest(command=command):
                return await self._api.execute(command)


async def serve_private(api: RelayApi, sock: socket.socket) -> None:
    """Serve the one client at the other end of a socket pair until it is gone, or the relay is."""
    server = RelayServer(api)
    async with background(server.pump()):
        await server.serve(sock)


async def _next_frame(reader: asyncio.StreamReader) -> dict[str, object] | None:
    """The next object, or None at the end. Raises IpcError."""
    try:
        line = await reader.readuntil(b"\n")
    except (asyncio.IncompleteReadError, ConnectionError, OSError):
        return None
    except asyncio.LimitOverrunError:
        raise IpcError("A frame is too long.") from None
    return wire.decode_line(line)


def _event_frame(stamped: Stamped) -> bytes:
    """An event as bytes; one beyond the bound of a frame is known to have happened, no more."""
    frame = wire.encode_line(encode_event(stamped))
    if len(frame) <= REPLY_BYTES:
        return frame
    return wire.encode_line(encode_event(Stamped(stamped.rev, stamped.at, Resync())))


def _within(limit: int, most: int) -> int:
    return max(1, min(limit, most))
