"""How does a person, or CI, run the scenarios? `python -m tests.e2e.run [--bluez VERSION] [SCENARIO...]`."""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.e2e.cache import Cache, SetupError, missing_program, newest_bluez, prepare
from tests.e2e.machine import boot
from tests.e2e.plan import BY_NAME_ALONE, RELEASE_SCENARIOS, BluezRoot, Report, scenario_names

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
    """Every scenario on the newest BlueZ but those of `BY_NAME_ALONE`, the most telling ones on the release's."""
    if bluez == "release":
        return list(RELEASE_SCENARIOS)
    return [name for name in scenario_names() if name not in BY_NAME_ALONE]


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 all went well or nothing can run here, 1 a scenario failed, 2 the set-up failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.run", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(scenario_names()))
    parser.add_argument(
        "--bluez", choices=BLUEZ_NAMES, action="append", help="default: both, one after another"
    )
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.scenarios) - set(scenario_names())):
        parser.error(f"no such scenario: {', '.join(unknown)}")
    if problem := missing_program():
        return cannot_run(problem)
    started = time.monotonic()
    reports: list[Report] = []
    for name in chosen.bluez or BLUEZ_NAMES:
        try:
            cache = prepare()
            bluez = bluez_root(name, cache)
        except SetupError as problem:
            print(f"e2e: {problem}", file=sys.stderr)
            return 2
        print(
            f"e2e: {name}: everything is there after {time.monotonic() - started:.0f} s; booting", flush=True
        )
        scenarios = chosen.scenarios or scenarios_for(name)
        reports.append(boot(cache, bluez, scenarios, lambda line: print(line, flush=True)))
    return summarise(reports, time.monotonic() - started)


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
    ran = {outcome["name"] for report in reports for outcome in report["scenarios"]}
    for name, reason in BY_NAME_ALONE.items():
        if name not in ran:
            print(f"e2e: not run, only by name: {name}: {reason}")
    print(f"e2e: {duration_s:.0f} s in all", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
