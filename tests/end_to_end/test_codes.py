"""Does a one-time code reach the person who waits for it, and nothing else: no file, no log? As processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.end_to_end.test_command_line import DEADLINE_S, run, simulated, started, until, until_caught_up
from tests.end_to_end.test_kept_history import key_file  # noqa: F401 - a fixture

pytestmark = pytest.mark.timeout(240)

CODE = "481920"
WORDS = "Meadow Bank: 481 920 is your login code.\n\n@meadow.example #481920"


def say(phone: subprocess.Popen[str], act: dict[str, str]) -> None:
    """Have the phone do something."""
    assert phone.stdin is not None
    phone.stdin.write(json.dumps(act) + "\n")
    phone.stdin.flush()


@pytest.mark.usefixtures("key_file")
def test_a_code_is_told_and_never_written() -> None:
    """On the stream and by `code`, waiting or not; on the disk are the other texts and not this one."""
    with simulated("--scenario", "first-day") as (phone, spec):
        with started("--phone", spec, "tail", "--json", "--since", "0") as tail:
            until_caught_up(tail)
            say(phone, {"act": "text", "from": "729725", "text": WORDS})
            told = until(tail, type="code")
            say(phone, {"act": "text", "from": "+15550101", "text": "a text to keep"})
            until(tail, type="message", text="a text to keep")
            tail.send_signal(signal.SIGINT)
            _, error = tail.communicate(timeout=DEADLINE_S)
        assert (told["code"], told["origin"], told["sender"]) == (CODE, "meadow.example", "729725")
        assert told["live"] is True
        assert CODE not in error
        again = run("--phone", spec, "code")
        assert (again.returncode, again.stdout, again.stderr) == (0, CODE + "\n", "")
        exported = run("--phone", spec, "archive", "export")
    assert "a text to keep" in exported.stdout
    assert CODE not in exported.stdout
    assert "481 920" not in exported.stdout
    home = Path(os.environ["HOME"])
    files = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in files)
    for path in files:
        held = path.read_bytes()
        assert CODE.encode() not in held, path
        assert b"481 920" not in held, path


def test_waiting_for_a_code() -> None:
    """What is there already is not waited for; the next one ends it."""
    waits = ("code", "--wait", "60", "--json")
    with simulated("--scenario", "first-day") as (phone, spec), started("--phone", spec, *waits) as waiting:
        for _ in range(DEADLINE_S):  # nobody says when it has begun to wait
            say(phone, {"act": "text", "from": "729725", "text": WORDS})
            with suppress(subprocess.TimeoutExpired):
                waiting.wait(2)
                break
        out, error = waiting.communicate(timeout=DEADLINE_S)
    told = json.loads(out)
    assert (waiting.returncode, error) == (0, "")
    assert (told["v"], told["type"], told["code"]) == (1, "code", CODE)
