"""Do commands say what the administrator refuses, and is a policy shown, explained and checked?"""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from phonelink_tui.domain.events import CommandChanged, CommandState
from phonelink_tui.domain.limitations import LimitKind, make_limitation
from tests.cli.conftest import Phonelink, objects
from tests.ipc.fake_relay import FakeRelay

POLICY = """\
banner = "Watched."
[send]
allow = false
sentence = "Ask IT."
[export]
allow = false
[pair]
allow = false
[retention]
keep = "30d"
"""


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy besides the machine's."""
    path = tmp_path / "policy.toml"
    path.write_text(POLICY)
    path.chmod(0o644)
    monkeypatch.setenv("PHONELINK_POLICY", str(path))
    return path


def refuse(fake: FakeRelay, kind: LimitKind) -> None:
    limit = make_limitation(kind, said="Not here: “Ask IT.”")
    fake.current = attrs.evolve(fake.current, limitations=(limit,))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (LimitKind.POLICY_READ, ["threads", "--json"]),
        (LimitKind.POLICY_READ, ["messages", "Alice"]),
        (LimitKind.POLICY_READ, ["messages", "Nobody"]),
        (LimitKind.POLICY_READ, ["search", "text"]),
        (LimitKind.POLICY_READ, ["contacts"]),
        (LimitKind.POLICY_READ, ["calls"]),
        (LimitKind.POLICY_READ, ["read", "Alice"]),
        (LimitKind.POLICY_READ, ["reply", "--last", "-m", "hi"]),
        (LimitKind.POLICY_NOTIFICATIONS, ["notifications", "--json"]),
        (LimitKind.POLICY_NOTIFICATIONS, ["act", "n1", "positive"]),
        (LimitKind.POLICY_SEND, ["send", "Alice", "-m", "hi", "--yes"]),
        (LimitKind.POLICY_SEND, ["send", "Nobody", "-m", "hi", "--explain"]),
        (LimitKind.POLICY_UNUSABLE, ["threads"]),
        (LimitKind.POLICY_UNUSABLE, ["send", "Alice", "-m", "hi", "--yes"]),
    ],
)
def test_what_is_refused_is_exit_4(
    phonelink: Phonelink, fake: FakeRelay, kind: LimitKind, words: list[str]
) -> None:
    """With the administrator's sentence and a hint, nothing on stdout, nothing asked of the phone."""
    refuse(fake, kind)
    result = phonelink(*words)
    assert (result.exit_code, result.stdout) == (4, "")
    first, hint = result.stderr.splitlines()
    assert first == "Not here: “Ask IT.”"
    assert "phonelink policy show" in hint
    assert fake.commands == []


@pytest.mark.parametrize("words", [["limits"], ["status"], ["outbox"], ["threads"], ["notifications"]])
def test_what_is_not_refused_goes_on(phonelink: Phonelink, fake: FakeRelay, words: list[str]) -> None:
    """A refused action refuses no other; what is in force can always be asked."""
    refuse(fake, LimitKind.POLICY_SEND)
    assert phonelink(*words).exit_code == 0


def test_yes_does_not_answer_a_policy(phonelink: Phonelink, fake: FakeRelay) -> None:
    """The relay's refusal of one text is exit 4 whatever is confirmed."""
    refusal = ("policy",), "A text with these words may not be sent: “No.”", "Ask."
    fake.outcomes = lambda command: (CommandChanged(command.id, CommandState.REFUSED, *refusal),)
    result = phonelink("send", "+15550100", "-m", "secret", "--yes")
    assert result.exit_code == 4
    assert "“No.”" in result.stderr
    assert len(fake.commands) == 1


def test_limits_tell_the_class_and_whose(phonelink: Phonelink, fake: FakeRelay) -> None:
    """For scripts, beside the sentence."""
    refuse(fake, LimitKind.POLICY_READ)
    told = objects(phonelink("limits", "--json"))[0]
    assert (told["kind"], told["class"], told["scope"]) == ("policy-read", "policy", "app")
    assert told["whose"] == "the administrator of this computer"


