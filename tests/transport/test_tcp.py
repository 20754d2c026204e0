"""Do bytes travel over TCP, and does errno become an error of ours?"""

from __future__ import annotations

import asyncio

import pytest

from phonelink_tui.errors import LinkLost, PhoneUnreachable, UsageError
from phonelink_tui.transport.link import Service
from phonelink_tui.transport.tcp import (
    LOOPBACK,
    Endpoint,
    TcpLink,
    TcpSpec,
    TcpStream,
    connect_tcp,
    listen_tcp,
    parse_endpoint,
    parse_tcp_spec,
)

DEADLINE_S = 5
ANY = Endpoint(LOOPBACK, 0)


async def _pair(accepted: asyncio.Queue[TcpStream], where: Endpoint) -> tuple[TcpStream, TcpStream]:
    near = await connect_tcp(where)
    async with asyncio.timeout(DEADLINE_S):
        return near, await accepted.get()


async def test_bytes_travel_both_ways_and_end() -> None:
    """What is sent arrives; closing is b"" at the other end, and LinkLost for who sends."""
    accepted: asyncio.Queue[TcpStream] = asyncio.Queue()
    async with listen_tcp(ANY, accepted.put_nowait) as where, asyncio.timeout(DEADLINE_S):
        near, far = await _pair(accepted, where)
        await near.send(b"there")
        assert await far.receive() == b"there"
        await far.send(b"and back")
        assert await near.receive() == b"and back"
        await far.aclose()
        await far.aclose()
        assert await near.receive() == b""
        await near.aclose()
        with pytest.raises(LinkLost):
            await near.send(b"late")


async def test_a_reset_is_a_lost_link() -> None:
    """An aborted connection raises LinkLost at the other end."""
    accepted: asyncio.Queue[TcpStream] = asyncio.Queue()
    async with listen_tcp(ANY, accepted.put_nowait) as where, asyncio.timeout(DEADLINE_S):
        near, far = await _pair(accepted, where)
        await far.abort()
        with pytest.raises(LinkLost):
            await near.receive()
        await near.aclose()


async def test_nobody_there_is_refused() -> None:
    """A closed port is PhoneUnreachable, and says refused."""
    async with listen_tcp(ANY, lambda _: None) as where:
        pass
    with pytest.raises(PhoneUnreachable) as caught:
        await connect_tcp(where)
    assert caught.value.refused


async def test_call_backs_are_served_and_end_with_the_block() -> None:
    """A connection to the call-back port goes to `serve`; leaving cancels it."""
    async with listen_tcp(ANY, lambda _: None) as free:
        pass
    link = TcpLink(TcpSpec(ANY, ANY, free))
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(stream: object) -> None:
        assert isinstance(stream, TcpStream)
        heard.put_nowait(await stream.receive())
        await asyncio.Event().wait()

    async with asyncio.timeout(DEADLINE_S):
        async with link.serve_call_backs(serve):
            caller = await connect_tcp(free)
            await caller.send(b"hello")
            assert await heard.get() == b"hello"
        assert await caller.receive() == b""
        await caller.aclose()


async def test_services_have_their_ports() -> None:
    """MAS and PBAP connect to their own endpoints."""
    mas: asyncio.Queue[TcpStream] = asyncio.Queue()
    pbap: asyncio.Queue[TcpStream] = asyncio.Queue()
    async with (
        listen_tcp(ANY, mas.put_nowait) as mas_at,
        listen_tcp(ANY, pbap.put_nowait) as pbap_at,
        asyncio.timeout(DEADLINE_S),
    ):
        link = TcpLink(TcpSpec(mas_at, pbap_at, ANY))
        for service, queue in ((Service.MAS, mas), (Service.PBAP, pbap)):
            stream = await link.open_stream(service)
            far = await queue.get()
            await stream.aclose()
            await far.aclose()


def test_tcp_carries_no_notifications() -> None:
    """Attaching says so."""
    with pytest.raises(PhoneUnreachable, match="no notifications"):
        TcpLink(TcpSpec(ANY, ANY, ANY)).attach_gatt(lambda: None)


async def test_a_taken_port_is_a_usage_error() -> None:
    """Listening twice at one port is refused with a sentence."""
    async with listen_tcp(ANY, lambda _: None) as where:
        with pytest.raises(UsageError, match="Cannot listen"):
            async with listen_tcp(where, lambda _: None):
                pass


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        (
            "tcp:127.0.0.1:5000",
            TcpSpec(Endpoint(LOOPBACK, 5000), Endpoint(LOOPBACK, 5001), Endpoint(LOOPBACK, 5002)),
        ),
        (
            "tcp:phone.local",
            TcpSpec(Endpoint("phone.local", 4040), Endpoint("phone.local", 4041), Endpoint(LOOPBACK, 4042)),
        ),
        (
            "tcp:[::1]:1,pbap=7,mns=0.0.0.0:9,persona=android",
            TcpSpec(Endpoint("::1", 1), Endpoint("::1", 7), Endpoint("0.0.0.0", 9), "android"),
        ),
    ],
)
def test_spec(text: str, spec: TcpSpec) -> None:
    """Ports follow MAS, the call-back port is on loopback, unless told."""
    assert parse_tcp_spec(text) == spec


@pytest.mark.parametrize(
    "text",
    ["virtual:x", "tcp:", "tcp:host:port", "tcp:h:70000", "tcp:h:1,persona=pager", "tcp:h:1,x=1", "tcp::5"],
)
def test_a_wrong_spec_is_a_usage_error(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError):
        parse_tcp_spec(text)


def test_endpoints_are_written_as_they_are_read() -> None:
    """IPv6 has brackets."""
    for text in ("127.0.0.1:80", "[::1]:80"):
        assert str(parse_endpoint(text)) == text
