"""One operation after another over a stream that breaks anywhere: answers, deadlines, and the truth about a push."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from phonelink_tui.errors import (
    DeadlineExceeded,
    LinkLost,
    ObexRefused,
    OutcomeUnknown,
    PhonelinkError,
    RemoteProtocolError,
)
from phonelink_tui.profiles import obex_session
from phonelink_tui.profiles.obex_session import ObexSession
from phonelink_tui.protocol.map.constants import MAS_TARGET
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.events import OperationDone
from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Answer, Connect, Get, Operation, Put
from phonelink_tui.protocol.obex.server import accept
from phonelink_tui.transport.together import beside
from tests.profiles.wired import Break, WiredStream, to_its_end

CONNECT = Connect(Headers.of(target=MAS_TARGET))
CONNECT_BYTES = 7 + 19
ACCEPT_BYTES = 7 + 5 + 19
BODY = bytes(range(256)) * 3


class Counter:
    """Answers everything and counts what arrived whole."""

    def __init__(self, code: int = ResponseCode.SUCCESS) -> None:
        self.puts = 0
        self.code = code

    def __call__(self, operation: Operation) -> Answer:
        if isinstance(operation, Connect):
            return accept(MAS_TARGET, 5)
        if isinstance(operation, Put):
            self.puts += self.code == ResponseCode.SUCCESS
            return Answer(ResponseCode(self.code))
        return Answer(ResponseCode(self.code), body=BODY if self.code == ResponseCode.SUCCESS else None)


async def failure_of(asked: Coroutine[Any, Any, OperationDone]) -> PhonelinkError:
    """The error a request ends with."""
    try:
        await asked
    except PhonelinkError as error:
        return error
    raise AssertionError("it was answered")


@asynccontextmanager
async def opened(stream: WiredStream, *, packet_s: float = 5) -> AsyncIterator[ObexSession]:
    """A connected session that is read until its end."""
    session = ObexSession(stream, packet_s=packet_s)
    try:
        async with beside(to_its_end(session.run)):
            await session.connect(CONNECT)
            yield session
    finally:
        await session.aclose()


async def test_operations_follow_each_other_in_turn() -> None:
    """Two that are asked for at once are carried out one by one, each with its own answer."""
    server = Counter()
    async with opened(WiredStream(server, piece=1, packet_bytes=255)) as session:
        got, put = await asyncio.gather(session.request(Get()), session.request(Put(body=BODY)))
    assert got.body == BODY
    assert put.body is None
    assert server.puts == 1


async def test_a_refusal_leaves_the_session_usable() -> None:
    """An error response is the answer to one request, not the end."""
    server = Counter(ResponseCode.FORBIDDEN)
    async with opened(WiredStream(server)) as session:
        with pytest.raises(ObexRefused) as refused:
            await session.request(Get())
        with pytest.raises(ObexRefused):
            await session.request_once(Put(body=BODY))
        server.code = ResponseCode.SUCCESS
        assert (await session.request(Get())).body == BODY
    assert refused.value.code == ResponseCode.FORBIDDEN


async def test_a_refused_connect_is_a_refusal() -> None:
    """The phone's switch shows as an error code on CONNECT."""
    session = ObexSession(WiredStream(lambda _operation: Answer(ResponseCode.FORBIDDEN)))
    with pytest.raises(ObexRefused):
        async with beside(session.run()):
            await session.connect(CONNECT)


async def test_a_request_waits_for_its_reader() -> None:
    """Between opening and following a session nobody reads; what is asked then waits, and is answered."""
    session = ObexSession(WiredStream(Counter()))
    async with beside(session.run()):
        await session.connect(CONNECT)
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(session.request(Get()))
        await asyncio.sleep(0)
        assert not asked.done()
        run = tasks.create_task(session.run())
        assert (await asked).body == BODY
        run.cancel()


