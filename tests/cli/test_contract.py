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
    "send": "-m --explain --expires --yes --timeout",
    "reply": "--last",
    "outbox": "--json",
    "act": "",
    "read": "",
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


def test_promised_acts_exist() -> None:
    """What a simulated phone takes on its stdin."""
    promised = "text group_text notify remove call read toggle fault walk_away return"
    assert set(promised.split()) <= set(ACTS)
