"""How does another program get a phone with a life of its own? One call for phone, link and scenario."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from attrs import frozen

from phonelink_tui.config.clock import utc_now
from phonelink_tui.config.phone_spec import VirtualSpec
from phonelink_tui.transport.tasks_beside import tasks_beside
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.faults import FaultPlan, parse_faults
from phonelink_tui.virtual.faulty_stream import Sleep
from phonelink_tui.virtual.personas import persona_named
from phonelink_tui.virtual.phone import OWNER, VirtualPhone
from phonelink_tui.virtual.radio import VirtualLink, open_link
from phonelink_tui.virtual.scenario import DEFAULT_SCENARIO, Scenario, load_scenario
from phonelink_tui.virtual.scenario_runner import OnAct, ScenarioRunner, prepare
from phonelink_tui.virtual.serve import Listening, Ports, serve_phone


@frozen
class LivingPhone:
    """A phone on which a scenario happens."""

    phone: VirtualPhone
    link: VirtualLink
    scenario: Scenario
    runner: ScenarioRunner


@frozen
class SimulatedPhone:
    """A phone on TCP on which a scenario happens."""

    phone: VirtualPhone
    listening: Listening
    scenario: Scenario
    runner: ScenarioRunner


def make_phone(
    spec: VirtualSpec, *, clock: Callable[[], datetime] = utc_now
) -> tuple[VirtualPhone, Scenario]:
    """A phone prepared for its scenario, which has not begun.

    Args:
        spec: Which.
        clock: Tells the time (UTC).

    Raises:
        UsageError: There is no such scenario or fault.
        SettingsError: The scenario is wrong.
    """
    scenario = load_scenario(spec.scenario or DEFAULT_SCENARIO)
    owner = OWNER if scenario.owner is None else StoredContact(scenario.owner.name, (scenario.owner.address,))
    phone = VirtualPhone(
        persona_named(spec.persona.value if spec.persona else scenario.persona),
        owner=owner,
        clock=clock,
        seed=spec.seed or 0,
        faults=FaultPlan(scenario.faults.faults + parse_faults(",".join(spec.faults)).faults),
    )
    prepare(phone, scenario, spec.seed or 0)
    return phone, scenario


@asynccontextmanager
async def open_phone(
    spec: VirtualSpec,
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Sleep = asyncio.sleep,
    on_act: OnAct = lambda act: None,
) -> AsyncIterator[LivingPhone]:
    """A phone with its link, on which the scenario happens while inside.

    Args:
        spec: Which.
        clock: Tells the time (UTC).
        sleep: Waits for so many seconds.
        on_act: Told of every act of the scenario after it happened.

    Raises:
        UsageError: There is no such scenario or fault.
        SettingsError: The scenario is wrong.
    """
    phone, scenario = make_phone(spec, clock=clock)
    runner = ScenarioRunner(
        scenario, phone, seed=spec.seed or 0, speed=spec.speed, sleep=sleep, on_act=on_act
    )
    async with open_link(phone, sleep=sleep) as link, tasks_beside() as tasks:
        life = tasks.create_task(runner.run())
        try:
            yield LivingPhone(phone, link, scenario, runner)
        finally:
            life.cancel()


@asynccontextmanager
async def open_simulated_phone(
    spec: VirtualSpec,
    ports: Ports,
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Sleep = asyncio.sleep,
    on_act: OnAct = lambda act: None,
) -> AsyncIterator[SimulatedPhone]:
    """A phone on TCP, on which the scenario happens while inside.

    Args:
        spec: Which.
        ports: Where it listens.
        clock: Tells the time (UTC).
        sleep: Waits for so many seconds.
        on_act: Told of every act of the scenario after it happened.

    Raises:
        UsageError: There is no such scenario or fault, or it must not or cannot listen there.
        SettingsError: The scenario is wrong.
    """
    phone, scenario = make_phone(spec, clock=clock)
    runner = ScenarioRunner(
        scenario, phone, seed=spec.seed or 0, speed=spec.speed, sleep=sleep, on_act=on_act
    )
    async with serve_phone(phone, ports, sleep=sleep) as listening, tasks_beside() as tasks:
        life = tasks.create_task(runner.run())
        try:
            yield SimulatedPhone(phone, listening, scenario, runner)
        finally:
            life.cancel()