async def test_a_push_into_a_session_that_is_ending_is_certainly_not_sent() -> None:
    """Nobody reads any more, then it is closed: nothing left, and that is what is said."""
    server = Counter()
    session = ObexSession(WiredStream(server))
    async with beside(session.run()):
        await session.connect(CONNECT)
    async with asyncio.TaskGroup() as tasks:
        push = tasks.create_task(failure_of(session.request_once(Put(body=BODY))))
        await asyncio.sleep(0)
        await session.aclose()
        assert isinstance(await push, LinkLost)
    assert server.puts == 0


async def test_nobody_reads_and_nobody_closes() -> None:
    """Even then a request ends within its deadline, and nothing has left."""
    server = Counter()
    session = ObexSession(WiredStream(server), packet_s=0.01)
    with pytest.raises(DeadlineExceeded):
        await session.request_once(Put(body=BODY))
    assert server.puts == 0


async def test_the_deadline_is_for_each_packet() -> None:
    """A silent phone ends the session; whoever waits behind gets LinkLost at once."""
    stream = WiredStream(Counter(), down=ACCEPT_BYTES, how=Break.SILENT)
    async with opened(stream, packet_s=0.02) as session:
        first, second = await asyncio.gather(
            failure_of(session.request(Get())), failure_of(session.request(Get()))
        )
    assert isinstance(first, DeadlineExceeded)
    assert isinstance(second, LinkLost)
    assert stream.closed


async def test_an_answer_that_keeps_coming_is_waited_for() -> None:
    """Each packet of a long body renews the deadline."""
    packets = 0

    class Slow(WiredStream):
        async def receive(self) -> bytes:
            nonlocal packets
            packets += 1
            if packets > 2:
                await asyncio.sleep(0.02)
            return await super().receive()

    async with opened(Slow(Counter(), packet_bytes=255), packet_s=0.05) as session:
        assert (await session.request(Get())).body == BODY
    assert packets > 4


async def test_single_bytes_do_not_renew_the_deadline() -> None:
    """A phone that dribbles one packet for ever is given up."""

    class Dribble(WiredStream):
        async def receive(self) -> bytes:
            if self.received_bytes > ACCEPT_BYTES:
                await asyncio.sleep(0.015)
            return await super().receive()

    with pytest.raises(DeadlineExceeded):
        async with opened(Dribble(Counter(), piece=1), packet_s=0.03) as session:
            await session.request(Get())


async def test_sending_has_a_deadline() -> None:
    """A stream that takes no bytes ends the session; the push may have left."""

    class Stuck(WiredStream):
        stuck = False

        async def send(self, data: bytes) -> None:
            if self.stuck:
                await asyncio.Event().wait()
            await super().send(data)

    stream = Stuck(Counter())
    async with opened(stream, packet_s=0.02) as session:
        stream.stuck = True
        assert isinstance(await failure_of(session.request_once(Put(body=b"x"))), OutcomeUnknown)


async def test_a_request_given_up_in_the_middle_ends_the_session() -> None:
    """Its answer may still come, so nothing else can be asked."""
    stream = WiredStream(Counter(), down=ACCEPT_BYTES, how=Break.SILENT)
    async with opened(stream) as session:
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(session.request(Get()))
            await asyncio.sleep(0)
            asked.cancel()
        with pytest.raises(LinkLost):
            await session.request(Get())


async def test_a_reader_that_goes_takes_the_request_with_it() -> None:
    """Cancelled in the middle of a push: it may have been sent."""

    class Reached(WiredStream):
        reached = asyncio.Event()

        async def send(self, data: bytes) -> None:
            await super().send(data)
            if self.sent_bytes > CONNECT_BYTES:
                self.reached.set()

    stream = Reached(Counter(), down=ACCEPT_BYTES, how=Break.SILENT)
    session = ObexSession(stream)
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(session.run())
        await session.connect(CONNECT)
        push = tasks.create_task(failure_of(session.request_once(Put(body=b"x"))))
        await stream.reached.wait()
        run.cancel()
        assert isinstance(await push, OutcomeUnknown)
        with pytest.raises(LinkLost):
            await session.request(Get())


