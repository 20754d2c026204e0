"""Is everything that scripts were promised there: commands, options, versions of what is printed?"""

from __future__ import annotations

import pytest

from phonelink_tui.cli.app import app
from phonelink_tui.cli.command_table import command_rows
from phonelink_tui.virtual.acts import ACTS
from tests.cli.conftest import Phonelink, objects

PROMISED = {
    "": "--phone --plain --no-history --relay --key-file --version",
    "demo": "--scenario --persona --speed --headless --seconds",
    "simulate": "--listen --pbap-listen --mns --scenario --persona --fault --anywhere",
    "pair": "",
    "phones": "--json",
    "forget": "",
    "threads": "--json",
    "messages": "--json",
    "contacts": "--json",
    "calls": "--json",
    "notifications": "--json",
    "search": "--json",
    "send": "-m --explain --expires --yes --timeout --json",
    "reply": "--last --json",
    "outbox": "--json",
    "act": "--json",
    "read": "--json",
    "reading": "--json",
    "code": "--wait --copy --json",
    "tail": "--since --json",
    "status": "--format --json",
    "limits": "--json",
    "doctor": "--json",
    "support-bundle": "",
    "relay run": "",
    "relay status": "",
    "relay stop": "",
    "relay install": "",
    "archive info": "",
    "archive unlock": "",
    "archive prune": "",
    "archive export": "",
    "archive erase": "",
    "selftest text": "",
}


@pytest.mark.parametrize("command", PROMISED)
def test_promised_commands_and_options_exist(command: str) -> None:
    """None is renamed."""
    rows = {" ".join(row.path): row for row in command_rows(app)}
    there = {name for option in rows[command].options for name in option.names}
    assert set(PROMISED[command].split()) <= there


@pytest.mark.parametrize(
    "words",
    [
        *("threads", "messages Alice", "contacts", "notifications", "search text", "outbox", "status"),
        *("limits", "selftest text"),
    ],
)
def test_every_object_has_its_version(phonelink: Phonelink, words: str) -> None:
    """`v` and `type` in every line."""
    result = phonelink(*words.split(), "--json")
    assert result.exit_code == 0
    assert all(line["v"] == 1 and line["type"] for line in objects(result))


@pytest.mark.parametrize(
    ("words", "kind", "state"),
    [
        ("send Alice -m hello", "message", "accepted"),
        ("reply --last --yes -m hello", "message", "accepted"),
        ("send Alice -m hello --explain", "command", "done"),
        ("act 1-1 positive", "command", "done"),
        ("read Alice", "command", "done"),
        ("reading stop", "command", "done"),
    ],
)
def test_what_was_done_is_one_object(phonelink: Phonelink, words: str, kind: str, state: str) -> None:
    """The text as it stands, or what became of the command."""
    (told,) = objects(phonelink(*words.split(), "--json"))
    assert (told["v"], told["type"], told["state"], bool(told["id"])) == (1, kind, state, True)
    if kind == "message":
        assert (told["text"], told["recipient"]["value"]) == ("hello", "+15550100")


def test_what_was_refused_is_no_object(phonelink: Phonelink) -> None:
    """It is on stderr, with its exit code, as without --json."""
    result = phonelink("act", "1-1", "negative", "--json")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "no such button" in result.stderr


def test_promised_acts_exist() -> None:
    """What a simulated phone takes on its stdin."""
    promised = "text group_text notify remove call read toggle fault walk_away return"
    assert set(promised.split()) <= set(ACTS)
