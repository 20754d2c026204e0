"""How do the tests of this room get a relay: in process, and over a socket?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from phonelink_tui.ipc.background import background
from phonelink_tui.ipc.client import RelayClient, connect
from phonelink_tui.ipc.server import RelayServer, serve_private
from tests.ipc.fake_relay import FakeRelay

DEADLINE_S = 45.0
"""No wait of these tests is longer; on an idle machine all take milliseconds."""


@pytest.fixture
def fake() -> FakeRelay:
    return FakeRelay()


@asynccontextmanager
async def private_client(fake: FakeRelay) -> AsyncIterator[RelayClient]:
    """A client over a socket pair."""
    ours, theirs = socket.socketpair()
    async with background(serve_private(fake, theirs)), connect(ours) as client:
        yield client


class Served:
    """One server of a fake relay, and sockets to it."""

    def __init__(self, fake: FakeRelay, group: asyncio.TaskGroup) -> None:
        self.server = RelayServer(fake)
        self._group = group
        self._group.create_task(self.server.pump())

    def socket(self) -> socket.socket:
        """A raw connection, for clients that behave badly."""
        ours, theirs = socket.socketpair()
        self._group.create_task(self.server.serve(theirs))
        return ours


@asynccontextmanager
async def served(fake: FakeRelay) -> AsyncIterator[Served]:
    """A server that ends with its relay, at the end of the block."""
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        yield Served(fake, group)
        fake.end()


@asynccontextmanager
async def clients(served: Served, count: int) -> AsyncIterator[list[RelayClient]]:
    """Several clients of one server."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connect(served.socket())) for _ in range(count)]
