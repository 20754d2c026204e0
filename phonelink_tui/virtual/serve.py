"""How does another program reach the embedded phone? The same services on TCP, one port each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Final

from attrs import frozen

from phonelink_tui.errors import PhoneUnreachable, UsageError
from phonelink_tui.transport.link import Service
from phonelink_tui.transport.tasks_beside import tasks_beside
from phonelink_tui.transport.tcp import (
    DEFAULT_PORT,
    LOOPBACK,
    MNS_OFFSET,
    PBAP_OFFSET,
    Endpoint,
    TcpStream,
    connect_tcp,
    is_loopback,
    listen_tcp,
)
from phonelink_tui.virtual.faulty_stream import BreakableStream, Sleep
from phonelink_tui.virtual.phone import VirtualPhone
from phonelink_tui.virtual.services import PhoneServices

DEFAULT_ENDPOINT: Final = Endpoint(LOOPBACK, DEFAULT_PORT)


@frozen
class Ports:
    """Where a phone listens. Port 0 is any free one."""

    mas: Endpoint = DEFAULT_ENDPOINT
    pbap: Endpoint | None = None
    """None: beside MAS, one port up."""
    mns: Endpoint | None = None
    """Where the phone calls back; None: at the client's own address, two ports above MAS."""
    anywhere: bool = False
    """May listen at other addresses than this computer's own loopback."""


@frozen
class Listening:
    """Where a phone listens now."""

    mas: Endpoint
    pbap: Endpoint

    def line(self) -> dict[str, object]:
        """The first line of `simulate`."""
        return {"v": 1, "type": "listening", "mas": str(self.mas), "pbap": str(self.pbap)}


@asynccontextmanager
async def serve_phone(
    phone: VirtualPhone, ports: Ports, *, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[Listening]:
    """The phone listens while inside; leaving ends every connection.

    Args:
        phone: Which.
        ports: Where.
        sleep: Waits for so many seconds, for delays and pauses of the phone.

    Raises:
        UsageError: It must not or cannot listen there.
    """
    for endpoint in filter(None, (ports.mas, ports.pbap)):
        if not ports.anywhere and not is_loopback(endpoint.host):
            raise UsageError(
                f"{endpoint} can be reached from other computers.",
                "Say so with --anywhere, if that is meant.",
            )
    async with tasks_beside() as tasks:
        with closing(PhoneServices(phone, tasks, sleep)) as services:
            accept_mas = partial(_accept, services, Service.MAS, ports.mns)
            async with listen_tcp(ports.mas, accept_mas) as mas:
                beside_mas = Endpoint(ports.mas.host, ports.mas.port and mas.port + PBAP_OFFSET)
                accept_pbap = partial(_accept, services, Service.PBAP, None)
                async with listen_tcp(ports.pbap or beside_mas, accept_pbap) as pbap:
                    yield Listening(mas, pbap)


def _accept(services: PhoneServices, service: Service, mns: Endpoint | None, stream: TcpStream) -> None:
    try:
        services.admit(service)
    except PhoneUnreachable:
        stream.break_now()
        return
    target = mns or Endpoint(stream.peer_host, stream.own_port + MNS_OFFSET)
    services.serve(service, stream, partial(_call_out, target))


async def _call_out(target: Endpoint) -> BreakableStream:
    return await connect_tcp(target)
