"""Is the phone on TCP the same phone?"""

from __future__ import annotations

import asyncio

import pytest

from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.errors import LinkLost, UsageError
from phonelink_tui.protocol.map.requests import SetNotificationRegistration
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.events import Connected
from phonelink_tui.transport.link import Service
from phonelink_tui.transport.tcp import LOOPBACK, Endpoint, TcpLink, listen_tcp
from phonelink_tui.virtual.embed import open_simulated_phone
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.serve import Listening, Ports, serve_phone
from tests.virtual.client import DEADLINE_S, EventCollector, MapClient, tel
from tests.virtual.conftest import ALICE, no_sleep

ANY = Endpoint(LOOPBACK, 0)


async def _free_port() -> Endpoint:
    async with listen_tcp(ANY, lambda _: None) as where:
        return where


async def test_a_whole_session_over_tcp(phone: VirtualPhone) -> None:
    """List, push, register, and get an event over the call-back port."""
    mns = await _free_port()
    collector = EventCollector()
    async with asyncio.timeout(DEADLINE_S), serve_phone(phone, Ports(ANY, mns=mns), sleep=no_sleep) as at:
        link = TcpLink(at.mas, at.pbap, mns)
        async with (
            link.serve_call_backs(collector.serve),
            MapClient(await link.open_stream(Service.MAS)) as client,
        ):
            assert isinstance(await client.open(), Connected)
            assert (await client.push("over TCP", tel(ALICE))).code == ResponseCode.SUCCESS
            await client.call(SetNotificationRegistration(True))
            stored = phone.receive_text(ALICE, "hello")
            event = await collector.next()
    assert [entry.text for entry in phone.pushed] == ["over TCP"]
    assert event.handle is not None
    assert event.handle.number == stored.handle


async def test_the_listening_line(phone: VirtualPhone) -> None:
    """Host and port of each service, ready to be read by a program."""
    async with serve_phone(phone, Ports(ANY)) as at:
        assert at.line() == {"v": 1, "type": "listening", "mas": str(at.mas), "pbap": str(at.pbap)}
        assert at.mas.port
        assert at.pbap.port not in (0, at.mas.port)
    assert str(Listening(Endpoint("::1", 1), ANY).mas) == "[::1]:1"


async def test_away_means_a_broken_connection(phone: VirtualPhone) -> None:
    """Walking away resets what is open and every new connection, until the return."""
    async with asyncio.timeout(DEADLINE_S), serve_phone(phone, Ports(ANY)) as at:
        link = TcpLink(at.mas, at.pbap, ANY)
        async with MapClient(await link.open_stream(Service.MAS)) as client:
            await client.open()
            phone.walk_away()
            with pytest.raises((LinkLost, EOFError)):
                await client.list()
        async with MapClient(await link.open_stream(Service.MAS)) as client:
            with pytest.raises((LinkLost, EOFError)):
                await client.open()
        phone.come_back()
        async with MapClient(await link.open_stream(Service.MAS)) as client:
            assert isinstance(await client.open(), Connected)


async def test_only_loopback_unless_told(phone: VirtualPhone) -> None:
    """Listening where others can reach needs `anywhere`."""
    with pytest.raises(UsageError, match="other computers"):
        async with serve_phone(phone, Ports(Endpoint("0.0.0.0", 0))):
            pass


async def test_a_scenario_happens_on_a_simulated_phone() -> None:
    """The phone listens and its day goes on."""
    happened = asyncio.Event()
    async with (
        asyncio.timeout(DEADLINE_S),
        open_simulated_phone(
            VirtualSpec("first-day"), Ports(ANY), sleep=no_sleep, on_act=lambda act: happened.set()
        ) as simulated,
    ):
        await happened.wait()
        assert simulated.listening.mas.port
