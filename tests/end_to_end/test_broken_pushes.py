"""The relay is killed, or its link cut, at every step of sending a text: never two pushes, nothing lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.test_command_line import simulated

STEPS = 60
"""More than there are; the last ones are not reached, and end the test."""

PUSH_STEPS = 4
"""Of one push on its link: before its bytes, between their halves, after them, and the phone's answer."""

LEFT = {"accepted", "sent", "delivered"}


def send(spec: str, directory: Path, how: str, at: int) -> tuple[list[dict[str, Any]], int]:
    """One run of the relay that breaks; what it told, and how it ended."""
    words = [sys.executable, "-m", "tests.end_to_end.relay_that_breaks", spec, str(directory), how, str(at)]
    done = subprocess.run(
        [*words, f"text {at} of {how}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode in (0, -9), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


def pushes(phone: subprocess.Popen[str]) -> Counter[str]:
    """How often the phone was given each text to send; ends the phone."""
    phone.terminate()
    out, _ = phone.communicate(timeout=30)
    told = (json.loads(line) for line in out.splitlines() if line.startswith("{"))
    return Counter(line["text"] for line in told if line.get("type") == "pushed")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("how", ["kill", "cut"])
def test_every_step_of_a_push(tmp_path: Path, how: str) -> None:
    """At most one push of each text; what was acknowledged is known afterwards, and says what is true."""
    acknowledged: set[str] = set()
    states: dict[str, str] = {}
    with simulated("--scenario", "first-day") as (phone, spec):
        for at in range(1, STEPS):
            told, code = send(spec, tmp_path, how, at)
            for line in told:
                if "earlier" in line:
                    states[line["earlier"]] = line["state"]
                elif "acknowledged" in line:
                    acknowledged.add(line["acknowledged"])
                else:
                    states[line["text"]] = line["state"]
            if code == 0 and not told[-1]["broken"]:
                break
        else:
            pytest.fail("there are more steps than were tried")
        arrived = pushes(phone)
    assert at > PUSH_STEPS
    assert set(arrived.values()) <= {1}
    assert acknowledged <= set(states)
    for text, state in states.items():
        if not text.startswith("text "):
            continue  # the owner wrote it on the phone
        if state in LEFT:
            assert arrived[text] == 1, (text, state)
        elif state == "failed":
            assert arrived[text] == 0, text
        else:
            assert state == "unknown", (text, state)
    assert set(arrived) <= set(states)
