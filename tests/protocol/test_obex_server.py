"""Does the server machine keep the rules, refuse what is not spoken, and notice a client that breaks them?"""

from __future__ import annotations

import pytest

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.events import NEED_DATA, Aborted, Disconnected, RequestReceived, ServerEvent
from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Answer, Connect, Get, Put, SetPath
from phonelink_tui.protocol.obex.parameters import Parameter
from phonelink_tui.protocol.obex.segments import BodyStyle
from phonelink_tui.protocol.obex.server import ServerConnection, ServerState, accept
from tests.protocol.toml_vectors import load, wire

TARGET = bytes.fromhex("bb582b40420c11dbb0de0800200c9a66")
VECTORS = {param.id: wire(param.values[0]) for param in load("obex.toml", "request")}
CONNECT = VECTORS["CONNECT MAS, largest packet"]
GET = VECTORS["GET message"]
REST = VECTORS["GET, continuation"]
ABORT = VECTORS["ABORT"]
UPDATE = VECTORS["PUT update inbox"]


def connected(server: ServerConnection | None = None) -> ServerConnection:
    """A server behind a CONNECT with Connection Id 1."""
    server = server or ServerConnection()
    assert isinstance(told(server, CONNECT), RequestReceived)
    server.send(accept(TARGET, 1))
    return server


def told(server: ServerConnection, packet: bytes) -> ServerEvent | None:
    """What one packet makes the server tell."""
    server.receive_data(packet)
    event = server.next_event()
    return None if event is NEED_DATA else event


def test_connect_is_answered_as_the_specification_and_as_an_iphone_do() -> None:
    """The same values in two orders, byte for byte as in the vectors."""
    replies = {param.id: wire(param.values[0]) for param in load("obex.toml", "response")}
    server = ServerConnection()
    assert told(server, CONNECT) == RequestReceived(Connect(Headers.of(target=TARGET)))
    assert server.send(accept(TARGET, 1)) == replies["Connected, id 1"]
    assert server.packet_bytes == 4096
    server = ServerConnection(max_packet_bytes=4000)
    told(server, CONNECT)
    assert server.send(accept(TARGET, 0x905D2007, target_first=True)) == replies["Connected, Target first"]


def test_a_wrong_or_missing_connection_id_is_service_unavailable() -> None:
    """As gobex answers; nothing is told, and the connection goes on."""
    for server, packets in (
        (ServerConnection(), (GET, VECTORS["SETPATH root"], UPDATE, VECTORS["DISCONNECT"])),
        (connected(), ("830008cb00000002", "8500050300", "810003", "020003", "820003")),
    ):
        for packet in packets:
            assert told(server, packet if isinstance(packet, bytes) else bytes.fromhex(packet)) is None
            assert server.data_to_send().hex() == "d30003"
    assert told(connected(), GET) is not None


def test_a_server_without_connection_id_asks_for_none() -> None:
    """A server that gave no Connection Id takes requests without one."""
    server = ServerConnection()
    told(server, VECTORS["CONNECT without target"])
    assert server.send(Answer()).hex() == "a0000710001000"
    assert told(server, VECTORS["SETPATH up, nothing else"]) == RequestReceived(SetPath(up=True))


@pytest.mark.parametrize(
    "packet", [VECTORS["ACTION copy"], b"\x87\x00\x03", b"\x06\x00\x03", b"\x10\x00\x03"]
)
def test_opcodes_not_spoken_are_not_implemented(packet: bytes) -> None:
    """ACTION, SESSION and opcodes nobody knows are refused; the connection goes on."""
    server = connected()
    assert told(server, packet) is None
    assert server.data_to_send().hex() == "d10003"
    assert isinstance(told(server, GET), RequestReceived)


