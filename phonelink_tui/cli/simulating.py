"""How is `simulate` run: a phone on TCP, acts as JSON lines in, what happened as JSON lines out?"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator

from attrs import frozen

from phonelink_tui.cli.output import Output
from phonelink_tui.cli.stdin_lines import stdin_lines
from phonelink_tui.cli.surroundings import Surroundings
from phonelink_tui.composition.entry import Simulation
from phonelink_tui.config.phone_spec import VirtualSpec, parse_host_port
from phonelink_tui.errors import UsageError


@frozen
class SimulateOptions:
    """The words of one `simulate`."""

    phone: VirtualSpec
    listen: str
    pbap_listen: str | None
    mns: str | None
    anywhere: bool


def simulation_of(options: SimulateOptions) -> Simulation:
    """Where the phone listens. Raises UsageError, also for addresses beyond this computer without `anywhere`."""
    mas = parse_host_port(options.listen)
    next_port = mas[1] + 1 if mas[1] else 0
    pbap = parse_host_port(options.pbap_listen) if options.pbap_listen else (mas[0], next_port)
    mns = parse_host_port(options.mns) if options.mns else None
    for host, port in filter(None, (mas, pbap, mns)):
        if port > 0xFFFF:
            raise UsageError("The port after the last one does not exist.", "Give --pbap-listen.")
        if not options.anywhere and not _is_loopback(host):
            raise UsageError(f"{host} can be reached from other computers.", "--anywhere, if that is meant.")
    return Simulation(options.phone, mas, pbap, mns)


async def simulate(surroundings: Surroundings, out: Output, options: SimulateOptions) -> None:
    """`phonelink simulate`, until stdin ends and the scenario too."""
    simulation = simulation_of(options)
    async with stdin_lines() as lines:
        await surroundings.simulate(simulation, _not_blank(lines), out.json)


async def _not_blank(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    async for line in lines:
        if line.strip():
            yield line


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
