"""Does the way through obexd fulfil the contract of the ports? Messages and contacts, with the real obexd."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.guest.contract import run_contract
from tests.e2e.guest.contract_ways import THROUGH_OBEXD
from tests.e2e.guest.world import Bluez

LIMIT_S = 300.0


def run_alone(bluez: Bluez, log: Path) -> None:
    """Run the suite through obexd."""
    run_contract(bluez, log, THROUGH_OBEXD)
