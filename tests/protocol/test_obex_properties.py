"""Do the OBEX codecs and machines hold for any input, and does the pair agree after any legal steps?"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from phonelink_tui.errors import RemoteProtocolError
from phonelink_tui.protocol.obex.client import ClientConnection, ClientState
from phonelink_tui.protocol.obex.codes import MULTI_PACKET, HeaderId, Opcode, ResponseCode
from phonelink_tui.protocol.obex.events import (
    NEED_DATA,
    Aborted,
    Connected,
    Disconnected,
    OperationDone,
    RequestReceived,
)
from phonelink_tui.protocol.obex.framing import PacketBuffer
from phonelink_tui.protocol.obex.headers import Header, Headers, decode_headers
from phonelink_tui.protocol.obex.operations import Answer, Connect, Disconnect, Get, Operation, Put, SetPath
from phonelink_tui.protocol.obex.packets import (
    ConnectFields,
    PathFlags,
    Request,
    Response,
    decode_request,
    decode_response,
)
from phonelink_tui.protocol.obex.parameters import Parameter, decode_parameters, encode_parameters
from phonelink_tui.protocol.obex.segments import BodyStyle
from phonelink_tui.protocol.obex.server import ServerConnection, ServerState, accept

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
IDS = st.integers(0, 0x3F)
HEADER = st.one_of(
    st.builds(Header, IDS.map(HeaderId), TEXTS),
    st.builds(Header, IDS.map(lambda id: HeaderId(id | 0x40)), st.binary(max_size=60)),
    st.builds(Header, IDS.map(lambda id: HeaderId(id | 0x80)), st.integers(0, 0xFF)),
    st.builds(Header, IDS.map(lambda id: HeaderId(id | 0xC0)), st.integers(0, 0xFFFFFFFF)),
)
HEADERS = st.lists(HEADER, max_size=8).map(Headers)
FIELDS = st.builds(ConnectFields, st.integers(0, 0xFFFF), st.just(0x10), st.integers(0, 0xFF))
CODES = st.integers(0x80, 0xFF).map(ResponseCode)
REQUESTS = st.one_of(
    st.builds(Request, st.just(Opcode.CONNECT), HEADERS, connect=FIELDS),
    st.builds(
        Request, st.just(Opcode.SETPATH), HEADERS, path=st.builds(PathFlags, st.booleans(), st.booleans())
    ),
    st.builds(Request, st.sampled_from(sorted(MULTI_PACKET)), HEADERS, final=st.booleans()),
    st.builds(
        Request, st.sampled_from([Opcode.DISCONNECT, Opcode.ABORT, Opcode.SESSION, Opcode(0x99)]), HEADERS
    ),
)


@given(HEADERS)
def test_headers_survive_writing_and_reading(headers: Headers) -> None:
    """Any headers, known or not, in any order."""
    assert decode_headers(headers.encode()) == headers


@given(REQUESTS)
def test_requests_survive_writing_and_reading(request: Request) -> None:
    """Any request packet."""
    assert decode_request(request.encode()) == request


@given(CODES, HEADERS, FIELDS)
def test_responses_survive_writing_and_reading(
    code: ResponseCode, headers: Headers, fields: ConnectFields
) -> None:
    """Any response packet, to CONNECT and to others."""
    assert decode_response(Response(code, headers, fields).encode(), to=Opcode.CONNECT).connect == fields
    assert decode_response(Response(code, headers).encode(), to=Opcode.GET) == Response(code, headers)


@given(st.lists(st.builds(Parameter, st.integers(0, 255), st.binary(max_size=255)), max_size=6))
def test_parameters_survive_writing_and_reading(parameters: list[Parameter]) -> None:
    """Any triples, and no cut of them raises or invents one."""
    raw = encode_parameters(parameters)
    assert decode_parameters(raw) == tuple(parameters)
    for end in range(len(raw)):
        read = decode_parameters(raw[:end])
        assert read == tuple(parameters[: len(read)])


@given(st.lists(REQUESTS, max_size=4), st.data())
def test_the_cuts_of_a_stream_do_not_matter(requests: list[Request], data: st.DataObject) -> None:
    """Packets come out the same however their bytes are cut."""
    raw = b"".join(request.encode() for request in requests)
    buffer = PacketBuffer()
    packets = []
    for chunk in chunks(raw, data):
        buffer.receive_data(chunk)
        while (packet := buffer.next_packet()) is not None:
            packets.append(decode_request(packet))
    assert packets == requests


def chunks(raw: bytes, data: st.DataObject) -> list[bytes]:
    """The bytes in pieces, cut anywhere."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=6)))
    return [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]


