"""Does our code work with the real bluetoothd and obexd? One test a scenario of `guest/scenarios`."""

from __future__ import annotations

import pytest

from tests.e2e.plan import Outcome
from tests.e2e.run import scenarios_for


@pytest.mark.e2e
@pytest.mark.timeout(2700)
@pytest.mark.parametrize("scenario", scenarios_for("newer"))
def test_scenario(scenario: str, outcomes: dict[str, Outcome]) -> None:
    """The scenario went well in the virtual machine, at its first or second attempt."""
    outcome = outcomes[scenario]
    assert outcome["result"] == "ok", outcome["detail"]
