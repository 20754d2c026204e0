"""How does another program get a phone with a life of its own? One call for phone, link and scenario."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from attrs import evolve, frozen

from phonelink_tui.errors import UsageError
from phonelink_tui.transport.tasks_beside import tasks_beside
from phonelink_tui.virtual.entries import StoredContact
from phonelink_tui.virtual.faults import NO_FAULTS, FaultPlan, parse_faults
from phonelink_tui.virtual.faulty_stream import Sleep
from phonelink_tui.virtual.personas import persona_named
from phonelink_tui.virtual.phone import OWNER, VirtualPhone, utc_now
from phonelink_tui.virtual.radio import VirtualLink, open_link
from phonelink_tui.virtual.scenario import DEFAULT_SCENARIO, Scenario, load_scenario
from phonelink_tui.virtual.scenario_runner import OnAct, ScenarioRunner, prepare
from phonelink_tui.virtual.serve import Listening, Ports, serve_phone

SCHEME: Final = "virtual"


@frozen
class VirtualSpec:
    """Which phone: `virtual[:SCENARIO][?persona=…&seed=…&fault=…&speed=…]`."""

    scenario: str = DEFAULT_SCENARIO
    persona: str | None = None
    """None: what the scenario says."""
    seed: int = 0
    faults: FaultPlan = NO_FAULTS
    speed: float = 1.0


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


def parse_virtual_spec(text: str) -> VirtualSpec:
    """Read a SPEC; `fault` may stand several times.

    Raises:
        UsageError: It is no such SPEC, or a part of it is wrong.
    """
    head, _, query = text.partition("?")
    scheme, _, scenario = head.partition(":")
    if scheme != SCHEME:
        raise UsageError("The phone is not written as virtual:SCENARIO.", f"For example: {_EXAMPLE}.")
    spec = VirtualSpec(unquote(scenario) or DEFAULT_SCENARIO)
    for part in filter(None, query.split("&")):
        key, _, value = part.partition("=")
        spec = _with(spec, key, unquote(value))
    return spec


def make_phone(
    spec: VirtualSpec, *, clock: Callable[[], datetime] = utc_now
) -> tuple[VirtualPhone, Scenario]:
    """A phone prepared for its scenario, which has not begun.

    Args:
        spec: Which.
        clock: Tells the time (UTC).

    Raises:
        UsageError: There is no such scenario or persona.
        SettingsError: The scenario is wrong.
    """
    scenario = load_scenario(spec.scenario)
    owner = OWNER if scenario.owner is None else StoredContact(scenario.owner.name, (scenario.owner.address,))
    phone = VirtualPhone(
        persona_named(spec.persona or scenario.persona),
        owner=owner,
        clock=clock,
        seed=spec.seed,
        faults=FaultPlan(scenario.faults.faults + spec.faults.faults),
    )
    prepare(phone, scenario, spec.seed)
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
        UsageError: There is no such scenario or persona.
        SettingsError: The scenario is wrong.
    """
    phone, scenario = make_phone(spec, clock=clock)
    runner = ScenarioRunner(scenario, phone, seed=spec.seed, speed=spec.speed, sleep=sleep, on_act=on_act)
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
        UsageError: There is no such scenario or persona, or it must not or cannot listen there.
        SettingsError: The scenario is wrong.
    """
    phone, scenario = make_phone(spec, clock=clock)
    runner = ScenarioRunner(scenario, phone, seed=spec.seed, speed=spec.speed, sleep=sleep, on_act=on_act)
    async with serve_phone(phone, ports, sleep=sleep) as listening, tasks_beside() as tasks:
        life = tasks.create_task(runner.run())
        try:
            yield SimulatedPhone(phone, listening, scenario, runner)
        finally:
            life.cancel()


_EXAMPLE: Final = "virtual:first-day?persona=android&seed=7&fault=fragment:1"


def _with(spec: VirtualSpec, key: str, value: str) -> VirtualSpec:
    match key:
        case "persona":
            return evolve(spec, persona=persona_named(value).kind.value)
        case "seed":
            return evolve(spec, seed=int(_number(key, value)))
        case "speed":
            return evolve(spec, speed=_number(key, value) or 1.0)
        case "fault":
            return evolve(spec, faults=FaultPlan(spec.faults.faults + parse_faults(value).faults))
        case _:
            raise UsageError(f"A virtual phone has no “{key[:40]}”.", f"For example: {_EXAMPLE}.")


def _number(key: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9 or (key == "seed" and not number.is_integer()):
        raise UsageError(
            f"“{key}” of a virtual phone is not a number: {value[:40]}", f"For example: {_EXAMPLE}."
        )
    return number
