"""How is a relay served to many clients, none of which it waits for?"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Final

from phonelink_tui.config.clock import utc_now
from phonelink_tui.domain.events import Resync, Stamped
from phonelink_tui.errors import DeadlineExceeded, IpcError, PhonelinkError
from phonelink_tui.ipc import wire
from phonelink_tui.ipc.about import HookCounts, Host
from phonelink_tui.ipc.answers import Answers
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.events import encode_event
from phonelink_tui.ipc.hello import decode_client_hello, encode_hello, require_role
from phonelink_tui.ipc.outgoing import Outgoing
from phonelink_tui.ipc.role import ALL_ROLES, Role
from phonelink_tui.ipc.wire import REPLY_BYTES, REQUEST_BYTES
from phonelink_tui.relay.api import Place, RelayApi

HELLO_S: Final = 10.0
"""How long a client may take to greet."""

REQUEST_S: Final = 30.0
"""How long the relay may take over one request; clients give up sooner."""

TURN: Final = 500
"""Work in one turn of the loop: an event is 10, and 1 more for each reader, of some 10 µs each. Then those who write
to the clients have their turn, and the commands of a person who types."""

MISSED_AT_ONCE: Final = 25
"""Events of the past that one reader is given in a turn."""

_log = logging.getLogger(__name__)


class _Reader:
    """A client that reads events."""

    def __init__(self, outgoing: Outgoing, *, headers: bool) -> None:
        self.outgoing = outgoing
        self.headers = headers
        self.after = 0
        """It was handed everything up to this revision."""

    def take(self, frame: bytes, stamped: Stamped) -> bool:
        """Queue an event for it, unless it is too far behind; whether it was. A `Resync` always is: it is short."""
        if isinstance(stamped.event, Resync):
            self.outgoing.short_event(frame)
        elif not self.outgoing.event(frame):
            return False
        self.after = stamped.rev
        return True


class RelayServer:
    """Serves one relay. `pump` runs beside any number of `serve`.

    Each event is encoded once and shared by all clients: fifty readers cost little more than one.

    Args:
        api: The relay.
        host: The process it runs in.
        on_stop: Ends that process in good order; None where it ends with its only client.
        hooks: What the hooks did so far.
        roles: What may be granted.
        now: The clock (UTC).
    """

    def __init__(
        self,
        api: RelayApi,
        *,
        host: Host | None = None,
        on_stop: Callable[[], None] | None = None,
        hooks: Callable[[], HookCounts] = HookCounts,
        roles: frozenset[Role] = ALL_ROLES,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._api = api
        self._host = host or Host(now())
        self._roles = roles
        self._now = now
        self._answers = Answers(api, self._host, on_stop, hooks, lambda: self.clients)
        self._clients: set[Outgoing] = set()
        self._readers: dict[Outgoing, _Reader] = {}
        self._behind: dict[Outgoing, _Reader] = {}
        self._one_at_a_time = asyncio.Lock()
        self._epoch = ""
        self._subscribed = asyncio.Event()
        self._pumped = 0
        self._over = False

    @property
    def clients(self) -> int:
        """Connections now."""
        return len(self._clients)

    async def pump(self) -> None:
        """Hand every event to every reader; when the relay ends, so does every connection."""
        async with asyncio.TaskGroup() as catching_up:
            late: set[asyncio.Task[None]] = set()
            async with self._api.events() as events:
                self._subscribed.set()
                done = 0
                async for stamped in events:
                    for reader in self._hand_out(stamped):
                        place = Place(reader.after, self._epoch)
                        task = catching_up.create_task(self._fell_behind(reader, place))
                        late.add(task)
                        task.add_done_callback(late.discard)
                    if isinstance(stamped.event, Resync):  # perhaps of another run
                        self._epoch = (await self._api.snapshot()).epoch
                    done += 10 + len(self._readers)
                    if done >= TURN:
                        done = 0
                        await asyncio.sleep(0)
            for task in late:
                task.cancel()
        self._over = True
        last = Stamped(self._pumped, self._now(), Resync())
        for reader in self._behind.values():
            reader.outgoing.short_event(_event_frame(last, headers=reader.headers))
        for client in self._clients:
            self._say_goodbye(client)

    def _hand_out(self, stamped: Stamped) -> list[_Reader]:
        """To all readers; returns those that are behind from now on."""
        self._pumped = max(self._pumped, stamped.rev)
        if isinstance(stamped.event, Resync):  # perhaps of another epoch, whose revisions begin anew
            self._pumped = stamped.rev
            for reader in self._readers.values():
                reader.after = 0
        frames: dict[bool, bytes] = {}
        fell_behind: list[_Reader] = []
        for reader in self._readers.values():
            if stamped.rev > reader.after or isinstance(stamped.event, Resync):
                if reader.headers not in frames:
                    frames[reader.headers] = _event_frame(stamped, headers=reader.headers)
                if not reader.take(frames[reader.headers], stamped):
                    fell_behind.append(reader)
        for reader in fell_behind:
            del self._readers[reader.outgoing]
            self._behind[reader.outgoing] = reader
        return fell_behind

    async def _fell_behind(self, reader: _Reader, place: Place) -> None:
        """It goes on from what the relay keeps; that ends in one `Resync` where the relay has forgotten it."""
        try:
            await self._catch_up(reader, place, self._pumped)
        except PhonelinkError:
            _log.info("a reader is behind and the relay is ending")

    async def _catch_up(self, reader: _Reader, place: Place, goal: int) -> None:
        """Hand out what came after a place as fast as it is read; then the client gets what `pump` reads.

        No more is held for the client than its bound: the place alone is remembered while it does not read.
        """
        outgoing = reader.outgoing
        self._behind[outgoing] = reader
        while await outgoing.room():
            async with self._one_at_a_time, self._api.events(place) as missed:
                done = 0
                async for stamped in missed:
                    if not reader.take(_event_frame(stamped, headers=reader.headers), stamped):
                        break
                    if isinstance(stamped.event, Resync) or reader.after >= max(self._pumped, goal):
                        self._go_live(reader)
                        return
                    done += 1
                    if done % MISSED_AT_ONCE == 0:
                        await asyncio.sleep(0)
                else:  # the relay has ended
                    self._go_live(reader)
                    return
            place = Place(reader.after, place.epoch)

    def _go_live(self, reader: _Reader) -> None:
        self._behind.pop(reader.outgoing, None)
        if reader.outgoing in self._clients:
            self._readers[reader.outgoing] = reader

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
                    self._say_goodbye(outgoing)
                await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
                outgoing.end()
                await writing
        finally:
            self._clients.discard(outgoing)
            self._readers.pop(outgoing, None)
            self._behind.pop(outgoing, None)
            writer.transport.abort()

    def _say_goodbye(self, client: Outgoing) -> None:
        client.short_event(wire.encode_line(wire.encode_bye()))
        client.end()

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
        self._epoch = snapshot.epoch
        outgoing.reply(wire.encode_line(encode_hello(snapshot, self._now(), self._roles, self._host.spec)))
        try:
            async with asyncio.timeout(HELLO_S):
                frame = await _next_frame(reader)
        except TimeoutError:
            raise IpcError("The client did not greet in time.") from None
        wanted = decode_client_hello(frame).roles if frame else ()
        return frozenset(role for role in self._roles if role in wanted)

    async def _take_up(
        self, request: wire.Request | wire.UnknownRequest, roles: frozenset[Role], outgoing: Outgoing
    ) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                parts = wire.reply_parts(request.id, await self._result(request, roles, outgoing))
            if sum(map(len, parts)) > REPLY_BYTES:
                raise IpcError("The answer is too large for one frame.", "Ask for fewer at once.")
        except TimeoutError:
            parts = _refusal(request.id, DeadlineExceeded("The relay took too long over a request."))
        except PhonelinkError as error:
            parts = _refusal(request.id, error)
        except Exception as error:  # noqa: BLE001 a bug met by one request must not end the others' relay
            _log.error("bug in a request: %s %s", type(request).__name__, type(error).__name__)
            bug = PhonelinkError("The relay failed at this request.", "This is a bug; see the relay's log.")
            parts = _refusal(request.id, bug)
        outgoing.reply(*parts)

    async def _result(
        self, request: wire.Request | wire.UnknownRequest, roles: frozenset[Role], outgoing: Outgoing
    ) -> bytes:
        if isinstance(request, wire.EventsRequest):
            require_role(roles, Role.READ, Role.HEADERS)
            await self._subscribe(outgoing, request.since, headers=Role.READ not in roles)
            return b"null"
        return await self._answers.answer(request, roles)

    async def _subscribe(self, outgoing: Outgoing, since: Place | None, *, headers: bool) -> None:
        """From now on the client gets what `pump` reads; first, where it asked for it, what it has missed."""
        await self._subscribed.wait()
        reader = _Reader(outgoing, headers=headers)
        if since is not None:
            reader.after = since.rev
            snapshot = await self._api.snapshot()
            if since.epoch not in ("", snapshot.epoch) or since.rev != snapshot.rev:
                await self._catch_up(reader, since, snapshot.rev)
                return
        self._readers[outgoing] = reader


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


def _refusal(request_id: int, error: PhonelinkError) -> tuple[bytes, ...]:
    return (wire.encode_line(wire.encode_error(request_id, error)),)


def _event_frame(stamped: Stamped, *, headers: bool) -> bytes:
    """An event as bytes; one beyond the bound of a frame is known to have happened, no more."""
    frame = wire.encode_line(encode_event(stamped, headers=headers))
    if len(frame) <= REPLY_BYTES:
        return frame
    return wire.encode_line(encode_event(Stamped(stamped.rev, stamped.at, Resync())))