def test_single_response_mode_is_not_granted() -> None:
    """A request for it is answered without its header, packet by packet."""
    server = connected()
    told(server, bytes.fromhex("83 000c cb 00000001 97 01 98 01"))
    assert server.send(Answer(body=bytes(5000)))[:4].hex() == "90100048"
    assert server.data_to_send() == b""
    assert told(server, bytes.fromhex("83 0005 98 01")) is None
    assert server.data_to_send()[0] == ResponseCode.SUCCESS


def test_a_client_that_demands_authentication_is_refused() -> None:
    """A challenge in CONNECT is answered Not Implemented, with the fields of CONNECT, and told to nobody."""
    server = ServerConnection()
    assert told(server, VECTORS["CONNECT with authentication challenge"]) is None
    assert server.data_to_send().hex() == "d1000710001000"
    assert not server.connected
    assert isinstance(told(server, CONNECT), RequestReceived)


def test_a_refusal_of_connect_has_fixed_fields_or_not() -> None:
    """Both legal forms can be written; the answer is not a connection."""
    for bare, reply in ((False, "c3000710001000"), (True, "c30003")):
        server = ServerConnection(bare_refusals=bare)
        told(server, CONNECT)
        assert server.send(Answer(ResponseCode.FORBIDDEN)).hex() == reply
        assert not server.connected
        assert server.state is ServerState.IDLE


def test_a_put_is_put_together_over_packets() -> None:
    """Headers in the first, body in several, an empty end: one request, each packet answered."""
    server = connected()
    assert told(server, bytes.fromhex("02 000d cb 00000001 42 0005 7400")) is None
    assert server.data_to_send().hex() == "900003"
    assert told(server, bytes.fromhex("02 0008 48 0005 6162")) is None
    assert server.state is ServerState.RECEIVING
    assert server.data_to_send().hex() == "900003"
    event = told(server, bytes.fromhex("82 000b cb 00000001 49 0003"))
    assert event == RequestReceived(Put(Headers.of(type="t"), b"ab"))
    assert server.send(Answer(headers=Headers.of(name="1"))).hex() == "a0000a01000700310000"


def test_two_requests_in_one_piece_are_told_one_after_the_other() -> None:
    """A doubled packet is two requests, once the first is answered."""
    server = connected()
    server.receive_data(UPDATE + UPDATE)
    for _ in range(2):
        assert isinstance(server.next_event(), RequestReceived)
        assert server.send(Answer()).hex() == "a00003"
    assert server.next_event() is NEED_DATA


def test_a_request_before_the_answer_breaks_the_rules() -> None:
    """One request at a time; afterwards the machine is broken."""
    server = connected()
    told(server, UPDATE)
    server.receive_data(UPDATE)
    for _ in range(2):
        with pytest.raises(RemoteProtocolError):
            server.next_event()
    with pytest.raises(LocalProtocolError):
        server.send(Answer())


@pytest.mark.parametrize(
    ("style", "packets"),
    [
        (
            BodyStyle(),
            ["a0 000f 4c 0007 12020001 49 0005 6162"],
        ),
        (BodyStyle(apart=True), ["90 000a 4c 0007 12020001", "a0 0008 49 0005 6162"]),
        (BodyStyle(empty_end=True), ["90 000f 4c 0007 12020001 48 0005 6162", "a0 0006 49 0003"]),
        (
            BodyStyle(apart=True, empty_end=True, most_bytes=1),
            ["90 000a 4c 0007 12020001", "90 0007 48 0004 61", "90 0007 48 0004 62", "a0 0006 49 0003"],
        ),
    ],
)
def test_an_answer_can_be_written_in_every_legal_way(style: BodyStyle, packets: list[str]) -> None:
    """Parameters with or before the body, an end with or without bytes: as phones differ."""
    server = connected(ServerConnection(body_style=style))
    told(server, GET)
    sent = [server.send(Answer(headers=Headers.of(parameters=[Parameter(0x12, b"\0\1")]), body=b"ab"))]
    while server.state is ServerState.STREAMING:
        assert told(server, REST) is None
        sent.append(server.data_to_send())
    assert sent == [bytes.fromhex(packet) for packet in packets]


