"""Does the client machine keep the rules, and notice when a server does not?"""

from __future__ import annotations

import pytest

from phonelink_tui.errors import LimitExceeded, LocalProtocolError, RemoteProtocolError
from phonelink_tui.protocol import limits
from phonelink_tui.protocol.obex.client import ClientConnection, ClientState
from phonelink_tui.protocol.obex.codes import HeaderId, ResponseCode
from phonelink_tui.protocol.obex.events import NEED_DATA, Aborted, ClientEvent, Connected, OperationDone
from phonelink_tui.protocol.obex.headers import Header, Headers
from phonelink_tui.protocol.obex.operations import Connect, Disconnect, Get, Operation, Put, SetPath
from phonelink_tui.protocol.obex.parameters import Parameter, decode_parameters
from tests.protocol.toml_vectors import load, wire

TARGET = bytes.fromhex("bb582b40420c11dbb0de0800200c9a66")
CONNECT = Connect(Headers.of(target=TARGET))
VECTORS = {param.id: wire(param.values[0]) for param in load("obex.toml", "response")}
CONNECTED = VECTORS["Connected, id 1"]
CONTINUE = VECTORS["Continue"]
SUCCESS = VECTORS["Success"]


def connected(size: int = 4096, *, body_limit: int = 1000) -> ClientConnection:
    """A client behind its CONNECT."""
    client = ClientConnection(max_packet_bytes=size, body_limit=body_limit)
    client.send(CONNECT)
    client.receive_data(CONNECTED)
    assert isinstance(client.next_event(), Connected)
    return client


def answer(client: ClientConnection, *packets: bytes) -> ClientEvent | None:
    """Feed answers one by one, sending what each makes due; returns the first event."""
    for packet in packets:
        client.receive_data(packet)
        event = client.next_event()
        client.data_to_send()
        if event is not NEED_DATA:
            return event
    return None


def test_the_reply_of_a_real_iphone_connects() -> None:
    """Headers in any order, a Connection Id that is not 1, and the smaller packet size are taken over."""
    client = ClientConnection()
    assert (client.connection_id, client.packet_bytes, client.state) == (None, 4096, ClientState.NEW)
    client.send(CONNECT)
    event = answer(client, VECTORS["Connected, Target first"])
    assert isinstance(event, Connected)
    assert (event.connection_id, event.packet_bytes) == (0x905D2007, 4000)
    assert (client.connection_id, client.packet_bytes) == (0x905D2007, 4000)
    assert client.send(SetPath(up=True)).hex() == "85000a0300cb905d2007"


@pytest.mark.parametrize(
    "reply",
    [
        "a0 001f 1000 1000 cb 00000001 4a 0013 bb582b41420c11dbb0de0800200c9a66",
        "a0 001f 1000 1000 cb 00000001 4a 0013" + "00" * 16,
        "a0 0007 1000 1000",
        "a0 000a 1000 1000 4a 0003",
    ],
)
def test_another_service_than_the_one_asked_for_is_refused(reply: str) -> None:
    """A wrong Who, or nothing that names a connection of its own, is no connection."""
    client = ClientConnection()
    client.send(CONNECT)
    client.receive_data(bytes.fromhex(reply))
    with pytest.raises(RemoteProtocolError):
        client.next_event()
    assert client.state is ClientState.BROKEN


def test_a_connection_without_who_is_taken() -> None:
    """A Connection Id of its own is enough where Who is missing; without a target nothing is needed."""
    client = ClientConnection()
    client.send(CONNECT)
    assert isinstance(answer(client, bytes.fromhex("a0 000c 1000 1000 cb 00000007")), Connected)
    client = ClientConnection()
    assert client.send(Connect()).hex() == "80000710001000"
    assert isinstance(answer(client, bytes.fromhex("a0 0007 1000 0010")), Connected)
    assert client.packet_bytes == limits.OBEX_MIN_PACKET_BYTES
    assert client.send(SetPath(up=True)).hex() == "8500050300"


def test_a_demand_for_authentication_is_a_refusal() -> None:
    """Unauthorized with a challenge ends CONNECT as refused; the challenge can be read."""
    client = ClientConnection()
    client.send(CONNECT)
    event = answer(client, VECTORS["CONNECT unauthorized, with challenge"])
    assert isinstance(event, OperationDone)
    assert (event.code, event.succeeded) == (ResponseCode.UNAUTHORIZED, False)
    challenge = event.headers.get(HeaderId.AUTH_CHALLENGE)
    assert isinstance(challenge, bytes)
    assert decode_parameters(challenge) == (Parameter(0, bytes(16)),)
    assert client.state is ClientState.NEW


