"""How does a person, or CI, run the scenarios? `python -m tests.e2e.run [OPTION...] [SCENARIO...]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time

from tests.e2e.cache import Cache, SetupError, missing_program, newest_bluez, prepare
from tests.e2e.machine import boot
from tests.e2e.plan import RELEASE_SCENARIOS, BluezRoot, Report, scenario_names

BLUEZ_NAMES = ("newer", "release")


def bluez_root(name: str, cache: Cache) -> BluezRoot:
    """The BlueZ with this name: `release` is that of the host's Debian, `newer` that of unstable.

    Raises:
        SetupError: It cannot be fetched.
    """
    if name == "newer":
        return BluezRoot(name=name, root=str(newest_bluez()), chroot=True, experimental=True)
    return BluezRoot(name=name, root=str(cache.tools), chroot=False, experimental=False)


def scenarios_for(bluez: str) -> list[str]:
    """Every scenario on the newest BlueZ, the most telling ones on the release's."""
    return list(RELEASE_SCENARIOS) if bluez == "release" else scenario_names()


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 all went well or nothing can run here, 1 a scenario failed, 2 the set-up failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.run", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(scenario_names()))
    parser.add_argument(
        "--bluez", choices=BLUEZ_NAMES, action="append", help="default: both, at the same time"
    )
    parser.add_argument("--prepare", action="store_true", help="only fetch what is not there yet")
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.scenarios) - set(scenario_names())):
        parser.error(f"no such scenario: {', '.join(unknown)}")
    if problem := missing_program():
        return cannot_run(problem)
    started = time.monotonic()
    try:
        cache = prepare()
        roots = [bluez_root(name, cache) for name in dict.fromkeys(chosen.bluez or BLUEZ_NAMES)]
    except SetupError as problem:
        print(f"e2e: {problem}", file=sys.stderr)
        return 2
    print(f"e2e: everything is there after {time.monotonic() - started:.0f} s", flush=True)
    if chosen.prepare:
        return 0
    reports = asyncio.run(boot_all(cache, roots, chosen.scenarios))
    return summarise(reports, time.monotonic() - started)


async def boot_all(cache: Cache, roots: list[BluezRoot], scenarios: list[str]) -> list[Report]:
    """One boot a BlueZ, all at the same time: the reports, in the same order. No scenarios: those meant for each."""

    async def booted(bluez: BluezRoot) -> Report:
        name = bluez["name"]
        return await boot(
            cache,
            bluez,
            scenarios or scenarios_for(name),
            lambda line: print(f"{name}: {line}", flush=True),
        )

    return await asyncio.gather(*map(booted, roots))


def cannot_run(problem: str) -> int:
    """Say loudly that the real Bluetooth stack is left out; under CI that is a failure."""
    print(f"e2e: SKIPPED, the real Bluetooth stack is not tested: {problem}", file=sys.stderr, flush=True)
    return 2 if os.environ.get("CI") else 0


def summarise(reports: list[Report], duration_s: float) -> int:
    """Print what failed and one line a BlueZ; whether every scenario went well, as an exit status."""
    failures = 0
    for report in reports:
        failed = [outcome for outcome in report["scenarios"] if outcome["result"] != "ok"]
        for outcome in failed:
            print(f"--- BlueZ {report['bluez']}, {outcome['name']}: {outcome['result']}\n{outcome['detail']}")
        failures += len(failed)
    for report in reports:
        count = len(report["scenarios"])
        well = sum(outcome["result"] == "ok" for outcome in report["scenarios"])
        print(
            f"e2e: BlueZ {report['bluez'] or '?'}: {well} of {count} scenarios ok in {report['wall_s']:.0f} s"
        )
    print(f"e2e: {duration_s:.0f} s in all", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
