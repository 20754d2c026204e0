"""Is the administrator's policy kept from end to end, by processes and on a real stream?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.test_command_line import run

pytestmark = pytest.mark.timeout(240)

PHONE = ("--phone", "virtual:first-day")


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy besides the machine's, to be written."""
    path = tmp_path / "policy.toml"
    path.touch(0o644)
    monkeypatch.setenv("PHONELINK_POLICY", str(path))
    return path


def test_a_denied_recipient_and_word(policy: Path) -> None:
    """Refused by the relay's guard, in the administrator's words; others are written to."""
    policy.write_text(
        '[recipients]\ndeny = ["+1900*"]\nsentence = "That costs money."\n[outbound]\nrefuse = ["falcon"]\n'
    )
    denied = run(*PHONE, "send", "+19005550100", "-m", "hi", "--yes")
    assert denied.returncode == 4
    assert "“That costs money.”" in denied.stderr
    word = run(*PHONE, "send", "ben", "-m", "Project FALCON", "--yes")
    assert word.returncode == 4
    assert "by the policy of this computer" in word.stderr
    assert run(*PHONE, "send", "ben", "-m", "hi").returncode == 0


def test_nothing_that_may_not_be_shown_leaves_the_relay(policy: Path) -> None:
    """Not one name, number or text of the phone is in what a script can read."""
    policy.write_text("[read]\nallow = false\n[notifications]\nallow = false\n")
    done = run("demo", "--headless", "--seconds", "6")
    assert done.returncode == 0, done
    frames = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = {frame["type"] for frame in frames}
    assert {"hello", "link"} <= kinds
    assert not kinds & {"message", "thread", "notification", "contacts", "call"}
    assert "Alice" not in done.stdout
    refused = run(*PHONE, "threads")
    assert (refused.returncode, refused.stdout) == (4, "")


def test_a_policy_that_cannot_be_believed_refuses_everything(policy: Path) -> None:
    """One message, whatever is asked; what is wrong can be asked for."""
    policy.write_text("")
    policy.chmod(0o666)
    for words in (
        ["threads"],
        ["notifications"],
        ["send", "ben", "-m", "hi", "--yes"],
        ["archive", "export"],
    ):
        done = run(*PHONE, *words)
        assert (done.returncode, done.stdout) == (4, ""), words
        assert "can be written by others" in done.stderr
    assert run(*PHONE, "status").returncode == 0
