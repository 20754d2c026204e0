"""Do the client and the server machine understand each other, at every packet size?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import define, field

from phonelink_tui.errors import LocalProtocolError
from phonelink_tui.protocol.obex.client import ClientConnection, ClientState
from phonelink_tui.protocol.obex.codes import HeaderId, ResponseCode
from phonelink_tui.protocol.obex.events import (
    NEED_DATA,
    Aborted,
    ClientEvent,
    Connected,
    Disconnected,
    OperationDone,
    RequestReceived,
    ServerEvent,
)
from phonelink_tui.protocol.obex.headers import Header, Headers
from phonelink_tui.protocol.obex.operations import Answer, Connect, Disconnect, Get, Operation, Put, SetPath
from phonelink_tui.protocol.obex.parameters import Parameter
from phonelink_tui.protocol.obex.segments import BodyStyle
from phonelink_tui.protocol.obex.server import ServerConnection, ServerState, accept

TARGET = bytes(range(16))
SIZES = (255, 1024, 65535)
STYLES = (
    BodyStyle(),
    BodyStyle(apart=True),
    BodyStyle(empty_end=True),
    BodyStyle(apart=True, empty_end=True, most_bytes=7),
)


@define
class ConnectionPair:
    """A client wired to a server in memory; every byte travels in pieces of `cut` bytes."""

    client: ClientConnection
    server: ServerConnection
    answer: Callable[[Operation], Answer]
    cut: int = 65535
    seen: list[ServerEvent] = field(factory=list)
    """What the server's owner was told."""
    packets: list[bytes] = field(factory=list)
    """What went over the wire, in both directions."""

    def run(self, operation: Operation) -> ClientEvent:
        """Send one operation and pump until the client tells how it ended."""
        return self.pump(self.client.send(operation))

    def pump(self, data: bytes) -> ClientEvent:
        """Carry bytes back and forth until the client's owner is told something."""
        while data:
            answers = self.to_server(data)
            assert answers, "the server did not answer"
            event = self.to_client(answers)
            data = self.client.data_to_send()
            if event is not None:
                assert not data
                return event
        raise AssertionError("the client neither ended nor went on")

    def to_server(self, data: bytes) -> bytes:
        """Deliver bytes; returns what the server answers."""
        self.packets.append(data)
        answers = b""
        for start in range(0, len(data), self.cut):
            self.server.receive_data(data[start : start + self.cut])
            while (event := self.server.next_event()) is not NEED_DATA:
                self.seen.append(event)
                if isinstance(event, RequestReceived):
                    answers += self.server.send(self.answer(event.operation))
            answers += self.server.data_to_send()
        return answers

    def to_client(self, data: bytes) -> ClientEvent | None:
        """Deliver bytes; returns what the client's owner is told."""
        self.packets.append(data)
        told: ClientEvent | None = None
        for start in range(0, len(data), self.cut):
            self.client.receive_data(data[start : start + self.cut])
            event = self.client.next_event()
            if event is not NEED_DATA:
                assert told is None
                told = event
        return told


def connected_pair(
    answer: Callable[[Operation], Answer],
    *,
    sizes: tuple[int, int] = (4096, 4096),
    style: BodyStyle | None = None,
    cut: int = 65535,
) -> ConnectionPair:
    """A pair with an open OBEX connection and nothing seen yet."""
    client = ClientConnection(max_packet_bytes=sizes[0], body_style=style)
    server = ServerConnection(max_packet_bytes=sizes[1], body_style=style)
    pair = ConnectionPair(client, server, lambda _: accept(TARGET, 0x905D2007, target_first=True), cut)
    event = pair.run(Connect(Headers.of(target=TARGET)))
    assert isinstance(event, Connected)
    assert event.packet_bytes == server.packet_bytes == min(sizes)
    assert event.connection_id == client.connection_id == 0x905D2007
    pair.answer = answer
    pair.seen.clear()
    pair.packets.clear()
    return pair


def serve(body: bytes) -> Callable[[Operation], Answer]:
    """Success for everything, with this body for a GET."""
    return lambda operation: Answer(body=body if isinstance(operation, Get) else None)


