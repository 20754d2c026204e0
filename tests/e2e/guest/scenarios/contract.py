"""Does our own way over BlueZ fulfil the contract of the ports? The whole suite, with one radio, pairing and link."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.guest.contract import run_contract
from tests.e2e.guest.contract_ways import OVER_BLUEZ
from tests.e2e.guest.world import Bluez

LIMIT_S = 300.0


def run_alone(bluez: Bluez, log: Path) -> None:
    """Run the suite over our own sessions."""
    run_contract(bluez, log, OVER_BLUEZ)
