"""Does one bad client leave the relay, and every other client, alone?"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import attrs
import pytest

from phonelink_tui.domain.call import Call, CallKind
from phonelink_tui.domain.events import (
    CallChanged,
    CommandChanged,
    CommandState,
    Event,
    LimitationChanged,
    MessageChanged,
    NotificationChanged,
    Resync,
    Stamped,
    ThreadChanged,
)
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from phonelink_tui.domain.text import RemoteText
from phonelink_tui.errors import DeadlineExceeded, IpcError, RelayError
from phonelink_tui.ipc import wire
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.client import connect
from phonelink_tui.ipc.events import encode_event
from phonelink_tui.ipc.hello import RelayHello, decode_relay_hello, encode_client_hello, encode_hello
from phonelink_tui.ipc.outgoing import EVENT_BYTES_QUEUED, EVENTS_QUEUED, Outgoing
from phonelink_tui.ipc.role import ALL_ROLES, Role
from phonelink_tui.ipc.server import RelayServer
from phonelink_tui.ipc.subscription import EventQueue
from phonelink_tui.relay.api import MarkRead, Place, Snapshot
from phonelink_tui.relay.stream import KEPT_BYTES
from tests.ipc import samples
from tests.ipc.conftest import DEADLINE_S, clients, private_client, served
from tests.ipc.fake_relay import FakeRelay

HELLO = wire.encode_line(encode_client_hello(ALL_ROLES))
FLOOD = EVENTS_QUEUED * 3


async def lines_until_end(sock: socket.socket) -> list[dict[str, Any]]:
    """All frames that a raw client gets before the relay closes the connection."""
    reader, writer = await asyncio.open_connection(sock=sock, limit=wire.REPLY_BYTES)
    async with asyncio.timeout(DEADLINE_S):
        data = await reader.read()
    writer.close()
    return [json.loads(line) for line in data.splitlines()]


async def flood(fake: FakeRelay, count: int) -> None:
    """Events, with a turn of the loop now and then as a relay has it."""
    for number in range(count):
        fake.emit(MessageChanged(samples.text(number % 50)))
        if number % 100 == 0:
            await asyncio.sleep(0)


async def read_to(events: Any, rev: int) -> list[Stamped]:
    seen: list[Stamped] = []
    while not seen or seen[-1].rev < rev:
        seen.append(await anext(events))
    return seen


async def test_two_clients_agree(fake: FakeRelay) -> None:
    """Two clients see the same events with the same revisions, whoever caused them."""
    async with (
        served(fake) as server,
        clients(server, 2) as (one, two),
        one.events() as ones,
        two.events() as twos,
    ):
        await one.execute(MarkRead("c1", samples.ALICE_THREAD))
        await two.execute(MarkRead("c2", samples.BOB_THREAD))
        assert await read_to(ones, 2) == await read_to(twos, 2)
        assert await one.snapshot() == await two.snapshot()


async def test_client_that_never_reads_stops_nobody(fake: FakeRelay) -> None:
    """Others get every event at once while one client has stopped reading for good."""
    async with served(fake) as server, clients(server, 1) as (good,):
        stalled = server.socket()
        stalled.sendall(HELLO + wire.encode_line(wire.encode_request(wire.EventsRequest(1))))
        async with good.events() as events:
            for _ in range(30):
                await flood(fake, 100)
                await read_to(events, fake.current.rev)
            assert (await good.snapshot()).rev == 3000
        stalled.close()


async def test_large_events_are_bounded_by_their_bytes() -> None:
    """Few events may be much: what a client that does not read costs is bounded in bytes, too."""
    ours, theirs = socket.socketpair()
    reader, far = await asyncio.open_connection(sock=theirs)
    _, writer = await asyncio.open_connection(sock=ours)
    outgoing = Outgoing(writer)
    frame = b"x" * (EVENT_BYTES_QUEUED // 4)
    taken = [outgoing.event(frame) for _ in range(12)]
    outgoing.end()
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        reading = group.create_task(reader.read())
        await outgoing.run()
        writer.close()
    far.close()
    assert taken == [True] * 4 + [False] * 8
    assert len(reading.result()) == EVENT_BYTES_QUEUED


async def test_reader_that_reads_gets_all_of_a_burst(fake: FakeRelay) -> None:
    """However much comes in one turn of the loop, as after a night without the phone: none is left out."""
    burst = 2 * EVENTS_QUEUED
    async with (
        served(fake) as server,
        clients(server, 2) as (one, two),
        one.events() as ones,
        two.events() as twos,
    ):
        for number in range(burst):
            fake.emit(MessageChanged(samples.text(number)))
        for events in (ones, twos):
            seen = await read_to(events, burst)
            assert [stamped.rev for stamped in seen] == list(range(1, burst + 1))
            assert not any(isinstance(stamped.event, Resync) for stamped in seen)


LONG = "\N{SNOWMAN}" * 20_000
LONG_EVENTS: dict[str, Callable[[str], Event]] = {
    "text": lambda words: MessageChanged(samples.text(1, text=RemoteText(words))),
    "draft": lambda words: ThreadChanged(
        attrs.evolve(samples.thread(samples.ALICE_THREAD, "Alice", "+15550100"), draft=words)
    ),
    "id": lambda words: CommandChanged(words, CommandState.DONE),
    "sentence": lambda words: CommandChanged("c1", CommandState.FAILED, (words,), words, words),
    "notification": lambda words: NotificationChanged(samples.notification(1, text=RemoteText(words))),
    "limitation": lambda words: LimitationChanged(
        make_limitation(LimitKind.POLICY_BANNER, said=words), active=True
    ),
    "name": lambda words: CallChanged((Call(CallKind.MISSED, samples.ALICE, RemoteText(words), None),)),
}


@pytest.mark.parametrize("kind", LONG_EVENTS)
async def test_client_that_never_reads_costs_at_most_one_mib(fake: FakeRelay, kind: str) -> None:
    """Of long events, too: those to come, and those of the past that it asked for. What all share is bounded."""

    async def held_after_flood() -> int:
        for number in range(120):
            fake.emit(LONG_EVENTS[kind](LONG + str(number)))
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    async with served(fake) as server, clients(server, 1):
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            alone = await held_after_flood()
            assert alone - before < 1.1 * KEPT_BYTES
            socks = [server.socket() for _ in range(4)]
            for sock, since in zip(socks, (None, None, 119, 119), strict=True):
                place = None if since is None else Place(since)
                sock.sendall(HELLO + wire.encode_line(wire.encode_request(wire.EventsRequest(1, place))))
            for _ in range(20):
                await asyncio.sleep(0)
            assert await held_after_flood() - alone <= len(socks) * 2**20
        finally:
            tracemalloc.stop()
        for sock in socks:
            sock.close()


async def test_slow_reader_gets_one_resync(fake: FakeRelay) -> None:
    """A client that was away for longer than the relay keeps events gets one Resync for what it missed."""
    async with served(fake) as server, clients(server, 1) as (good,):
        slow = server.socket()
        slow.sendall(HELLO + wire.encode_line(wire.encode_request(wire.EventsRequest(1))))
        async with good.events() as events:
            fake.emit(Resync())
            await read_to(events, 1)
            for _ in range(FLOOD // 100):
                await flood(fake, 100)
                await read_to(events, fake.current.rev)
        last = fake.current.rev
        fake.end()
        frames = [
            frame for frame in await lines_until_end(slow) if "rev" in frame and frame["type"] != "hello"
        ]
    revs = [frame["rev"] for frame in frames]
    assert revs == sorted(revs)
    assert revs[-1] == last
    gaps = [now for before, now in pairwise(frames) if now["rev"] != before["rev"] + 1]
    assert gaps
    assert {frame["type"] for frame in gaps} == {"resync"}


async def test_stalled_client_cannot_pile_up_replies(fake: FakeRelay) -> None:
    """A client that asks without reading is not taken up without end, and costs others nothing."""
    async with served(fake) as server, clients(server, 1) as (good,):
        greedy = server.socket()
        greedy.setblocking(False)
        greedy.send(HELLO)
        request = wire.encode_line(wire.encode_request(wire.SnapshotRequest(1)))
        sent = 0
        while sent < 4 * wire.REQUEST_BYTES:
            try:
                sent += greedy.send(request * 100)
            except BlockingIOError:
                break
            assert (await good.snapshot()).rev == 0
        assert sent < 4 * wire.REQUEST_BYTES
        greedy.close()


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense\n",
        b'{"v":9,"type":"hello","roles":[]}\n',
        HELLO + b"[]\n",
        HELLO + b'{"v":1,"type":"execute","id":1,"command":{"type":"send_text"}}\n',
        HELLO + b"\xff\n",
        HELLO + b"[" * 100_000 + b"\n",
        HELLO + b"x" * (wire.REQUEST_BYTES + 1),
    ],
    ids=["nonsense", "version", "list", "command", "utf8", "nested", "oversized"],
)
async def test_malformed_frame_gets_an_error_and_the_door(fake: FakeRelay, bad: bytes) -> None:
    """The peer is told once, its connection is closed, and others notice nothing."""
    async with served(fake) as server, clients(server, 1) as (good,):
        sock = server.socket()
        sock.setblocking(False)
        sending = asyncio.get_running_loop().sock_sendall(sock, bad)
        async with asyncio.timeout(DEADLINE_S):
            await sending
        frames = await lines_until_end(sock)
        assert frames[-1]["type"] == "error"
        assert frames[-1]["error"]["class"] == "IpcError"
        assert (await good.snapshot()).rev == 0


async def test_reader_role_may_not_act(fake: FakeRelay) -> None:
    """A connection that asked only to read cannot send anything."""
    async with served(fake) as server, connect(server.socket(), roles=frozenset({Role.READ})) as client:
        assert (await client.snapshot()).rev == 0
        with pytest.raises(RelayError):
            await client.execute(MarkRead("c1", samples.ALICE_THREAD))
    assert fake.commands == []


async def test_bug_in_the_relay_ends_one_request_only(fake: FakeRelay) -> None:
    """An unexpected exception becomes an answer without its text, and the connection stays."""

    def broken(command: object) -> tuple[()]:
        raise ZeroDivisionError("a secret word")

    fake.outcomes = broken
    async with private_client(fake) as client:
        with pytest.raises(Exception, match="failed at this request") as caught:
            await client.execute(MarkRead("c1", samples.ALICE_THREAD))
        assert "secret" not in str(vars(caught.value))
        assert (await client.snapshot()).rev == 0


class Stuck(FakeRelay):
    """Answers the first snapshot, which the greeting needs, and none after it."""

    async def snapshot(self) -> Snapshot:
        first, self.asked = not getattr(self, "asked", False), True
        if not first:
            await asyncio.Event().wait()
        return self.current


async def test_request_has_a_deadline() -> None:
    """A relay that does not answer costs the caller its deadline, and the connection still serves."""
    async with served(Stuck()) as server, connect(server.socket(), request_s=0.05) as client:
        with pytest.raises(DeadlineExceeded):
            await client.snapshot()
        answer = None
        while answer is None:
            with suppress(DeadlineExceeded):  # of a busy machine
                answer = await client.execute(MarkRead("c1", samples.ALICE_THREAD))
        assert answer == "c1"


async def test_interrupted_while_the_greeting_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+C is heard between any two instructions: also there it cancels, and nothing else comes of it."""
    ours, theirs = socket.socketpair()
    theirs.sendall(wire.encode_line(encode_hello(samples.snapshot(), samples.NOON)))
    waiting = asyncio.current_task()
    assert waiting is not None

    def interrupted(frame: dict[str, Any]) -> RelayHello:
        waiting.cancel()
        return decode_relay_hello(frame)

    monkeypatch.setattr("phonelink_tui.ipc.client.decode_relay_hello", interrupted)
    with theirs, pytest.raises(asyncio.CancelledError):
        async with connect(ours):
            pass
    waiting.uncancel()


