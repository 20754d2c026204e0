"""The asking side of one OBEX connection: one operation at a time, its packets and its one answer.

state     | may be called                    | on the server's answer
----------|----------------------------------|-------------------------------------------------
NEW       | send(Connect)                    | an answer nobody asked for: BROKEN
BUSY      | abort(), for GET and unended PUT | Continue: BUSY, the next packet is to be sent
          |                                  | else: READY, with Connected or OperationDone
          |                                  | (NEW after a refused CONNECT or any DISCONNECT)
ABORTING  | nothing                          | a late answer of the operation: swallowed, once
          |                                  | else: READY, with Aborted
READY     | send(anything but Connect)       | an answer nobody asked for: BROKEN
BROKEN    | nothing                          | -
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
    ClientEvent,
    Connected,
    NeedData,
    OperationDone,
)
from phonelink_tui.protocol.obex.framing import PacketBuffer
from phonelink_tui.protocol.obex.headers import Header, Headers
from phonelink_tui.protocol.obex.operations import Connect, Disconnect, Get, Operation, Put, SetPath
from phonelink_tui.protocol.obex.packets import (
    ConnectFields,
    PathFlags,
    Request,
    Response,
    agreed_packet_bytes,
    decode_response,
)
from phonelink_tui.protocol.obex.segments import BodyStyle, segments


class ClientState(Enum):
    """See the table on top of this file."""

    NEW = "new"
    BUSY = "busy"
    ABORTING = "aborting"
    READY = "ready"
    BROKEN = "broken"


_OPCODES: dict[type[Operation], Opcode] = {
    Connect: Opcode.CONNECT,
    Disconnect: Opcode.DISCONNECT,
    SetPath: Opcode.SETPATH,
    Get: Opcode.GET,
    Put: Opcode.PUT,
}


class ClientConnection:
    """The client machine. Lives as long as one transport connection.

    Args:
        max_packet_bytes: The largest packet we accept, announced in CONNECT, 255 to 65,535.
        body_limit: The most bytes of body taken from one operation.
        body_style: How to write the bodies of PUT; None means the shortest way.

    Raises:
        LocalProtocolError: The packet size is out of range.

    `send` and `abort` return the bytes they cause; what an answer causes is in `data_to_send` once
    `next_event` has read that answer. We never ask for Single Response Mode and ignore its headers.
    """

    def __init__(
        self,
        *,
        max_packet_bytes: int = limits.OBEX_DEFAULT_PACKET_BYTES,
        body_limit: int = limits.OBEX_BODY_BYTES,
        body_style: BodyStyle | None = None,
    ) -> None:
        if not limits.OBEX_MIN_PACKET_BYTES <= max_packet_bytes <= limits.OBEX_PACKET_BYTES:
            raise LocalProtocolError(f"{max_packet_bytes} bytes is no packet size of OBEX.")
        self._max_packet_bytes = max_packet_bytes
        self._packet_bytes = max_packet_bytes
        self._body_limit = body_limit
        self._body_style = body_style
        self._state = ClientState.NEW
        self._incoming = PacketBuffer()
        self._outgoing: Request | None = None
        self._operation: Operation = Connect()
        self._requests: Iterator[Request] = iter(())
        self._latest = Request(Opcode.CONNECT)
        self._collected = Collector(body_limit)
        self._connection_id: int | None = None
        self._may_be_late = False
        self._final_packet_out = False

    @property
    def state(self) -> ClientState:
        """Where the machine stands."""
        return self._state

    @property
    def connection_id(self) -> int | None:
        """The Connection Id of the server; None before CONNECT, or where the server gave none."""
        return self._connection_id

    @property
    def packet_bytes(self) -> int:
        """The packet size both sides keep to; our own before CONNECT is answered."""
        return self._packet_bytes

    @property
    def final_packet_out(self) -> bool:
        """Whether the last packet of the latest operation was handed to the caller.

        As long as this is False, the server cannot have carried out a PUT. Once it is True and no answer
        came, nobody knows: the packet may or may not have arrived. Stays readable after every failure.
        """
        return self._final_packet_out

    def send(self, operation: Operation) -> bytes:
        """Begin an operation; returns its first packet.

        Raises:
            LocalProtocolError: Not allowed in this state, or a header is longer than a packet.
        """
        allowed = ClientState.NEW if isinstance(operation, Connect) else ClientState.READY
        if self._state is not allowed:
            raise LocalProtocolError(f"{type(operation).__name__} is not possible while {self._state.value}.")
        self._requests = self._encode(operation)
        self._operation = operation
        self._collected = Collector(self._body_limit)
        self._final_packet_out = False
        self._state = ClientState.BUSY
        self._outgoing = next(self._requests)
        return self.data_to_send()

    def abort(self) -> bytes:
        """Give up the operation under way; `Aborted` follows when the server has confirmed.

        Raises:
            LocalProtocolError: Nothing is under way, or it is in one packet or already in its last: a
                server then answers as if nothing had happened, and its answers could not be told apart.

        What `data_to_send` held is dropped: it was not sent.
        """
        abortable = isinstance(self._operation, Get) or not self._final_packet_out
        if self._state is not ClientState.BUSY or not abortable:
            raise LocalProtocolError("There is nothing that could be aborted.")
        # With a packet still in hand the server has answered everything it got, so nothing is late.
        self._may_be_late = self._outgoing is None
        self._outgoing = None
        self._state = ClientState.ABORTING
        self._latest = Request(Opcode.ABORT, self._with_connection_id(Headers()))
        return self._latest.encode()

    def receive_data(self, data: bytes) -> None:
        """Add bytes from the transport, cut anywhere. They are read by `next_event`."""
        self._incoming.receive_data(data)

    def data_to_send(self) -> bytes:
        """The packet that the latest answer made due, or nothing. Taking it counts as sending it."""
        request, self._outgoing = self._outgoing, None
        if request is None:
            return b""
        self._latest = request
        self._final_packet_out = self._final_packet_out or request.final
        return request.encode()

    def next_event(self) -> ClientEvent | NeedData:
        """Read one answer, or as many Continues as are there.

        Raises:
            RemoteProtocolError: The server broke the rules: a malformed packet, an answer nobody asked for,
                a Continue with nothing left to continue, or another service than the one wanted.
            LimitExceeded: More body, headers or empty packets than allowed.

        After either the machine is BROKEN and raises again: close the transport.
        Any other exception is a bug.
        """
        if self._state is ClientState.BROKEN:
            raise RemoteProtocolError("The connection has failed before.")
        try:
            while (packet := self._incoming.next_packet()) is not None:
                event = self._take(packet)
                if event is not None:
                    return event
        except RemoteProtocolError:
            self._state = ClientState.BROKEN
            self._outgoing = None
            raise
        return NEED_DATA

    def _encode(self, operation: Operation) -> Iterator[Request]:
        opcode = _OPCODES[type(operation)]
        headers = operation.headers
        if isinstance(operation, Connect):
            return self._alone(Request(opcode, headers, connect=ConnectFields(self._max_packet_bytes)))
        headers = self._with_connection_id(headers)
        if isinstance(operation, SetPath):
            flags = PathFlags(up=operation.up, create=operation.create)
            return self._alone(Request(opcode, headers, path=flags))
        if isinstance(operation, Disconnect):
            return self._alone(Request(opcode, headers))
        body = operation.body if isinstance(operation, Put) else None
        parts = segments(headers, body, self._packet_bytes, self._body_style)
        return (Request(opcode, part.headers, final=part.last) for part in parts)

    def _alone(self, request: Request) -> Iterator[Request]:
        if len(request.encode()) > self._packet_bytes:
            raise LocalProtocolError("The headers of a request that cannot be split exceed a packet.")
        return iter((request,))

    def _with_connection_id(self, headers: Headers) -> Headers:
        if self._connection_id is None:
            return headers
        return Headers((Header(HeaderId.CONNECTION_ID, self._connection_id),)) + headers

    def _take(self, packet: bytes) -> ClientEvent | None:
        if self._outgoing is not None or self._state not in (ClientState.BUSY, ClientState.ABORTING):
            raise RemoteProtocolError("An answer came that nobody asked for.")
        response = decode_response(packet, to=self._latest.opcode)
        if self._state is ClientState.ABORTING:
            return self._take_while_aborting(response)
        self._collected.add(response.headers, often_empty=isinstance(self._operation, Put))
        if response.code == ResponseCode.CONTINUE:
            self._continue()
            return None
        if response.code.is_success and not self._final_packet_out and isinstance(self._operation, Put):
            raise RemoteProtocolError("The server thanks for a PUT before its end.")
        if isinstance(self._operation, Connect):
            return self._finish_connect(response)
        done = OperationDone(self._operation, response.code, self._collected.headers, self._collected.body)
        self._state = ClientState.READY
        if isinstance(self._operation, Disconnect):
            self._state, self._connection_id = ClientState.NEW, None
        return done

    def _take_while_aborting(self, response: Response) -> Aborted | None:
        # A late answer is a Continue, an error or has a body. Only the bare success of a GET without
        # result looks like the answer to ABORT; its successor then counts as an answer nobody asked for.
        looks_late = response.code != ResponseCode.SUCCESS or len(response.headers) > 0
        if self._may_be_late and looks_late:
            self._may_be_late = False
            return None
        self._state = ClientState.READY
        return Aborted()

    def _continue(self) -> None:
        request = next(self._requests, None)
        if request is None and isinstance(self._operation, Get):
            request = Request(Opcode.GET)
        if request is None:
            raise RemoteProtocolError("The server wants more of a request that was complete.")
        self._outgoing = request

    def _finish_connect(self, response: Response) -> Connected | OperationDone:
        headers = self._collected.headers
        if not response.code.is_success or response.connect is None:
            self._state = ClientState.NEW
            return OperationDone(self._operation, response.code, headers, self._collected.body)
        target = self._operation.headers.target
        # A server that knows the service names it in Who, or at least opens a connection of its own for it.
        if target is not None and headers.who != target and (headers.who or headers.connection_id is None):
            raise RemoteProtocolError("Another service answered than the one that was asked.")
        self._connection_id = headers.connection_id
        self._packet_bytes = agreed_packet_bytes(self._max_packet_bytes, response.connect.max_packet_bytes)
        self._state = ClientState.READY
        return Connected(headers, self._packet_bytes)
