"""How does a person, or CI, run the scenarios? `python -m tests.e2e.run [SCENARIO...]`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.e2e.cache import Cache, SetupError, prepare, prepare_newer
from tests.e2e.machine import boot
from tests.e2e.plan import BluezRoot, Report, scenario_names, write_json

BLUEZ_NAMES = ("release", "newer")
BOOT_LIMIT_S = 150.0
SCENARIO_LIMIT_S = 30.0


def total_limit_s(scenarios: list[str]) -> float:
    """How long a boot with these scenarios may take: half as much again as two busy cores were seen to need."""
    return BOOT_LIMIT_S + SCENARIO_LIMIT_S * len(scenarios)


def bluez_root(name: str, cache: Cache) -> BluezRoot:
    """The BlueZ with this name: `release` is that of the host's Debian, `newer` that of unstable.

    Raises:
        SetupError: It cannot be fetched.
    """
    if name == "newer":
        return BluezRoot(name=name, root=str(prepare_newer()), chroot=True)
    return BluezRoot(name=name, root=str(cache.tools), chroot=False)


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 all went well, 1 a scenario failed, 2 the machine cannot be prepared."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.run", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(scenario_names()))
    parser.add_argument("--bluez", choices=BLUEZ_NAMES, default=BLUEZ_NAMES[0])
    parser.add_argument("--limit", type=float, help="seconds for the whole run of the virtual machine")
    parser.add_argument("--json", type=Path, help="also write the report here")
    chosen = parser.parse_args(arguments)
    scenarios: list[str] = chosen.scenarios or scenario_names()
    if unknown := sorted(set(scenarios) - set(scenario_names())):
        parser.error(f"no such scenario: {', '.join(unknown)}")
    start = time.monotonic()
    try:
        cache = prepare()
        bluez = bluez_root(chosen.bluez, cache)
    except SetupError as problem:
        print(f"e2e: {problem}", file=sys.stderr)
        return 2
    print(f"e2e: everything is fetched ({time.monotonic() - start:.1f} s); booting", flush=True)
    limit_s = chosen.limit or total_limit_s(scenarios)
    report = boot(cache, bluez, scenarios, limit_s, lambda line: print(line, flush=True))
    if chosen.json:
        write_json(chosen.json, report)
    return summarise(report)


def summarise(report: Report) -> int:
    """Print the last lines and say whether every scenario went well, as an exit status."""
    failed = [outcome for outcome in report["scenarios"] if outcome["result"] != "ok"]
    for outcome in failed:
        print(f"--- {outcome['name']}: {outcome['result']}\n{outcome['detail']}")
    well = len(report["scenarios"]) - len(failed)
    print(f"e2e: {well} of {len(report['scenarios'])} scenarios ok in {report['wall_s']:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
