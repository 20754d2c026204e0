"""The answering side of one OBEX connection: requests put together, answers cut into packets.

    state     | on a request packet                                        | on send(answer)
    ----------|------------------------------------------------------------|-----------------------------
    IDLE      | whole request: ASKING, with RequestReceived                | not allowed
              | first packet of several: RECEIVING, answered Continue      |
    RECEIVING | next packet of the same: as IDLE                           | not allowed
    ASKING    | ABORT: IDLE, with Aborted; else BROKEN                     | one packet: IDLE
              |                                                            | more to come: STREAMING
    STREAMING | GET: the next packet, IDLE after the last                  | not allowed
    BROKEN    | -                                                          | not allowed

In IDLE, RECEIVING and STREAMING the machine answers by itself: ABORT with Success (with Aborted where an
answer was under way), DISCONNECT with Success and Disconnected, a wrong Connection Id with Service
Unavailable, what is not spoken here with Not Implemented. A new request drops an unfinished one.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from phonelink_tui.errors import LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.codes import HeaderId, Opcode, ResponseCode
from phonelink_tui.protocol.obex.collector import Collector
from phonelink_tui.protocol.obex.events import (
    NEED_DATA,
    Aborted,
    Disconnected,
    NeedData,
    RequestReceived,
    ServerEvent,
)
from phonelink_tui.protocol.obex.framing import PacketBuffer
from phonelink_tui.protocol.obex.headers import Header, Headers
from phonelink_tui.protocol.obex.operations import Answer, Connect, Get, Operation, Put, SetPath
from phonelink_tui.protocol.obex.packets import (
    ConnectFields,
    PathFlags,
    Request,
    Response,
    agreed_packet_bytes,
    decode_request,
)
from phonelink_tui.protocol.obex.segments import BodyStyle, segments


class ServerState(Enum):
    """See the table on top of this file."""

    IDLE = "idle"
    RECEIVING = "receiving"
    ASKING = "asking"
    STREAMING = "streaming"
    BROKEN = "broken"


def accept(target: bytes, connection_id: int, *, target_first: bool = False) -> Answer:
    """The answer that opens an OBEX connection for a service.

    Args:
        target: The UUID asked for; goes back as Who.
        connection_id: What the client has to write into each request, u32.
        target_first: Write Target, Connection Id, Who, as an iPhone 11 of 2021 did, not the usual
            Connection Id, Who.
    """
    headers = [Header(HeaderId.CONNECTION_ID, connection_id), Header(HeaderId.WHO, target)]
    if target_first:
        headers.insert(0, Header(HeaderId.TARGET, target))
    return Answer(headers=Headers(headers))


class ServerConnection:
    """The server machine. Lives as long as one transport connection.

    Args:
        max_packet_bytes: The largest packet we accept, announced in the answer to CONNECT, 255 to 65,535.
        body_limit: The most bytes of body taken from one PUT.
        body_style: How to write the bodies of GET answers; None means the shortest way.
        bare_refusals: Refuse CONNECT with three bytes, without its fixed fields. Legal, and seen.

    Raises:
        LocalProtocolError: The packet size is out of range.

    `send` returns the first packet of its answer; everything else is in `data_to_send` after `next_event`.
    Single Response Mode is never granted: its headers are left out of every answer.
    """

    def __init__(
        self,
        *,
        max_packet_bytes: int = limits.OBEX_DEFAULT_PACKET_BYTES,
        body_limit: int = limits.OBEX_BODY_BYTES,
        body_style: BodyStyle | None = None,
        bare_refusals: bool = False,
    ) -> None:
        if not limits.OBEX_MIN_PACKET_BYTES <= max_packet_bytes <= limits.OBEX_PACKET_BYTES:
            raise LocalProtocolError(f"{max_packet_bytes} bytes is no packet size of OBEX.")
        self._max_packet_bytes = max_packet_bytes
        self._packet_bytes = limits.OBEX_MIN_PACKET_BYTES
        self._body_limit = body_limit
        self._body_style = body_style
        self._bare_refusals = bare_refusals
        self._state = ServerState.IDLE
        self._incoming = PacketBuffer()
        self._outgoing = bytearray()
        self._connected = False
        self._connection_id: int | None = None
        self._opcode = Opcode.CONNECT
        self._collected = Collector(body_limit)
        self._responses: Iterator[Response] = iter(())

    @property
    def state(self) -> ServerState:
        """Where the machine stands."""
        return self._state

    @property
    def connected(self) -> bool:
        """Whether a CONNECT was accepted and no DISCONNECT came since."""
        return self._connected

    @property
    def packet_bytes(self) -> int:
        """The packet size both sides keep to; the least there is before CONNECT."""
        return self._packet_bytes

    def receive_data(self, data: bytes) -> None:
        """Add bytes from the transport, cut anywhere. They are read by `next_event`."""
        self._incoming.receive_data(data)

    def data_to_send(self) -> bytes:
        """Take the packets the machine answered by itself, and the next ones of an answer under way."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def next_event(self) -> ServerEvent | NeedData:
        """Read request packets until something is to be told.

        Raises:
            RemoteProtocolError: A malformed packet, or a request before the last one was answered.
            LimitExceeded: More body, headers or empty packets than allowed.

        After either the machine is BROKEN and raises again: close the transport.
        Any other exception is a bug.
        """
        if self._state is ServerState.BROKEN:
            raise RemoteProtocolError("The connection has failed before.")
        try:
            while (packet := self._incoming.next_packet()) is not None:
                event = self._take(decode_request(packet))
                if event is not None:
                    return event
        except RemoteProtocolError:
            self._state = ServerState.BROKEN
            raise
        return NEED_DATA

    def send(self, answer: Answer) -> bytes:
        """Answer the request received; returns the first packet, the client asks for the others.

        Raises:
            LocalProtocolError: No request waits for an answer, the code is Continue, there is a body
                where none belongs, or headers do not fit.
        """
        if self._state is not ServerState.ASKING or answer.code == ResponseCode.CONTINUE:
            raise LocalProtocolError(f"{answer.code.name} is no answer while {self._state.value}.")
        if answer.body is not None and (self._opcode != Opcode.GET or not answer.code.is_success):
            raise LocalProtocolError("A body belongs to the success of a GET.")
        if self._opcode == Opcode.CONNECT:
            return self._send_connect(answer)
        parts = segments(answer.headers, answer.body, self._packet_bytes, self._body_style)
        responses = (
            Response(answer.code if part.last else ResponseCode.CONTINUE, part.headers) for part in parts
        )
        first = next(responses)
        if first.code != ResponseCode.CONTINUE:
            self._state = ServerState.IDLE
        elif self._opcode == Opcode.GET:
            self._state, self._responses = ServerState.STREAMING, responses
        else:
            raise LocalProtocolError("Only the answer to a GET may take several packets.")
        return first.encode()

    def _send_connect(self, answer: Answer) -> bytes:
        bare = self._bare_refusals and not answer.code.is_success
        fields = None if bare else ConnectFields(self._max_packet_bytes)
        packet = Response(answer.code, answer.headers, fields).encode()
        if len(packet) > self._packet_bytes:
            raise LocalProtocolError("The headers of the answer to CONNECT exceed a packet.")
        if answer.code.is_success:
            self._connected, self._connection_id = True, answer.headers.connection_id
        self._state = ServerState.IDLE
        return packet

    def _take(self, request: Request) -> ServerEvent | None:
        if request.opcode == Opcode.ABORT:
            return self._take_abort()
        if self._state is ServerState.ASKING:
            raise RemoteProtocolError("A request came before the last one was answered.")
        if self._state is ServerState.STREAMING and request.opcode == Opcode.GET:
            self._stream()
            return None
        if self._state is ServerState.RECEIVING and request.opcode == self._opcode:
            return self._collect(request)
        self._state = ServerState.IDLE
        self._opcode = request.opcode
        if request.connect is not None:
            return self._take_connect(request.headers, request.connect)
        if request.opcode not in (Opcode.DISCONNECT, Opcode.SETPATH, Opcode.GET, Opcode.PUT):
            self._reply(ResponseCode.NOT_IMPLEMENTED)
            return None
        if not self._connected or request.headers.connection_id != self._connection_id:
            self._reply(ResponseCode.SERVICE_UNAVAILABLE)
            return None
        if request.opcode == Opcode.DISCONNECT:
            self._connected = False
            self._reply(ResponseCode.SUCCESS)
            return Disconnected()
        if request.path is not None:
            return self._ask(_set_path(request.headers, request.path))
        self._collected = Collector(self._body_limit)
        return self._collect(request)

    def _take_abort(self) -> Aborted | None:
        answering = self._state in (ServerState.ASKING, ServerState.STREAMING)
        self._state = ServerState.IDLE
        self._reply(ResponseCode.SUCCESS)
        return Aborted() if answering else None

    def _take_connect(self, headers: Headers, fields: ConnectFields) -> RequestReceived | None:
        self._packet_bytes = agreed_packet_bytes(self._max_packet_bytes, fields.max_packet_bytes)
        if headers.get(HeaderId.AUTH_CHALLENGE) is not None:
            # The client wants proof of who we are. Unauthorized would ask the same of the client, so say
            # that authentication is not spoken (IrOBEX 1.5 leaves the code open).
            self._outgoing += Response(ResponseCode.NOT_IMPLEMENTED, connect=fields).encode()
            return None
        return self._ask(Connect(headers))

    def _collect(self, request: Request) -> RequestReceived | None:
        self._collected.add(request.headers)
        if not request.final:
            self._state = ServerState.RECEIVING
            self._reply(ResponseCode.CONTINUE)
            return None
        headers = self._collected.headers.without(HeaderId.CONNECTION_ID)
        return self._ask(Get(headers) if self._opcode == Opcode.GET else Put(headers, self._collected.body))

    def _stream(self) -> None:
        response = next(self._responses)
        if response.code != ResponseCode.CONTINUE:
            self._state = ServerState.IDLE
        self._outgoing += response.encode()

    def _ask(self, operation: Operation) -> RequestReceived:
        self._state = ServerState.ASKING
        return RequestReceived(operation)

    def _reply(self, code: ResponseCode) -> None:
        self._outgoing += Response(code).encode()


def _set_path(headers: Headers, path: PathFlags) -> SetPath:
    return SetPath(headers.without(HeaderId.CONNECTION_ID), up=path.up, create=path.create)
