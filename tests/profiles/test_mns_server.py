"""The phone calls back: event reports in, changes out; whatever it sends ends that connection and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from phonelink_tui.errors import ObexRefused
from phonelink_tui.profiles.mns_server import MnsServer
from phonelink_tui.profiles.obex_session import ObexSession
from phonelink_tui.protocol.map.constants import MAS_TARGET, EventType
from phonelink_tui.protocol.map.event_report import Event, EventReport
from phonelink_tui.protocol.map.handles import MessageHandle
from phonelink_tui.protocol.map.requests import SendEvent, UpdateInbox, connect_mns
from phonelink_tui.protocol.obex.codes import ResponseCode
from phonelink_tui.protocol.obex.headers import Headers
from phonelink_tui.protocol.obex.operations import Connect, Disconnect
from phonelink_tui.transport.stream import MemoryStream, memory_pair
from phonelink_tui.transport.together import beside
from tests.profiles.wired import to_its_end


@asynccontextmanager
async def phone(mns: MnsServer) -> AsyncIterator[tuple[ObexSession, MemoryStream]]:
    """The phone's side of a connection to our server."""
    ours, theirs = memory_pair()
    session = ObexSession(theirs)
    async with beside(mns.serve(ours)):
        async with beside(to_its_end(session.run)):
            yield session, theirs
        await session.aclose()


def report(*numbers: int) -> SendEvent:
    events = (Event(EventType.NEW_MESSAGE, MessageHandle(f"{n:X}")) for n in numbers)
    return SendEvent(0, EventReport(tuple(events)).encode())


async def test_reports_come_out_in_order() -> None:
    """Every event of every report, one by one."""
    mns = MnsServer()
    async with phone(mns) as (session, _):
        await session.connect(connect_mns())
        assert mns.connected.is_set()
        await session.request(report(1, 2).encode())
        await session.request(report(3).encode())
        assert [(await mns.next_event()).handle for _ in range(3)] == [
            MessageHandle(h) for h in ("1", "2", "3")
        ]
        assert not mns.ended.is_set()


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (SendEvent(0, b"<not xml").encode(), ResponseCode.BAD_REQUEST),
        (UpdateInbox().encode(), ResponseCode.NOT_IMPLEMENTED),
    ],
)
async def test_what_makes_no_sense_is_refused(operation: object, code: int) -> None:
    """A report that cannot be read, and a function that is none of ours."""
    mns = MnsServer()
    async with phone(mns) as (session, _):
        await session.connect(connect_mns())
        with pytest.raises(ObexRefused) as refused:
            await session.request(operation)  # type: ignore[arg-type]
        assert refused.value.code == code
        await session.request(report(1).encode())


async def test_another_service_is_not_served() -> None:
    """A CONNECT for anything but notifications is refused, and counts as no call back."""
    mns = MnsServer()
    async with phone(mns) as (session, _):
        with pytest.raises(ObexRefused):
            await session.connect(Connect(Headers.of(target=MAS_TARGET)))
    assert not mns.connected.is_set()
    assert not mns.ended.is_set()


async def test_a_stranger_that_comes_and_goes_changes_nothing() -> None:
    """Only the end of a connection that was open for notifications counts as an end."""
    mns = MnsServer()
    async with phone(mns) as (session, _):
        await session.connect(connect_mns())
        ours, theirs = memory_pair()
        await theirs.aclose()
        await mns.serve(ours)
        assert not mns.ended.is_set()


@pytest.mark.parametrize("how", ["close", "break", "garbage", "disconnect"])
async def test_the_end_of_the_call_back_is_told(how: str) -> None:
    """However the phone leaves, whoever follows the session learns it."""
    mns = MnsServer()
    async with phone(mns) as (session, stream):
        await session.connect(connect_mns())
        match how:
            case "close":
                await stream.aclose()
            case "break":
                await stream.abort()
            case "garbage":
                await stream.send(bytes.fromhex("02 00 00"))
            case _:
                await session.request(Disconnect())
        async with asyncio.timeout(5):
            await mns.ended.wait()


async def test_a_flood_of_reports_waits_and_nothing_is_lost() -> None:
    """When nobody takes the events, the phone's report is answered later."""
    mns = MnsServer()
    async with phone(mns) as (session, _):
        await session.connect(connect_mns())
        async with asyncio.TaskGroup() as tasks:

            async def flood() -> None:
                for n in range(30):
                    await session.request(report(*range(n * 50 + 1, n * 50 + 51)).encode())

            tasks.create_task(flood())
            for n in range(1500):
                event = await mns.next_event()
                assert event.handle is not None
                assert event.handle.number == n + 1
