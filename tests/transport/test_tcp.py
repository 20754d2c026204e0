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
    TcpStream,
    connect_tcp,
    listen_tcp,
)

DEADLINE_S = 30
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


async def test_a_closed_port_is_nobody_there() -> None:
    """A closed port is PhoneUnreachable, and blames no other computer."""
    async with listen_tcp(ANY, lambda _: None) as where:
        pass
    with pytest.raises(PhoneUnreachable) as caught:
        await connect_tcp(where)
    assert not caught.value.refused


async def test_call_backs_are_served_and_end_with_the_block() -> None:
    """A connection to the call-back port goes to `serve`; leaving cancels it."""
    async with listen_tcp(ANY, lambda _: None) as free:
        pass
    link = TcpLink(ANY, ANY, free)
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
        link = TcpLink(mas_at, pbap_at, ANY)
        for service, queue in ((Service.MAS, mas), (Service.PBAP, pbap)):
            stream = await link.open_stream(service)
            far = await queue.get()
            await stream.aclose()
            await far.aclose()


def test_tcp_carries_no_notifications() -> None:
    """Attaching says so."""
    with pytest.raises(PhoneUnreachable, match="no notifications"):
        TcpLink(ANY, ANY, ANY).attach_gatt(lambda: None)


async def test_a_taken_port_is_a_usage_error() -> None:
    """Listening twice at one port is refused with a sentence."""
    async with listen_tcp(ANY, lambda _: None) as where:
        with pytest.raises(UsageError) as caught:
            async with listen_tcp(where, lambda _: None):
                pass
    assert caught.value.message == f"Cannot listen at {where}: Address already in use."


def test_endpoints_are_written_with_brackets_where_needed() -> None:
    """IPv6 has brackets."""
    assert str(Endpoint("127.0.0.1", 80)) == "127.0.0.1:80"
    assert str(Endpoint("::1", 80)) == "[::1]:80"