def test_show(phonelink: Phonelink, policy: Path) -> None:
    """Each action, who decided it, and what else is in force."""
    result = phonelink("policy", "show")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"{policy}: in force"
    assert f"send\trefused\talways\tTexts may not be sent from here: “Ask IT.”\t{policy}:3" in lines
    assert "read\tallowed\t\t\t" in lines
    head, *rules = objects(phonelink("policy", "show", "--json"))
    assert (head["v"], head["type"], head["banner"]) == (1, "policy", "Watched.")
    assert head["files"] == [{"file": str(policy), "wrong": None}]
    assert {rule["about"]: rule["standing"] for rule in rules} == {
        "pair": "refused",
        "send": "refused",
        "export": "refused",
        "read": "allowed",
        "notifications": "allowed",
        "store": "allowed",
        "copy": "allowed",
        "retention": "in force",
        "banner": "in force",
    }


def test_show_without_a_policy(phonelink: Phonelink) -> None:
    """It is said where one would be."""
    assert "/etc/phonelink-tui/policy.toml" in phonelink("policy", "show").stdout


def test_show_a_policy_that_cannot_be_used(phonelink: Phonelink, policy: Path) -> None:
    """What is wrong, and that all is refused."""
    policy.chmod(0o666)
    head, *rules = objects(phonelink("policy", "show", "--json"))
    assert "written by others" in head["files"][0]["wrong"]
    assert {rule["standing"] for rule in rules} == {"refused"}
    assert "written by others" in phonelink("policy", "show").stdout


def test_explain(phonelink: Phonelink, policy: Path) -> None:
    """File, line and sentence; a key that there is not is exit 2 with the nearest."""
    (rule,) = objects(phonelink("policy", "explain", "send", "--json"))
    assert (rule["v"], rule["file"], rule["line"], rule["key"]) == (1, str(policy), 3, "send.allow")
    assert "“Ask IT.”" in rule["sentence"]
    assert f"{policy}:10" in phonelink("policy", "explain", "retention.keep").stdout
    assert "No file says" in phonelink("policy", "explain", "copy").stdout
    assert "no file says" in phonelink("policy", "explain", "outbound").stdout
    wrong = phonelink("policy", "explain", "sned")
    assert wrong.exit_code == 2
    assert "`send`" in wrong.stderr


def test_check(phonelink: Phonelink, tmp_path: Path) -> None:
    """A file that is right says how it is installed; a wrong one is exit 2 with file and line."""
    path = tmp_path / "my policy.toml"
    path.write_text(POLICY)
    right = phonelink("policy", "check", str(path))
    assert right.exit_code == 0
    assert f"install -D -o root -g root -m 0644 '{path}' /etc/phonelink-tui/policy.toml" in right.stdout
    assert objects(phonelink("policy", "check", str(path), "--json"))[0]["ok"] is True
    path.write_text("[send]\nalow = true\n")
    wrong = phonelink("policy", "check", str(path))
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert wrong.stderr.splitlines() == [
        f"{path}:2: `send.alow` is no key of a policy.",
        "Did you mean `send.allow`?",
    ]
    told = phonelink("policy", "check", str(path), "--json")
    assert told.exit_code == 2
    assert [(o["ok"], o["line"]) for o in objects(told)] == [(False, 2)]
    assert phonelink("policy", "check", str(tmp_path / "none")).exit_code == 2


@pytest.mark.parametrize("words", [["archive", "export"], ["pair"]])
@pytest.mark.usefixtures("policy")
def test_what_needs_no_relay_is_refused_too(phonelink: Phonelink, words: list[str]) -> None:
    """Before anything is asked or opened."""
    result = phonelink("--phone", "tcp:127.0.0.1:1", *words)
    assert (result.exit_code, result.stdout) == (4, "")
    assert "by the policy of this computer" in result.stderr


@pytest.mark.usefixtures("policy")
def test_the_ceiling_is_told(phonelink: Phonelink) -> None:
    """By `archive info`, whatever the settings say."""
    told = objects(phonelink("--phone", "tcp:127.0.0.1:1", "archive", "info", "--json"))[0]
    assert told["retention"] == "30 days"