def mutated(raw: bytes, data: st.DataObject) -> bytes:
    """The bytes with a few of them changed, cut out or put in."""
    result = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(result)))
        result[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    return bytes(result)


SMALL_GETS = st.builds(Answer, st.just(ResponseCode.SUCCESS), HEADERS, st.none() | st.binary(max_size=300))


@settings(max_examples=200)
@given(st.lists(REQUESTS, min_size=1, max_size=4), SMALL_GETS, st.data())
def test_a_server_bears_any_bytes(requests: list[Request], answer: Answer, data: st.DataObject) -> None:
    """Garbled requests, cut anywhere: answered, waited for, or refused as a breach of the rules."""
    raw = Request(Opcode.CONNECT, connect=ConnectFields(500)).encode()
    raw += mutated(b"".join(request.encode() for request in requests), data)
    server = ServerConnection()
    for chunk in chunks(raw, data):
        server.receive_data(chunk)
        try:
            while (event := server.next_event()) is not NEED_DATA:
                if isinstance(event, RequestReceived):
                    body = answer.body if isinstance(event.operation, Get) else None
                    headers = Headers() if isinstance(event.operation, Connect) else answer.headers
                    server.send(
                        Answer(answer.code, headers if len(headers.encode()) < 200 else Headers(), body)
                    )
        except RemoteProtocolError:
            return
        server.data_to_send()


BODIES = st.integers(0, 900).map(lambda size: bytes(i * 7 % 256 for i in range(size)))
PORTIONS = st.sampled_from([1, 40, 300, 10000])

OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.builds(Get, HEADERS),
    st.builds(Put, HEADERS, st.none() | BODIES),
    st.builds(SetPath, up=st.booleans()),
    st.just(Disconnect()),
)


@settings(max_examples=200)
@given(OPERATIONS, st.lists(st.tuples(CODES, HEADERS), min_size=1, max_size=5), st.booleans(), st.data())
def test_a_client_bears_any_bytes(
    operation: Operation, answers: list[tuple[ResponseCode, Headers]], abort: bool, data: st.DataObject
) -> None:
    """Garbled answers, cut anywhere: told, waited for, or refused as a breach of the rules."""
    client = ClientConnection(max_packet_bytes=300)
    client.send(Connect())
    client.receive_data(Response(ResponseCode.SUCCESS, connect=ConnectFields(300)).encode())
    client.next_event()
    first = client.send(operation)
    assert len(first) <= 300
    if abort and isinstance(operation, Get):
        client.abort()
    raw = b"".join(Response(code, headers).encode() for code, headers in answers)
    for chunk in chunks(mutated(raw, data), data):
        client.receive_data(chunk)
        try:
            while client.next_event() is not NEED_DATA:
                pass
        except RemoteProtocolError:
            return
        client.data_to_send()


FEW_HEADERS = st.sampled_from(
    [
        Headers(),
        Headers.of(type="x-bt/message", name="0400", parameters=[Parameter(0x14, b"\1")]),
        Headers(Header(HeaderId.DESCRIPTION, letter * 90) for letter in "abc"),
        Headers(
            [Header(HeaderId.SINGLE_RESPONSE_MODE, 1), Header(HeaderId.SINGLE_RESPONSE_MODE_PARAMETER, 1)]
        ),
    ]
)
STEPS: st.SearchStrategy[Operation] = st.one_of(
    st.builds(Get, FEW_HEADERS),
    st.builds(Put, FEW_HEADERS, st.none() | BODIES),
    st.builds(SetPath, up=st.booleans()),
    st.just(Disconnect()),
)