@pytest.mark.parametrize("name", ["CONNECT forbidden, bare", "CONNECT forbidden, with fields"])
def test_forbidden_is_a_refusal_and_not_an_error(name: str) -> None:
    """What an iPhone answers while its toggle is off comes out with its code."""
    client = ClientConnection()
    client.send(CONNECT)
    event = answer(client, VECTORS[name])
    assert isinstance(event, OperationDone)
    assert event.code == ResponseCode.FORBIDDEN


def test_single_response_mode_nobody_asked_for_changes_nothing() -> None:
    """A server that grants it is asked for each packet all the same."""
    client = connected()
    assert b"\x97" not in client.send(Get(Headers.of(type="t")))[3:]
    client.receive_data(VECTORS["Continue granting single response mode"])
    assert client.next_event() is NEED_DATA
    assert client.data_to_send().hex() == "830003"


def test_body_and_parameters_may_come_in_any_packet() -> None:
    """Parameters first without body, body in pieces, an empty end: all is collected."""
    client = connected()
    client.send(Get())
    event = answer(
        client,
        bytes.fromhex("90 000a 4c 0007 12 02 0001"),
        bytes.fromhex("90 0008 48 0005 6162"),
        CONTINUE,
        bytes.fromhex("90 000b 48 0005 6364 4c 0003"),
        bytes.fromhex("a0 000b 49 0003 4c 0005 0d00"),
    )
    assert isinstance(event, OperationDone)
    assert event.body == b"abcd"
    assert event.parameters == (Parameter(0x12, b"\x00\x01"), Parameter(0x0D, b""))


@pytest.mark.parametrize(
    "operation", [Put(Headers.of(type="t"), b"0"), SetPath(up=True), Disconnect(), Put(body=None)]
)
def test_a_continue_with_nothing_to_continue_breaks_the_rules(operation: Operation) -> None:
    """A request that was complete cannot be continued."""
    client = connected()
    client.send(operation)
    client.receive_data(CONTINUE)
    with pytest.raises(RemoteProtocolError):
        client.next_event()


def test_a_success_before_the_end_of_a_put_breaks_the_rules() -> None:
    """Thanks for half a message is not to be taken for the message sent; an error is."""
    client = connected(255)
    client.send(Put(body=bytes(600)))
    client.receive_data(SUCCESS)
    with pytest.raises(RemoteProtocolError):
        client.next_event()
    assert not client.final_packet_out
    client = connected(255)
    client.send(Put(body=bytes(600)))
    event = answer(client, CONTINUE, bytes.fromhex("c30003"))
    assert isinstance(event, OperationDone)
    assert event.code == ResponseCode.FORBIDDEN
    assert not client.final_packet_out
    assert client.data_to_send() == b""


def test_how_far_a_put_got_is_known_packet_by_packet() -> None:
    """Only the packet with the final bit, once it was handed out, makes the outcome unknown."""
    client = connected(255)
    client.send(Put(body=bytes(400)))
    out = [client.final_packet_out]
    client.receive_data(CONTINUE)
    assert client.next_event() is NEED_DATA
    out.append(client.final_packet_out)
    assert client.data_to_send()[0] == 0x82
    out.append(client.final_packet_out)
    client.receive_data(b"\x00\x00\x00")
    with pytest.raises(RemoteProtocolError):
        client.next_event()
    assert [*out, client.final_packet_out] == [False, False, True, True]


def test_an_answer_nobody_asked_for_breaks_the_rules() -> None:
    """Before CONNECT, between operations and twice for one operation."""
    busy = connected()
    busy.send(SetPath(up=True))
    busy.receive_data(SUCCESS)
    assert isinstance(busy.next_event(), OperationDone)
    for client in (ClientConnection(), connected(), busy):
        client.receive_data(SUCCESS)
        with pytest.raises(RemoteProtocolError):
            client.next_event()


def test_a_second_answer_before_the_next_packet_went_out_breaks_the_rules() -> None:
    """Two answers to one GET packet."""
    client = connected()
    client.send(Get())
    client.receive_data(CONTINUE + SUCCESS)
    with pytest.raises(RemoteProtocolError):
        client.next_event()