LONG_HEADERS = Headers(Header(HeaderId.NAME, letter * 100) for letter in "abcdef")
OPERATIONS: tuple[Operation, ...] = (
    SetPath(Headers.of(name="")),
    SetPath(Headers.of(name="telecom"), up=True),
    SetPath(up=True, create=True),
    Get(Headers.of(type="x-bt/message", name="0400", parameters=[Parameter(0x14, b"\x01")])),
    Get(),
    Get(LONG_HEADERS),
    Put(Headers.of(type="x-bt/message", name=""), b"x" * 5000),
    Put(LONG_HEADERS, b"0"),
    Put(Headers.of(name="foo.txt"), None),
    Put(body=b""),
)


@pytest.mark.parametrize("cut", [1, 65535])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("size", SIZES)
def test_a_server_sees_the_operation_that_was_sent(size: int, style: BodyStyle, cut: int) -> None:
    """Every operation arrives as the same value, whatever the packet size, the style and the cuts."""
    pair = connected_pair(lambda _: Answer(), sizes=(65535, size), style=style, cut=cut)
    for operation in OPERATIONS:
        event = pair.run(operation)
        assert isinstance(event, OperationDone)
        assert (event.operation, event.code, event.body) == (operation, ResponseCode.SUCCESS, None)
        assert event.succeeded
    assert pair.seen == [RequestReceived(operation) for operation in OPERATIONS]
    assert max(map(len, pair.packets)) <= size


@pytest.mark.parametrize("cut", [1, 65535])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("length", [None, 0, 1, 200, 246, 247, 248, 249, 250, 1018, 4090, 70000])
def test_a_client_gets_the_answer_that_was_given(
    length: int | None, size: int, style: BodyStyle, cut: int
) -> None:
    """Body and parameters of a GET arrive as they were given; lengths around a packet's end included."""
    body = None if length is None else bytes(i * 7 % 256 for i in range(length))
    parameters = (Parameter(0x12, b"\x00\x07"), Parameter(0x0D, b"\x01"))
    answer = Answer(headers=Headers.of(parameters=parameters), body=body)
    pair = connected_pair(lambda _: answer, sizes=(size, 65535), style=style, cut=cut)
    if length == 70000:
        pair.cut = max(cut, 100)
    event = pair.run(Get(Headers.of(type="x-bt/MAP-msg-listing")))
    assert isinstance(event, OperationDone)
    assert (event.code, event.body, event.parameters) == (ResponseCode.SUCCESS, body, parameters)
    assert max(map(len, pair.packets)) <= size
    assert (pair.client.state, pair.server.state) == (ClientState.READY, ServerState.IDLE)


def test_the_shortest_way_of_a_small_operation_is_one_packet_each() -> None:
    """What fits in one packet goes in one packet, with the final bit, as conformance testers want."""
    pair = connected_pair(serve(b"hello"))
    pair.run(Get(Headers.of(type="t")))
    pair.run(Put(Headers.of(type="t"), b"hello"))
    assert [packet[0] for packet in pair.packets] == [0x83, 0xA0, 0x82, 0xA0]


def test_the_connection_id_is_the_first_header_of_the_first_packet_only() -> None:
    """Continuation packets do not repeat the Connection Id."""
    pair = connected_pair(serve(b"x" * 600), sizes=(255, 255))
    pair.run(Put(Headers.of(type="t"), b"y" * 600))
    pair.run(Get(Headers.of(type="t")))
    requests = pair.packets[0::2]
    assert [request[0] for request in requests] == [0x02, 0x02, 0x82, 0x83, 0x83, 0x83]
    firsts = [request[3] for request in requests if len(request) > 3]
    assert firsts == [HeaderId.CONNECTION_ID, HeaderId.BODY, HeaderId.END_OF_BODY, HeaderId.CONNECTION_ID]