class ObexPair(RuleBasedStateMachine):
    """Both machines over two byte pipes that deliver when, and as much as, they are told.

    The model is what the owners know: what was asked, what was answered, what was given up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.to_server = bytearray()
        self.to_client = bytearray()
        self.asked: Operation | None = None
        self.aborting = False
        self.received: list[Operation] = []
        self.waiting: Operation | None = None
        self.answer: Answer | None = None
        self.told: Any = None

    @initialize(
        sizes=st.tuples(st.sampled_from([255, 300, 1024]), st.sampled_from([255, 300, 65535])),
        style=st.builds(BodyStyle, st.booleans(), st.booleans(), st.sampled_from([1, 50, 65535])),
    )
    def open(self, sizes: tuple[int, int], style: BodyStyle) -> None:
        """Machines with an open OBEX connection; DISCONNECT and CONNECT may come later."""
        self.client = ClientConnection(max_packet_bytes=sizes[0], body_style=style)
        self.server = ServerConnection(max_packet_bytes=sizes[1], body_style=style)
        self.server.receive_data(self.client.send(Connect()))
        self.server.next_event()
        self.client.receive_data(self.server.send(accept(b"t" * 16, 76)))
        self.client.next_event()

    @precondition(lambda self: self.asked is None)
    @rule(operation=STEPS)
    def ask(self, operation: Operation) -> None:
        """The client's owner begins something that is legal just now."""
        if self.client.state is ClientState.NEW:
            operation = Connect(Headers.of(target=b"t" * 16))
        self.to_server += self.client.send(operation)
        self.asked, self.answer, self.told = operation, None, None

    @precondition(lambda self: self.may_abort())
    @rule()
    def give_up(self) -> None:
        """The client's owner aborts where that is possible."""
        self.to_server += self.client.abort()
        self.aborting = True

    def may_abort(self) -> bool:
        """Whether `give_up` is legal just now."""
        unsent = isinstance(self.asked, Put) and not self.client.final_packet_out
        return not self.aborting and (isinstance(self.asked, Get) or unsent)

    @precondition(lambda self: self.to_server)
    @rule(count=PORTIONS)
    def deliver_to_server(self, count: int) -> None:
        """Some bytes arrive at the server, which tells its owner."""
        self.server.receive_data(bytes(self.to_server[:count]))
        del self.to_server[:count]
        while (event := self.server.next_event()) is not NEED_DATA:
            match event:
                case RequestReceived(operation):
                    assert operation == self.asked
                    self.waiting = operation
                case Aborted():
                    assert self.aborting
                    self.waiting = None
                case Disconnected():
                    assert self.asked == Disconnect()
        self.to_client += self.server.data_to_send()

    @precondition(lambda self: self.waiting is not None)
    @rule(
        code=st.sampled_from([ResponseCode.SUCCESS, ResponseCode.SUCCESS, ResponseCode.NOT_FOUND]),
        headers=FEW_HEADERS,
        body=BODIES,
    )
    def reply(self, code: ResponseCode, headers: Headers, body: bytes) -> None:
        """The server's owner answers."""
        if isinstance(self.waiting, Connect):
            answer = accept(b"t" * 16, 77) if code.is_success else Answer(code)
        elif isinstance(self.waiting, Get):
            answer = Answer(code, headers, body if code.is_success else None)
        else:
            answer = Answer(code, headers if len(headers.encode()) < 250 else Headers())
        self.to_client += self.server.send(answer)
        self.answer, self.waiting = answer, None

    @precondition(lambda self: self.to_client)
    @rule(count=PORTIONS)
    def deliver_to_client(self, count: int) -> None:
        """Some bytes arrive at the client, which tells its owner."""
        self.client.receive_data(bytes(self.to_client[:count]))
        del self.to_client[:count]
        event = self.client.next_event()
        self.to_server += self.client.data_to_send()
        if event is NEED_DATA:
            return
        if isinstance(event, OperationDone):
            assert event.operation == self.asked
            if self.asked != Disconnect():
                assert self.answer is not None
                assert (event.code, event.body) == (self.answer.code, self.answer.body)
                assert event.headers == self.answer.headers
        elif isinstance(event, Connected):
            assert isinstance(self.asked, Connect)
            assert event.packet_bytes == self.server.packet_bytes
        else:
            assert self.aborting
        self.asked, self.aborting, self.waiting = None, False, None

    @invariant()
    def nothing_is_broken(self) -> None:
        """Two machines that keep the rules never find each other at fault."""
        if hasattr(self, "client"):
            assert self.client.state is not ClientState.BROKEN
            assert self.server.state is not ServerState.BROKEN


ObexPair.TestCase.settings = settings(max_examples=60, stateful_step_count=60)
test_the_pair_agrees_after_any_legal_steps = ObexPair.TestCase
