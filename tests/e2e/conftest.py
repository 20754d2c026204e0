"""When do these tests run? Only on request: they boot a virtual machine, which takes a minute or more."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.e2e.cache import missing_program, prepare
from tests.e2e.machine import boot
from tests.e2e.plan import Outcome
from tests.e2e.run import BLUEZ_NAMES, bluez_root

REQUEST = "PHONELINK_E2E"
BLUEZ = "PHONELINK_E2E_BLUEZ"
HOW_TO = f"{REQUEST}=1 pytest tests/e2e boots a virtual machine with the real Bluetooth stack"

_reasons: set[str] = set()


def skip_reason() -> str:
    """Why the machine is not booted; empty if it is."""
    if os.environ.get(REQUEST, "") in ("", "0"):
        return HOW_TO
    return missing_program()


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> dict[str, Outcome]:
    """One boot for all scenarios that were selected; what became of each."""
    if reason := skip_reason():
        _reasons.add(reason)
        pytest.skip(reason)
    chosen = [
        str(item.callspec.params["scenario"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and "scenario" in getattr(item, "fixturenames", ())
    ]
    cache = prepare()
    bluez = bluez_root(os.environ.get(BLUEZ, BLUEZ_NAMES[0]), cache)
    report = asyncio.run(boot(cache, bluez, chosen))
    return {outcome["name"]: outcome for outcome in report["scenarios"]}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Skips are silent in a quiet run: say once that the real stack was left out, and why."""
    for reason in _reasons:
        terminalreporter.write_line(f"e2e tests skipped: {reason}")
