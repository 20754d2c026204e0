"""What does the host tell the guest, and what does the guest report back?

Both are JSON files in the directory that guest and host share: `plan.json` and `report.json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, TypedDict

PLAN_FILE = "plan.json"
REPORT_FILE = "report.json"
ATTEMPTS = 2
"""Tries a scenario has: under software emulation a peer's deadline is missed now and then."""

SCENARIOS = Path(__file__).parent / "guest" / "scenarios"


class BluezRoot(TypedDict):
    """Where a BlueZ's programs are.

    `name` is for the log. `root` holds `usr/libexec/bluetooth`. With `chroot` it is a whole Debian
    root whose programs run on their own libraries; without, unpacked packages of the host's release.
    With `experimental` bluetoothd also offers what it calls so, such as a bearer's own state.
    """

    name: str
    root: str
    chroot: bool
    experimental: bool


class Plan(TypedDict):
    """One boot: which BlueZ, which scenarios in which order, where the host's tools are unpacked."""

    bluez: BluezRoot
    tools: str
    scenarios: list[str]


class Outcome(TypedDict):
    """One scenario's result; `detail` is the end of its log unless it went well at once."""

    name: str
    result: Literal["ok", "failed", "not run"]
    duration_s: float
    attempts: int
    detail: str


class Report(TypedDict):
    """One boot's result. The host adds `wall_s` and what the guest did not live to report."""

    kernel: str
    bluez: str
    wall_s: float
    scenarios: list[Outcome]


RELEASE_SCENARIOS = ("le", "dual", "classic", "returns", "obexd_client")
"""What also runs on the BlueZ of the host's own release: pairing and notifications, keys derived across with texts
beside LE, sending, a phone that comes back from another address, and obexd. All others run on the newest."""


def scenario_names() -> list[str]:
    """Names of all scenarios, sorted: one a file in `guest/scenarios`."""
    return sorted(path.stem for path in SCENARIOS.glob("*.py") if path.stem != "__init__")


def write_json(path: Path, value: Plan | Report) -> None:
    """Write so that a reader sees the old or the new file, never half of one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=1) + "\n")
    fresh.replace(path)


def read_plan(directory: Path) -> Plan:
    """The plan in a shared directory."""
    plan: Plan = json.loads((directory / PLAN_FILE).read_text())
    return plan


def read_report(directory: Path) -> Report:
    """The report in a shared directory; an empty one where the guest wrote none."""
    try:
        report: Report = json.loads((directory / REPORT_FILE).read_text())
    except FileNotFoundError:
        return Report(kernel="", bluez="", wall_s=0.0, scenarios=[])
    return report