def test_a_broken_machine_stays_broken() -> None:
    """After a breach nothing more is read, sent or given up."""
    client = connected()
    client.send(Get())
    client.receive_data(b"\x10\x00\x03" + SUCCESS)
    for _ in range(2):
        with pytest.raises(RemoteProtocolError):
            client.next_event()
    with pytest.raises(LocalProtocolError):
        client.send(Get())
    with pytest.raises(LocalProtocolError):
        client.abort()
    assert client.data_to_send() == b""


def test_one_operation_at_a_time() -> None:
    """Nothing but CONNECT comes first, CONNECT does not come twice, and nothing comes in between."""
    client = ClientConnection()
    for operation in (Get(), Put(), SetPath(), Disconnect()):
        with pytest.raises(LocalProtocolError):
            client.send(operation)
    client = connected()
    with pytest.raises(LocalProtocolError):
        client.send(CONNECT)
    client.send(Get())
    with pytest.raises(LocalProtocolError):
        client.send(Get())


def test_bounds_of_an_operation_hold() -> None:
    """Too much body, too many headers and Continues without end are refused; the bounds are allowed."""

    def body(count: int) -> bytes:
        return (
            bytes.fromhex("90")
            + (count + 6).to_bytes(2, "big")
            + Header(HeaderId.BODY, bytes(count)).encode()
        )

    client = connected(65535)
    client.send(Get())
    assert answer(client, body(999), body(1), *[CONTINUE] * limits.OBEX_EMPTY_PACKETS) is None
    with pytest.raises(LimitExceeded):
        answer(client, CONTINUE)
    client = connected(65535)
    client.send(Get())
    with pytest.raises(LimitExceeded):
        answer(client, body(1000), body(1))
    client = connected(65535)
    client.send(Get())
    header = bytes.fromhex("90 0005 97 01")
    assert answer(client, *[header] * limits.OBEX_HEADERS) is None
    with pytest.raises(LimitExceeded):
        answer(client, header)


def test_headers_that_do_not_fit_are_our_error_and_leave_the_machine_as_it_was() -> None:
    """A header longer than a packet, or a SETPATH longer than one, is refused before anything is sent."""
    client = connected(255)
    for operation in (Get(Headers.of(name="x" * 200)), SetPath(Headers.of(name="x" * 200))):
        with pytest.raises(LocalProtocolError):
            client.send(operation)
    assert client.state is ClientState.READY
    with pytest.raises(LocalProtocolError):
        ClientConnection(max_packet_bytes=255).send(Connect(Headers.of(name="x" * 200)))


@pytest.mark.parametrize("size", [254, 65536, 0, -1])
def test_a_packet_size_out_of_range_is_our_error(size: int) -> None:
    """We announce 255 to 65,535."""
    with pytest.raises(LocalProtocolError):
        ClientConnection(max_packet_bytes=size)


@pytest.mark.parametrize(
    "late",
    [
        CONTINUE,
        bytes.fromhex("c40003"),
        VECTORS["Success with an empty end"],
        bytes.fromhex("90 0008 48 0005 6162"),
    ],
)
def test_whatever_answer_is_late_is_swallowed_once(late: bytes) -> None:
    """A Continue, an error, a body: dropped. The next answer is that of ABORT, even if it refuses."""
    for confirmation in (SUCCESS, bytes.fromhex("d00003")):
        client = connected()
        client.send(Get())
        assert client.abort().hex() == "ff0008cb00000001"
        client.receive_data(late + confirmation)
        assert client.next_event() == Aborted()
        assert client.next_event() is NEED_DATA
        assert client.state is ClientState.READY


def test_a_server_may_answer_the_abort_only() -> None:
    """A server that drops the operation answers once."""
    client = connected()
    client.send(Get())
    client.abort()
    assert answer(client, SUCCESS) == Aborted()


def test_the_next_packet_is_not_sent_after_an_abort() -> None:
    """What was due before ABORT is dropped, and so nothing is late."""
    client = connected(255)
    client.send(Put(body=bytes(600)))
    client.receive_data(CONTINUE)
    assert client.next_event() is NEED_DATA
    client.abort()
    assert client.data_to_send() == b""
    assert answer(client, bytes.fromhex("c00003")) == Aborted()
    assert not client.final_packet_out
