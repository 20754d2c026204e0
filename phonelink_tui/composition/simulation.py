"""How is an embedded phone put on TCP, for other programs to talk to?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from phonelink_tui.composition.entry import Simulation
from phonelink_tui.transport.tcp import Endpoint
from phonelink_tui.virtual.act_lines import act_line, perform_line, pushed_line
from phonelink_tui.virtual.embed import open_simulated_phone
from phonelink_tui.virtual.entries import PhoneChange, TextPushed
from phonelink_tui.virtual.serve import Ports


async def simulate(
    simulation: Simulation, lines: AsyncIterator[str], say: Callable[[dict[str, Any]], None]
) -> None:
    """Be a phone on TCP, until `lines` ends and the scenario too, or cancelled.

    Args:
        simulation: Which phone, and where.
        lines: What the phone shall do, a JSON object each; a wrong one is answered and skipped.
        say: Takes one JSON object for what happened; first of all where it listens.

    Raises:
        UsageError: It must not or cannot listen there, or there is no such scenario, persona or fault.
    """
    ports = Ports(
        Endpoint(*simulation.mas),
        Endpoint(*simulation.pbap),
        Endpoint(*simulation.mns) if simulation.mns else None,
        anywhere=True,  # the command line has asked already
    )
    async with open_simulated_phone(
        simulation.phone, ports, on_act=lambda act: say(act_line(act))
    ) as simulated:
        say(simulated.listening.line())
        phone = simulated.phone

        def tell_pushes(change: PhoneChange) -> None:
            if isinstance(change, TextPushed):
                say(pushed_line(change.pushed))

        stop_telling = phone.listen(tell_pushes)
        try:
            async for line in lines:
                say(perform_line(phone, line))
            await simulated.runner.ended.wait()
        finally:
            stop_telling()