def test_a_refusal_is_an_answer() -> None:
    """An error response ends the operation and leaves the connection usable."""
    pair = connected_pair(lambda _: Answer(ResponseCode.NOT_FOUND))
    for operation in OPERATIONS:
        event = pair.run(operation)
        assert isinstance(event, OperationDone)
        assert (event.code, event.succeeded) == (ResponseCode.NOT_FOUND, False)


def test_a_refused_connect_may_be_tried_again() -> None:
    """Forbidden, with or without fixed fields, leaves the client new; the next CONNECT is accepted."""
    for bare in (False, True):
        answers = [accept(TARGET, 5), Answer(ResponseCode.FORBIDDEN)]
        client, server = ClientConnection(), ServerConnection(bare_refusals=bare)
        pair = ConnectionPair(client, server, lambda _, left=answers: left.pop())  # type: ignore[misc]
        refused = pair.run(Connect(Headers.of(target=TARGET)))
        assert isinstance(refused, OperationDone)
        assert refused.code == ResponseCode.FORBIDDEN
        assert (len(pair.packets[1]), client.state, server.connected) == (
            3 if bare else 7,
            ClientState.NEW,
            False,
        )
        assert isinstance(pair.run(Connect(Headers.of(target=TARGET))), Connected)
        assert server.connected


def test_disconnect_closes_and_the_transport_can_be_used_again() -> None:
    """After DISCONNECT both sides are as new."""
    pair = connected_pair(lambda _: accept(TARGET, 9))
    event = pair.run(Disconnect())
    assert isinstance(event, OperationDone)
    assert pair.seen == [Disconnected()]
    assert (pair.client.state, pair.client.connection_id, pair.server.connected) == (
        ClientState.NEW,
        None,
        False,
    )
    assert isinstance(pair.run(Connect(Headers.of(target=TARGET))), Connected)


def test_abort_ends_a_get_between_two_packets() -> None:
    """ABORT after a Continue was read: nothing is late, both sides are free again."""
    pair = connected_pair(serve(b"x" * 600), sizes=(255, 255))
    assert pair.to_client(pair.to_server(pair.client.send(Get()))) is None
    assert pair.pump(pair.client.abort()) == Aborted()
    assert pair.client.data_to_send() == b""
    assert pair.seen == [RequestReceived(Get()), Aborted()]
    event = pair.run(Get())
    assert isinstance(event, OperationDone)
    assert event.body == b"x" * 600


def test_abort_ends_a_put_before_its_last_packet_was_sent() -> None:
    """The server never tells of a PUT that was given up, and the client knows that it was not sent."""
    pair = connected_pair(lambda _: Answer(), sizes=(255, 255))
    assert pair.to_client(pair.to_server(pair.client.send(Put(body=b"x" * 600)))) is None
    assert pair.pump(pair.client.abort()) == Aborted()
    assert not pair.client.final_packet_out
    assert pair.seen == []
    assert isinstance(pair.run(Put(body=b"x" * 600)), OperationDone)
    assert pair.client.final_packet_out


@pytest.mark.parametrize("operation", [Get(), Put(body=b"x" * 600)])
def test_a_late_answer_of_an_aborted_operation_is_swallowed(operation: Operation) -> None:
    """ABORT crosses the answer on the wire: the answer is dropped, the confirmation is told."""
    pair = connected_pair(serve(b"x" * 600), sizes=(255, 255))
    late = pair.to_server(pair.client.send(operation))
    confirmation = pair.to_server(pair.client.abort())
    assert pair.to_client(late) is None
    assert pair.client.state.value == "aborting"
    assert pair.to_client(confirmation) == Aborted()
    assert pair.client.state.value == "ready"


def test_abort_is_refused_where_answers_could_not_be_told_apart() -> None:
    """Nothing under way, one-packet operations and PUTs in their last packet cannot be aborted."""
    pair = connected_pair(lambda _: Answer())
    with pytest.raises(LocalProtocolError):
        pair.client.abort()
    for operation in (SetPath(up=True), Put(body=b"0")):
        first = pair.client.send(operation)
        with pytest.raises(LocalProtocolError):
            pair.client.abort()
        pair.pump(first)