async def test_an_answer_nobody_asked_for_ends_the_session() -> None:
    """The phone breaks the rules: this session ends, with that error."""
    stream = WiredStream(Counter())
    session = ObexSession(stream)
    async with beside(session.run()):
        await session.connect(CONNECT)
    stream.inject(bytes.fromhex("a0 00 03"))
    with pytest.raises(RemoteProtocolError):
        await session.run()
    with pytest.raises(LinkLost):
        await session.request(Get())


@pytest.mark.parametrize("how", Break)
@pytest.mark.parametrize("packet_bytes", [255, 4096])
async def test_the_truth_about_a_push_at_every_byte(how: Break, packet_bytes: int) -> None:
    """Cut after each byte in either direction: «not sent» only when the phone did not get it."""
    whole = WiredStream(Counter(), packet_bytes=packet_bytes)
    async with opened(whole) as session:
        await session.request_once(Put(body=BODY))
        cuts = [{"up": n} for n in range(whole.sent_bytes)]
        cuts += [{"down": n} for n in range(whole.received_bytes)]
    step = 7 if how is Break.SILENT else 1
    outcomes = set()
    for cut in cuts[::step]:
        server = Counter()
        stream = WiredStream(
            server, how=how, packet_bytes=packet_bytes, up=cut.get("up"), down=cut.get("down")
        )
        outcome: PhonelinkError | None = None
        with suppress(PhonelinkError):
            async with opened(stream, packet_s=0.002 if how is Break.SILENT else 5) as session:
                outcome = await failure_of(session.request_once(Put(body=BODY)))
        certain = not isinstance(outcome, OutcomeUnknown)
        outcomes.add(certain)
        assert server.puts <= (0 if certain else 1), cut
    assert outcomes == {True, False}


@pytest.mark.parametrize("read", [True, False], ids=["read by its run", "read by nobody"])
async def test_leave_is_taken_between_requests(*, read: bool) -> None:
    """The last requests, then DISCONNECT, each answered before the stream is closed."""
    server = Counter()
    stream = WiredStream(server, piece=1)
    session = ObexSession(stream)
    async with beside(session.run()):
        await session.connect(CONNECT)
    session.last_requests = (Put(body=BODY),)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(to_its_end(session.run)) if read else None
        await asyncio.sleep(0)
        await session.aclose()
        assert (server.puts, stream.left, stream.closed) == (1, True, True)
        if running is not None:
            await running


async def test_no_leave_in_the_middle_of_a_request() -> None:
    """The phone would take a DISCONNECT for a part of it."""
    stream = WiredStream(Counter(), down=ACCEPT_BYTES + 1, how=Break.SILENT)
    session = ObexSession(stream)
    async with beside(to_its_end(session.run)):
        await session.connect(CONNECT)
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(failure_of(session.request(Get())))
            await asyncio.sleep(0)
            await session.aclose()
    assert isinstance(asked.result(), LinkLost)
    assert (stream.left, stream.closed) == (False, True)


async def test_a_phone_that_does_not_answer_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given a moment, however much there was to say; then the stream is closed."""
    monkeypatch.setattr(obex_session, "FAREWELL_S", 0.02)
    stream = WiredStream(Counter(), down=ACCEPT_BYTES, how=Break.SILENT)
    session = ObexSession(stream)
    async with beside(session.run()):
        await session.connect(CONNECT)
    session.last_requests = (Put(body=BODY), Put(body=BODY))
    async with asyncio.timeout(5):
        await session.aclose()
    assert stream.closed
    assert not stream.left


async def test_no_leave_of_a_phone_that_refused() -> None:
    """There is nothing to leave; a second close says nothing either."""
    stream = WiredStream(lambda _operation: Answer(ResponseCode.FORBIDDEN))
    session = ObexSession(stream)
    with pytest.raises(ObexRefused):
        async with beside(session.run()):
            await session.connect(CONNECT)
    await session.aclose()
    await session.aclose()
    assert (stream.sent_bytes, stream.left) == (CONNECT_BYTES, False)
