"""Does anything that a client can write harm the relay, or anybody else?"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phonelink_tui.domain.events import MessageChanged
from phonelink_tui.ipc import wire
from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.server import serve_private
from phonelink_tui.relay.api import MarkRead
from tests.ipc import samples
from tests.ipc.conftest import clients, served
from tests.ipc.fake_relay import FakeRelay
from tests.ipc.raw import converse, hello, line
from tests.relay.test_restarts import make_phone, running

SNAPSHOT = line("snapshot", id=1)
WORDS = st.sampled_from(
    [
        b'{"v":1',
        b',"type":',
        b'"snapshot"',
        b'"execute"',
        b'"events"',
        b',"id":1',
        b'"command":',
        b"}",
        b"[",
        b"{",
    ]
)
HOSTILE = st.one_of(
    st.binary(max_size=200),
    st.lists(WORDS, max_size=12).map(b"".join),
    st.tuples(st.just(SNAPSHOT), st.binary(max_size=20)).map(b"".join),
)


@pytest.mark.parametrize(
    "bad",
    [
        b"[]\n",
        b"null\n",
        b"\xff\n",
        b"[" * 60_000 + b"\n",
        b'{"v":1,"type":' * 5_000 + b"\n",
        b'{"v":2,"type":"snapshot","id":1}\n',
        b'{"v":1,"type":"snapshot"}\n',
        b'{"v":1,"type":"snapshot","id":"1"}\n',
        b'{"v":1,"type":"messages","id":1,"thread":7,"before":null,"limit":3}\n',
        b'{"v":1,"type":"execute","id":1,"command":{"type":"send_text"}}\n',
        b'{"v":1,"type":"execute","id":1,"command":{"type":"looked","id":"c\\ud800d"}}\n',
        b'{"v":1,"type":"execute","id":1,"command":{"type":"mark_read","id":"c","thread":"\\ud800"}}\n',
        b'{"v":1,"type":"execute","id":1,"command":{"type":"looked","id":"%s"}}\n' % (b"x" * 129),
        b'{"v":1,"type":"search","id":1,"query":"\\udfff","limit":1}\n',
        b'{"v":1,"type":["snapshot"],"id":1}\n',
        b'{"v":1,"type":"events","id":1,"since":{"rev":"x"}}\n',
        b"x" * (wire.REQUEST_BYTES + 1),
    ],
    ids=lambda bad: repr(bad[:40]),
)
async def test_malformed_frame_is_told_once_and_ends_the_connection(fake: FakeRelay, bad: bytes) -> None:
    """An error object without an id, then the end; other clients notice nothing."""
    async with served(fake) as server, clients(server, 1) as (good,):
        frames = await converse(server.socket(), hello() + bad, end=False)
        assert [frame["type"] for frame in frames] == ["hello", "error"]
        assert (frames[1]["id"], frames[1]["error"]["class"]) == (None, "IpcError")
        assert (await good.snapshot()).rev == 0


@pytest.mark.parametrize("cut", [1, 10, len(SNAPSHOT) - 1])
async def test_truncated_frame_is_never_carried_out(fake: FakeRelay, cut: int) -> None:
    """A client that goes in the middle of a frame has not asked."""
    async with served(fake) as server:
        frames = await converse(server.socket(), hello() + SNAPSHOT[:cut])
    assert [frame["type"] for frame in frames] == ["hello"]


async def test_unknown_requests_and_commands_are_answered_and_the_connection_stays(fake: FakeRelay) -> None:
    """What only a newer relay knows is refused by its id; the next request is served."""
    unknown = line("format_disk", id=1) + line("execute", id=2, command={"type": "levitate", "id": "c"})
    extra = line("snapshot", id=3, tomorrow={"of": ["fields"]})
    async with served(fake) as server:
        frames = await converse(server.socket(), hello() + unknown + extra)
    replies = {frame["id"]: frame["type"] for frame in frames if "id" in frame}
    assert replies == {1: "error", 2: "error", 3: "reply"}
    assert fake.commands == []


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(HOSTILE, min_size=1, max_size=3).map(b"\n".join), greet=st.booleans())
async def test_no_bytes_harm_the_relay(data: bytes, greet: bool) -> None:
    """Whatever a client writes: every line back is an object, nothing is carried out, others are served."""
    fake = FakeRelay()
    async with served(fake) as server, clients(server, 1) as (good,):
        frames = await converse(server.socket(), (hello() if greet else b"") + data)
        assert frames[0]["type"] == "hello"
        assert {frame["type"] for frame in frames} <= {"hello", "reply", "error"}
        fake.emit(MessageChanged(samples.text(1)))
        assert (await good.snapshot()).rev == 1
        assert await good.execute(MarkRead("c1", samples.ALICE_THREAD)) == "c1"
    assert [command.id for command in fake.commands] == ["c1"]


@pytest.mark.parametrize("fields", ['"id":"c\\ud800d","thread":"t"', '"id":"c","thread":"\\ud800"'])
async def test_nothing_that_a_client_writes_stops_the_archive(tmp_path: Path, fields: str) -> None:
    """A command with half a character is not carried out, and what comes after it is kept."""
    command = '{"v":1,"type":"execute","id":1,"command":{"type":"mark_read",' + fields + "}}\n"
    async with running(make_phone(), tmp_path) as run:
        for data, kinds in ((command.encode(), ["hello", "error"]), (SNAPSHOT, ["hello", "reply"])):
            ours, theirs = socket.socketpair()
            async with background(serve_private(run.relay, theirs)):
                assert [frame["type"] for frame in await converse(ours, hello() + data)] == kinds
        await run.relay.execute(MarkRead("after", samples.ALICE_THREAD))
        await run.archive.commit()
        assert [action.action for action in await run.archive.actions(9)] == ["read"]
        assert run.archive.failure is None


async def test_large_page_is_cut_to_what_one_client_may_hold(fake: FakeRelay) -> None:
    """The newest texts that fit come first; the rest are further pages, and none is lost."""
    fake.texts[samples.ALICE_THREAD] = [samples.text(n, words="\U0001f600" * 9_000) for n in range(12)]
    async with served(fake) as server, clients(server, 1) as (client,):
        found: list[str] = []
        before = None
        while True:
            page = await client.messages(samples.ALICE_THREAD, before=before, limit=200)
            assert 1 <= len(page.messages) <= 4
            found[:0] = [text.id for text in page.messages]
            before = page.before
            if before is None:
                break
    assert found == [text.id for text in fake.texts[samples.ALICE_THREAD]]