async def test_silent_relay_is_an_ipc_error() -> None:
    """A peer that never greets is given up."""
    ours, theirs = socket.socketpair()
    with theirs, pytest.raises(IpcError):
        async with connect(ours, hello_s=0.05):
            pass


@pytest.mark.parametrize("bytes_before_end", [b"", b"no json\n", b'{"v":2}\n', b"x" * 100])
async def test_relay_that_ends_or_babbles_is_an_ipc_error(bytes_before_end: bytes) -> None:
    """What is no relay is said to be none, at once."""
    ours, theirs = socket.socketpair()
    theirs.sendall(bytes_before_end)
    theirs.close()
    with pytest.raises(IpcError):
        async with connect(ours):
            pass


async def test_calls_after_the_end_say_so(fake: FakeRelay) -> None:
    """Once the relay is gone every call is an IpcError, at once."""
    async with private_client(fake) as client, client.events() as events:
        fake.end()
        assert [event async for event in events] == []
        with pytest.raises(IpcError):
            await client.snapshot()
        with pytest.raises(IpcError):
            async with client.events():
                pass


@pytest.mark.parametrize("last_word", [b'{"v":1,"type":"bye"}\n', b""], ids=["good order", "killed"])
async def test_end_in_good_order_is_told_from_a_relay_that_was_killed(last_word: bytes) -> None:
    """A stream that simply stops is an error: whoever reads it must not take it for its end."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=theirs)

    async def relay() -> None:
        writer.write(wire.encode_line(encode_hello(samples.snapshot(), samples.NOON)))
        for _hello_and_request in range(2):
            await reader.readline()
        writer.write(wire.encode_line(wire.encode_reply(1, None)))
        writer.write(wire.encode_line(encode_event(Stamped(1, samples.NOON, Resync()))) + last_word)
        writer.write_eof()

    async with (
        asyncio.timeout(DEADLINE_S),
        background(relay()),
        connect(ours) as client,
        client.events() as events,
    ):
        assert (await anext(events)).rev == 1
        with pytest.raises(StopAsyncIteration if last_word else IpcError):
            await anext(events)
    writer.close()


async def test_relay_that_cannot_answer_the_greeting_is_heard(fake: FakeRelay) -> None:
    """What the relay says instead of a greeting is raised by the client."""
    fake.failure = RelayError("The phone is somebody else's.", "Name another.")
    async with asyncio.timeout(DEADLINE_S):
        ours, theirs = socket.socketpair()
        server = RelayServer(fake)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(theirs))
            with pytest.raises(RelayError, match="somebody else's"):
                async with connect(ours):
                    pass


async def test_full_queue_in_the_client_leaves_one_resync() -> None:
    """A reader in this process that falls behind gets one Resync and what follows it."""
    queue = EventQueue(bound=3)
    for rev in range(1, 6):
        queue.put(Stamped(rev, samples.NOON, MessageChanged(samples.text(rev))))
    queue.end()
    left = [stamped async for stamped in queue]
    assert [stamped.rev for stamped in left] == [4, 5]
    assert isinstance(left[0].event, Resync)
