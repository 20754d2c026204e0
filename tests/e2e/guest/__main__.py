"""How are the scenarios of one boot run, and how is the outcome reported?

Each attempt is a forked process: the imports, which take longest under emulation, are paid once,
and nothing of one attempt (loop, radio, daemons) is left for the next.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType

from tests.e2e.guest.patience import calibrate, stretched
from tests.e2e.guest.world import Bluez, World
from tests.e2e.plan import ATTEMPTS, REPORT_FILE, Outcome, Report, read_plan, write_json

SHARE = Path("/share")
MODULES_LOADED = Path("/run/modules-loaded")
"""Written by init.sh when the kernel's Bluetooth is there."""

RADIOS = Path("/sys/class/bluetooth")

LIMIT_S = 60.0
"""What a scenario gets that asks for no more, on two cores with nothing else to do."""

GRACE_S = 10.0
"""What a scenario gets beyond its own limit to say where it hangs, before it is killed."""

DETAIL_LINES = 40

Scenario = Callable[[World], Awaitable[None]]


def main() -> int:
    """Run the plan; exit status 0 if every scenario went well."""
    plan = read_plan(SHARE)
    bluez = Bluez(plan["bluez"])
    _await(MODULES_LOADED.exists, 60)
    bluez.prepare()
    report = Report(kernel=os.uname().release, bluez=bluez.version(), wall_s=0.0, scenarios=[])
    print(f"guest: kernel {report['kernel']} ({os.uname().version})")
    print(f"guest: BlueZ {report['bluez']} ({plan['bluez']['name']})", flush=True)
    write_json(SHARE / REPORT_FILE, report)
    modules = [importlib.import_module(f"tests.e2e.guest.scenarios.{name}") for name in plan["scenarios"]]
    calibrate(_uptime_s())
    print(f"guest: ready at {_uptime_s():.1f} s; every limit times {stretched(1):.1f}", flush=True)
    for module in modules:
        outcome = _run_scenario(module, bluez)
        tries = "" if outcome["attempts"] == 1 else f", {outcome['attempts']} attempts"
        print(
            f"scenario {outcome['name']}: {outcome['result']} ({outcome['duration_s']:.1f} s{tries})",
            flush=True,
        )
        report["scenarios"].append(outcome)
        write_json(SHARE / REPORT_FILE, report)
    return 0 if all(outcome["result"] == "ok" for outcome in report["scenarios"]) else 1


def _uptime_s() -> float:
    return float(Path("/proc/uptime").read_text().split()[0])


def _run_scenario(module: ModuleType, bluez: Bluez) -> Outcome:
    name = module.__name__.rpartition(".")[2]
    start = time.monotonic()
    outcome = Outcome(name=name, result="failed", duration_s=0.0, attempts=0, detail="")
    for attempt in range(1, ATTEMPTS + 1):
        outcome["attempts"] = attempt
        log = SHARE / name / str(attempt)
        if _attempt(module, bluez, log):
            outcome["result"] = "ok"
            break
        print(f"scenario {name}: attempt {attempt} failed", flush=True)
        lines = (log / "scenario.log").read_text(errors="replace").splitlines()
        outcome["detail"] = "\n".join(lines[-DETAIL_LINES:])
    outcome["duration_s"] = round(time.monotonic() - start, 1)
    return outcome


def _attempt(module: ModuleType, bluez: Bluez, log: Path) -> bool:
    """One try in a process of its own; its logs end up in `log`."""
    here = Path("/run/attempt")
    here.mkdir()
    limit_s = stretched(getattr(module, "LIMIT_S", LIMIT_S))
    process = multiprocessing.get_context("fork").Process(
        target=_in_child, args=(module, bluez, here, limit_s), daemon=False
    )
    process.start()
    assert process.pid is not None
    process.join(limit_s + GRACE_S)
    _end_group(process.pid)
    process.join()
    if process.exitcode:
        with (here / "scenario.log").open("a") as tail:
            tail.write(f"ended with {process.exitcode}\n")
    shutil.copytree(here, log)
    shutil.rmtree(here)
    _await(_no_radio, 10)
    return process.exitcode == 0


def _in_child(module: ModuleType, bluez: Bluez, here: Path, limit_s: float) -> None:
    os.setsid()
    log = os.open(here / "scenario.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)

    getattr(module, "prepare", lambda: None)()
    if hasattr(module, "run_alone"):
        module.run_alone(bluez, here)
        return
    scenario: Scenario = module.run

    async def limited() -> None:
        async with asyncio.timeout(limit_s), World(bluez, here) as world:
            await scenario(world)

    # An exception ends the process with status 1 and its traceback in the log: multiprocessing's way.
    asyncio.run(limited())


def _end_group(leader: int) -> None:
    """End whatever an attempt started and did not end itself."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _no_radio() -> bool:
    """The kernel gives the number 0 to the next radio only when the last one is gone."""
    return not any(RADIOS.glob("hci*"))


def _await(probe: Callable[[], bool], limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while not probe():
        assert time.monotonic() < deadline, f"{probe}: not within {limit_s} s"
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