def test_abort_is_confirmed_in_every_state() -> None:
    """Success each time; told only where an answer was under way or awaited."""
    server = connected()
    assert told(server, ABORT) is None
    assert server.data_to_send().hex() == "a00003"
    told(server, bytes.fromhex("02 0008 cb 00000001"))
    server.data_to_send()
    assert told(server, ABORT) is None
    assert server.data_to_send().hex() == "a00003"
    told(server, GET)
    assert told(server, ABORT) == Aborted()
    assert server.data_to_send().hex() == "a00003"
    with pytest.raises(LocalProtocolError):
        server.send(Answer())
    told(server, GET)
    server.send(Answer(body=bytes(9000)))
    assert told(server, ABORT) == Aborted()
    assert isinstance(told(server, GET), RequestReceived)


def test_a_new_request_drops_an_unfinished_one() -> None:
    """Half a PUT is forgotten when something else comes; so is an answer half fetched."""
    server = connected()
    told(server, bytes.fromhex("02 000c cb 00000001 48 0004 61"))
    assert told(server, GET) == RequestReceived(
        Get(
            Headers.of(
                type="x-bt/message",
                name="0400000000000012",
                parameters=[Parameter(0x0A, b"\0"), Parameter(0x14, b"\1")],
            )
        )
    )
    server.send(Answer(body=bytes(9000)))
    assert told(server, UPDATE) == RequestReceived(Put(Headers.of(type="x-bt/MAP-messageUpdate"), b"0"))


def test_disconnect_is_answered_and_told() -> None:
    """Afterwards every request is for a service that is not there, until the next CONNECT."""
    server = connected()
    assert told(server, VECTORS["DISCONNECT"]) == Disconnected()
    assert server.data_to_send().hex() == "a00003"
    assert told(server, GET) is None
    assert server.data_to_send().hex() == "d30003"
    connected(server)


def test_answers_against_the_rules_are_our_error() -> None:
    """Without a question, Continue, a body where none belongs, more headers than a packet holds."""
    server = ServerConnection()
    with pytest.raises(LocalProtocolError):
        server.send(Answer())
    told(server, CONNECT)
    long = Headers.of(name="x" * 1000) + Headers.of(name="y" * 1000) + Headers.of(name="z" * 1000)
    with pytest.raises(LocalProtocolError):
        server.send(Answer(headers=long))
    server.send(accept(TARGET, 1))
    told(server, UPDATE)
    for answer in (Answer(ResponseCode.CONTINUE), Answer(body=b""), Answer(headers=long)):
        with pytest.raises(LocalProtocolError):
            server.send(answer)
    server.send(Answer(ResponseCode.NOT_IMPLEMENTED))
    told(server, GET)
    with pytest.raises(LocalProtocolError):
        server.send(Answer(ResponseCode.NOT_FOUND, body=b"x"))
    assert server.send(Answer(ResponseCode.NOT_FOUND)).hex() == "c40003"


@pytest.mark.parametrize("size", [254, 65536])
def test_a_packet_size_out_of_range_is_our_error(size: int) -> None:
    """We announce 255 to 65,535."""
    with pytest.raises(LocalProtocolError):
        ServerConnection(max_packet_bytes=size)


def test_bounds_of_a_request_hold() -> None:
    """Too much body and packets without anything in them are refused."""
    first = bytes.fromhex("02 0008 cb 00000001")
    server = connected(ServerConnection(body_limit=3))
    told(server, first)
    with pytest.raises(LimitExceeded):
        told(server, bytes.fromhex("02 000a 48 0007 61626364"))
    server = connected()
    told(server, first)
    for _ in range(limits.OBEX_EMPTY_PACKETS):
        told(server, bytes.fromhex("020003"))
    with pytest.raises(LimitExceeded):
        told(server, bytes.fromhex("020003"))
    assert server.state is ServerState.BROKEN
